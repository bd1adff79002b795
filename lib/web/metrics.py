"""`GET /metrics`: figures for Prometheus, for who sends `PLAYGROUND_METRICS_TOKEN`; else there is
none (404).

What the database knows is the whole team's, and the same on every server that shares it. What is
counted is this process's, since its start. No label is anything that a person wrote, and their
number is bounded: profiles, endpoints, states and kinds of error are ours to name.
"""

import hmac
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.deapi.errors import DeapiError
from lib.runs.counts import BOUNDS, Delays, Seen
from lib.runs.engine import Engine
from lib.store import Store, StoreError, figures, ledger, servers

FRESH = 10.0
"""Seconds for which an answer is given again: however many scrape, the database is asked once."""

_LIMITS = {"MinuteLimit": "minute", "DailyLimit": "daily", "RateLimited": "other"}
"""Kinds of a 429 → what deAPI calls its type."""


class Windows:
    """How many windows of browsers are open here."""

    def __init__(self) -> None:
        self.count = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """What is told of."""

    store: Store
    engine: Engine
    windows: Windows


class Counting:
    """ASGI middleware that counts the WebSockets that are open: a window of a browser has one."""

    def __init__(self, app: ASGIApp, *, windows: Windows) -> None:
        self._app = app
        self._windows = windows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)
        self._windows.count += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._windows.count -= 1


def routes(token: Callable[[], str | None], watched: Callable[[], Watched]) -> list[Route]:
    """The route; `token` gives None where there shall be none."""
    page = _Page(watched)

    async def metrics(request: Request) -> Response:
        wanted = token()
        if wanted is None:
            return _said(404, "There is nothing here.\n")
        if not _is(wanted, request.headers.get("authorization", "")):
            refused = _said(401, "This is for who has the token.\n")
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        try:
            text = await run_in_threadpool(page.text)
        except (StoreError, DeapiError) as error:
            return _said(503, f"{error}\n")
        return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return [Route("/metrics", metrics, methods=["GET"])]


def _is(token: str, authorization: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.encode())
    return same and scheme.lower() == "bearer"


def _said(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status, headers={"Cache-Control": "no-store"})


class _Page:
    """The text, made at most once in `FRESH` seconds."""

    def __init__(self, watched: Callable[[], Watched]) -> None:
        self._watched = watched
        self._lock = threading.Lock()
        self._made: tuple[float, bytes] | None = None

    def text(self) -> bytes:
        """Raises `StoreError` and `DeapiError` when somebody can't be asked."""
        with self._lock:
            if self._made is None or time.monotonic() - self._made[0] >= FRESH:
                self._made = (time.monotonic(), self._make())
            return self._made[1]

    def _make(self) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=registry)
        registry.register(_Figures(self._watched()))
        return generate_latest(registry)


