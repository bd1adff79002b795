"""Runs that are taken back before they were sent, several at once."""

from datetime import date

from sqlalchemy import ColumnElement, Connection, update

from lib.store import ledger
from lib.store.database import Store
from lib.store.run import RUN_COLUMNS, Run, as_run
from lib.store.states import State
from lib.store.tables import runs


def recall(
    connection: Connection, store: Store, *where: ColumnElement[bool]
) -> list[tuple[Run, date]]:
    """waiting → cancelled for all of these: nothing was spent, and their holds end. Each with the
    day that its hold counted in, the oldest first."""
    now = store.now()
    moved = update(runs).where(runs.c.state == State.WAITING, *where)
    moved = moved.values(state=State.CANCELLED, ended_at=now).returning(*RUN_COLUMNS)
    # All of them before the first of the totals, as one alone does it; and earlier days first.
    found = sorted(map(as_run, connection.execute(moved).mappings()), key=lambda each: each.id)
    return [(each, ledger.void(connection, each, now)) for each in found]
