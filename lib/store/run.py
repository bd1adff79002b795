"""A run as values: what goes in, and the snapshot that comes out."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select

from lib.store.states import Settlement, State
from lib.store.tables import results, runs


@dataclass(frozen=True, kw_only=True)
class NewRun:
    """A run to be admitted. Amounts are USD.

    `params` are the values to send; a file stands in them as `{"upload": sha256, "name": …}`.
    `nonce` belongs to one press of one Run button: the same nonce never makes a second run.
    `text` is the prompt, for lists and search. `fallback` lets it go to another model when its own
    can't do it; `instead_of` is the run that this one stands in for.
    """

    profile: str
    person: str
    endpoint: str
    model: str
    params: Mapping[str, Any]
    nonce: str
    quote: Decimal
    reserved: Decimal
    text: str = ""
    fallback: bool = False
    instead_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as it was when it was read. Amounts are USD, times aware UTC."""

    id: str
    profile: str
    person: str
    endpoint: str
    model: str
    params: dict[str, Any]
    text: str
    nonce: str
    fallback: bool
    instead_of: str | None
    state: State
    owner: str | None
    """The engine that claimed it."""
    fence: int
    """Grows with each claim; a write that names an older one is refused."""
    request_id: str | None
    quote: Decimal
    reserved: Decimal
    price: Decimal | None
    """What it cost, corrections included; `None` until something is posted."""
    price_estimated: bool
    progress: float | None
    """0-100."""
    preview_url: str | None
    result_url: str | None
    alternatives: dict[str, str]
    """Other forms of the result: kind → URL."""
    result_text: str | None
    thumb: bool
    error: dict[str, Any] | None
    """`DeapiError.facts()` or the like of the last thing that went wrong."""
    settled: Settlement | None
    keep_tries: int
    created_at: datetime
    sending_at: datetime | None
    lost_at: datetime | None
    """When it became `unknown`."""
    accepted_at: datetime | None
    news_at: datetime | None
    """When anything changed by news of its job."""
    ended_at: datetime | None
    """When the end of the job was heard of, or the run ended without one."""
    kept_at: datetime | None
    not_before: datetime | None
    """The earliest next send (`waiting`) or download (`keeping`)."""
    missing_since: datetime | None
    """Since then deAPI has answered 404 for its request id."""
    stalled_at: datetime | None
    """When it stalled last."""
    took: float | None = None
    """Seconds from acceptance to the end at deAPI, as well as is known."""
    deleted_at: datetime | None = None
    """When its person had it deleted; no list has it since then."""


@dataclass(frozen=True, kw_only=True)
class ResultFile:
    """One file of a result, in the run's folder. `n` 0 is the result itself."""

    n: int
    name: str
    media_type: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    kind: str = ""
    """Empty, or the alternative that it is: `jpg`, `webp`."""


RUN_COLUMNS = [runs.c[column.name] for column in fields(Run)]
RESULT_COLUMNS = [results.c[column.name] for column in fields(ResultFile)]


def as_run(row: Mapping[Any, Any]) -> Run:
    """The snapshot of a row that was read with `RUN_COLUMNS`, or of what has the same names."""
    return Run(**{str(name): value for name, value in row.items()})


def is_part(nonce: str) -> bool:
    """Whether a run with this nonce is one of several: a cell of an experiment, or a step of a
    recipe."""
    return ":" in nonce


def time_ordered_id(now: datetime) -> str:
    """A UUID of version 7 (RFC 9562) with microseconds in its first random bits (method 3), so
    that ids sort by time and lists can page by them."""
    milliseconds, microseconds = divmod(int(now.timestamp() * 1_000_000), 1000)
    random = uuid4().int & ((1 << 62) - 1)
    bits = (milliseconds & ((1 << 48) - 1)) << 80
    bits |= 7 << 76 | (microseconds * 4096 // 1000) << 64 | 2 << 62 | random
    return str(UUID(int=bits))


def moment_of(time_ordered: str) -> datetime:
    """When such an id was made, to the millisecond."""
    return datetime.fromtimestamp((UUID(time_ordered).int >> 80) / 1000, UTC)


def earliest_id(moment: datetime) -> str:
    """No run that was admitted at `moment` or later has an id below this."""
    return str(UUID(int=int(moment.timestamp() * 1000) << 80))


def few(states: Collection[State], *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """The runs in one of several `states` that are few among many, such as those that go on: found
    first and then put in order. Asked for in their order, a database walks through all of them."""
    found = select(runs.c.id).where(runs.c.state.in_(states), *where)
    return runs.c.id.in_(found)


def first_id(moment: datetime) -> str:
    """No id from this moment on is smaller, and none from before is as large."""
    return str(UUID(int=(int(moment.timestamp() * 1000) & ((1 << 48) - 1)) << 80))


def folded(text: str) -> str:
    """`text` as it is searched: without the differences of case and of Unicode's forms."""
    return unicodedata.normalize("NFKC", text).casefold()
