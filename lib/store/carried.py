"""What a playground takes along when it moves: which tables and files, row by row.

Every table that is not named in `LEFT_OUT` is carried, so that a new one can't be forgotten.
Rows are compared by what they say, whatever the database: each as one line of JSON, in the order of
their keys, and of all lines the SHA-256.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Float, Integer, String, Table, collate, insert, select

from lib.store import files
from lib.store.errors import StoreError
from lib.store.tables import metadata, results, runs, uploads

LEFT_OUT = {
    "sessions": "they open doors: everybody signs in anew",
    "tokens": "links and tickets that work once, at the place that gave them, for a short time",
    "attempts": "the wrong passwords of the last minutes",
    "servers": "those of the place that it comes from",
}
"""Tables that stay behind, and why."""
STAYS = "owner"
"""The column that stays behind in every table: the server that works on it."""
CARRIED: Sequence[Table] = [each for each in metadata.sorted_tables if each.name not in LEFT_OUT]
"""All others, those first that others refer to."""
AT_ONCE = 200
"""Rows that are in memory at once: a prompt, or what was written down, may be long."""

Tell = Callable[[str, int], None]
"""Who is told of what something is done with, and with how many of it so far."""

_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError)
"""What is raised for a value that can't be in its column."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and the SHA-256 of what they say."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Named:
    """A file that rows name, by its name in `Store.media`. `sha256` is what they say of it, and
    `run_id` the run that it is deleted with; None: they say nothing, and it never is."""

    name: str
    sha256: str | None
    run_id: str | None


def copy(source: Connection, target: Connection, table: Table, tell: Tell) -> Sum:
    """Copy all rows of a table that is empty in `target`; what was read, as `summed` has it."""
    adding = _Adding(table)
    for rows in _pieces(source, table):
        adding.add(rows)
        target.execute(insert(table), rows)
        tell(f"rows of {table.name}", adding.sum.rows)
    return adding.sum


def summed(connection: Connection, table: Table, tell: Tell) -> Sum:
    """Of the rows that a table has. Raises `StoreError` when one can't be read."""
    adding = _Adding(table)
    for rows in _pieces(connection, table):
        adding.add(rows)
        tell(f"checked rows of {table.name}", adding.sum.rows)
    return adding.sum


def named(connection: Connection) -> Iterator[Named]:
    """Every file that rows of an SQLite database name, always in the same order. A preview is none
    of them: it is made anew. Raises `StoreError` for a name that can't be one."""
    given = select(uploads.c.sha256).distinct().order_by(uploads.c.sha256)
    made = select(results.c.run_id, results.c.name, results.c.sha256)
    made = made.order_by(results.c.run_id, results.c.n)
    small = select(runs.c.id).where(runs.c.thumb.is_(True)).order_by(runs.c.id)
    pieces: Any = {"yield_per": AT_ONCE}
    try:
        for sha256 in connection.execute(given, execution_options=pieces).scalars():
            yield Named(files.upload_name(sha256), sha256, None)
        for run_id, name, sha256 in connection.execute(made, execution_options=pieces):
            yield Named(files.result_name(run_id, name), sha256, run_id)
        for run_id in connection.execute(small, execution_options=pieces).scalars():
            yield Named(files.thumb_name(run_id), None, run_id)
    except _UNREADABLE as error:
        raise StoreError(f"The rows name a file that can't be one: {error}.") from error


class _Adding:
    """Sums rows up as they come."""

    def __init__(self, table: Table) -> None:
        self._names = sorted(column.name for column in table.columns if column.name != STAYS)
        self._rows = 0
        self._digest = hashlib.sha256()

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            # Amounts, times and days are what JSON does not know: as text they are exact.
            line = json.dumps([row[name] for name in self._names], default=str, sort_keys=True)
            self._digest.update(f"{line}\n".encode())
            self._rows += 1

    @property
    def sum(self) -> Sum:
        return Sum(self._rows, self._digest.hexdigest())


def _pieces(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*(_in_order(connection, each) for each in table.primary_key))
    kinds = _kinds(table)
    try:
        found = connection.execute(query, execution_options={"yield_per": AT_ONCE})
        for rows in found.mappings().partitions():
            for row in rows:
                _check(row, kinds)
            yield [{**row, STAYS: None} if STAYS in table.c else dict(row) for row in rows]
    except _UNREADABLE as error:
        raise StoreError(f"A row of {table.name} can't be read: {error}.") from error


def _kinds(table: Table) -> dict[str, type]:
    """Columns whose values no type of ours looks at when they are read."""
    plain = {Integer: int, String: str, Float: float}
    return {
        column.name: kind
        for column in table.columns
        for of, kind in plain.items()
        if isinstance(column.type, of)
    }


def _check(row: Mapping[Any, Any], kinds: Mapping[str, type]) -> None:
    """SQLite keeps anything in any column. Raises `TypeError`."""
    for name, kind in kinds.items():
        if row[name] is not None and not isinstance(row[name], kind):
            raise TypeError(f"{row[name]!r:.40} is no {name}")


def _in_order(connection: Connection, column: Column[Any]) -> Any:
    """By the bytes of a text, as SQLite has it: elsewhere its language has a say."""
    if connection.dialect.name == "postgresql" and isinstance(column.type, String):
        return collate(column, "C")
    return column
