"""Webhooks that came and were verified, each delivery once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from lib.store.database import Store, insert_missing
from lib.store.run import Run
from lib.store.tables import deliveries, runs


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery: `body` is what it said of its job, `at` when it came."""

    delivery_id: str
    run_id: str
    request_id: str
    event: str
    body: dict[str, Any]
    at: datetime


def record(
    store: Store,
    profile: str,
    *,
    run_id: str,
    delivery_id: str,
    request_id: str,
    event: str,
    body: Mapping[str, Any],
) -> bool:
    """Keep a delivery; False when it was there already. `run_id` must be a run's: one that is lost
    in this moment is so before or after, and whoever is later finds what the other has written."""
    key = {"profile": profile, "delivery_id": delivery_id}
    row = {
        "run_id": run_id,
        "request_id": request_id,
        "event": event,
        "body": dict(body),
        "at": store.now(),
    }
    with store.write() as connection:
        connection.execute(select(runs.c.id).where(runs.c.id == run_id).with_for_update())
        return insert_missing(connection, deliveries, [key | row]) == 1


def job_of(connection: Connection, run: Run) -> str | None:
    """The request id that deliveries since it was sent have told of for `run`, in the transaction
    that asks; None without one, or when another run has it."""
    taken = select(runs.c.request_id).where(
        runs.c.profile == run.profile, runs.c.request_id == deliveries.c.request_id
    )
    told = (
        select(deliveries.c.request_id)
        .where(
            deliveries.c.profile == run.profile,
            deliveries.c.at >= (run.sending_at or run.created_at),
            deliveries.c.run_id == run.id,
            ~taken.exists(),
        )
        .order_by(deliveries.c.at)
    )
    return connection.scalars(told.limit(1)).one_or_none()


def latest(store: Store, profile: str, limit: int = 50) -> list[Delivery]:
    """The last deliveries of a profile, newest first."""
    query = (
        select(*(deliveries.c[each.name] for each in fields(Delivery)))
        .where(deliveries.c.profile == profile)
        .order_by(deliveries.c.at.desc(), deliveries.c.delivery_id)
        .limit(limit)
    )
    with store.read() as connection:
        return [Delivery(**dict(row)) for row in connection.execute(query).mappings()]
