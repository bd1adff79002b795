"""What was spent in any time and on what, and how the runs of that time did.

Money is summed up from the ledger, whatever became of the runs; an entry counts in the day of its
run's admission, and so does the run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from statistics import median
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Float, RowMapping, and_, case, cast, func, select

from lib.store.database import Store
from lib.store.money import ZERO
from lib.store.run import earliest_id
from lib.store.states import State
from lib.store.tables import Kind, entries, runs

By = Literal["endpoint", "model", "person"]
"""By what it is split up."""

TIMED = 500
"""So many of the newest runs of a model are timed: of more, the quantiles would be the same."""

_COLUMNS: Mapping[By, ColumnElement[str]] = {
    "endpoint": runs.c.endpoint,
    "model": runs.c.model,
    "person": entries.c.person,
}


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the first to the last day, both included, in PLAYGROUND_TIMEZONE."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Slice:
    """USD spent in a day by one person, or on one endpoint or model, and in how many runs."""

    day: date
    name: str
    spent: Decimal
    count: int


@dataclass(frozen=True, kw_only=True)
class Record:
    """How the runs of one model on one endpoint did.

    What was cancelled is neither `done` nor `failed`, and neither is what goes on. `quoted` and
    `paid` (USD) add up the runs whose price deAPI has told; the ratios are paid ÷ quoted, the mean
    of all and the highest. `median` and `p95` are seconds at deAPI, of the newest runs done.
    """

    endpoint: str
    model: str
    count: int
    done: int
    failed: int
    quoted: Decimal
    paid: Decimal
    ratio: float | None
    worst: float | None
    median: float | None
    p95: float | None

    @property
    def success(self) -> float | None:
        """From 0 to 1; None before anything has ended."""
        ended = self.done + self.failed
        return self.done / ended if ended else None


def spending(store: Store, profile: str, person: str | None, period: Period, by: By) -> list[Slice]:
    """What `person`, or with None everybody, has spent on each day of the period, corrections
    included, split up; in the order of the days, then of the names."""
    column = _COLUMNS[by]
    query = select(
        entries.c.day,
        column,
        func.sum(entries.c.amount),
        func.count().filter(entries.c.kind == Kind.POSTED),  # a run has one at most
    ).where(
        entries.c.profile == profile,
        entries.c.kind.in_([Kind.POSTED, Kind.CORRECTION]),
        entries.c.day.between(period.first, period.last),
    )
    if by != "person":
        query = query.join(runs, runs.c.id == entries.c.run_id)
    if person is not None:
        query = query.where(entries.c.person == person)
    with store.read() as connection:
        found = [Slice(*row) for row in connection.execute(query.group_by(entries.c.day, column))]
    return sorted(found, key=lambda each: (each.day, each.name))


def records(store: Store, profile: str, person: str | None, period: Period) -> list[Record]:
    """How the models did that `person`, or with None anybody, ran in the period."""
    where = _of(store, profile, person, period)
    known = _told()
    ratio = case((known, cast(runs.c.price, Float) / cast(runs.c.quote, Float)))
    query = (
        select(
            runs.c.endpoint,
            runs.c.model,
            func.count().label("count"),
            func.count().filter(runs.c.state == State.DONE).label("done"),
            func.count().filter(runs.c.state == State.FAILED).label("failed"),
            func.sum(runs.c.quote).filter(known).label("quoted"),
            func.sum(runs.c.price).filter(known).label("paid"),
            func.avg(ratio).label("ratio"),
            func.max(ratio).label("worst"),
        )
        .where(*where)
        .group_by(runs.c.endpoint, runs.c.model)
        .order_by(runs.c.endpoint, runs.c.model)
    )
    with store.read() as connection:
        found = connection.execute(query).mappings().all()
        return [
            _record(row, _seconds(connection, where, row["endpoint"], row["model"]))
            for row in found
        ]


def _record(row: RowMapping, took: Sequence[float]) -> Record:
    facts: dict[str, Any] = {
        **row,
        "quoted": row["quoted"] or ZERO,
        "paid": row["paid"] or ZERO,
        "median": median(took) if took else None,
        "p95": took[(95 * len(took) - 1) // 100] if took else None,
    }
    return Record(**facts)


def _told() -> ColumnElement[bool]:
    """That deAPI has told what a run cost, and that it was not free: only then can the price be
    compared with the quote. What was counted as paid is the quote itself."""
    return and_(runs.c.price.is_not(None), runs.c.settled.is_(None), runs.c.quote > ZERO)


def _of(
    store: Store, profile: str, person: str | None, period: Period
) -> list[ColumnElement[bool]]:
    """The runs that were admitted in the period: their ids are ordered by time."""

    def begin(day: date) -> str:
        return earliest_id(datetime.combine(day, time.min, store.timezone))

    where = [
        runs.c.profile == profile,
        runs.c.id >= begin(period.first),
        runs.c.id < begin(period.last + timedelta(days=1)),
    ]
    return where if person is None else [*where, runs.c.person == person]


def _seconds(
    connection: Connection, where: Sequence[ColumnElement[bool]], endpoint: str, model: str
) -> list[float]:
    """How long the newest of them took at deAPI, sorted. Neither database is asked for quantiles:
    they don't know the same ones, and would sort all runs for them."""
    query = (
        select(runs.c.took, runs.c.accepted_at, runs.c.ended_at)
        .where(
            *where,
            runs.c.endpoint == endpoint,
            runs.c.model == model,
            runs.c.state == State.DONE,
        )
        .order_by(runs.c.id.desc())
        .limit(TIMED)
    )
    return sorted(
        (ended - accepted).total_seconds() if took is None else took
        for took, accepted, ended in connection.execute(query)
    )
