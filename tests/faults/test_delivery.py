"""News by push, with the polls behind it, against a real sandbox."""

import pytest

from lib.store import State
from tests.faults.conftest import charged
from tests.support.engine import StartEngine
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=2)


def polls(sandbox: Sandbox) -> int:
    return sum(each["path"].startswith("/api/v2/jobs/") for each in sandbox.requests())


def test_push_brings_the_end_with_one_poll_a_job(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key, push=True)
    first = playground.order()
    playground.reaches(first, State.DONE)
    before = polls(sandbox)  # the line was made while the first was under way
    ordered = [playground.order(prompt=f"fox {n}") for n in range(4)]
    for each in ordered:
        run = playground.reaches(each, State.DONE)
        assert run.took is not None
    assert polls(sandbox) - before == len(ordered)
    assert playground.books == (charged(sandbox), 0)


def test_an_idle_playground_lets_the_line_go_and_asks_nothing(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    start_engine(sandbox.url, sandbox.key, push=True)
    eventually(lambda: any(each["path"].endswith("/balance") for each in sandbox.requests()))
    asked = [each["path"] for each in sandbox.requests() if "broadcasting" in each["path"]]
    assert asked == []
