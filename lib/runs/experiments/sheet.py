"""Reads a workbook from standard input and says its rows as JSON: `spreadsheet.py` runs this file
as a process of its own, which may die of what it reads. Imports nothing of ours, to start at once.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

_MEMORY_BYTES = 768 * 2**20
_MOST_CHARACTERS = 20_000_000
"""Of all cells together: a text may be in thousands of them and only once in the file."""

Value = int | float | str | bool | time | date | datetime | timedelta


def answer(content: bytes) -> dict[str, Any]:
    """The rows of the first sheet that has any, or the name of a problem."""
    # Here, because what imports this for its types must not wait for it.
    from python_calamine import (  # noqa: PLC0415
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
    except PasswordError:
        return {"problem": "locked"}
    for at, sheet in enumerate(book.sheets_metadata):
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            rows = list(_bounded(book.get_sheet_by_index(at).iter_rows()))
            if rows and rows[-1] is None:
                return {"problem": "large"}
            if rows:
                return {"rows": rows}
    return {"rows": []}


def _bounded(rows: Iterable[Iterable[Value]]) -> Iterator[list[str] | None]:
    """The rows with anything in them as text, without the empty cells at their ends; ends with
    None where it is too much."""
    left = _MOST_CHARACTERS
    for row in rows:
        cells = [text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        left -= sum(map(len, cells)) + len(cells)
        if left < 0:
            yield None
            return
        if any(map(str.strip, cells)):
            yield cells


def text(value: Value) -> str:
    """As a person would write it: whole numbers without a fraction, dates in ISO's form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date | time):  # a datetime is a date too
        return value.isoformat()
    return str(value)


def _bind(seconds: int) -> None:
    """Bounds what this process takes, where the system knows how."""
    try:
        import resource  # noqa: PLC0415  # there is none on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    except (OSError, ValueError):
        return  # macOS takes no bound on this


if __name__ == "__main__":
    _bind(int(sys.argv[1]))
    json.dump(answer(sys.stdin.buffer.read()), sys.stdout)
