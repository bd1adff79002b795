"""What the ledger and the runs say, in the words and portions that are drawn. Pure functions."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from lib.deapi.contract import endpoint
from lib.store import LOCAL
from lib.store.usage import By, Period, Record, Slice
from lib.ui import words
from lib.ui.plain import clip
from lib.ui.usage import period as times

Split = Literal["family", "endpoint", "model", "person"]
SPLITS: Mapping[Split, str] = {
    "family": "Kind",
    "endpoint": "What",
    "model": "Model",
    "person": "Person",
}
"""What one may split up by, and how it is called."""

MOST = 6
"""So many have a colour of their own; what else there is goes together."""
OTHERS = "Others"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """What one of them has cost in a day or month, USD, in so many runs."""

    day: date
    name: str
    spent: Decimal
    count: int


def by(split: Split) -> By:
    """What the ledger is asked for: it knows no families."""
    return "endpoint" if split == "family" else split


def named(slices: Sequence[Slice], split: Split, models: Mapping[str, str]) -> list[Part]:
    """The slices under the names that people know, added up where they share one."""
    found: defaultdict[tuple[date, str], list[Slice]] = defaultdict(list)
    told = {name: _name(name, split, models) for name in {each.name for each in slices}}
    for each in slices:
        found[each.day, told[each.name]].append(each)
    return [
        Part(day, name, sum((one.spent for one in some), ZERO), sum(one.count for one in some))
        for (day, name), some in found.items()
    ]


def _name(name: str, split: Split, models: Mapping[str, str]) -> str:
    if split == "family":
        return words.FAMILIES[endpoint(name).family].title
    if split == "endpoint":
        return words.endpoint(name).title
    if split == "model":
        return model(name, models)
    return "Before there were accounts" if name == LOCAL else clip(name, 60)


def model(slug: str, models: Mapping[str, str]) -> str:
    """A model's name; with what deAPI calls it where another has the same."""
    name = models.get(slug, slug)
    return clip(f"{name} ({slug})" if [*models.values()].count(name) > 1 else name, 60)


def sums(parts: Sequence[Part]) -> list[tuple[str, Decimal, int]]:
    """Name, USD and runs of each in the whole time, the dearest first."""
    spent: defaultdict[str, Decimal] = defaultdict(Decimal)
    counts: Counter[str] = Counter()
    for each in parts:
        spent[each.name] += each.spent
        counts[each.name] += each.count
    return sorted(
        ((name, usd, counts[name]) for name, usd in spent.items()), key=lambda row: (-row[1], row)
    )


def portions(parts: Sequence[Part], period: Period) -> tuple[list[str], list[Part]]:
    """The names in the order of their colours, and what is drawn for each day or month: those
    that cost most, and the others together."""
    order = [name for name, *_ in sums(parts)]
    # Others of one would be that one under another name.
    own = order[: MOST if len(order) > MOST + 1 else MOST + 1]
    found: defaultdict[tuple[date, str], list[Part]] = defaultdict(list)
    for each in parts:
        name = each.name if each.name in own else OTHERS
        found[times.step(each.day, period), name].append(each)
    drawn = [
        Part(day, name, sum((one.spent for one in some), ZERO), sum(one.count for one in some))
        for (day, name), some in sorted(found.items())
    ]
    return ([*own, OTHERS] if len(order) > len(own) else own), drawn


def to_come(rest: Decimal, period: Period, today: date) -> dict[date, Decimal]:
    """Where the `rest` of this month's spending is expected, if that is drawn: on each of its days
    after today, or on the month itself."""
    month = times.chosen(times.MONTH, today)
    if not rest or period.last != today or period.first > month.first:
        return {}
    if times.monthly(period):
        return {month.first: rest}
    days = [*times.rest_of_month(today)] if period == month else []
    return {day: rest / len(days) for day in days}


def success(records: Sequence[Record]) -> float | None:
    """Of all of them together."""
    done, failed = sum(each.done for each in records), sum(each.failed for each in records)
    return done / (done + failed) if done + failed else None


def against_quote(records: Sequence[Record]) -> str:
    """How prices stood to what was quoted, in a sentence; empty where none can be compared."""
    quoted = sum((each.quoted for each in records), ZERO)
    if not quoted:
        return ""
    off = difference(quoted, sum((each.paid for each in records), ZERO))
    worst = max(each.worst or 0.0 for each in records)
    dearest = f" The dearest run came out at {worst:.2f} times its quote." if worst > 1.005 else ""
    return f"Paid {off}.{dearest}"


def difference(quoted: Decimal, paid: Decimal) -> str:
    """`0.3% less than quoted`."""
    if paid == quoted:
        return "exactly what was quoted"
    share, how = abs(paid / quoted - 1), "more" if paid > quoted else "less"
    much = "under 0.1%" if share < Decimal("0.001") else f"{share:.1%}"
    return f"{much} {how} than quoted"
