"""The tables. `migrations/versions/` builds them; a test compares the two.

Written for any database SQLAlchemy speaks: no SQLite-only SQL, types included.
"""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    false,
    or_,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.types import TypeDecorator

from lib.store.money import Nano
from lib.store.states import Settlement, State
from lib.store.written import String, Text


class Moment(TypeDecorator[datetime]):
    """An aware UTC time. SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Role(StrEnum):
    """What a person may see and set."""

    ADMIN = "admin"
    MEMBER = "member"


class Status(StrEnum):
    """Whether an experiment goes on."""

    RUNNING = "running"
    PAUSED = "paused"
    """Nothing more is sent; what is not sent yet stays held."""
    STOPPED = "stopped"
    """Nothing more is sent, and nothing is held for it."""
    DONE = "done"
    """Every cell has been sent, and its run has ended."""


GOES_ON = (Status.RUNNING, Status.PAUSED)
"""What has not come to its end."""


class Winner(StrEnum):
    """Which of two results somebody found better: those of the variants `a` and `b`."""

    A = "a"
    B = "b"
    BOTH = "both"
    NEITHER = "neither"


class Purpose(StrEnum):
    """What a one-time token is good for."""

    PASSWORD = "password"  # noqa: S105 - to choose one: an invitation, or a reset
    SESSION = "session"
    """To have a browser signed in, within seconds of the right password."""


class Kind(StrEnum):
    """What a ledger entry says. Entries are added, never edited."""

    PENDING = "pending"
    """This much is held since the run was admitted."""
    POSTED = "posted"
    """The hold ended; this much was spent."""
    VOIDED = "voided"
    """The hold of this much ended; nothing was spent."""
    CORRECTION = "correction"
    """The posted price changed by this much, up or down."""


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def _words(kind: type[StrEnum]) -> EnumType:
    """A column of the words of `kind`, as text and without a CHECK, so that a new word needs no
    migration."""
    return EnumType(
        kind,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=_values,
    )


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

TEAM = ""
"""In `totals.person`: everybody of the profile together."""
LOCAL = "local"
"""The person of every run and upload until there are accounts; no account may be called so."""

_REQUEST_ID = String(200).with_variant(String(255), "postgresql")
"""As long as the wire lets one be. It was 200 once: SQLite knows no lengths, and did not mind."""

runs = Table(
    "runs",
    metadata,
    Column("id", String(36), primary_key=True),  # ordered by time: lists page by it
    Column("profile", String(40), nullable=False),
    Column("person", String(80), nullable=False),
    Column("endpoint", String(80), nullable=False),
    Column("model", String(200), nullable=False),
    # The values to send; a file stands in it as {"upload": sha256, "name": …}.
    Column("params", JSON, nullable=False),
    Column("text", Text, nullable=False),  # the prompt, as it was written
    Column("search", Text, nullable=False),  # the same, folded for searching
    Column("nonce", String(64), nullable=False, unique=True),
    Column("fallback", Boolean, nullable=False, server_default=false()),  # may go to another model
    Column("instead_of", String(36)),  # the run whose model could not do it
    Column("state", _words(State), nullable=False),
    Column("owner", String(80)),
    Column("fence", Integer, nullable=False),
    Column("request_id", _REQUEST_ID),
    Column("quote", Nano, nullable=False),
    Column("reserved", Nano, nullable=False),
    Column("price", Nano),  # what was posted, corrections included
    Column("price_estimated", Boolean, nullable=False),
    Column("progress", Float),  # 0-100
    Column("preview_url", Text),
    Column("result_url", Text),
    Column("alternatives", JSON, nullable=False),  # {kind: URL}
    Column("result_text", Text),
    Column("thumb", Boolean, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("settled", _words(Settlement)),
    Column("keep_tries", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sending_at", Moment),
    Column("lost_at", Moment),  # when it became `unknown`
    Column("accepted_at", Moment),
    Column("news_at", Moment),
    Column("ended_at", Moment),  # deAPI's end, or the end without deAPI
    Column("kept_at", Moment),
    Column("not_before", Moment),  # of the next send, or of the next download
    Column("missing_since", Moment),  # deAPI answers 404 for it
    Column("stalled_at", Moment),
    Column("took", Float),  # seconds from acceptance to deAPI's end, as well as we know
    Column("deleted_at", Moment),  # its person wants it gone; the ledger still needs this row
    CheckConstraint("quote >= 0 AND reserved >= 0", name="amounts"),
    CheckConstraint("person <> ''", name="person"),  # '' is the team, in totals
    Index(None, "profile", "request_id", unique=True),
    Index(None, "profile", "id"),
    Index(None, "profile", "person", "id"),
    Index(None, "profile", "person", "endpoint", "id"),
    Index(None, "profile", "person", "model", "id"),
    Index(None, "profile", "person", "state", "id"),
    Index(None, "profile", "model", "id"),
    Index(None, "profile", "endpoint", "model", "id"),
    Index(None, "profile", "sending_at"),
    Index(None, "profile", "ended_at"),
    Index(None, "state", "id"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", String(36), ForeignKey("runs.id"), nullable=False, index=True),
    Column("profile", String(40), nullable=False),
    Column("person", String(80), nullable=False),
    Column("kind", _words(Kind), nullable=False),
    Column("amount", Nano, nullable=False),
    Column("day", Date, nullable=False),  # of the admission, in PLAYGROUND_TIMEZONE
    Column("at", Moment, nullable=False),
    Index(None, "profile", "kind", "at"),
    Index(None, "profile", "kind", "day"),
)
_first = entries.c.kind == Kind.PENDING
_last = or_(entries.c.kind == Kind.POSTED, entries.c.kind == Kind.VOIDED)
Index(
    "uq_entries_pending",
    entries.c.run_id,
    unique=True,
    sqlite_where=_first,
    postgresql_where=_first,
)
Index("uq_entries_ended", entries.c.run_id, unique=True, sqlite_where=_last, postgresql_where=_last)

totals = Table(
    "totals",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("person", String(80), primary_key=True),  # '' is the team
    Column("period", String(20), primary_key=True),  # 'day:2026-11-24' or 'month:2026-11'
    Column("held", Nano, nullable=False),
    Column("posted", Nano, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("person", String(80), primary_key=True),  # one file, counted for each owner
    Column("name", String(255), nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("format", String(20), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("seconds", Float),
    Column("at", Moment, nullable=False),
)

results = Table(
    "results",
    metadata,
    Column("run_id", String(36), ForeignKey("runs.id"), primary_key=True),
    Column("n", Integer, primary_key=True),  # 0 is the result itself
    Column("name", String(40), nullable=False),  # <n>.<ext> in the run's folder
    Column("kind", String(20), nullable=False),  # '' or the alternative it is: jpg, webp
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("sha256", String(64), nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("seconds", Float),
    Column("at", Moment, nullable=False),
    Index(None, "sha256", "run_id"),
)

texts = Table(
    "texts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile", String(40), nullable=False),
    Column("person", String(80), nullable=False),
    Column("digest", String(64), nullable=False),  # of the text without its spaces
    Column("text", Text, nullable=False),
    Column("run_id", String(36), ForeignKey("runs.id")),  # that wrote it; NULL: a person did
    Column("source", String(64)),  # the digest of the text that a person changed into this one
    Column("at", Moment, nullable=False),
    Index(None, "profile", "person", "digest", "id"),
)
"""Where texts come from: one row for each time that one was written."""

searches = Table(
    "searches",
    metadata,
    Column("id", Integer, primary_key=True),  # in the order of the runs
    Column("run_id", String(36), ForeignKey("runs.id"), nullable=False, unique=True),
    Column("said", Text, nullable=False),  # words of what was asked for and of what was written
    Column("note", Text, nullable=False),  # words of the note
)
"""The words by which runs are found. The migration (0015) adds what looks them up, which is
another thing on each database: whoever makes this table anew has to make that anew."""

marks = Table(
    "marks",
    metadata,
    Column("run_id", String(36), ForeignKey("runs.id"), primary_key=True),
    Column("starred", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("person", String(80), nullable=False),  # who changed it last
    Column("at", Moment, nullable=False),
    Index(None, "starred", "run_id"),
)
"""What people say of their runs."""

tags = Table(
    "tags",
    metadata,
    Column("run_id", String(36), ForeignKey("runs.id"), primary_key=True),
    Column("n", Integer, primary_key=True),  # in the order in which they were given
    Column("tag", String(40), nullable=False),
    Index(None, "tag", "run_id", unique=True),
)
"""Those of runs; a favourite prompt has its own."""

drafts = Table(
    "drafts",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("endpoint", String(80), primary_key=True),
    Column("model", String(200), nullable=False),
    Column("values", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

catalogues = Table(
    "catalogues",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("models", JSON, nullable=False),
    Column("fetched_at", Moment, nullable=False),
)

looks = Table(
    "looks",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("models", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

bells = Table(
    "bells",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("at", Moment, nullable=False),  # until then its person has seen what ended
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("delivery_id", String(100), primary_key=True),  # deAPI's: its repeats name it again
    Column("run_id", String(36), ForeignKey("runs.id"), nullable=False),
    Column("request_id", String(255), nullable=False),
    Column("event", String(100), nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "profile", "at"),
)

balances = Table(
    "balances",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile", String(40), nullable=False),
    Column("amount", Nano, nullable=False),  # left on the account
    Column("posted", Nano, nullable=False),  # in our books, by everybody, since ever
    Column("held", Nano, nullable=False),  # there at the same moment
    # Ended runs then whose price deAPI only estimates and which we still ask about.
    Column("estimates", Integer, nullable=False, server_default="0"),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Index(None, "profile", "id"),
    Index(None, "profile", "last_at"),
)

beginnings = Table(
    "beginnings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile", String(40), nullable=False),
    Column("at", Moment, nullable=False),  # looks from before are not compared with later ones
    Index(None, "profile", "at"),
)

caps = Table(
    "caps",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("person", String(80), primary_key=True),  # '' is the team
    Column("day", Nano),  # NULL: no cap
    Column("month", Nano),
)

users = Table(
    "users",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("password", String(100)),  # bcrypt; NULL until one was chosen
    Column("role", _words(Role), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256: what is stored opens nothing
    Column("person", String(80), ForeignKey("users.name"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("address", String(60), nullable=False),
    Column("browser", String(200), nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("purpose", _words(Purpose), nullable=False),
    Column("person", String(80), ForeignKey("users.name"), nullable=False),
    Column("expires_at", Moment, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("of", String(120), nullable=False),  # 'name:…' or 'address:…'
    Column("at", Moment, nullable=False),
    Index(None, "of", "at"),
)

servers = Table(
    "servers",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("home", String(80), nullable=False),  # stands for its data folder
    Column("sandbox", Boolean, nullable=False),  # runs one of its own
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),  # the end of its lease
)

experiments = Table(
    "experiments",
    metadata,
    Column("id", String(36), primary_key=True),  # ordered by time
    Column("profile", String(40), nullable=False),
    Column("person", String(80), nullable=False),
    Column("nonce", String(64), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    # Inputs, variants and settings: everything that it takes to plan it again.
    Column("plan", JSON, nullable=False),
    Column("status", _words(Status), nullable=False),
    Column("shared", Boolean, nullable=False),  # the team may see it and vote
    Column("most", Nano),  # its own limit in USD; NULL: none
    Column("held", Nano, nullable=False),  # for cells without a run
    Column("held_on", Date, nullable=False),  # the day that this counts in
    Column("problem", Text),  # why nothing is sent just now
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("owner", String(80)),  # the server on which it goes on
    CheckConstraint("held >= 0", name="held"),
    Index(None, "profile", "person", "id"),
    Index(None, "status"),
)

cells = Table(
    "cells",
    metadata,
    Column("experiment_id", String(36), ForeignKey("experiments.id"), primary_key=True),
    Column("n", Integer, primary_key=True),  # in the order in which they are sent
    Column("input", Integer, nullable=False),
    Column("variant", Integer, nullable=False),
    Column("endpoint", String(80), nullable=False),
    Column("model", String(200), nullable=False),
    Column("params", JSON, nullable=False),  # as in `runs`
    Column("text", Text, nullable=False),
    Column("quote", Nano, nullable=False),
    Column("reserved", Nano, nullable=False),
    Column("tries", Integer, nullable=False),  # how often it was given a run
    Column("run_id", String(36), ForeignKey("runs.id"), index=True),  # of the last try
    Column("reused", Boolean, nullable=False, server_default=false()),  # paid for elsewhere
    Column("problem", Text),  # why it can't be sent
)

votes = Table(
    "votes",
    metadata,
    Column("experiment_id", String(36), ForeignKey("experiments.id"), primary_key=True),
    Column("input", Integer, primary_key=True),
    Column("a", Integer, primary_key=True),  # a variant, and one with a higher number
    Column("b", Integer, primary_key=True),
    Column("person", String(80), primary_key=True),  # once a pair
    Column("winner", _words(Winner), nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("a < b", name="order"),
)

favourites = Table(
    "favourites",
    metadata,
    Column("id", String(36), primary_key=True),  # ordered by time: lists page by it
    # SHA-256 of what makes it this one: texts are too long for a unique index of PostgreSQL.
    Column("same", String(64), nullable=False, unique=True),
    Column("person", String(80), nullable=False),  # who kept it first
    Column("text", Text, nullable=False),
    Column("avoid", Text, nullable=False),  # '' for nothing
    Column("endpoint", String(80), nullable=False),  # what it is for
    Column("tags", JSON, nullable=False),
    Column("search", Text, nullable=False),  # all of it, folded for searching
    Column("run_id", String(36), ForeignKey("runs.id")),  # whose result it is known by
    Column("at", Moment, nullable=False),
)
"""Prompts that the team wants to find again, whatever the profile."""

recipes = Table(
    "recipes",
    metadata,
    Column("id", String(36), primary_key=True),  # ordered by time
    Column("person", String(80), nullable=False),
    Column("title", String(200), nullable=False),
    Column("steps", JSON, nullable=False),
    Column("shared", Boolean, nullable=False),  # the team may see it and run it
    Column("at", Moment, nullable=False),
    Index(None, "person", "id"),
)
"""Chains of runs that somebody wants to run again, whatever the profile."""

recipe_runs = Table(
    "recipe_runs",
    metadata,
    Column("id", String(36), primary_key=True),  # ordered by time
    Column("recipe_id", String(36), nullable=False),  # which may be gone: its steps are here too
    Column("profile", String(40), nullable=False),
    Column("person", String(80), nullable=False),
    Column("nonce", String(64), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("status", _words(Status), nullable=False),
    Column("problem", Text),  # why nothing is sent just now
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("owner", String(80)),  # the server on which it goes on
    Index(None, "recipe_id", "person", "id"),
    Index(None, "status"),
)

recipe_steps = Table(
    "recipe_steps",
    metadata,
    Column("recipe_run_id", String(36), ForeignKey("recipe_runs.id"), primary_key=True),
    Column("n", Integer, primary_key=True),  # in the order in which they are run
    Column("step", JSON, nullable=False),  # as in `recipes`, with what its person put in
    Column("planned", Nano, nullable=False),  # the price that was agreed to
    Column("exact", Boolean, nullable=False),  # or about that
    Column("asks", Nano),  # what it costs instead, until its person has agreed to that
    Column("tries", Integer, nullable=False),  # how often it was given a run before this one
    Column("run_id", String(36), ForeignKey("runs.id"), index=True),
)

showcases = Table(
    "showcases",
    metadata,
    Column("id", String(36), primary_key=True),  # ordered by time; nobody guesses it
    Column("profile", String(40), nullable=False),
    Column("person", String(80), nullable=False),
    Column("title", String(200), nullable=False),
    Column("shared", Boolean, nullable=False),  # everybody who is signed in may see it
    Column("prices", Boolean, nullable=False),  # whether it says what each result has cost
    Column("at", Moment, nullable=False),
    Index(None, "profile", "person", "id"),
)
"""Results in an order of their own, to present from."""

showcase_items = Table(
    "showcase_items",
    metadata,
    Column("showcase_id", String(36), ForeignKey("showcases.id"), primary_key=True),
    Column("run_id", String(36), ForeignKey("runs.id"), primary_key=True, index=True),
    Column("place", Integer, nullable=False),
)