class _Figures(Collector):
    """All of ours, one family after the other."""

    def __init__(self, watched: Watched) -> None:
        self._store = watched.store
        self._windows = watched.windows
        self._seen = {name: watched.engine.seen(name) for name in watched.engine.profiles}

    def collect(self) -> Iterator[Metric]:
        yield from self._runs()
        yield from self._money()
        yield from self._here()
        yield from self._counted()
        yield from self._limits()
        yield self._delays()

    def _runs(self) -> Iterator[Metric]:
        count = GaugeMetricFamily(
            "playground_open_runs",
            "Runs that have not ended, of the whole team.",
            labels=["profile", "state"],
        )
        age = GaugeMetricFamily(
            "playground_open_runs_oldest_seconds",
            "How long ago the oldest open run in this state was admitted, of the whole team.",
            labels=["profile", "state"],
        )
        for each in figures.open_runs(self._store):
            count.add_metric([each.profile, each.state], each.count)
            seconds = (self._store.now() - each.since).total_seconds()
            age.add_metric([each.profile, each.state], seconds)
        return iter((count, age))

    def _money(self) -> Iterator[Metric]:
        spent = GaugeMetricFamily(
            "playground_spent_usd",
            "Spent since ever by the whole team, corrections included.",
            labels=["profile"],
        )
        held = GaugeMetricFamily(
            "playground_held_usd", "Held for open runs of the whole team.", labels=["profile"]
        )
        month = GaugeMetricFamily(
            "playground_month_spent_usd",
            "Spent in the running month by the whole team, corrections included.",
            labels=["profile", "endpoint"],
        )
        balance = GaugeMetricFamily(
            "playground_balance_usd",
            "Left on the account, as deAPI last told this process.",
            labels=["profile"],
        )
        for profile, seen in self._seen.items():
            standing = ledger.standing(self._store, profile)
            spent.add_metric([profile], float(standing.posted))
            held.add_metric([profile], float(standing.held))
            for endpoint, amount in figures.month_spent(self._store, profile).items():
                month.add_metric([profile, endpoint], float(amount))
            if seen.balance is not None and seen.balance.amount is not None:
                balance.add_metric([profile], float(seen.balance.amount))
        return iter((spent, held, month, balance))

    def _here(self) -> Iterator[Metric]:
        if self._store.is_shared:  # a server alone has no lease to renew
            yield GaugeMetricFamily(
                "playground_servers",
                "Servers that share the database and live.",
                value=len(servers.alive(self._store)),
            )
        yield GaugeMetricFamily(
            "playground_signed_in_browsers",
            "Browsers that are signed in, of the whole team.",
            value=figures.signed_in(self._store),
        )
        yield GaugeMetricFamily(
            "playground_open_windows",
            "Windows of browsers that are open on this process.",
            value=self._windows.count,
        )

    def _counted(self) -> Iterator[Metric]:
        steps = CounterMetricFamily(
            "playground_steps",
            "Steps that runs made in this process, by the state that they came into.",
            labels=["profile", "endpoint", "state"],
        )
        failures = CounterMetricFamily(
            "playground_failures",
            "Runs that failed, were lost or had to wait again in this process, by kind of error.",
            labels=["profile", "endpoint", "kind"],
        )
        settled = CounterMetricFamily(
            "playground_settled_usd",
            "Prices of the runs that this process settled.",
            labels=["profile", "endpoint"],
        )
        errors = CounterMetricFamily(
            "playground_call_errors",
            "Calls of this process to deAPI that failed, by what was called and kind of error.",
            labels=["profile", "call", "kind"],
        )
        for profile, seen in self._seen.items():
            for (endpoint, state), count in seen.counts.steps.items():
                steps.add_metric([profile, endpoint, state], count)
            for (endpoint, kind), count in seen.counts.failures.items():
                failures.add_metric([profile, endpoint, kind], count)
            for endpoint, amount in seen.counts.settled.items():
                settled.add_metric([profile, endpoint], float(amount))
            for (call, kind), count in seen.errors.items():
                errors.add_metric([profile, call, kind], count)
        return iter((steps, failures, settled, errors))

    def _limits(self) -> Iterator[Metric]:
        limited = CounterMetricFamily(
            "playground_rate_limited",
            "Calls of this process that deAPI answered with 429, by the limit's type.",
            labels=["profile", "call", "type"],
        )
        waiting = GaugeMetricFamily(
            "playground_calls_waiting",
            "Calls of this process that wait for their turn within deAPI's limits.",
            labels=["profile", "call"],
        )
        delay = GaugeMetricFamily(
            "playground_calls_delay_seconds",
            "How long a call that goes last would wait for its turn in this process.",
            labels=["profile", "call"],
        )
        for profile, seen in self._seen.items():
            for call, limit, count in _limited(seen):
                limited.add_metric([profile, call, limit], count)
            for call, (count, seconds) in seen.queues.items():
                waiting.add_metric([profile, call], count)
                delay.add_metric([profile, call], seconds)
        return iter((limited, waiting, delay))

    def _delays(self) -> Metric:
        family = HistogramMetricFamily(
            "playground_delivery_delay_seconds",
            "From the end of a job, as well as it is known, to when this process settled it.",
            labels=["profile", "by"],
        )
        for profile, seen in self._seen.items():
            for by, delays in seen.counts.delays.items():
                family.add_metric([profile, by], _buckets(delays), sum_value=delays.total)
        return family


def _limited(seen: Seen) -> Iterator[tuple[str, str, int]]:
    for (call, kind), count in seen.errors.items():
        if kind in _LIMITS:
            yield call, _LIMITS[kind], count


def _buckets(delays: Delays) -> list[tuple[str, float]]:
    """As Prometheus has them: each also counts all that is below it."""
    names = [*(str(bound) for bound in BOUNDS), "+Inf"]
    return [(name, sum(delays.counts[: n + 1])) for n, name in enumerate(names)]
