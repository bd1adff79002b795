"""Good, fast, cheap: what our own history says of the models. Pure functions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from lib.store import Record
from lib.ui import money
from lib.ui.plain import seconds

NAMES = ("good", "fast", "cheap")
ENOUGH = 3
"""Runs that went well before a model is compared with others."""
SURE = 5
"""Runs before a model can be called good."""
GOOD = 0.95
"""The share of them that has to go well."""

Key = tuple[str, str]
"""Endpoint and model."""


def badges(records: Sequence[Record]) -> Mapping[Key, tuple[str, ...]]:
    """The badges of each model on each endpoint, those without any left out.

    `good` rarely fails; `fast` and `cheap` are the best of at least two that were tried enough.
    """
    found: defaultdict[Key, list[str]] = defaultdict(list)
    for each in records:
        if each.ended >= SURE and each.success >= GOOD:
            found[each.endpoint, each.model].append("good")
    for name, measure in _MEASURES.items():
        for key in _best(records, measure):
            found[key].append(name)
    return {key: tuple(names) for key, names in found.items()}


def told(record: Record) -> str:
    """A record in a line: "11 of 12 runs went well · usually 4 s and $0.0019"."""
    runs = "run" if record.ended == 1 else "runs"
    usual = [
        *([seconds(record.seconds)] if record.seconds is not None else []),
        *([money.price(record.price)] if record.price is not None else []),
    ]
    most = [f"usually {' and '.join(usual)}"] if usual else []
    return " · ".join([f"{record.done} of {record.ended} {runs} went well", *most])


def _best(records: Iterable[Record], measure: Callable[[Record], float | None]) -> Iterable[Key]:
    """The one with the least, of each endpoint where several were tried; none where they tie."""
    tried: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for each in records:
        value = measure(each)
        if each.done >= ENOUGH and value is not None:
            tried[each.endpoint].append((value, each.model))
    for endpoint, some in tried.items():
        some.sort()
        if len(some) > 1 and some[0][0] < some[1][0]:
            yield endpoint, some[0][1]


_MEASURES: Mapping[str, Callable[[Record], float | None]] = {
    "fast": lambda each: each.seconds,
    "cheap": lambda each: None if each.price is None else float(each.price),
}
