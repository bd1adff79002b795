"""Caps: what a person, and the whole team, may spend in a day and in a month.

What is held counts as spent, so that nobody gets past a cap by ordering much at once. They are
looked at in the transaction that admits a run (`ledger.admit`), after its own hold was added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, select

from lib.store import database
from lib.store.database import Store
from lib.store.errors import OverCap
from lib.store.money import ZERO, final
from lib.store.tables import TEAM, caps, totals

DAY, MONTH = "day", "month"


@dataclass(frozen=True, kw_only=True)
class Caps:
    """USD in a day and in a month; None: no cap."""

    day: Decimal | None = None
    month: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Use:
    """How much of one cap is used, in USD. `whose` is a person, or `TEAM`; `period` is `DAY` or
    `MONTH`."""

    whose: str
    period: str
    cap: Decimal
    posted: Decimal
    held: Decimal

    @property
    def left(self) -> Decimal:
        """Never below zero, although a price may have come out above what was held for it."""
        return max(self.cap - self.posted - self.held, ZERO)

    @property
    def share(self) -> Decimal:
        """1 when all of it is used."""
        return (self.posted + self.held) / self.cap if self.cap else Decimal(1)


def of(store: Store, profile: str, person: str = TEAM) -> Caps:
    """The caps of a person, or of the team."""
    with store.read() as connection:
        return _of(connection, profile, [person]).get(person, Caps())


def put(store: Store, profile: str, person: str, new: Caps) -> None:
    """Have these be the caps of a person, or of `TEAM`, from now on. Raises `ValueError` for an
    amount below zero, and `StoreError`."""
    values = {DAY: new.day and final(new.day), MONTH: new.month and final(new.month)}
    if any(each is not None and each < 0 for each in values.values()):
        raise ValueError("a cap can't be below zero")
    key = {"profile": profile, "person": person}
    with store.write() as connection:
        database.put(connection, caps, key, values)


def uses(store: Store, profile: str, person: str) -> list[Use]:
    """How much of each cap that applies to `person` is used: their own, then the team's."""
    with store.read() as connection:
        return _uses(connection, profile, person, store.today())


def check(connection: Connection, profile: str, person: str, day: date) -> None:
    """Raises `OverCap` when what stands in the totals is above any cap of the person or the team,
    in the transaction that has added to them."""
    for use in _uses(connection, profile, person, day):
        if use.posted + use.held > use.cap:
            raise OverCap(use.whose == TEAM, use.period)


def room(connection: Connection, profile: str, person: str, day: date) -> Decimal | None:
    """USD that a person may still spend or hold on `day`, by every cap; None: no cap."""
    left = [use.left for use in _uses(connection, profile, person, day)]
    return min(left) if left else None


def _uses(connection: Connection, profile: str, person: str, day: date) -> list[Use]:
    known = _of(connection, profile, [person, TEAM])
    if not known:
        return []
    periods = {DAY: f"day:{day:%Y-%m-%d}", MONTH: f"month:{day:%Y-%m}"}
    query = select(totals).where(
        totals.c.profile == profile,
        totals.c.person.in_([person, TEAM]),
        totals.c.period.in_(periods.values()),
    )
    spent = {(row["person"], row["period"]): row for row in connection.execute(query).mappings()}
    nothing = {"posted": ZERO, "held": ZERO}
    return [
        Use(whose=whose, period=period, cap=cap, posted=row["posted"], held=row["held"])
        for whose in (person, TEAM)
        if whose in known
        for period, cap in ((DAY, known[whose].day), (MONTH, known[whose].month))
        if cap is not None
        for row in [spent.get((whose, periods[period]), nothing)]
    ]


def _of(connection: Connection, profile: str, people: list[str]) -> Mapping[str, Caps]:
    query = select(caps).where(caps.c.profile == profile, caps.c.person.in_(people))
    rows = connection.execute(query).mappings()
    return {row["person"]: Caps(day=row["day"], month=row["month"]) for row in rows}
