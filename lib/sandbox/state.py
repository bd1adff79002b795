"""Everything one running sandbox knows; URLs and HTTP are elsewhere."""

import time
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lib.sandbox.account import Account
from lib.sandbox.catalogue import Catalogue
from lib.sandbox.config import Config
from lib.sandbox.database import Database
from lib.sandbox.engines import engines
from lib.sandbox.faults import Faults
from lib.sandbox.hub import Hub, payload
from lib.sandbox.jobs import Jobs, Snapshot
from lib.sandbox.order import Order
from lib.sandbox.rates import Rates
from lib.sandbox.webhooks import Webhooks

_CALLS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call that the sandbox received, and the status it answered."""

    method: str
    path: str
    status: int
    at: float
    """Seconds since 1970."""


@dataclass(slots=True, kw_only=True)
class State:
    """Balance, charges, jobs and webhook deliveries are in the data folder; the rest lasts as long
    as the process."""

    config: Config
    account: Account
    jobs: Jobs
    rates: Rates
    catalogue: Catalogue
    hub: Hub
    faults: Faults
    webhooks: Webhooks
    calls: deque[Call] = field(default_factory=lambda: deque[Call](maxlen=_CALLS_KEPT))
    """The latest calls, oldest first."""


@asynccontextmanager
async def opened(config: Config) -> AsyncGenerator[State]:
    """The state of `config.data`, with its unfinished jobs going on."""
    config.data.mkdir(parents=True, exist_ok=True)
    database = Database(config.data / "sandbox.db")
    account = Account(database, config.balance, time.time)
    work = engines(config.engines)
    hub, faults = Hub(config), Faults()
    held: list[Mapping[str, Any]] = []

    webhooks = Webhooks(config, faults, database)

    def told(request_id: str, job: Snapshot, order: Order) -> None:
        webhooks.tell(request_id, job, order)
        if job.status == "error":
            return  # errors are never pushed (deapi.md, WebSockets)
        news, fault = payload(config, request_id, job), faults.push()
        if fault == "push_out_of_order":
            held.append(news)
        elif fault != "push_lost":
            hub.tell(news, copies=2 if fault == "push_doubled" else 1)
            while held:
                hub.tell(held.pop())

    jobs = Jobs(config.data, database, account, work, config.speed, time.time, told, faults)
    webhooks.resume()  # first: what jobs tell from now on comes after it
    jobs.resume()
    try:
        yield State(
            config=config,
            account=account,
            jobs=jobs,
            rates=Rates(config.tier, time.monotonic),
            catalogue=Catalogue.shipped(),
            hub=hub,
            faults=faults,
            webhooks=webhooks,
        )
    finally:
        await webhooks.close()
        await jobs.close()
        database.close()


def written(at: float) -> str:
    """A moment as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
