"""What people say of their runs, the words by which these are found, and which were deleted."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

SQLITE = (
    # The words come without case, accents and signs already, so that `ascii` splits them as they
    # were put together; where in a text a word stands is of no interest (`detail`). Beginnings
    # that are not in the index by themselves are gathered from all their words before the first
    # row comes, which takes ten times as long where many runs have them.
    (
        "CREATE VIRTUAL TABLE search_words USING fts5(said, note, content='searches',"
        " content_rowid='id', tokenize='ascii', detail=none, columnsize=0,"
        " prefix='1 2 3 4 5 6 7 8')"
    ),
    (
        "CREATE TRIGGER search_words_more AFTER INSERT ON searches BEGIN"
        " INSERT INTO search_words(rowid, said, note) VALUES (new.id, new.said, new.note); END"
    ),
    (
        "CREATE TRIGGER search_words_less AFTER DELETE ON searches BEGIN"
        " INSERT INTO search_words(search_words, rowid, said, note)"
        " VALUES ('delete', old.id, old.said, old.note); END"
    ),
    (
        "CREATE TRIGGER search_words_other AFTER UPDATE ON searches BEGIN"
        " INSERT INTO search_words(search_words, rowid, said, note)"
        " VALUES ('delete', old.id, old.said, old.note);"
        " INSERT INTO search_words(rowid, said, note) VALUES (new.id, new.said, new.note); END"
    ),
)
POSTGRESQL = (
    (
        "ALTER TABLE searches ADD COLUMN words tsvector GENERATED ALWAYS AS (array_to_tsvector("
        "array_remove(string_to_array(said || ' ' || note, ' '), ''))) STORED"
    ),
    "CREATE INDEX ix_searches_words ON searches USING gin (words)",
)
AT_ONCE = 2000


def upgrade() -> None:
    op.add_column("runs", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    searches = op.create_table(
        "searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_searches_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
        sa.UniqueConstraint("run_id", name=op.f("uq_searches_run_id")),
    )
    op.create_table(
        "marks",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("starred", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_marks_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_starred_run_id"), "marks", ["starred", "run_id"])
    op.create_table(
        "tags",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_tags_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", "n", name=op.f("pk_tags")),
    )
    op.create_index(op.f("ix_tags_tag_run_id"), "tags", ["tag", "run_id"], unique=True)
    connection = op.get_bind()
    for statement in POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
    rows = _rows(connection)
    while some := list(islice(rows, AT_ONCE)):
        connection.execute(searches.insert(), some)


_RUNS = sa.text("SELECT id, text FROM runs WHERE id > :last ORDER BY id LIMIT :most")
_WRITTEN = sa.text("SELECT run_id, text FROM texts WHERE run_id >= :first AND run_id <= :last")


def _rows(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Of every run, the words of its prompt and of what is known that it wrote."""
    last = ""
    while found := connection.execute(_RUNS, {"last": last, "most": AT_ONCE}).all():
        first, last = found[0].id, found[-1].id
        written: dict[str, list[str]] = {}
        for run_id, text in connection.execute(_WRITTEN, {"first": first, "last": last}):
            written.setdefault(run_id, []).append(text)
        for run_id, text in found:
            said = " ".join(_words("\n".join([text, *written.get(run_id, [])])))
            yield {"run_id": run_id, "said": said, "note": ""}


# As lib/store/search.py did it then.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def _words(text: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", text[:200_000].casefold())
    bare = "".join(each for each in apart if unicodedata.category(each)[0] != "M").casefold()
    return [*dict.fromkeys(found[0][:60] for found in _WORD.finditer(bare))][:30_000]
