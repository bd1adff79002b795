"""What was spent in a month, split up for who watches the budget."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import ColumnElement, func, select

from lib.store.database import Store
from lib.store.tables import TEAM, Kind, entries, runs, totals

By = Literal["person", "endpoint", "model", "day"]
"""By what it is split up."""

_COLUMNS: Mapping[By, ColumnElement[str] | ColumnElement[date]] = {
    "person": entries.c.person,
    "endpoint": runs.c.endpoint,
    "model": runs.c.model,
    "day": entries.c.day,
}


@dataclass(frozen=True, kw_only=True)
class Share:
    """USD spent by one of them, in how many runs."""

    name: str
    spent: Decimal
    count: int


def shares(store: Store, profile: str, month: date, by: By) -> list[Share]:
    """What everybody together has spent in the month of `month`, the largest first; days in their
    order. An entry counts in the day of its run's admission."""
    column = _COLUMNS[by]
    query = (
        select(column, func.sum(entries.c.amount), func.count(runs.c.id.distinct()))
        .join(runs, runs.c.id == entries.c.run_id)
        .where(
            entries.c.profile == profile,
            entries.c.kind.in_([Kind.POSTED, Kind.CORRECTION]),
            entries.c.day.between(*_bounds(month)),
        )
        .group_by(column)
    )
    with store.read() as connection:
        found = [
            Share(name=str(name), spent=spent, count=count)
            for name, spent, count in connection.execute(query)
        ]
    order: Callable[[Share], object] = (
        (lambda each: each.name) if by == "day" else (lambda each: (-each.spent, each.name))
    )
    return sorted(found, key=order)


def by_person(store: Store, profile: str, day: date) -> dict[str, tuple[Decimal, Decimal]]:
    """Person → USD spent and held on `day` and in its month, by the totals."""
    periods = (f"day:{day:%Y-%m-%d}", f"month:{day:%Y-%m}")
    query = select(totals.c.person, totals.c.period, totals.c.posted, totals.c.held).where(
        totals.c.profile == profile, totals.c.person != TEAM, totals.c.period.in_(periods)
    )
    found: dict[str, dict[str, Decimal]] = {}
    with store.read() as connection:
        for person, period, posted, held in connection.execute(query):
            found.setdefault(person, {})[period] = posted + held
    zero = Decimal(0)
    return {
        person: (used.get(periods[0], zero), used.get(periods[1], zero))
        for person, used in found.items()
    }


def projected(spent: Decimal, today: date) -> Decimal:
    """What the month will have cost at its end, if it goes on as until `today`, that day
    included."""
    first, last = _bounds(today)
    return spent * ((last - first).days + 1) / ((today - first).days + 1)


def _bounds(month: date) -> tuple[date, date]:
    first = month.replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, date.fromordinal(following.toordinal() - 1)
