"""What tells of a run whose answer never came: the balance, and news of a job nobody has; and a
drift when something else spends on the same key. Against a real sandbox."""

from datetime import timedelta
from decimal import Decimal

import pytest

from lib.deapi.contract import endpoint
from lib.runs import evidence, reconcile
from lib.runs.evidence import Says
from lib.runs.profiles import LIVE
from lib.store import Run, State, balances
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

SUBMIT = endpoint("images.generations").path


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=10, balance=100)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox charges before it answers, so no look comes too early."""
    monkeypatch.setattr(evidence, "TAKEN_IN", timedelta(0))  # tests/unit/runs shows the waiting
    monkeypatch.setattr(reconcile, "APART", timedelta(0))


def lost(sandbox: Sandbox, playground: Playground, kind: str) -> Run:
    """A run that the fault makes `unknown`, once the balance was seen after that."""
    fault = {"fault": kind, "method": "POST", "path": SUBMIT}
    sandbox.control("POST", "faults", [fault])
    run = playground.reaches(playground.order(prompt="lost"), State.UNKNOWN)
    playground.look()
    return run


@pytest.mark.parametrize(
    ("kind", "says"), [("reset_after", Says.PAID), ("reset_before", Says.FREE)]
)
def test_the_balance_tells_whether_a_lost_run_was_charged(
    sandbox: Sandbox, start_engine: StartEngine, kind: str, says: Says
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
    playground.reaches(playground.order(), State.DONE)  # its price tells how fine amounts are
    playground.look()
    run = lost(sandbox, playground, kind)
    assert evidence.gather(playground.store, run, []).balance.says is says
    assert (charged(sandbox) - playground.books[0] > 0) == (says is Says.PAID)


def test_push_tells_of_the_job_that_a_lost_run_may_have(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key, push=True)
    playground.reaches(playground.order(), State.DONE)  # and the line stands
    run = lost(sandbox, playground, "reset_after")
    [job] = eventually(playground.orphans)
    assert job == sandbox.charges()[-1]["request_id"]
    assert run.request_id is None


def test_what_another_program_spends_on_the_key_is_a_drift_to_the_nano_dollar(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
    for n in range(2):
        playground.reaches(playground.order(prompt=f"fox {n}"), State.DONE)
    playground.look()
    eventually(lambda: drift(playground) == 0)
    left = balances.last(playground.store, LIVE, 1)[0].amount
    sandbox.control("PUT", "balance", float(left - Decimal("1.000000003")))
    playground.look()
    playground.look()
    assert drift(playground) == Decimal("1.000000003")


def drift(playground: Playground) -> Decimal | None:
    found = reconcile.compare(playground.store, LIVE)
    return found and found.drift
