"""`/metrics`: who may read it, and that Prometheus can, whatever is in the database."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from lib.deapi.errors import NoAnswer
from lib.runs.balance import Balance
from lib.runs.counts import Counts, Delays, Seen
from lib.runs.engine import Engine
from lib.store import NewRun, Role, Run, Store, ledger, runs, servers, sessions, users
from lib.web import metrics
from lib.web.metrics import Counting, Watched, Windows

TOKEN = "a-token-of-these-tests"
OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
HOSTILE = 'a"} 1\nplayground_evil 2\\\n# HELP é'
Scrape = Callable[..., Any]
Samples = dict[tuple[str, tuple[str, ...]], float]


@dataclass
class Watching:
    """An engine that has seen what it is told."""

    seen_of: dict[str, Seen | Exception] = field(default_factory=dict)
    asked: int = 0

    @property
    def profiles(self) -> tuple[str, ...]:
        return tuple(self.seen_of)

    def seen(self, profile: str) -> Seen:
        self.asked += 1
        found = self.seen_of[profile]
        if isinstance(found, Exception):
            raise found
        return found


def seen(counts: Counts | None = None, **values: Any) -> Seen:
    return Seen(
        **{"counts": counts or Counts(), "errors": {}, "queues": {}, "balance": None} | values
    )


@pytest.fixture
def engine() -> Watching:
    return Watching({"live": seen()})


@pytest.fixture
def client(store: Store, engine: Watching) -> TestClient:
    return serving(store, engine, TOKEN)


def serving(store: Store, engine: Watching, token: str | None) -> TestClient:
    windows = Windows()

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await socket.receive()

    watched = Watched(store, cast(Engine, engine), windows)
    routes = [*metrics.routes(lambda: token, lambda: watched), WebSocketRoute("/stream", stream)]
    counting = Middleware(Counting, windows=windows)
    return TestClient(Starlette(routes=routes, middleware=[counting]), base_url="http://127.0.0.1")


def read(client: TestClient) -> Samples:
    """Every sample, by its name and the values of its labels in the labels' order."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def admitted(store: Store, endpoint: str = "images.ocr", profile: str = "live") -> Run:
    new = NewRun(
        profile=profile,
        person="local",
        endpoint=endpoint,
        model=HOSTILE,
        params={},
        nonce=f"{endpoint} {profile}",
        quote=Decimal("0.25"),
        reserved=Decimal("0.5"),
        text=HOSTILE,
    )
    return ledger.admit(store, new)


def settled(store: Store, run: Run) -> None:
    claimed = runs.claim(store, run.id, "engine")
    assert claimed is not None
    accepted = runs.accept(store, claimed, f"job of {run.id}")
    assert accepted is not None
    runs.settle_done(store, accepted, None)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": "Bearer "},
        {"Authorization": b"Bearer \xff\xfe"},
        {"Cookie": f"playground_session={TOKEN}"},
    ],
)
def test_who_has_not_the_token_gets_nothing(
    client: TestClient, engine: Watching, sent: dict[str, Any]
) -> None:
    answer = client.get("/metrics", headers=sent)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "playground_" not in answer.text
    assert engine.asked == 0


def test_a_signed_in_admin_is_nobody_here(client: TestClient, store: Store) -> None:
    users.add(store, "ada", "four green kettles", Role.ADMIN)
    client.cookies.set("playground_session", sessions.begin(store, "ada", "127.0.0.1", "a browser"))
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize("sent", [{}, {"Authorization": f"Bearer {TOKEN}"}])
def test_without_the_setting_there_is_none(
    store: Store, engine: Watching, sent: dict[str, str]
) -> None:
    answer = serving(store, engine, None).get("/metrics", headers=sent)
    assert (answer.status_code, engine.asked) == (404, 0)


def test_what_the_team_has_open_spent_and_held(client: TestClient, store: Store) -> None:
    admitted(store)
    settled(store, admitted(store, "audio.speech"))
    told = read(client)
    assert told["playground_open_runs", ("live", "waiting")] == 1
    assert told["playground_open_runs", ("live", "keeping")] == 1
    assert told["playground_open_runs_oldest_seconds", ("live", "waiting")] == 0
    assert told["playground_held_usd", ("live",)] == 0.5
    assert told["playground_spent_usd", ("live",)] == 0.25
    assert told["playground_month_spent_usd", ("audio.speech", "live")] == 0.25
    assert told["playground_signed_in_browsers", ()] == 0


