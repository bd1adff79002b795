"""The history as a CSV that is only text to a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal

from lib.store import Run
from lib.ui import words

COLUMNS: tuple[tuple[str, Callable[[Run], object]], ...] = (
    ("started", lambda run: run.created_at.isoformat(timespec="seconds")),
    ("what", lambda run: words.endpoint(run.endpoint).title),
    ("model", lambda run: run.model),
    ("status", lambda run: words.STATES[run.state]),
    ("text", lambda run: run.text),
    ("quoted_usd", lambda run: _amount(run.quote)),
    ("paid_usd", lambda run: _amount(run.price)),
    ("estimated", lambda run: "yes" if run.price_estimated else ""),
    ("profile", lambda run: run.profile),
    ("person", lambda run: run.person),
    ("endpoint", lambda run: run.endpoint),
    ("request_id", lambda run: run.request_id or ""),
    ("run_id", lambda run: run.id),
)

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may run when a cell begins with it, full-width forms included."""
_BOM = "\ufeff"
"""Without it Excel reads UTF-8 as something else."""


def table(runs: Iterable[Run]) -> bytes:
    """`runs` as CSV in UTF-8: a line of names, then a line a run."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(name for name, _ in COLUMNS)
    for run in runs:
        writer.writerow(inert(str(value(run))) for _, value in COLUMNS)
    return (_BOM + target.getvalue()).encode()


def inert(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula: an apostrophe before what would be.

    Looks past the spaces before it too, which some spreadsheets trim.
    """
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_STARTS_A_FORMULA) else text


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"
