"""Experiments as they are kept: their cells, what is held for these, and the runs that come of it.

One hold stands for all cells without a run (`experiments.held`), as much of them as the caps allow
today. A cell that is sent takes its part out of it into a run of its own, in one transaction, so
that nothing is ever held twice or free in between; a pause takes the runs that still wait back into
cells in the same way. The hold counts in the day it was made; on another day it is made anew. The
row of the experiment is locked before its runs are, and these before the totals.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    update,
)

from lib.store import caps, ledger, servers
from lib.store.database import Store, insert_missing
from lib.store.errors import Denied
from lib.store.money import ZERO, Nano, final, reserve_up
from lib.store.recalled import recall
from lib.store.run import (
    RUN_COLUMNS,
    NewRun,
    Run,
    as_run,
    is_part,
    moment_of,
    time_ordered_id,
)
from lib.store.states import ENDED, HOLDING, State
from lib.store.tables import GOES_ON, Status, cells, experiments, runs

TEXT = 20_000
RETRIED = (Status.RUNNING, Status.DONE)
"""Of these, failed cells may be sent again: nothing else is left that such a press would send."""
SENDING = 500
"""So many cells are written with one statement."""


class NotGoingOn(Denied):
    """Cells of an experiment that sends nothing can't be tried again."""

    def __init__(self) -> None:
        super().__init__(
            "It is paused or stopped, so nothing is sent again. Let a paused one go on first."
        )


class Dearer(Denied):
    """What is left costs more than a person has agreed to."""

    def __init__(self) -> None:
        super().__init__(
            "What is left costs more by now than you were shown. Look at the price again."
        )


class OverItsLimit(Denied):
    """The next cell would take the experiment above its own limit."""

    def __init__(self) -> None:
        super().__init__("The experiment has reached its own limit.")


@dataclass(frozen=True, kw_only=True)
class NewCell:
    """A cell as it is planned. Amounts are USD; `params` as a run's are stored."""

    input: int
    variant: int
    endpoint: str
    model: str
    params: Mapping[str, Any]
    quote: Decimal
    reserved: Decimal
    text: str = ""
    run_id: str | None = None
    """A run of the same person that made the same before: nothing is sent then."""
    reused: bool = False
    """Whether an earlier cell asks for the same, whose run is then this one's too: it holds nothing
    and is never sent."""


@dataclass(frozen=True, kw_only=True)
class NewExperiment:
    """An experiment to be begun; `nonce` belongs to the press that begins it. `most` is its own
    limit in USD, and `plan` everything that it takes to plan it again."""

    profile: str
    person: str
    nonce: str
    title: str
    plan: Mapping[str, Any]
    cells: Sequence[NewCell]
    most: Decimal | None = None
    shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """An experiment as it was when it was read. `held` USD stand for cells without a run, and count
    in the day `held_on`."""

    id: str
    profile: str
    person: str
    title: str
    plan: dict[str, Any]
    status: Status
    shared: bool
    most: Decimal | None
    held: Decimal
    held_on: date
    problem: str | None
    """Why nothing is sent just now, in a sentence."""
    created_at: datetime
    ended_at: datetime | None
    owner: str | None = None
    """The server on which it goes on."""


