"""Figures of the whole team for who watches the server, each by an index and without reading
anything that anybody wrote."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from lib.store.database import Store
from lib.store.run import few
from lib.store.sessions import IDLE
from lib.store.states import OPEN, State
from lib.store.tables import Kind, entries, runs, sessions


@dataclass(frozen=True, kw_only=True)
class Open:
    """How many open runs of a profile are in a state, and when the first of them was admitted."""

    profile: str
    state: State
    count: int
    since: datetime


def open_runs(store: Store) -> list[Open]:
    """Of each profile and state that has any. Raises `StoreError`."""
    query = (
        select(runs.c.profile, runs.c.state, func.count(), func.min(runs.c.created_at))
        .where(few(OPEN))
        .group_by(runs.c.profile, runs.c.state)
    )
    with store.read() as connection:
        return [
            Open(profile=profile, state=state, count=count, since=since)
            for profile, state, count, since in connection.execute(query)
        ]


def month_spent(store: Store, profile: str) -> dict[str, Decimal]:
    """Endpoint → USD spent in the running month, corrections included. Raises `StoreError`."""
    today = store.today()
    query = (
        select(runs.c.endpoint, func.sum(entries.c.amount))
        .join(runs, runs.c.id == entries.c.run_id)
        .where(
            entries.c.profile == profile,
            entries.c.kind.in_([Kind.POSTED, Kind.CORRECTION]),
            entries.c.day.between(today.replace(day=1), today),
        )
        .group_by(runs.c.endpoint)
    )
    with store.read() as connection:
        return {endpoint: spent for endpoint, spent in connection.execute(query)}  # noqa: C416


def signed_in(store: Store) -> int:
    """How many browsers are signed in. Raises `StoreError`."""
    query = select(func.count()).where(sessions.c.seen_at > store.now() - IDLE)
    with store.read() as connection:
        return connection.execute(query).scalar_one()
