"""The history as a CSV that is only text to a spreadsheet."""

from collections.abc import Callable, Iterable

from lib.runs.tables import as_csv, usd
from lib.store import Run
from lib.ui import words

COLUMNS: tuple[tuple[str, Callable[[Run], object]], ...] = (
    ("started", lambda run: run.created_at.isoformat(timespec="seconds")),
    ("what", lambda run: words.endpoint(run.endpoint).title),
    ("model", lambda run: run.model),
    ("status", lambda run: words.STATES[run.state]),
    ("text", lambda run: run.text),
    ("quoted_usd", lambda run: usd(run.quote)),
    ("paid_usd", lambda run: usd(run.price)),
    ("estimated", lambda run: "yes" if run.price_estimated else ""),
    ("profile", lambda run: run.profile),
    ("person", lambda run: run.person),
    ("endpoint", lambda run: run.endpoint),
    ("request_id", lambda run: run.request_id or ""),
    ("run_id", lambda run: run.id),
)


def table(runs: Iterable[Run]) -> bytes:
    """`runs` as CSV in UTF-8: a line of names, then a line a run."""
    rows = ([str(value(run)) for _, value in COLUMNS] for run in runs)
    return as_csv([name for name, _ in COLUMNS], rows)