@dataclass(frozen=True, slots=True)
class Titled:
    """As much of an experiment as it takes to choose it out of many. When it began is read from its
    id: in a row of SQLite the moment stands behind the plan, all of which is read to come to it."""

    id: str
    title: str

    @property
    def created_at(self) -> datetime:
        return moment_of(self.id)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell, and the run of its last try, if it was sent; or the `problem` that kept it from
    that."""

    n: int
    input: int
    variant: int
    endpoint: str
    model: str
    params: dict[str, Any]
    text: str
    quote: Decimal
    reserved: Decimal
    tries: int
    problem: str | None
    reused: bool
    """Whether its run is made and paid for elsewhere: before, outside this experiment, or for an
    earlier cell that asks for the same."""
    run: Run | None

    @property
    def is_unsent(self) -> bool:
        """Whether it waits to be sent."""
        return self.run is None and self.problem is None and not self.reused

    @property
    def may_be_retried(self) -> bool:
        """Whether its last try ended, for certain, without a result and without a price."""
        run = self.run
        if self.problem is not None:
            return True
        return run is not None and run.state in _FAILED and not run.price


_FAILED = (State.FAILED, State.CANCELLED)
_COLUMNS = [experiments.c[each.name] for each in fields(Experiment)]
_CELL_COLUMNS = [cells.c[each.name] for each in fields(Cell) if each.name != "run"]
_CELL_NAMES = [each.name for each in _CELL_COLUMNS]
_OF_RUN = [each for each in RUN_COLUMNS if each is not runs.c.params]
_RUN_NAMES = [each.name for each in _OF_RUN]
_UNSENT = (cells.c.run_id.is_(None), cells.c.problem.is_(None), cells.c.reused.is_(False))
"""Cells that wait to be sent."""


def begin(store: Store, new: NewExperiment) -> Experiment:
    """Commit the experiment with all its cells, and hold for them what may be spent today.

    The same nonce again returns what it began. Raises `OverCap` when today not even the first cell
    may be sent, `OverItsLimit`, `ValueError` without any cell, and `StoreError`.
    """
    if not new.cells:
        raise ValueError("an experiment needs a cell")
    first = next((each for each in new.cells if not (each.reused or each.run_id)), None)
    if new.most is not None and first is not None and first.reserved > new.most:
        raise OverItsLimit
    with store.write() as connection:
        now = store.now()
        row = {
            "id": time_ordered_id(now),
            "profile": new.profile,
            "person": new.person,
            "nonce": new.nonce,
            "title": new.title[:200],
            "plan": dict(new.plan),
            "status": Status.RUNNING,
            "shared": new.shared,
            "most": None if new.most is None else final(new.most),
            "held": ZERO,
            "held_on": store.today(),
            "created_at": now,
            "owner": store.server,
        }
        is_new = insert_missing(connection, experiments, [row]) == 1
        known = select(*_COLUMNS).where(experiments.c.nonce == new.nonce)
        experiment = _experiment(connection.execute(known).mappings().one())
        if not is_new:
            return experiment
        rows = [_row(experiment.id, n, each) for n, each in enumerate(new.cells)]
        for start in range(0, len(rows), SENDING):
            connection.execute(insert(cells), rows[start : start + SENDING])
        return _hold(connection, store, experiment)


def send(store: Store, experiment_id: str, n: int, price: Decimal, factor: Decimal) -> Run | None:
    """Give the cell `n` a run at `price` USD, holding `price` × `factor`, out of what is held for
    the experiment; None when it has one, or the experiment does not go on.

    Raises `OverCap` when the caps leave no room today, `OverItsLimit`, and `StoreError`.
    """
    with store.write() as connection:
        experiment = _locked(connection, experiment_id)
        cell = _planned(connection, experiment_id, n)
        if experiment is None or experiment.status is not Status.RUNNING or cell is None:
            return None
        reserved = reserve_up(price * factor)
        if experiment.most is not None:
            spent, held = _sums(connection, experiment_id)
            if spent + held + reserved > experiment.most:
                raise OverItsLimit
        _take(connection, store, experiment, cell.reserved)
        run = ledger.admit_in(connection, store, _run(experiment, cell, price, reserved))
        sent = {"run_id": run.id, "tries": cell.tries + 1, "quote": final(price)}
        connection.execute(
            update(cells).where(*_at(experiment_id, n)).values(sent | {"reserved": reserved})
        )
        _put_same(connection, experiment_id, cell, {"run_id": run.id})
        return run


def give_up(store: Store, experiment_id: str, n: int, problem: str) -> None:
    """Note why the cell `n` can't be sent: nothing is held for it, and the others go on. Raises
    `StoreError`."""
    with store.write() as connection:
        experiment = _locked(connection, experiment_id)
        cell = _planned(connection, experiment_id, n)
        if experiment is None or cell is None:
            return
        connection.execute(update(cells).where(*_at(experiment_id, n)).values(problem=problem))
        _put_same(connection, experiment_id, cell, {"problem": problem})
        _less(connection, experiment, min(experiment.held, cell.reserved))


def wait(store: Store, experiment_id: str, problem: str | None) -> None:
    """Note why nothing is sent just now, or that nothing is in the way. Raises `StoreError`."""
    with store.write() as connection:
        _put(connection, experiment_id, {"problem": problem})


def reprice(
    store: Store, experiment_id: str, prices: Mapping[int, Decimal], problem: str
) -> Experiment | None:
    """Some cells have become dearer than was planned: have each be planned at its price in USD,
    hold nothing more for it yet, and pause as `pause` does, so that a person says whether they are
    worth that. None when it was stopped or is done. Raises `StoreError`."""
    with store.write() as connection:
        experiment = _locked(connection, experiment_id)
        if experiment is None or experiment.status not in GOES_ON:
            return None
        _take_back(connection, store, experiment)
        for n, price in prices.items():
            reserved = reserve_up(price)
            # No less than before: what is held must stay within what is planned.
            more = case(
                (cells.c.reserved < reserved, literal(reserved, Nano)), else_=cells.c.reserved
            )
            mine = (*_at(experiment_id, n), *_UNSENT, cells.c.quote < final(price))
            planned = {"quote": final(price), "reserved": more}
            connection.execute(update(cells).where(*mine).values(planned))
        return _put(connection, experiment_id, {"status": Status.PAUSED, "problem": problem})


def pause(store: Store, experiment_id: str, problem: str | None = None) -> Experiment | None:
    """Send nothing more until `resume`, because of `problem` if not of a person: what still waits
    is taken back, and its cells wait to be sent again. None when it was not running."""
    return _become(store, experiment_id, Status.PAUSED, {Status.RUNNING}, problem)


def resume(store: Store, experiment_id: str, shown: Decimal | None = None) -> Experiment | None:
    """Undo `pause`, and hold anew what today allows; None when it was not paused. `shown` are the
    USD that a person has agreed to for what was not sent. Raises `Dearer` when it costs more than
    that by now, and `StoreError`."""
    with store.write() as connection:
        experiment = _locked(connection, experiment_id)
        if experiment is None or experiment.status is not Status.PAUSED:
            return None
        rest = select(func.sum(cells.c.quote)).where(
            cells.c.experiment_id == experiment_id, *_UNSENT
        )
        if shown is not None and (connection.scalar(rest) or ZERO) > shown:
            raise Dearer
        # Where there is no room for any of it, the next send says why.
        _hold(connection, store, experiment, refuse=False)
        owner = servers.kept(store, experiments.c.owner)
        goes_on = {"status": Status.RUNNING, "problem": None, "owner": owner}
        return _put(connection, experiment_id, goes_on)


def stop(store: Store, experiment_id: str) -> Experiment | None:
    """Send nothing more, take back what still waits, and hold nothing more for it; None when that
    is so already."""
    return _become(store, experiment_id, Status.STOPPED, set(GOES_ON))


def share(store: Store, experiment_id: str, shared: bool) -> None:
    """Have the team see it and vote on it, or no longer. Raises `StoreError`."""
    with store.write() as connection:
        _put(connection, experiment_id, {"shared": shared})


def finish(store: Store, experiment_id: str) -> Experiment | None:
    """Note that all of it was sent and has ended; None when that is not so."""
    with store.write() as connection:
        experiment = _locked(connection, experiment_id)
        if experiment is None or experiment.status is not Status.RUNNING:
            return None
        runs_of_it = (
            select(cells.c.n)
            .select_from(cells.outerjoin(runs))
            .where(
                cells.c.experiment_id == experiment_id,
                and_(*_UNSENT) | runs.c.state.not_in(ENDED),
            )
        )
        if connection.execute(runs_of_it.limit(1)).one_or_none() is not None:
            return None
        return _end(connection, store, experiment, Status.DONE)


def retry(store: Store, experiment_id: str, only: Collection[int] | None = None) -> int:
    """Have every cell, or those of `only`, sent again whose last try failed and cost nothing, as
    far as is certain; how many those are. An experiment that was done goes on.

    Raises `NotGoingOn` when it is paused or stopped: what nobody has asked for would leave with
    them. Raises `OverCap`, `OverItsLimit` and `StoreError`.
    """
    with store.write() as connection:
        experiment = _locked(connection, experiment_id)
        if experiment is None:
            return 0
        if experiment.status not in RETRIED:
            raise NotGoingOn
        failed = select(runs.c.id).where(
            runs.c.state.in_(_FAILED), runs.c.price.is_(None) | (runs.c.price == ZERO)
        )
        again = update(cells).where(
            cells.c.experiment_id == experiment_id,
            cells.c.run_id.in_(failed) | cells.c.problem.is_not(None),
        )
        if only is not None:
            again = again.where(cells.c.n.in_(only))
        count = connection.execute(again.values(run_id=None, problem=None)).rowcount
        if count:
            goes_on = {"status": Status.RUNNING, "ended_at": None, "problem": None}
            goes_on |= {"owner": servers.kept(store, experiments.c.owner)}
            _put(connection, experiment_id, goes_on)
            _hold(connection, store, experiment)
        return count


def get(store: Store, experiment_id: str) -> Experiment | None:
    query = select(*_COLUMNS).where(experiments.c.id == experiment_id)
    with store.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
        return _experiment(row) if row else None


def going_on(store: Store, profile: str, server: str) -> list[Experiment]:
    """Every experiment of the profile that goes on at `server`, the oldest first: what a server
    that has ended has left is taken over. Raises `StoreError`."""
    running = (experiments.c.profile == profile, experiments.c.status == Status.RUNNING)
    mine = select(*_COLUMNS).where(*running, experiments.c.owner == server)
    with store.write() as connection:
        servers.take(connection, store, experiments, server, *running)
        found = connection.execute(mine.order_by(experiments.c.id)).mappings()
        return [_experiment(row) for row in found]


def running(store: Store, profile: str, person: str) -> dict[str, str]:
    """The ids of a person's experiments that are running, and what they are called."""
    mine = (experiments.c.profile == profile, experiments.c.person == person)
    query = select(experiments.c.id, experiments.c.title).where(
        *mine, experiments.c.status == Status.RUNNING
    )
    with store.read() as connection:
        return {row.id: row.title for row in connection.execute(query.order_by(experiments.c.id))}


