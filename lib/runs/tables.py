"""Tables as CSV that is only text to a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may run when a cell begins with it, full-width forms included."""
_BOM = "\ufeff"
"""Without it Excel reads UTF-8 as something else."""


def as_csv(names: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A line of `names`, then a line a row, in UTF-8; texts are inert, numbers as they are."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(map(inert, names))
    for row in rows:
        writer.writerow(inert(cell) if isinstance(cell, str) else cell for cell in row)
    return (_BOM + target.getvalue()).encode("utf-8", "replace")


def inert(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula: an apostrophe before what would be.

    Looks past the spaces before it too, which some spreadsheets trim. What looks like the result
    gets one more, so that `as_written` knows what there was.
    """
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def as_written(text: str) -> str:
    """What `inert` made this of."""
    return text[1:] if text.startswith("'") and _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    return text.lstrip(" \u00a0").startswith(_STARTS_A_FORMULA)


def usd(amount: Decimal | None) -> str:
    """An amount with every digit that it has; nothing where there is none."""
    return "" if amount is None else f"{amount:f}"
