"""The moves of a run, and the runs that are still open.

Each move is one short transaction around one conditional UPDATE: it names the run, the states it
may come from and, once the run was claimed, the fence of the claim. It returns the run as it is
now, or `None` when it lost: somebody else has moved the run, or claimed it anew. Where money is
decided, the ledger entry is written in the same transaction. Any of them raises `StoreError`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, literal, or_, select, update

from lib.store import deliveries, ledger, lineage, parts, search, servers
from lib.store.database import Store
from lib.store.money import ZERO, final
from lib.store.run import RUN_COLUMNS, ResultFile, Run, as_run, earliest_id, few
from lib.store.states import FOLLOWED, MOVES, OPEN, Settlement, State
from lib.store.tables import Moment, results, runs

SETTLE_STALLED_AFTER = timedelta(days=7)
"""From then on a stalled run may be settled by hand (rules.md, States of a run)."""
LONGEST = timedelta(days=7)
"""A run that took longer is not among those that ended lately."""


# Reading


def get(store: Store, run_id: str) -> Run | None:
    """The run, or `None` when there is no such run."""
    with store.read() as connection:
        return _one(connection, runs.c.id == run_id)


def several(store: Store, run_ids: Iterable[str]) -> list[Run]:
    """Those of these runs that there are."""
    query = select(*RUN_COLUMNS).where(runs.c.id.in_(list(run_ids)))
    with store.read() as connection:
        return [as_run(row) for row in connection.execute(query).mappings()]


def of_nonce(store: Store, nonce: str) -> Run | None:
    """The run that this press of a Run button has made, or `None`."""
    with store.read() as connection:
        return _one(connection, runs.c.nonce == nonce)


def open_runs(store: Store, profile: str | None = None) -> list[Run]:
    """Every run that has not ended, of one profile or of all, oldest first."""
    with store.read() as connection:
        return _open(connection, *([] if profile is None else [runs.c.profile == profile]))


def running(store: Store, profile: str, person: str | None = None) -> list[Run]:
    """What `person` (with `None`: everybody) has open in a profile, newest first: `unknown` and
    `stalled` runs are among them."""
    where = [runs.c.profile == profile]
    if person is not None:
        where.append(runs.c.person == person)
    with store.read() as connection:
        return _open(connection, *where)[::-1]


def ended(
    store: Store, profile: str, person: str, since: datetime, *, limit: int = 20
) -> list[Run]:
    """What a person ordered by itself, and was done or failed later than `since`, the last first.
    One that took longer than `LONGEST` is left out, so that not all of them are looked through."""
    at = func.coalesce(runs.c.kept_at, runs.c.ended_at)
    query = select(*RUN_COLUMNS).where(
        runs.c.profile == profile,
        runs.c.person == person,
        runs.c.state.in_((State.DONE, State.FAILED)),
        runs.c.id >= earliest_id(since - LONGEST),
        runs.c.nonce.not_like("%:%"),  # `is_part`
        runs.c.deleted_at.is_(None),
        at > since,
    )
    with store.read() as connection:
        found = connection.execute(query.order_by(at.desc(), runs.c.id.desc()).limit(limit))
        return [as_run(row) for row in found.mappings()]


# Sending


def claim(store: Store, run_id: str, owner: str) -> Run | None:
    """waiting → sending: the right to send this run, for the one caller that gets it.

    `None` when it is not waiting (any more), not yet to be sent (`not_before`), or another
    server's; or when it is a part of what does not go on, and then it is taken back.
    """
    with store.write() as connection:
        now = store.now()
        nonce = connection.scalar(select(runs.c.nonce).where(runs.c.id == run_id))
        if nonce is not None and not parts.go_on(connection, nonce):
            parts.take_back(connection, store, nonce)
            return None
        return _move(
            connection,
            run_id,
            {State.WAITING},
            State.SENDING,
            or_(runs.c.not_before.is_(None), runs.c.not_before <= now),
            or_(runs.c.owner.is_(None), runs.c.owner == owner),
            owner=owner,
            fence=runs.c.fence + 1,
            sending_at=now,
            not_before=None,
            error=None,
        )


def accept(store: Store, run: Run, request_id: str) -> Run | None:
    """sending or unknown → accepted: deAPI has it, and this is its job."""
    with store.write() as connection:
        return _move(
            connection,
            run.id,
            {State.SENDING, State.UNKNOWN},
            State.ACCEPTED,
            runs.c.fence == run.fence,
            request_id=request_id,
            accepted_at=store.now(),
            error=None,
        )


def unsend(
    store: Store, run: Run, not_before: datetime | None, error: Mapping[str, Any]
) -> Run | None:
    """sending → waiting: it was certainly not processed (connection never made, or a 429).

    It may be claimed again from `not_before` on. What is a part of what no longer goes on is taken
    back at once (`cancelled`).
    """
    with store.write() as connection:
        goes_on = parts.go_on(connection, run.nonce)
        moved = _move(
            connection,
            run.id,
            {State.SENDING},
            State.WAITING,
            runs.c.fence == run.fence,
            not_before=not_before,
            error=dict(error),
        )
        if moved is None or goes_on:
            return moved
        parts.take_back(connection, store, run.nonce)
        return _one(connection, runs.c.id == run.id)


def postpone(store: Store, run: Run, not_before: datetime, error: Mapping[str, Any]) -> Run | None:
    """Notes why a waiting run is not sent before `not_before`."""
    with store.write() as connection:
        return _note(connection, run, {State.WAITING}, error=dict(error), not_before=not_before)


def refuse(store: Store, run: Run, error: Mapping[str, Any]) -> Run | None:
    """sending → failed: deAPI certainly refused it. The hold ends, nothing was spent."""
    with store.write() as connection:
        now = store.now()
        moved = _move(
            connection,
            run.id,
            {State.SENDING},
            State.FAILED,
            runs.c.fence == run.fence,
            error=dict(error),
            ended_at=now,
        )
        if moved:
            ledger.void(connection, moved, now)
        return moved


def lose(store: Store, run: Run, error: Mapping[str, Any]) -> Run | None:
    """sending → unknown: it may have been processed. The hold stays until a person decides; but
    where a webhook has already told of its job, → accepted."""
    with store.write() as connection:
        lost = _move(
            connection,
            run.id,
            {State.SENDING},
            State.UNKNOWN,
            runs.c.fence == run.fence,
            error=dict(error),
            lost_at=store.now(),
        )
        return lost and _recovered(connection, lost, store.now())


def cancel(store: Store, run_id: str, person: str) -> Run | None:
    """waiting → cancelled, by the person whose run it is. The hold ends, nothing was spent."""
    with store.write() as connection:
        now = store.now()
        moved = _move(
            connection,
            run_id,
            {State.WAITING},
            State.CANCELLED,
            runs.c.person == person,
            ended_at=now,
        )
        if moved:
            ledger.void(connection, moved, now)
        return moved


# Following


def news(
    store: Store,
    run: Run,
    state: State,
    progress: float | None = None,
    preview_url: str | None = None,
) -> Run | None:
    """What was heard of an unfinished job: `state` is `accepted` (in the queue) or `working`.

    News only moves a job forward and progress never shrinks, so news that is late, doubled or
    out of order is harmless and returns the run as it is. `None` when the run is not followed
    (any more) or the fence is old.
    """
    with store.write() as connection:
        current = _one(
            connection,
            runs.c.id == run.id,
            runs.c.fence == run.fence,
            runs.c.state.in_(FOLLOWED),
            lock=True,
        )
        if current is None:
            return None
        changes = merge(current, state, progress, preview_url)
        if not changes:
            return current
        return _note(connection, run, FOLLOWED, **changes, news_at=store.now())


def merge(
    run: Run, state: State, progress: float | None, preview_url: str | None
) -> dict[str, Any]:
    """What news of its job changes in a followed run: column → new value, empty for nothing.

    A stalled run works again when its progress grows, or when it was missing and is there again.
    """
    changes: dict[str, Any] = {}
    if progress is not None and progress > (run.progress or 0.0):
        changes["progress"] = min(progress, 100.0)
    if preview_url is not None and preview_url != run.preview_url:
        changes["preview_url"] = preview_url
    if run.missing_since is not None:
        changes["missing_since"] = None
    if run.state is State.STALLED:
        forward = "progress" in changes or "missing_since" in changes
    else:
        forward = run.state is State.ACCEPTED and state is State.WORKING
    if forward:
        changes["state"] = State.WORKING
    return changes


def missing(store: Store, run: Run) -> Run | None:
    """deAPI answered 404 for its request id: `missing_since` keeps the first time of it, until
    there is news again. `None` when the run is not followed or the fence is old."""
    with store.write() as connection:
        since = func.coalesce(runs.c.missing_since, literal(store.now(), Moment))
        return _note(connection, run, FOLLOWED, missing_since=since)


def stall(store: Store, run: Run) -> Run | None:
    """accepted or working → stalled: no end in sight. The hold stays."""
    with store.write() as connection:
        return _move(
            connection,
            run.id,
            {State.ACCEPTED, State.WORKING},
            State.STALLED,
            runs.c.fence == run.fence,
            stalled_at=store.now(),
        )


# Settling


def settle_done(
    store: Store,
    run: Run,
    price: Decimal | None,
    *,
    estimated: bool = False,
    result_url: str | None = None,
    alternatives: Mapping[str, str] | None = None,
    result_text: str | None = None,
    took: float | None = None,
) -> Run | None:
    """The job is done → keeping. Posted at the job's own `price` in USD, else at the quote.

    `took` is how many seconds the job took, where that is known better than by its heard end.
    """
    with store.write() as connection:
        now = store.now()
        posted = run.quote if price is None else final(price)
        moved = _move(
            connection,
            run.id,
            FOLLOWED,
            State.KEEPING,
            runs.c.fence == run.fence,
            price=posted,
            price_estimated=estimated,
            progress=100.0,
            result_url=result_url,
            alternatives=dict(alternatives or {}),
            result_text=result_text,
            took=took,
            ended_at=now,
            missing_since=None,
            error=None,
        )
        if moved:
            ledger.post(connection, moved, posted, now)
        return moved


def settle_inline(store: Store, run: Run, result_text: str) -> Run | None:
    """sending or unknown → keeping: the answer carried the result. Posted at the quote, as it names
    no price.

    `result_text` is the result, as text or JSON, committed before anything else is done with it.
    """
    with store.write() as connection:
        now = store.now()
        moved = _move(
            connection,
            run.id,
            {State.SENDING, State.UNKNOWN},
            State.KEEPING,
            runs.c.fence == run.fence,
            price=run.quote,
            progress=100.0,
            result_text=result_text,
            accepted_at=now,
            ended_at=now,
            error=None,
        )
        if moved:
            ledger.post(connection, moved, run.quote, now)
        return moved


def settle_error(
    store: Store,
    run: Run,
    price: Decimal | None,
    error: Mapping[str, Any],
    *,
    estimated: bool = False,
) -> Run | None:
    """The job ended in error → failed. Posted when it names a price above zero, else voided."""
    with store.write() as connection:
        now = store.now()
        posted = None if price is None or price <= ZERO else final(price)
        moved = _move(
            connection,
            run.id,
            FOLLOWED,
            State.FAILED,
            runs.c.fence == run.fence,
            price=posted,
            price_estimated=estimated and posted is not None,
            error=dict(error),
            ended_at=now,
        )
        if moved:
            _end_hold(connection, moved, posted, now)
        return moved


def settle_unknown(store: Store, run_id: str, person: str | None, *, paid: bool) -> Run | None:
    """A person decides what an `unknown` run, or one that stalled a week ago, has cost → failed.

    `paid` posts the quote ("count as paid"), else the hold is voided ("it wasn't charged").
    `person` is whose run it must be; with `None` an admin decides, who alone may settle a stalled
    one. `None` when there is nothing (any more) to settle.
    """
    with store.write() as connection:
        now = store.now()
        if person is None:
            stalled = runs.c.stalled_at <= now - SETTLE_STALLED_AFTER
            where = [or_(runs.c.state == State.UNKNOWN, stalled)]
        else:
            where = [runs.c.state == State.UNKNOWN, runs.c.person == person]
        moved = _move(
            connection,
            run_id,
            {State.UNKNOWN, State.STALLED},
            State.FAILED,
            *where,
            price=runs.c.quote if paid else None,
            settled=Settlement.PAID if paid else Settlement.FREE,
            ended_at=now,
        )
        if moved:
            _end_hold(connection, moved, moved.price, now)
        return moved


def may_settle_stalled(run: Run, now: datetime) -> bool:
    """Whether `run` stalled so long ago that a person may settle it."""
    return run.stalled_at is not None and run.stalled_at <= now - SETTLE_STALLED_AFTER


# Keeping


def keep(
    store: Store,
    run: Run,
    files: Sequence[ResultFile],
    *,
    thumb: bool,
    written: Sequence[str] = (),
) -> Run | None:
    """keeping → done: these files are in the run's folder, on disk, for good. `written` are the
    texts in them that may be given to another run."""
    with store.write() as connection:
        now = store.now()
        moved = _move(
            connection,
            run.id,
            {State.KEEPING},
            State.DONE,
            runs.c.fence == run.fence,
            thumb=thumb,
            kept_at=now,
            not_before=None,
            error=None,
        )
        if moved and files:
            rows = [{"run_id": run.id, "at": now, **asdict(file)} for file in files]
            connection.execute(insert(results), rows)
        if moved:
            lineage.wrote(connection, moved, written, now)
        if moved and written:
            search.wrote(connection, moved, written)
        return moved


def keep_failed(
    store: Store, run: Run, error: Mapping[str, Any], not_before: datetime | None
) -> Run | None:
    """Notes that the result could not be fetched or written; it stays in `keeping`, to be tried
    again at `not_before`."""
    with store.write() as connection:
        return _note(
            connection,
            run,
            {State.KEEPING},
            error=dict(error),
            not_before=not_before,
            keep_tries=runs.c.keep_tries + 1,
        )


def give_up_keeping(store: Store, run: Run, error: Mapping[str, Any]) -> Run | None:
    """keeping → failed: the result can't be had any more. The price stays posted."""
    with store.write() as connection:
        return _move(
            connection,
            run.id,
            {State.KEEPING},
            State.FAILED,
            runs.c.fence == run.fence,
            error=dict(error),
            not_before=None,
        )