def asking(store: Store, profile: str, person: str, *, limit: int = 20) -> list[Experiment]:
    """A person's experiments that are paused until they say how to go on, the newest first."""
    query = select(*_COLUMNS).where(
        experiments.c.profile == profile,
        experiments.c.person == person,
        experiments.c.status == Status.PAUSED,
        experiments.c.problem.is_not(None),
    )
    with store.read() as connection:
        found = connection.execute(query.order_by(experiments.c.id.desc()).limit(limit))
        return [_experiment(row) for row in found.mappings()]


def ended(
    store: Store, profile: str, person: str, since: datetime, *, limit: int = 20
) -> list[Experiment]:
    """A person's experiments that were done later than `since`, the last first."""
    query = select(*_COLUMNS).where(
        experiments.c.profile == profile,
        experiments.c.person == person,
        experiments.c.status == Status.DONE,
        experiments.c.ended_at > since,
    )
    with store.read() as connection:
        found = connection.execute(query.order_by(experiments.c.ended_at.desc()).limit(limit))
        return [_experiment(row) for row in found.mappings()]


def page(store: Store, profile: str, person: str, *, limit: int = 50) -> list[Experiment]:
    """Those that a person began and those that are shared with the team, the newest first."""
    query = select(*_COLUMNS).where(experiments.c.profile == profile, seen_by(person))
    with store.read() as connection:
        found = connection.execute(query.order_by(experiments.c.id.desc()).limit(limit))
        return [_experiment(row) for row in found.mappings()]


