"""Reading the past: lists, what they add up to, and what is learned from it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, or_, select

from lib.store import search, servers
from lib.store.database import Store
from lib.store.money import ZERO
from lib.store.run import (
    RESULT_COLUMNS,
    RUN_COLUMNS,
    ResultFile,
    Run,
    as_run,
    few,
    first_id,
    folded,
)
from lib.store.states import HOLDING, OPEN, Settlement, State
from lib.store.tables import cells, marks, results, runs, tags
from lib.store.written import writable

MOMENT = timedelta(seconds=60)
"""How far apart two runs of the same moment were sent, at most."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which runs a list shows; what is `None` or empty does not limit it.

    `text` are beginnings of words: of the prompt, of what was read, heard or written, or of the
    note. A text without any word is looked for in the prompt as it is. `since` and `until` are
    days of the playground's zone, the last one included. `least` and `most` are USD that it has
    cost.
    """

    profile: str
    person: str | None = None
    endpoint: str | None = None
    model: str | None = None
    states: frozenset[State] = frozenset()
    text: str = ""
    since: date | None = None
    until: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    tag: str | None = None
    starred: bool = False
    experiment: str | None = None


@dataclass(frozen=True, kw_only=True)
class Total:
    """What a list adds up to: runs, USD spent, and USD still held by open runs. With `more` it
    goes on, and this is said of its newest runs only."""

    count: int
    spent: Decimal
    held: Decimal
    more: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run has cost, USD, and when: as much of a `Run` as tells that."""

    id: str
    sending_at: datetime | None
    ended_at: datetime | None
    quote: Decimal
    reserved: Decimal
    price: Decimal | None
    settled: Settlement | None


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What there is to filter by, sorted."""

    endpoints: list[str]
    models: list[str]


_COST = [runs.c[column.name] for column in fields(Cost)]


def page(
    store: Store, filters: Filters, *, before: str | None = None, limit: int = 50
) -> list[Run]:
    """Up to `limit` runs, newest first; the next page is `before` the id of the last one. Runs
    that are added meanwhile shift nothing."""
    with store.read() as connection:
        query = _newest(store, connection, filters, RUN_COLUMNS, before).limit(limit)
        return [as_run(row) for row in connection.execute(query).mappings()]


def latest(store: Store, filters: Filters, endpoints: Iterable[str], limit: int) -> list[Run]:
    """Up to `limit` runs of each of these endpoints, the newest of each first, of one moment."""
    found: list[Run] = []
    with store.read() as connection:
        for endpoint in endpoints:
            only = replace(filters, endpoint=endpoint)
            query = _newest(store, connection, only, RUN_COLUMNS).limit(limit)
            found += [as_run(row) for row in connection.execute(query).mappings()]
    return found


def total(store: Store, filters: Filters, *, newest: int | None = None) -> Total:
    """What all runs that pass the filters add up to, not only those of one page; of so many of the
    newest alone where `newest` is given, as adding up a hundred thousand takes its time."""
    columns = (runs.c.id, runs.c.price, runs.c.reserved, runs.c.state)
    with store.read() as connection:
        some = _newest(store, connection, filters, columns).limit(newest).subquery()
        query = select(
            func.count(),
            func.sum(some.c.price),
            func.sum(some.c.reserved).filter(some.c.state.in_(HOLDING)),
            func.min(some.c.id),
        )
        count, spent, held, oldest = connection.execute(query).one()
        more = False
        if oldest is not None and count == newest:
            older = _newest(store, connection, filters, columns, oldest).limit(1)
            more = connection.execute(older).one_or_none() is not None
    return Total(count=count, spent=spent or ZERO, held=held or ZERO, more=more)


def choices(store: Store, profile: str, person: str | None = None) -> Choices:
    """The endpoints and models that `person` (with `None`: anybody) has runs of."""
    where = _where(store, Filters(profile=profile, person=person))
    with store.read() as connection:
        return Choices(
            endpoints=sorted(_different(connection, runs.c.endpoint, where)),
            models=sorted(_different(connection, runs.c.model, where)),
        )


def _different(
    connection: Connection, column: Column[str], where: Sequence[ColumnElement[bool]]
) -> list[str]:
    """The values that a column has: from each to the next one behind it in an index, as
    neither database skips the many rows with the same value by itself."""
    found: list[str] = []
    query = select(column).where(*where).order_by(column).limit(1)
    while (value := connection.scalar(query)) is not None:
        found.append(value)
        query = select(column).where(*where, column > value).order_by(column).limit(1)
    return found


def results_of(
    store: Store, run_ids: Iterable[str], *, among: Filters | None = None
) -> dict[str, list[ResultFile]]:
    """The kept files of several runs at once: run id → its files in order. A run without files,
    or one that does not pass `among` (its `text` left aside), is not in it."""
    query = (
        select(results.c.run_id, *RESULT_COLUMNS)
        .where(results.c.run_id.in_(list(run_ids)))
        .order_by(results.c.run_id, results.c.n)
    )
    if among is not None:
        query = query.join(runs, runs.c.id == results.c.run_id).where(*_where(store, among))
    found: dict[str, list[ResultFile]] = {}
    with store.read() as connection:
        for run_id, *values in connection.execute(query):
            names = (column.name for column in RESULT_COLUMNS)
            file = ResultFile(**dict(zip(names, values, strict=True)))
            found.setdefault(run_id, []).append(file)
    return found


def durations(store: Store, profile: str, endpoint: str, model: str, last: int = 50) -> list[float]:
    """Seconds that the last finished jobs took, newest first: from acceptance to the end, as well
    as is known."""
    query = (
        select(runs.c.accepted_at, runs.c.ended_at, runs.c.took)
        .where(
            runs.c.profile == profile,
            runs.c.endpoint == endpoint,
            runs.c.model == model,
            runs.c.state.in_([State.KEEPING, State.DONE]),
        )
        .order_by(runs.c.id.desc())
        .limit(last)
    )
    with store.read() as connection:
        return [
            (ended - accepted).total_seconds() if took is None else took
            for accepted, ended, took in connection.execute(query)
        ]


def neighbours(store: Store, run: Run) -> list[Run]:
    """The other runs of the profile that were sent within a minute of this one, oldest first:
    evidence for an `unknown` run, whoever's they are."""
    if run.sending_at is None:
        return []
    query = (
        select(*RUN_COLUMNS)
        .where(
            runs.c.profile == run.profile,
            runs.c.id != run.id,
            runs.c.sending_at.between(run.sending_at - MOMENT, run.sending_at + MOMENT),
        )
        .order_by(runs.c.sending_at, runs.c.id)
    )
    with store.read() as connection:
        return [as_run(row) for row in connection.execute(query).mappings()]