# Starting


def take_over(store: Store, server: str, profiles: Collection[str] | None = None) -> list[Run]:
    """Give `server` every open run of `profiles` (with None: of any) whose own server has ended;
    returns them, oldest first. Raises `StoreError`.

    A run that was left in `sending` may or may not have reached deAPI: it becomes `unknown`, unless
    a webhook has told of its job. Every fence grows, so that nothing that was read before can
    write.
    """
    interrupted = {
        "kind": "Interrupted",
        "message": "The playground was stopped while this was being sent.",
    }
    where = [runs.c.state.in_(OPEN), servers.left(store, runs.c.owner, server)]
    if profiles is not None:
        where.append(runs.c.profile.in_(profiles))
    with store.write() as connection:
        # What another server takes over in this moment is that one's.
        query = select(runs.c.id, runs.c.state).where(*where).with_for_update(skip_locked=True)
        left = {row.id: row.state for row in connection.execute(query)}
        for run_id in [each for each, state in left.items() if state is State.SENDING]:
            _move(
                connection,
                run_id,
                {State.SENDING},
                State.UNKNOWN,
                error=interrupted,
                lost_at=store.now(),
            )
        if not left:
            return []
        mine = runs.c.id.in_(left)
        taken = update(runs).where(mine).values(owner=server, fence=runs.c.fence + 1)
        connection.execute(taken)
        now = store.now()
        return [_recovered(connection, each, now) for each in _open(connection, mine)]