def with_runs(store: Store, profile: str, person: str | None, *, limit: int) -> list[Titled]:
    """Those that runs of `person` (with `None`: of anybody) are in, the newest first; runs that are
    deleted don't count. A run in a cell is always of the person who began the experiment."""
    where = [experiments.c.profile == profile]
    if person is not None:
        where.append(experiments.c.person == person)
    there = select(cells.c.n).select_from(cells.join(runs))
    there = there.where(cells.c.experiment_id == experiments.c.id, runs.c.deleted_at.is_(None))
    query = select(*(experiments.c[each.name] for each in fields(Titled)))
    query = query.where(*where, there.exists()).order_by(experiments.c.id.desc()).limit(limit)
    with store.read() as connection:
        return [Titled(*row) for row in connection.execute(query)]


def seen_by(person: str) -> ColumnElement[bool]:
    """The experiments that this person may see."""
    return (experiments.c.person == person) | experiments.c.shared.is_(True)


def of_run(store: Store, run_id: str) -> list[Experiment]:
    """Those that have this run in a cell, the newest first."""
    mine = select(cells.c.experiment_id).where(cells.c.run_id == run_id)
    query = select(*_COLUMNS).where(experiments.c.id.in_(mine)).order_by(experiments.c.id.desc())
    with store.read() as connection:
        return [_experiment(row) for row in connection.execute(query).mappings()]