def test_what_the_process_has_counted(client: TestClient, engine: Watching) -> None:
    counts = Counts()
    counts.steps["images.ocr", "done"] = 3
    counts.failures["images.ocr", "NoAnswer"] = 2
    counts.settled["images.ocr"] = Decimal("1.5")
    counts.delays["push"] = Delays()
    for seconds in (0.0, 0.3, 1000.0):
        counts.delays["push"].add(seconds)
    engine.seen_of["live"] = seen(
        counts,
        errors={("images.ocr", "MinuteLimit"): 4, ("jobs", "NoAnswer"): 5},
        queues={"images.ocr": (6, 7.5)},
        balance=Balance(Decimal("4.2"), datetime.now(UTC)),
    )
    told = read(client)
    assert told["playground_steps_total", ("images.ocr", "live", "done")] == 3
    assert told["playground_failures_total", ("images.ocr", "NoAnswer", "live")] == 2
    assert told["playground_settled_usd_total", ("images.ocr", "live")] == 1.5
    assert told["playground_call_errors_total", ("jobs", "NoAnswer", "live")] == 5
    limited = {key[1]: value for key, value in told.items() if "rate_limited" in key[0]}
    assert limited == {("images.ocr", "live", "minute"): 4}
    assert told["playground_calls_waiting", ("images.ocr", "live")] == 6
    assert told["playground_calls_delay_seconds", ("images.ocr", "live")] == 7.5
    assert told["playground_balance_usd", ("live",)] == 4.2
    bucket = "playground_delivery_delay_seconds_bucket"
    assert told[bucket, ("push", "0.1", "live")] == 1
    assert told[bucket, ("push", "300.0", "live")] == 2
    assert told[bucket, ("push", "+Inf", "live")] == 3
    assert told["playground_delivery_delay_seconds_sum", ("push", "live")] == 1000.3


def test_names_that_nobody_expected_are_labels_and_nothing_else(
    client: TestClient, store: Store, engine: Watching
) -> None:
    settled(store, admitted(store, HOSTILE))
    counts = Counts()
    counts.steps[HOSTILE, "done"] = 1
    engine.seen_of["live"] = seen(counts, errors={(HOSTILE, HOSTILE): 1})
    told = read(client)
    assert told["playground_month_spent_usd", (HOSTILE, "live")] == 0.25
    assert told["playground_steps_total", (HOSTILE, "live", "done")] == 1
    assert not any(name == "playground_evil" for name, _ in told)


def test_a_window_counts_as_long_as_it_is_open(client: TestClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(metrics, "FRESH", 0.0)
    with client.websocket_connect("/stream") as window:
        assert read(client)["playground_open_windows", ()] == 1
        window.send_text("bye")
    assert read(client)["playground_open_windows", ()] == 0


def test_servers_are_counted_while_they_live_and_only_where_there_can_be_several(
    client: TestClient, store: Store, monkeypatch: Any
) -> None:
    monkeypatch.setattr(metrics, "FRESH", 0.0)
    if not store.is_shared:
        assert ("playground_servers", ()) not in read(client)
        return
    first = servers.enter(store, "one")
    assert read(client)["playground_servers", ()] == 1
    servers.enter(store, "two")
    assert read(client)["playground_servers", ()] == 2
    servers.leave(store, first)
    assert read(client)["playground_servers", ()] == 1


def test_however_many_scrape_it_is_made_once(client: TestClient, engine: Watching) -> None:
    assert read(client) == read(client)
    assert engine.asked == 1


def test_an_engine_that_does_not_answer_is_said_and_not_kept(
    client: TestClient, engine: Watching
) -> None:
    engine.seen_of["live"] = NoAnswer("no answer in time")
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.text) == (503, "no answer in time\n")
    engine.seen_of["live"] = seen()
    assert read(client)


def test_what_there_is_to_watch_is_documented_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    there = {
        family.name
        for family in text_string_to_metric_families(answer.text)
        if family.name.startswith("playground_")
    }
    only_where_shared = {"playground_servers"}
    told = set(re.findall(r"`(playground_\w+?)(?:_total)?(?=[`{])", OPERATIONS.read_text()))
    assert told == there | only_where_shared