def take_estimated(store: Store, profile: str, since: datetime, server: str) -> list[Run]:
    """The runs whose price deAPI only estimates, whose jobs ended after `since`, and which are
    `server`'s, as those become that a server which has ended has left. Those that are still to be
    kept are only taken over as open ones, with a new fence. Raises `StoreError`."""
    estimated = _estimated(profile, since)
    mine = select(*RUN_COLUMNS).where(*estimated, runs.c.owner == server).order_by(runs.c.id)
    with store.write() as connection:
        servers.take(connection, store, runs, server, *estimated, runs.c.state.not_in(OPEN))
        return [as_run(row) for row in connection.execute(mine).mappings()]


def count_estimated(store: Store, profile: str, since: datetime) -> int:
    """How many runs have a price that deAPI only estimates, and jobs that ended after `since`."""
    query = select(func.count()).where(*_estimated(profile, since))
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def costs(store: Store, profile: str, since: datetime, until: datetime) -> list[Cost]:
    """Of the runs that were open at any time from `since` to `until`, oldest first."""
    open_then = or_(runs.c.ended_at.is_(None), runs.c.ended_at >= since)
    query = select(*_COST).where(runs.c.profile == profile, open_then, runs.c.created_at <= until)
    with store.read() as connection:
        return [Cost(*row) for row in connection.execute(query.order_by(runs.c.id))]


def with_request_ids(store: Store, profile: str, request_ids: Collection[str]) -> set[str]:
    """Those of `request_ids` that a run of the profile has."""
    mine = (runs.c.profile == profile, runs.c.request_id.in_(request_ids))
    with store.read() as connection:
        return set(connection.scalars(select(runs.c.request_id).where(*mine)))


def stand_in(store: Store, run: Run) -> Run | None:
    """The run that was ordered in the place of `run` when deAPI refused its model."""
    mine = (runs.c.profile == run.profile, runs.c.person == run.person, runs.c.id > run.id)
    there = runs.c.deleted_at.is_(None)
    query = select(*RUN_COLUMNS).where(*mine, there, runs.c.instead_of == run.id).limit(1)
    with store.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
        return as_run(row) if row else None


def _estimated(profile: str, since: datetime) -> list[ColumnElement[bool]]:
    return [runs.c.profile == profile, runs.c.price_estimated.is_(True), runs.c.ended_at > since]


def _newest(
    store: Store,
    connection: Connection,
    filters: Filters,
    columns: Sequence[Column[Any]],
    before: str | None = None,
) -> Select[Any]:
    """These columns of the runs that pass the filters, newest first: all, or those older than the
    run `before`."""
    query = select(*columns).where(*_where(store, filters))
    if wanted := search.words(filters.text):
        return search.narrowed(connection, query, wanted, before)
    if signs := writable(folded(filters.text)):
        query = query.where(runs.c.search.contains(signs, autoescape=True))
    if before is not None:
        query = query.where(runs.c.id < before)
    return query.order_by(runs.c.id.desc())


def _where(store: Store, filters: Filters) -> list[ColumnElement[bool]]:
    """All that is asked for but the text."""
    where: list[ColumnElement[bool]] = [runs.c.profile == filters.profile]
    if filters.person is not None:
        where.append(runs.c.person == filters.person)
    if filters.endpoint is not None:
        where.append(runs.c.endpoint == filters.endpoint)
    if filters.model is not None:
        where.append(runs.c.model == filters.model)
    if len(filters.states) == 1:
        where.append(runs.c.state.in_(filters.states))
    elif filters.states:
        where = [few(filters.states, *where)]
    return [*where, runs.c.deleted_at.is_(None), *_when(store, filters), *_more(filters)]


def _when(store: Store, filters: Filters) -> list[ColumnElement[bool]]:
    """Ids begin with their time, so that days are found in the index that lists go by."""

    def begins(day: date) -> str:
        return first_id(datetime.combine(day, time(), store.timezone))

    where: list[ColumnElement[bool]] = []
    if filters.since is not None:
        where.append(runs.c.id >= begins(filters.since))
    if filters.until is not None:
        where.append(runs.c.id < begins(filters.until + timedelta(days=1)))
    return where


def _more(filters: Filters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    cost = func.coalesce(runs.c.price, ZERO)
    if filters.least is not None:
        where.append(cost >= filters.least)
    if filters.most is not None:
        where.append(cost <= filters.most)
    if filters.starred:
        where.append(runs.c.id.in_(select(marks.c.run_id).where(marks.c.starred.is_(True))))
    if filters.tag is not None:
        where.append(runs.c.id.in_(select(tags.c.run_id).where(tags.c.tag == filters.tag)))
    if filters.experiment is not None:
        mine = cells.c.experiment_id == filters.experiment
        where.append(runs.c.id.in_(select(cells.c.run_id).where(mine)))
    return where