def shows(store: Store, run_id: str) -> bool:
    """Whether the whole team may see this run, as one of an experiment that is shared."""
    query = select(cells.c.n).select_from(cells.join(experiments))
    query = query.where(cells.c.run_id == run_id, experiments.c.shared.is_(True)).limit(1)
    with store.read() as connection:
        return connection.execute(query).one_or_none() is not None


def kept(
    store: Store, profile: str, person: str, endpoint: str, model: str, limit: int = 5000
) -> dict[str, str]:
    """The results of this person: `same` of their parameters → run, the newest
    of each."""
    query = (
        select(runs.c.id, runs.c.params)
        .where(
            runs.c.profile == profile,
            runs.c.person == person,
            runs.c.endpoint == endpoint,
            runs.c.model == model,
            runs.c.state == State.DONE,
            runs.c.deleted_at.is_(None),
        )
        .order_by(runs.c.id.desc())
        .limit(limit)
    )
    with store.read() as connection:
        found = [(same(params), run_id) for run_id, params in connection.execute(query)]
    return dict(reversed(found))


def same(params: Mapping[str, Any]) -> str:
    """What is equal for parameters that ask for the same; a file counts by its content."""
    return json.dumps(params, sort_keys=True, default=str)


def held(store: Store, profile: str, person: str) -> Decimal:
    """USD that are held for cells of this person without a run."""
    mine = (experiments.c.profile == profile, experiments.c.person == person)
    with store.read() as connection:
        return connection.scalar(select(func.sum(experiments.c.held)).where(*mine)) or ZERO


def cost(store: Store, experiment_id: str) -> Decimal:
    """USD that it has cost, and that it may yet cost: what it holds included."""
    own = select(experiments.c.held).where(experiments.c.id == experiment_id)
    with store.read() as connection:
        spent, held = _sums(connection, experiment_id)
        return spent + held + (connection.scalar(own) or ZERO)


def cost_of_study(store: Store, words: Experiment) -> Decimal:
    """The same of one that wrote words, with all that was made of them, in USD."""
    made = select(experiments.c.id).where(
        experiments.c.profile == words.profile,
        experiments.c.person == words.person,
        experiments.c.plan["before"].as_string() == words.id,
    )
    with store.read() as connection:
        found = [words.id, *connection.scalars(made)]
    return sum((cost(store, each) for each in found), ZERO)


def table(store: Store, experiment_id: str) -> list[Cell]:
    """All cells in their order, each with its run; of a result that is text its first `TEXT`
    characters, for the vectors of thousands of texts are text too."""
    joined = cells.outerjoin(runs, runs.c.id == cells.c.run_id)
    short = func.substr(runs.c.result_text, 1, TEXT)
    run_columns = [short if each is runs.c.result_text else each for each in _OF_RUN]
    query = select(*_CELL_COLUMNS, *run_columns).select_from(joined)
    query = query.where(cells.c.experiment_id == experiment_id).order_by(cells.c.n)
    with store.read() as connection:
        return [_cell(row) for row in connection.execute(query)]


def unsent(store: Store, experiment_id: str, limit: int | None = None) -> list[Cell]:
    """The next cells that wait to be sent in their order, of each endpoint at most `limit`."""
    query = select(*_CELL_COLUMNS).where(cells.c.experiment_id == experiment_id, *_UNSENT)
    if limit is not None:
        place = func.row_number().over(partition_by=cells.c.endpoint, order_by=cells.c.n)
        ranked = query.add_columns(place.label("place")).subquery()
        query = select(*(ranked.c[name] for name in _CELL_NAMES)).where(ranked.c.place <= limit)
        query = query.order_by(ranked.c.n)
    else:
        query = query.order_by(cells.c.n)
    with store.read() as connection:
        return [Cell(**row, run=None) for row in connection.execute(query).mappings()]


def of_nonce(nonce: str) -> str:
    """The experiment whose cell a run with this nonce was made for; of other runs nothing that is
    an experiment."""
    return nonce.partition(":")[0]


def cell_of(nonce: str) -> int:
    """The number of the cell that a run of an experiment was made for, by its nonce."""
    return int(nonce.split(":")[1])


def lets_send(connection: Connection, nonce: str) -> bool:
    """Whether a run with this nonce is none of an experiment that is paused or stopped, within a
    transaction that keeps it from becoming that meanwhile."""
    experiment = _locked(connection, of_nonce(nonce)) if is_part(nonce) else None
    return experiment is None or experiment.status is Status.RUNNING


