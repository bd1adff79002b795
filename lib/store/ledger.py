"""The ledger: what each run holds or cost, in entries that are only ever added.

A run is admitted together with its pending entry, and that entry ends exactly once: posted at a
price, or voided. Beside the entries stand the totals of each person and of the team, by day and
by month, changed in the same transaction; `books` computes them anew from the entries.

An entry counts in the day on which its run was admitted, in `PLAYGROUND_TIMEZONE`, whenever it
is written (rules.md, Money).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, exists, func, insert, literal, select, update

from lib.store import caps, search
from lib.store.database import Store, insert_missing
from lib.store.money import ZERO, final, reserve_up
from lib.store.run import RUN_COLUMNS, NewRun, Run, as_run, folded, time_ordered_id
from lib.store.states import State
from lib.store.tables import TEAM, Kind, entries, experiments, runs, totals

OVERRUN_RUNS = 50
"""How many of the last prices of an endpoint and model the reservation looks at."""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """USD held by runs that have not ended, and USD spent."""

    held: Decimal
    posted: Decimal


@dataclass(frozen=True, kw_only=True)
class Spent:
    """USD spent and held in the running day and month."""

    day_posted: Decimal
    day_held: Decimal
    month_posted: Decimal
    month_held: Decimal


def admit(store: Store, new: NewRun) -> Run:
    """Commits the run, its pending entry and the totals: all of it, or nothing.

    A nonce that was used before returns the run it made and changes nothing. The quote is kept to
    the nano-dollar and the reservation rounded up to one. Raises `OverCap` when what is spent and
    held would go over a cap with it, and `StoreError`.
    """
    with store.write() as connection:
        return admit_in(connection, store, new)


def admit_in(connection: Connection, store: Store, new: NewRun) -> Run:
    """`admit`, in a transaction that does more."""
    if (made := _made_by(connection, new.nonce)) is not None:
        return made
    # Read inside the transaction: waiting for SQLite's lock may take it past midnight.
    now = store.now()
    day = now.astimezone(store.timezone).date()
    _lock(connection, new.profile, new.person, day)
    # Again behind the lock: another server may have been told of the same press.
    if (made := _made_by(connection, new.nonce)) is not None:
        return made
    reserved = reserve_up(new.reserved)
    shift(connection, new.profile, new.person, day, held=reserved)
    caps.check(connection, new.profile, new.person, day)
    run = as_run(
        connection.execute(
            insert(runs)
            .values(
                id=time_ordered_id(now),
                profile=new.profile,
                person=new.person,
                endpoint=new.endpoint,
                model=new.model,
                params=dict(new.params),
                text=new.text,
                search=folded(new.text),
                nonce=new.nonce,
                fallback=new.fallback,
                instead_of=new.instead_of,
                state=State.WAITING,
                owner=store.server,
                fence=0,
                quote=final(new.quote),
                reserved=reserved,
                price_estimated=False,
                alternatives={},
                thumb=False,
                keep_tries=0,
                created_at=now,
            )
            .returning(*RUN_COLUMNS)
        )
        .mappings()
        .one()
    )
    _enter(connection, run, Kind.PENDING, reserved, day, now)
    search.begin(connection, run)
    return run


def _made_by(connection: Connection, nonce: str) -> Run | None:
    known = select(*RUN_COLUMNS).where(runs.c.nonce == nonce)
    row = connection.execute(known).mappings().one_or_none()
    return as_run(row) if row else None


def post(connection: Connection, run: Run, price: Decimal, at: datetime) -> None:
    """Ends the hold of `run`: `price` USD, already rounded, was spent."""
    held, day = _hold(connection, run)
    _enter(connection, run, Kind.POSTED, price, day, at)
    shift(connection, run.profile, run.person, day, held=-held, posted=price)


def void(connection: Connection, run: Run, at: datetime) -> date:
    """Ends the hold of `run`, which counted in the day that this returns: nothing was spent."""
    held, day = _hold(connection, run)
    _enter(connection, run, Kind.VOIDED, held, day, at)
    shift(connection, run.profile, run.person, day, held=-held)
    return day


def correct(store: Store, run_id: str, price: Decimal, *, estimated: bool = False) -> Run | None:
    """Notes that a posted run has cost `price` USD after all, by an entry of the difference.

    The difference counts in the day of the run's admission, like the price it corrects. Saying
    the same price twice adds nothing. `None` when the run has no posted price.
    """
    price = final(price)
    with store.write() as connection:
        query = select(*RUN_COLUMNS).where(runs.c.id == run_id).with_for_update()
        row = connection.execute(query).mappings().one_or_none()
        if row is None or row["price"] is None:
            return None
        run = as_run(row)
        difference = price - row["price"]
        if difference:
            _, day = _hold(connection, run)
            _enter(connection, run, Kind.CORRECTION, difference, day, store.now())
            shift(connection, run.profile, run.person, day, posted=difference)
        changed = (
            update(runs)
            .where(runs.c.id == run_id)
            .values(price=price, price_estimated=estimated)
            .returning(*RUN_COLUMNS)
        )
        return as_run(connection.execute(changed).mappings().one())


def last_correction(store: Store, profile: str) -> datetime | None:
    """When a price was last corrected, or None."""
    query = select(func.max(entries.c.at)).where(
        entries.c.profile == profile, entries.c.kind == Kind.CORRECTION
    )
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def overrun(store: Store, profile: str, endpoint: str, model: str) -> Decimal:
    """The factor on a quote that makes it a reservation, at least 1: the highest final ÷ quote
    of the last 50 prices of this endpoint and model."""
    last = (
        select(runs.c.price, runs.c.quote)
        .where(
            runs.c.profile == profile,
            runs.c.endpoint == endpoint,
            runs.c.model == model,
            runs.c.price.is_not(None),
            runs.c.settled.is_(None),  # counted as paid: nobody knows what it cost
            runs.c.quote > ZERO,
        )
        .order_by(runs.c.id.desc())
        .limit(OVERRUN_RUNS)
    )
    with store.read() as connection:
        ratios = [price / quote for price, quote in connection.execute(last)]
    return max([Decimal(1), *ratios])


def spent(
    store: Store, profile: str, person: str | None = None, now: datetime | None = None
) -> Spent:
    """What `person`, or with `None` the whole team, has spent and holds in the day and month of
    `now` (the store's clock when not given)."""
    day, month = _periods((now or store.now()).astimezone(store.timezone).date())
    query = select(totals.c.period, totals.c.held, totals.c.posted).where(
        totals.c.profile == profile,
        totals.c.person == (person or TEAM),
        totals.c.period.in_([day, month]),
    )
    with store.read() as connection:
        found = {period: (held, posted) for period, held, posted in connection.execute(query)}
    day_held, day_posted = found.get(day, (ZERO, ZERO))
    month_held, month_posted = found.get(month, (ZERO, ZERO))
    return Spent(
        day_posted=day_posted,
        day_held=day_held,
        month_posted=month_posted,
        month_held=month_held,
    )


def standing(store: Store, profile: str) -> Balance:
    """What the runs of the whole team hold, and what was spent since ever, by the totals. What is
    held for experiments has not been sent: no balance can tell of it yet."""
    query = select(func.sum(totals.c.held), func.sum(totals.c.posted)).where(
        totals.c.profile == profile,
        totals.c.person == TEAM,
        totals.c.period.startswith("month:"),
    )
    planned = select(func.sum(experiments.c.held)).where(experiments.c.profile == profile)
    with store.read() as connection:
        held, posted = connection.execute(query).one()
        unsent = connection.scalar(planned)
    return Balance(held=(held or ZERO) - (unsent or ZERO), posted=posted or ZERO)


def sums(store: Store, profile: str) -> dict[tuple[str, str], Balance]:
    """The totals as they are kept: (person or '' for the team, period) → balance."""
    query = select(totals).where(totals.c.profile == profile)
    with store.read() as connection:
        return {
            (row["person"], row["period"]): Balance(held=row["held"], posted=row["posted"])
            for row in connection.execute(query).mappings()
        }


def books(store: Store, profile: str) -> dict[tuple[str, str], Balance]:
    """The totals as the entries and the holds of experiments say: equal to `sums`, or something is
    broken."""
    later = entries.alias()
    pending = entries.c.kind == Kind.PENDING
    posted = entries.c.kind.in_([Kind.POSTED, Kind.CORRECTION])
    ended = exists().where(
        later.c.run_id == entries.c.run_id, later.c.kind.in_([Kind.POSTED, Kind.VOIDED])
    )
    query = (
        select(
            entries.c.person,
            entries.c.day,
            func.sum(entries.c.amount).filter(pending, ~ended),
            func.sum(entries.c.amount).filter(posted),
        )
        .where(entries.c.profile == profile)
        .group_by(entries.c.person, entries.c.day)
    )
    planned = select(
        experiments.c.person, experiments.c.held_on, func.sum(experiments.c.held), literal(None)
    ).where(experiments.c.profile == profile, experiments.c.held > ZERO)
    planned = planned.group_by(experiments.c.person, experiments.c.held_on)
    found: dict[tuple[str, str], Balance] = defaultdict(lambda: Balance(held=ZERO, posted=ZERO))
    with store.read() as connection:
        rows = [*connection.execute(query), *connection.execute(planned)]
        for person, day, held_sum, posted_sum in rows:
            for key in ((who, when) for who in (TEAM, person) for when in _periods(day)):
                found[key] = Balance(
                    held=found[key].held + (held_sum or ZERO),
                    posted=found[key].posted + (posted_sum or ZERO),
                )
    return dict(found)


def _hold(connection: Connection, run: Run) -> tuple[Decimal, date]:
    """Amount and day of the run's pending entry."""
    query = select(entries.c.amount, entries.c.day).where(
        entries.c.run_id == run.id, entries.c.kind == Kind.PENDING
    )
    amount, day = connection.execute(query).one()
    return amount, day


def _enter(
    connection: Connection, run: Run, kind: Kind, amount: Decimal, day: date, at: datetime
) -> None:
    """Adds an entry. Two indexes see to it that a run has one pending entry and one end."""
    connection.execute(
        insert(entries).values(
            run_id=run.id,
            profile=run.profile,
            person=run.person,
            kind=kind,
            amount=amount,
            day=day,
            at=at,
        )
    )


def shift(
    connection: Connection,
    profile: str,
    person: str,
    day: date,
    *,
    held: Decimal = ZERO,
    posted: Decimal = ZERO,
) -> None:
    """Adds to the totals of the team and of the person, for the day and its month. Every amount
    has a row of its own beside it: an entry of a run, or the hold of an experiment."""
    _lock(connection, profile, person, day)
    connection.execute(
        update(totals)
        .where(*_rows(profile, person, day))
        .values(held=totals.c.held + held, posted=totals.c.posted + posted)
    )


def _lock(connection: Connection, profile: str, person: str, day: date) -> None:
    """Makes the totals that `shift` adds to, where there are none yet, and keeps others from
    changing them until this transaction ends.

    The team's before the person's: where a database has row locks, this order is what keeps two
    admissions from waiting for each other (rules.md, Money). The team's month comes first of all,
    and nobody makes or locks a row behind it without it: a transaction may move a hold from one day
    to another while there is an admission on that day. Of two months the earlier one comes first.
    """
    locked = (
        select(totals.c.person, totals.c.period)
        .where(*_rows(profile, person, day))
        .order_by(totals.c.person, totals.c.period.desc())
        .with_for_update()
    )
    keys = [(who, when) for who in (TEAM, person) for when in reversed(_periods(day))]

    def lock() -> set[tuple[str, str]]:
        return {(who, when) for who, when in connection.execute(locked)}

    there = lock()
    for wanted in (keys[:1], keys):
        if not there.issuperset(wanted):
            key, nothing = {"profile": profile}, {"held": ZERO, "posted": ZERO}
            missing = [key | {"person": who, "period": when} | nothing for who, when in wanted]
            insert_missing(connection, totals, missing)
            there = lock()


def _rows(profile: str, person: str, day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        totals.c.profile == profile,
        totals.c.person.in_([TEAM, person]),
        totals.c.period.in_(_periods(day)),
    )


def _periods(day: date) -> tuple[str, str]:
    return f"day:{day:%Y-%m-%d}", f"month:{day:%Y-%m}"