def of_server(store: Store, server: str) -> list[Run]:
    """The open runs of this server that go on by themselves, oldest first. Raises `StoreError`."""
    with store.read() as connection:
        return _open(connection, runs.c.owner == server, runs.c.state != State.UNKNOWN)


def _recovered(connection: Connection, run: Run, now: datetime) -> Run:
    """`run`; an `unknown` one has its job back where a webhook has told of it."""
    if run.state is not State.UNKNOWN or run.request_id is not None:
        return run
    request_id = deliveries.job_of(connection, run)
    if request_id is None:
        return run
    found = {"request_id": request_id, "accepted_at": now, "error": None}
    return _move(connection, run.id, {State.UNKNOWN}, State.ACCEPTED, **found) or run


def _one(connection: Connection, *where: ColumnElement[bool], lock: bool = False) -> Run | None:
    query = select(*RUN_COLUMNS).where(*where)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return as_run(row) if row else None


def _open(connection: Connection, *where: ColumnElement[bool]) -> list[Run]:
    query = select(*RUN_COLUMNS).where(few(OPEN, *where)).order_by(runs.c.id)
    return [as_run(row) for row in connection.execute(query).mappings()]


def _returned(connection: Connection, changed: Any) -> Run | None:
    row = connection.execute(changed.returning(*RUN_COLUMNS)).mappings().one_or_none()
    return as_run(row) if row else None


def _move(
    connection: Connection,
    run_id: str,
    origins: Collection[State],
    target: State,
    *where: ColumnElement[bool],
    **changes: Any,
) -> Run | None:
    """The conditional UPDATE. A move that is not in `MOVES` is a mistake of ours."""
    for origin in origins:
        if target not in MOVES[origin]:
            raise ValueError(f"a run can't go from {origin} to {target}")
    moved = (
        update(runs)
        .where(runs.c.id == run_id, runs.c.state.in_(origins), *where)
        .values(state=target, **changes)
    )
    return _returned(connection, moved)


def _note(
    connection: Connection, run: Run, states: Collection[State], **changes: Any
) -> Run | None:
    """The same for a run that stays where it is, or whose news were merged."""
    noted = (
        update(runs)
        .where(runs.c.id == run.id, runs.c.fence == run.fence, runs.c.state.in_(states))
        .values(**changes)
    )
    return _returned(connection, noted)


def _end_hold(connection: Connection, run: Run, price: Decimal | None, at: datetime) -> None:
    if price is None:
        ledger.void(connection, run, at)
    else:
        ledger.post(connection, run, price, at)