def take_back(connection: Connection, store: Store, nonce: str) -> None:
    """Take back what still waits of the experiment that a run with this nonce was made for."""
    experiment = _locked(connection, of_nonce(nonce)) if is_part(nonce) else None
    if experiment is not None:
        _take_back(connection, store, experiment)


def leaving(store: Store, experiment_id: str) -> list[Run]:
    """Its runs that wait to be sent, or are on their way, the oldest first."""
    mine = select(cells.c.run_id).where(cells.c.experiment_id == experiment_id)
    query = select(*RUN_COLUMNS).where(
        runs.c.id.in_(mine), runs.c.state.in_((State.WAITING, State.SENDING))
    )
    with store.read() as connection:
        return [as_run(row) for row in connection.execute(query.order_by(runs.c.id)).mappings()]


# --- inside a transaction -------------------------------------------------------------------------


def _hold(
    connection: Connection, store: Store, experiment: Experiment, *, refuse: bool = True
) -> Experiment:
    """Put what today allows in the place of what is held. Unless it is not to `refuse`, raises
    `OverCap` and `OverItsLimit` when that is not even the first of the cells."""
    _shift(connection, experiment, experiment.held_on, -experiment.held)
    wanted = select(cells.c.reserved).where(cells.c.experiment_id == experiment.id, *_UNSENT)
    amounts = [*connection.scalars(wanted.order_by(cells.c.n))]
    today = store.today()
    # Makes the rows of the day that `room` looks at, and keeps others from changing them.
    _shift(connection, experiment, today, ZERO)
    room = caps.room(connection, experiment.profile, experiment.person, today)
    if experiment.most is not None:
        spent, held = _sums(connection, experiment.id)
        own = max(experiment.most - spent - held, ZERO)
        room = own if room is None else min(room, own)
    held = ZERO
    for amount in amounts:
        if room is not None and held + amount > room:
            break
        held += amount
    _shift(connection, experiment, today, held)
    if refuse and amounts and room is not None and amounts[0] > room:
        _refuse(connection, experiment, today, amounts[0])
    return _put(connection, experiment.id, {"held": held, "held_on": today})


def _refuse(
    connection: Connection, experiment: Experiment, today: date, amount: Decimal
) -> NoReturn:
    """Raises what keeps `amount` from being held. Nothing of this transaction stays."""
    _shift(connection, experiment, today, amount)
    caps.check(connection, experiment.profile, experiment.person, today)
    raise OverItsLimit


def _take(connection: Connection, store: Store, experiment: Experiment, planned: Decimal) -> None:
    """Take a cell's part out of the hold. On another day than the hold's it is made anew first."""
    if experiment.held_on != store.today() or experiment.held < planned:
        experiment = _hold(connection, store, experiment)
    _less(connection, experiment, min(experiment.held, planned))


def _take_back(connection: Connection, store: Store, experiment: Experiment) -> Experiment:
    """Have the cells whose runs still wait be cells without a run again. While it may go on, what
    these held goes back into its hold where both count in the same day; where they don't, it is
    free, as the hold is made anew when the next cell is sent."""
    mine = select(cells.c.run_id).where(
        cells.c.experiment_id == experiment.id, cells.c.run_id.is_not(None)
    )
    taken = recall(connection, store, runs.c.id.in_(mine))
    if not taken:
        return experiment
    back = (
        cells.c.experiment_id == experiment.id,
        cells.c.run_id.in_([run.id for run, _ in taken]),
    )
    connection.execute(update(cells).where(*back).values(run_id=None))
    again = sum((run.reserved for run, day in taken if day == experiment.held_on), ZERO)
    if experiment.status not in GOES_ON or not again:
        return experiment
    _shift(connection, experiment, experiment.held_on, again)
    return _put(connection, experiment.id, {"held": experiment.held + again})


def _less(connection: Connection, experiment: Experiment, part: Decimal) -> None:
    """Hold so much less for it."""
    _shift(connection, experiment, experiment.held_on, -part)
    _put(connection, experiment.id, {"held": experiment.held - part})


def _shift(connection: Connection, experiment: Experiment, day: date, held: Decimal) -> None:
    """Hold so much more of its person's and the team's money on that day."""
    ledger.shift(connection, experiment.profile, experiment.person, day, held=held)


