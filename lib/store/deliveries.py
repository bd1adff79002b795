"""Webhooks that came and were verified, each delivery once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lib.store.database import Store, insert_missing
from lib.store.tables import deliveries


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
    """Keep a delivery; False when it was there already. `run_id` must be a run's."""
    key = {"profile": profile, "delivery_id": delivery_id}
    row = {
        "run_id": run_id,
        "request_id": request_id,
        "event": event,
        "body": dict(body),
        "at": store.now(),
    }
    with store.write() as connection:
        return insert_missing(connection, deliveries, [key | row]) == 1


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
