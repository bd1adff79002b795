"""What a real engine on a real sandbox tells who operates it: each line of its log about a run
names it, and says nothing that is its person's; and it counts."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lib.deapi.push import PushAddress
from lib.runs.counts import Seen
from lib.runs.engine import Engine
from lib.runs.profiles import LIVE, Address
from lib.sandbox.config import APP_KEY, CLIENT_ID
from lib.store import Run, State, Store, runs
from tests.conftest import BeginLogs
from tests.faults.driver import Driver
from tests.support.playground import StartPlayground
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

Line = dict[str, Any]
PROMPTS = ("a heron nobody may read of", "an otter nobody may read of")


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=20, key="a-key-that-stays-out-of-every-line")


@pytest.fixture
def lines(begin_logs: BeginLogs) -> Callable[[], list[Line]]:
    """Every line since the test began."""
    written = begin_logs("json")
    return lambda: [json.loads(line) for line in written()]


@pytest.fixture
def driver(sandbox: Sandbox, tmp_path: Path) -> Iterator[Driver]:
    """An engine here, so that its lines are."""
    store = Store(tmp_path / "here", ZoneInfo("UTC"))
    push = PushAddress(sandbox.push_url, APP_KEY, CLIENT_ID)
    engine = Engine(store, [Address(LIVE, sandbox.url, sandbox.key, push)])
    engine.start()
    yield Driver(store, engine)
    engine.stop()
    store.close()


def values(prompt: str) -> dict[str, Any]:
    return {"prompt": prompt, "seed": 7}


def ends(driver: Driver, run_id: str, *states: State) -> Run:
    def there() -> Run | None:
        run = runs.get(driver.store, run_id)
        return run if run is not None and run.state in states else None

    return eventually(there, timeout=30)


def said_of(lines: list[Line], run_id: str) -> list[str]:
    return [line["message"].partition(":")[0] for line in lines if line.get("run") == run_id]


def test_two_runs_at_once_tell_their_steps_apart(
    driver: Driver, sandbox: Sandbox, lines: Callable[[], list[Line]]
) -> None:
    ids = [driver.order(values(prompt), f"nonce {prompt}") for prompt in PROMPTS]
    done = [ends(driver, run_id, State.DONE) for run_id in ids]

    def all_told() -> list[Line] | None:
        found = lines()
        return found if sum(line["message"] == "done: kept" for line in found) == 2 else None

    written = eventually(all_told, timeout=10)
    for run in done:
        told = said_of(written, run.id)
        assert told[0].startswith("admitted at a quote of")
        assert told[1:] == ["claimed", "accepted", *told[3:-2], "settled", "done"]
        of_it = [line for line in written if line.get("run") == run.id]
        assert {(line["profile"], line["endpoint"]) for line in of_it} == {
            (LIVE, "images.generations")
        }
        named = [line for line in written if str(run.request_id) in line["message"]]
        assert {line["run"] for line in named} == {run.id}
    whole = json.dumps(written)
    assert not any(prompt in whole or prompt.split()[1] in whole for prompt in PROMPTS)
    assert sandbox.key not in whole


def test_what_it_did_is_counted(driver: Driver, sandbox: Sandbox) -> None:
    limit = {"fault": "minute_limit", "method": "POST", "retry_after": 1}
    sandbox.control("POST", "faults", limit | {"path": "/api/v2/images/generations"})
    run = ends(driver, driver.order(values(PROMPTS[0]), "nonce"), State.DONE)

    def kept() -> Seen | None:
        seen = driver.engine.seen(LIVE)
        return seen if seen.counts.steps[run.endpoint, "done"] else None

    seen = eventually(kept, timeout=10)
    assert seen.errors == {(run.endpoint, "MinuteLimit"): 1}
    assert seen.counts.failures == {(run.endpoint, "MinuteLimit"): 1}
    assert seen.counts.steps[run.endpoint, "sending"] == 2
    assert seen.counts.settled == {run.endpoint: run.price}
    (delays,) = seen.counts.delays.values()
    assert sum(delays.counts) == 1
    assert 0 <= delays.total < 10
    assert seen.queues[run.endpoint][0] == 0
    assert seen.balance is not None


@pytest.mark.parametrize(
    ("fault", "state", "ending"),
    [
        ({"fault": "reset_after", "method": "POST"}, State.UNKNOWN, "lost: NoAnswer"),
        ({"fault": "job_error"}, State.FAILED, "failed: JobFailed, posted $0"),
        ({"fault": "status", "status": 422, "method": "POST"}, State.FAILED, "failed: Invalid"),
    ],
)
def test_an_end_that_is_none_is_told_with_its_kind(
    driver: Driver,
    sandbox: Sandbox,
    lines: Callable[[], list[Line]],
    fault: dict[str, Any],
    state: State,
    ending: str,
) -> None:
    body = {"body": json.dumps({"message": f"I will not do {PROMPTS[0]}"})}
    told = {"path": "/api/v2/images/generations", **fault}
    sandbox.control("POST", "faults", told | (body if fault["fault"] == "status" else {}))
    run_id = driver.order(values(PROMPTS[0]), "nonce")
    ends(driver, run_id, state)

    def ended() -> list[Line]:
        found = [line for line in lines() if line.get("run") == run_id]
        return [line for line in found if line["message"].startswith(ending)]

    assert eventually(ended, timeout=10)
    assert "heron" not in json.dumps(lines())


def test_what_is_taken_up_after_a_start_says_so(
    sandbox: Sandbox, tmp_path: Path, lines: Callable[[], list[Line]]
) -> None:
    sandbox.control("POST", "faults", {"fault": "job_never_ends", "times": None})
    store = Store(tmp_path / "here", ZoneInfo("UTC"))
    for _ in range(2):
        engine = Engine(store, [Address(LIVE, sandbox.url, sandbox.key)])
        engine.start()
        run_id = Driver(store, engine).order(values(PROMPTS[0]), "the one nonce")
        ends(Driver(store, engine), run_id, State.ACCEPTED, State.WORKING)
        engine.stop()
    store.close()
    assert "taken up" in said_of(lines(), run_id)


def test_every_line_of_a_playground_is_json_from_start_to_end(
    start_playground: StartPlayground,
) -> None:
    playground = start_playground(PLAYGROUND_LOG="json")
    playground.stop()
    told = [json.loads(line) for line in playground.process.output.splitlines()]
    assert any("is ready" in line["message"] for line in told)
