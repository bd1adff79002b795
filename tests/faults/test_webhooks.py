"""Webhooks from the sandbox to the playground's own route, behind TLS, and what they mend."""

from pathlib import Path

import pytest

from lib.deapi.contract import endpoint
from lib.runs.profiles import LIVE
from lib.store import State, deliveries
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.playground import free_port
from tests.support.proxy import Way, proxied
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.tls import certificate
from tests.support.waiting import eventually

SUBMIT = endpoint("images.generations").path


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def sandbox(start_sandbox: StartSandbox, pem: Path) -> Sandbox:
    return start_sandbox(engines="none", speed=2, ca=pem)


@pytest.fixture
def playground(sandbox: Sandbox, start_engine: StartEngine, pem: Path) -> Playground:
    return start_engine(sandbox.url, sandbox.key, webhooks=f"{free_port()}:{pem}")


def events(playground: Playground) -> list[str]:
    return [each.event for each in deliveries.latest(playground.store, LIVE)][::-1]


def test_the_end_comes_by_webhook_and_is_asked_for_once(
    sandbox: Sandbox, playground: Playground
) -> None:
    for n in range(2):
        playground.reaches(playground.order(prompt=f"fox {n}"), State.DONE)
    eventually(lambda: events(playground).count("job.completed") == 2)
    assert playground.books == (charged(sandbox), 0)


def test_an_unknown_run_gets_its_job_back_and_is_not_paid_twice(
    sandbox: Sandbox, playground: Playground
) -> None:
    """deAPI took it, and the answer was lost: the run's own address says whose job it is."""
    playground.quote()
    sandbox.control("POST", "faults", [{"fault": "reset_after", "method": "POST", "path": SUBMIT}])
    run = playground.reaches(playground.order(), State.DONE, timeout=60)
    (charge,) = sandbox.charges()
    assert run.request_id == charge["request_id"]
    assert playground.books == (charged(sandbox), 0)


def test_one_that_comes_before_the_answer_is_lost_gives_the_run_its_job(
    start_sandbox: StartSandbox, pem: Path, start_engine: StartEngine
) -> None:
    """The job is over, and has told so, long before nobody waits for the answer any more."""
    sandbox = start_sandbox(engines="none", speed=50, ca=pem)
    with proxied(sandbox.url) as between:
        playground = start_engine(
            between.url, sandbox.key, silence=6.0, webhooks=f"{free_port()}:{pem}"
        )
        playground.quote()
        lost = between.fail(f"POST {SUBMIT} ", Way.SILENCE)
        run_id = playground.order()
        assert eventually(lambda: "job.completed" in events(playground), timeout=30)
        assert lost.met.is_set()
        assert playground.run(run_id).state is State.SENDING
        run = playground.reaches(run_id, State.DONE, timeout=60)
    (charge,) = sandbox.charges()
    assert run.request_id == charge["request_id"]
    assert playground.books == (charged(sandbox), 0)


def test_a_forged_one_changes_nothing_and_a_replayed_one_counts_once(
    sandbox: Sandbox, playground: Playground
) -> None:
    replayed = {"fault": "webhook_replayed", "times": 2}
    sandbox.control("POST", "faults", [replayed])
    playground.reaches(playground.order(), State.DONE)
    eventually(lambda: events(playground) == ["job.processing", "job.completed"])
    sandbox.control("DELETE", "faults")
    sandbox.control("POST", "faults", [{"fault": "webhook_forged", "times": None}])
    playground.reaches(playground.order(prompt="another"), State.DONE)
    told = sandbox.control("GET", "webhooks")["deliveries"]
    eventually(lambda: sandbox.control("GET", "webhooks")["deliveries"][-1]["status"] == 401)
    assert len(told) >= 3
    assert len(events(playground)) == 2
    assert playground.books == (charged(sandbox), 0)


def test_a_failed_job_is_heard_of(sandbox: Sandbox, playground: Playground) -> None:
    sandbox.control("POST", "faults", [{"fault": "job_error", "code": "AGE_RESTRICTED"}])
    playground.reaches(playground.order(), State.FAILED)
    eventually(lambda: "job.failed" in events(playground))
    assert playground.books == (0, 0)
