"""A table out of a file that somebody has: CSV, a workbook, JSON, or lines of text."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any, cast

from lib.deapi.text import loads
from lib.runs.experiments import spreadsheet
from lib.runs.experiments.mapping import TEXTS, plainly
from lib.runs.experiments.table import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    Table,
    Unreadable,
    bounded_columns,
    bounded_rows,
    table,
    tidy,
)
from lib.runs.tables import as_written

__all__ = [
    "MOST_BYTES",
    "MOST_CHARACTERS",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "SUFFIXES",
    "Table",
    "Unreadable",
    "read",
]

MOST_BYTES = 5 * 2**20
SEPARATED = (".csv", ".tsv")
LINES_OF_JSON = (".jsonl", ".ndjson")
SUFFIXES = (*SEPARATED, ".txt", *spreadsheet.SUFFIXES, *LINES_OF_JSON, ".json")
"""The endings that say what a file is. One with another is taken as lines of text."""
SEPARATORS = (",", ";", "\t", "|")
TEXT = "text"
"""What a column is called that has no name because there is no other."""

_HEADS = TEXTS | {"title", "name", "url", "lyrics", "negativeprompt"}
"""What stands on top of a single column that has a head."""
_QUOTED = re.compile(r'(?<![^,;\t|\r\n])"(?:[^"]|"")*"')
_FIRST_CHARACTERS = 256 * 1024
"""Within which the first row of a table ends."""


def read(content: bytes, name: str) -> Table:
    """The table in a file that its owner calls `name`. Raises `Unreadable`."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"This is more than {MOST_BYTES // 2**20} MB. Take fewer lines.")
    ending = name.casefold()
    if ending.endswith(spreadsheet.SUFFIXES):
        return _headed(spreadsheet.rows(content))
    text = _decoded(content)
    if ending.endswith(SEPARATED):
        return _headed(_separated(text))
    if ending.endswith(LINES_OF_JSON):
        return _listed(_json_lines(text))
    if ending.endswith(".json"):
        return _listed(_json(text))
    return table([TEXT], *tidy([line] for line in text.splitlines()))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")  # what Excel writes where it doesn't say
    if "\0" in text:
        raise Unreadable("This is no text file. Save it as CSV, as .xlsx or as plain text.")
    return text


# --- tables ---------------------------------------------------------------------------------------


def _headed(rows: Iterable[Sequence[str]]) -> Table:
    """Several columns have their names in the first row; a single one only if it looks so."""
    kept, count = tidy([as_written(cell) for cell in row] for row in rows)
    if all(len(row) == 1 for row in kept) and not (kept and plainly(kept[0][0]) in _HEADS):
        return table([TEXT], kept, count)
    return table(kept[0], kept[1:], count - 1)


def _separated(text: str) -> Iterator[list[str]]:
    """By what separates the first row, which a text without a head rarely has in it."""
    unquoted = _QUOTED.sub("", text[:_FIRST_CHARACTERS]).lstrip("\r\n ")
    first = re.split(r"[\r\n]", unquoted, maxsplit=1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            yield row if separator in first else [separator.join(row)]
    except csv.Error as error:
        raise Unreadable(
            f"This table can't be read near line {reader.line_num:,}: perhaps a quotation mark is "
            "open. Inside a cell in quotation marks each of them is written twice."
        ) from error


# --- JSON -----------------------------------------------------------------------------------------


def _json(text: str) -> Iterator[Any]:
    try:
        value = loads(text.encode())
    except ValueError as error:
        at = f" near line {error.lineno:,}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(
            f"This JSON is broken{at}. Mend it, or save the rows as .jsonl or CSV."
        ) from error
    if not isinstance(value, list):
        raise Unreadable("This JSON is no list. Write [ … ] with an object or a text for each row.")
    for number, each in enumerate(cast(list[Any], value), 1):
        yield _row(each, f"Entry {number:,}")


def _json_lines(text: str) -> Iterator[Any]:
    lines = text.split("\n")
    bounded_rows(sum(1 for line in lines if line.strip()))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = loads(line.encode())
        except ValueError as error:
            raise Unreadable(
                f"Line {number:,} is no JSON. Each line must be an object or a text in quotation "
                "marks."
            ) from error
        yield _row(value, f"Line {number:,}")


def _row(value: Any, at: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return cast(dict[str, Any], value)
    if isinstance(value, list):
        raise Unreadable(f"{at} is a list. Make it an object, with a name for each value.")
    return {TEXT: value}


def _listed(objects: Iterable[dict[str, Any]]) -> Table:
    """Columns in the order in which their names come first."""
    rows = [each for each in objects if any(value not in ("", None) for value in each.values())]
    bounded_rows(len(rows))
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
        bounded_columns(len(columns))
    return table(list(columns), *tidy([_told(row.get(name)) for name in columns] for row in rows))


def _told(value: Any) -> str:
    """A value of JSON as text: a list of plain ones has a line for each."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        # Written out only where that is short: 1e999999999 is a number, too.
        brief = value.adjusted() < 15 and value == value.to_integral_value()
        return str(int(value)) if brief else str(value)
    if isinstance(value, dict | list):
        return _together(cast(dict[str, Any] | list[Any], value))
    return str(value)


def _together(values: dict[str, Any] | list[Any]) -> str:
    if isinstance(values, list) and not any(isinstance(each, dict | list) for each in values):
        return "\n".join(map(_told, values))
    return json.dumps(values, ensure_ascii=False, default=float)