def _end(
    connection: Connection, store: Store, experiment: Experiment, status: Status
) -> Experiment:
    _shift(connection, experiment, experiment.held_on, -experiment.held)
    ended = {"status": status, "held": ZERO, "ended_at": store.now(), "problem": None}
    return _put(connection, experiment.id, ended)


def _become(
    store: Store,
    experiment_id: str,
    status: Status,
    before: set[Status],
    problem: str | None = None,
) -> Experiment | None:
    with store.write() as connection:
        experiment = _locked(connection, experiment_id)
        if experiment is None or experiment.status not in before:
            return None
        experiment = _take_back(connection, store, experiment)
        if status is Status.STOPPED:
            return _end(connection, store, experiment, status)
        return _put(connection, experiment_id, {"status": status, "problem": problem})


def _put(connection: Connection, experiment_id: str, values: Mapping[str, Any]) -> Experiment:
    changed = update(experiments).where(experiments.c.id == experiment_id).values(dict(values))
    return _experiment(connection.execute(changed.returning(*_COLUMNS)).mappings().one())


def _locked(connection: Connection, experiment_id: str) -> Experiment | None:
    query = select(*_COLUMNS).where(experiments.c.id == experiment_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return _experiment(row) if row else None


def _at(experiment_id: str, n: int) -> tuple[ColumnElement[bool], ...]:
    return (cells.c.experiment_id == experiment_id, cells.c.n == n)


def _planned(connection: Connection, experiment_id: str, n: int) -> Cell | None:
    """The cell, if it has no run."""
    mine = (*_at(experiment_id, n), *_UNSENT)
    row = connection.execute(select(*_CELL_COLUMNS).where(*mine)).mappings().one_or_none()
    return Cell(**row, run=None) if row else None


def _put_same(
    connection: Connection, experiment_id: str, cell: Cell, values: Mapping[str, Any]
) -> None:
    """Have the cells that ask for the same as `cell` and wait for its result share its fate."""
    waiting = select(cells.c.n, cells.c.params).where(
        cells.c.experiment_id == experiment_id,
        cells.c.reused.is_(True),
        cells.c.run_id.is_(None),
        cells.c.endpoint == cell.endpoint,
        cells.c.model == cell.model,
    )
    mine = same(cell.params)
    if found := [n for n, params in connection.execute(waiting) if same(params) == mine]:
        these = (cells.c.experiment_id == experiment_id, cells.c.n.in_(found))
        connection.execute(update(cells).where(*these).values(dict(values)))


def _sums(connection: Connection, experiment_id: str) -> tuple[Decimal, Decimal]:
    """USD that its runs have cost, and that they hold."""
    query = select(
        func.sum(runs.c.price), func.sum(runs.c.reserved).filter(runs.c.state.in_(HOLDING))
    ).select_from(cells.join(runs))
    query = query.where(cells.c.experiment_id == experiment_id, cells.c.reused.is_(False))
    spent, held = connection.execute(query).one()
    return spent or ZERO, held or ZERO


# --- rows -----------------------------------------------------------------------------------------


def _row(experiment_id: str, n: int, new: NewCell) -> dict[str, Any]:
    row = {each.name: getattr(new, each.name) for each in fields(NewCell)}
    amounts = {"quote": final(new.quote), "reserved": reserve_up(new.reserved)}
    reused = new.reused or new.run_id is not None
    return row | amounts | {"experiment_id": experiment_id, "n": n, "tries": 0, "reused": reused}


def _run(experiment: Experiment, cell: Cell, price: Decimal, reserved: Decimal) -> NewRun:
    return NewRun(
        profile=experiment.profile,
        person=experiment.person,
        endpoint=cell.endpoint,
        model=cell.model,
        params=cell.params,
        nonce=f"{experiment.id}:{cell.n}:{cell.tries}",
        quote=price,
        reserved=reserved,
        text=cell.text,
    )


def _experiment(row: RowMapping) -> Experiment:
    return Experiment(**row)


def _cell(row: Sequence[Any]) -> Cell:
    """By place: a page reads thousands of rows at each look. A run's parameters are its cell's."""
    values = dict(zip(_CELL_NAMES, row, strict=False))
    of_run = dict(zip(_RUN_NAMES, row[len(_CELL_NAMES) :], strict=True))
    run = Run(**of_run, params=values["params"]) if of_run["id"] else None
    return Cell(**values, run=run)
