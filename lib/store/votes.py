"""Votes on the results of experiments: blind, and once a pair for each person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from lib.store.database import Store, insert_missing
from lib.store.errors import Denied
from lib.store.experiments import seen_by
from lib.store.states import State
from lib.store.tables import Winner, cells, experiments, runs, votes

_SHOWN = (State.KEEPING, State.DONE)
"""There is a result to look at."""


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What a person said of two variants' results of one input; `a` < `b`."""

    input: int
    a: int
    b: int
    person: str
    winner: Winner
    at: datetime


def cast(
    store: Store, experiment_id: str, person: str, input_: int, a: int, b: int, winner: Winner
) -> bool:
    """Count a vote; False when this person has said something of this pair already, which stays.

    `a` and `b` may be in any order, `winner` means them as they are given. Raises `Denied` when
    the experiment is not theirs to see or there are no such two results, and `StoreError`.
    """
    if a > b:
        a, b, winner = b, a, _TURNED.get(winner, winner)
    with store.write() as connection:
        _may_vote(connection, experiment_id, person, input_, a, b)
        row = {"experiment_id": experiment_id, "input": input_, "a": a, "b": b, "person": person}
        new = row | {"winner": winner, "at": store.now()}
        return insert_missing(connection, votes, [new]) == 1


def take_back(store: Store, experiment_id: str, person: str) -> Vote | None:
    """Undo the last vote of this person there; what it was, or None. Raises `StoreError`."""
    mine = (votes.c.experiment_id == experiment_id, votes.c.person == person)
    with store.write() as connection:
        last = select(*_COLUMNS).where(*mine).order_by(votes.c.at.desc()).limit(1)
        row = connection.execute(last).mappings().one_or_none()
        if row is None:
            return None
        vote = Vote(**row)
        same = (votes.c.input == vote.input, votes.c.a == vote.a, votes.c.b == vote.b)
        connection.execute(delete(votes).where(*mine, *same))
        return vote


def of(store: Store, experiment_id: str) -> list[Vote]:
    """Every vote there, the oldest first."""
    query = select(*_COLUMNS).where(votes.c.experiment_id == experiment_id)
    with store.read() as connection:
        found = connection.execute(query.order_by(votes.c.at, votes.c.input)).mappings()
        return [Vote(**row) for row in found]


_TURNED = {Winner.A: Winner.B, Winner.B: Winner.A}
_COLUMNS = [votes.c[name] for name in Vote.__dataclass_fields__]


def _may_vote(
    connection: Connection, experiment_id: str, person: str, input_: int, a: int, b: int
) -> None:
    theirs = select(experiments.c.id).where(experiments.c.id == experiment_id, seen_by(person))
    if connection.execute(theirs).one_or_none() is None:
        raise Denied("This experiment is not there any more.")
    shown = (
        select(func.count(cells.c.variant.distinct()))
        .select_from(cells.join(runs))
        .where(
            cells.c.experiment_id == experiment_id,
            cells.c.input == input_,
            cells.c.variant.in_([a, b]),
            runs.c.state.in_(_SHOWN),
            runs.c.deleted_at.is_(None),
        )
    )
    if connection.execute(shown).scalar_one() != 2:
        raise Denied("These two results can't be compared: one of them is not there.")
