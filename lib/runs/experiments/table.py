"""A table out of somebody's file: texts under names, within bounds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lib.deapi.text import clean, short

MOST_ROWS = 4000
"""As many as an experiment has cells at most."""
MOST_COLUMNS = 200
MOST_CHARACTERS = 20_000
"""In one cell: what a value in a plan may have (manifest)."""
_NAME = 80


class Unreadable(ValueError):
    """Raised with a sentence for a person, which says what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """Every row has a cell for every column, "" where there is nothing; no name is there twice."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]

    def column(self, name: str) -> list[str]:
        """What stands under `name`, row by row."""
        return [row[name] for row in self.rows]


def tidy(rows: Iterable[Sequence[str]]) -> tuple[list[list[str]], int]:
    """The rows with anything in them, without the empty cells at their ends: as many as a table
    and its head have at most, and how many there are. Raises `Unreadable`."""
    kept: list[list[str]] = []
    count = 0
    for row in rows:
        if not any(map(str.strip, row)):
            continue
        count += 1
        if count <= MOST_ROWS + 1:
            kept.append(_checked(row))
    return kept, count


def table(head: Sequence[str], rows: Sequence[Sequence[str]], count: int) -> Table:
    """`rows`, which `tidy` gave and of which there are `count`, under `head`, whose names may be
    missing or repeated. Raises `Unreadable`."""
    bounded_rows(count)
    if not rows:
        raise Unreadable("There is no text in it. Choose a file with at least one row.")
    width = max(len(head), *map(len, rows))
    heads = [*head, *[""] * (width - len(head))]
    columns = {
        name: at
        for at, name in enumerate(_names(heads))
        if heads[at].strip() or any(at < len(row) and row[at] for row in rows)
    }
    return Table(
        columns=tuple(columns),
        rows=tuple(
            {name: row[at] if at < len(row) else "" for name, at in columns.items()} for row in rows
        ),
    )


def bounded_rows(count: int) -> None:
    """Raises `Unreadable` when these are too many."""
    if count > MOST_ROWS:
        raise Unreadable(
            f"These are {count:,} rows. At most {MOST_ROWS:,} are taken at once: split the file."
        )


def bounded_columns(count: int) -> None:
    """Raises `Unreadable` when these are too many."""
    if count > MOST_COLUMNS:
        raise Unreadable(
            f"It has {count:,} columns. At most {MOST_COLUMNS} are taken: leave the others out."
        )


def _checked(row: Sequence[str]) -> list[str]:
    cells = [clean(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    bounded_columns(len(cells))
    for cell in cells:
        if len(cell) > MOST_CHARACTERS:
            raise Unreadable(
                f"The cell that begins with “{short(cell, 40)}” has {len(cell):,} characters. At "
                f"most {MOST_CHARACTERS:,} are taken: shorten it."
            )
    return cells


def _names(heads: Sequence[str]) -> list[str]:
    """A name for each column that no other has, for people to read."""
    found: dict[str, None] = {}
    for number, head in enumerate(heads, 1):
        name = free = short(head, _NAME) or f"Column {number}"
        while free in found:
            free = f"{name} ({number})"
            number += 1
        found[free] = None
    return list(found)
