"""Runs by their words: those of the prompt, of what was read, heard or written, and of the note.

Words are made here and alike for both databases: without case, accents and signs, each once. The
migration adds to `searches` what looks them up (SQLite: an FTS5 table and triggers that keep it;
PostgreSQL: a tsvector and its index), so that whoever writes the row has changed it too. A word is
found by its beginning; what is looked for may say anything, for all but letters is left out of it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Connection,
    Select,
    column,
    delete,
    insert,
    literal,
    literal_column,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from lib.deapi.values import several
from lib.store.run import Run
from lib.store.tables import runs, searches

LONGEST = 200_000
"""Characters of one text that are looked into."""
LONGEST_WORD = 60
MOST_BYTES = 700_000
"""Of the words of one run: PostgreSQL has room for a megabyte in a row, the note included."""
MOST_WANTED = 32
"""Words of a question; no more of them narrow it."""

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Scripts without spaces between words: each of their signs is taken for one."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_TEXTS = ("prompt", "negative_prompt", "text", "caption", "lyrics", "instruct", "topic", "input")
"""Parameters that are a person's own words."""

_hits = table("search_words", column("rowid"))
_UUIDS = "INDEXED BY sqlite_autoindex_runs_1"

Row = TypeVar("Row", bound=tuple[Any, ...])


def words(*texts: str) -> list[str]:
    """The different words of these texts, in their order."""
    found = dict.fromkeys(word[:LONGEST_WORD] for each in texts for word in _split(each))
    ends = accumulate(len(word.encode()) for word in found)
    return [word for word, end in zip(found, ends, strict=True) if end <= MOST_BYTES]


def _split(text: str) -> Iterator[str]:
    bare = text[:LONGEST].casefold()
    if not bare.isascii():
        apart = unicodedata.normalize("NFKD", bare)
        bare = "".join(each for each in apart if unicodedata.category(each)[0] != "M").casefold()
    return (found[0] for found in _WORD.finditer(bare))


# --- within the transaction that changes a run ----------------------------------------------------


def begin(connection: Connection, run: Run) -> None:
    """Have it found by what was asked for. Rows come in the order of runs: lists go by that."""
    row = {"run_id": run.id, "said": _joined(_given(run)), "note": ""}
    connection.execute(insert(searches).values(row))


def wrote(connection: Connection, run: Run, written: Sequence[str]) -> None:
    """Have it found by what it has written, too."""
    said = _joined([*_given(run), *written])
    connection.execute(update(searches).where(searches.c.run_id == run.id).values(said=said))


def noted(connection: Connection, run_id: str, note: str) -> None:
    """Have it found by this note, and no longer by the one before."""
    mine = searches.c.run_id == run_id
    connection.execute(update(searches).where(mine).values(note=_joined([note])))


def forget(connection: Connection, run_id: str) -> None:
    """Have it found no more."""
    connection.execute(delete(searches).where(searches.c.run_id == run_id))


def _joined(texts: Iterable[str]) -> str:
    return " ".join(words(*texts))


def _given(run: Run) -> Iterator[str]:
    """What its person wrote for it, and the names of the files that it works on."""
    yield run.text
    for name, value in run.params.items():
        for each in several(value):
            if isinstance(each, str) and name in _TEXTS:
                yield each
            elif isinstance(each, dict):
                yield str(cast(Mapping[str, Any], each).get("name", ""))


# --- looking for them -----------------------------------------------------------------------------


def narrowed(
    connection: Connection, query: Select[Row], wanted: Sequence[str], before: str | None
) -> Select[Row]:
    """Of a query over `runs`, those that have a word with each of these beginnings, newest first;
    those older than the run `before`, if that is given."""
    beginnings = wanted[:MOST_WANTED]
    if connection.dialect.name == "postgresql":
        told = " & ".join(f"'{each}':*" for each in beginnings)
        match = literal_column("searches.words").op("@@")(literal(told).cast(TSQUERY))
        query = query.join(searches, searches.c.run_id == runs.c.id).where(match)
        if before is not None:
            query = query.where(runs.c.id < before)
        return query.order_by(runs.c.id.desc())
    told = " ".join(f'"{each}"*' for each in beginnings)
    match = literal_column("search_words").op("MATCH")(told)
    # The words first, from the newest row on, and of each its run: so it ends when the page is
    # full, however many there are. Left alone SQLite would look for the words in each run.
    joined = _hits.join(searches, searches.c.id == _hits.c.rowid)
    joined = joined.join(runs, runs.c.id == searches.c.run_id)
    query = query.select_from(joined).with_hint(runs, _UUIDS, "sqlite").where(match)
    if before is not None:
        older = select(searches.c.id).where(searches.c.run_id < before)
        last = older.order_by(searches.c.run_id.desc()).limit(1).scalar_subquery()
        query = query.where(_hits.c.rowid <= last)
    return query.order_by(_hits.c.rowid.desc())
