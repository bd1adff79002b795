"""Whatever is killed and whenever: after a start every run ends, is charged once and the books
balance, or it is `unknown` and says so."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from lib.deapi.contract import endpoint
from lib.runs.profiles import SANDBOX
from lib.store import Run, State, ledger
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.playground import StartPlayground
from tests.support.proxy import Proxy, Way, http
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

SUBMIT = f"POST {endpoint('images.generations').path} "
RESULT = "GET /files/"


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    """A job takes a second or two: long enough to be killed in."""
    return start_sandbox(engines="none", speed=2)


def settled(playground: Playground, run: Run, sandbox: Sandbox) -> None:
    """The one run is done, was charged once, and the books say what the sandbox does."""
    (charge,) = sandbox.charges()
    assert (run.state, run.request_id) == (State.DONE, charge["request_id"])
    assert run.price == Decimal(charge["price"])
    assert playground.books == (charged(sandbox), 0)


class TestThePlayground:
    @pytest.mark.parametrize("state", [State.ACCEPTED, State.WORKING])
    def test_killed_while_deapi_is_at_it(
        self, sandbox: Sandbox, start_engine: StartEngine, state: State
    ) -> None:
        playground = start_engine(sandbox.url, sandbox.key)
        run_id = playground.order()
        playground.reaches(run_id, state)
        playground.kill()
        assert playground.run(run_id).state is state
        playground.start()
        settled(playground, playground.reaches(run_id, State.DONE), sandbox)

    def test_killed_while_the_result_is_being_fetched(
        self, sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine
    ) -> None:
        gate = proxy.fail(RESULT, Way.GATE)
        playground = start_engine(proxy.url, sandbox.key)
        run_id = playground.order()
        eventually(gate.met.is_set, timeout=30)
        playground.kill()
        assert playground.run(run_id).state is State.KEEPING
        assert playground.books == (charged(sandbox), 0)  # paid for before it is ours
        playground.start()
        settled(playground, playground.reaches(run_id, State.DONE), sandbox)

    @pytest.mark.parametrize("arrives", [True, False], ids=["it arrived", "it never arrived"])
    def test_killed_while_it_sends_is_unknown_and_never_sent_again(
        self, sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine, arrives: bool
    ) -> None:
        """The same to us, whether the request was processed or not."""
        playground = start_engine(proxy.url, sandbox.key)
        playground.quote()
        lost = proxy.fail(SUBMIT, Way.SILENCE if arrives else Way.GATE)
        run_id = playground.order()
        eventually(lost.met.is_set)
        eventually(lambda: not arrives or sandbox.charges())
        playground.kill()
        assert playground.run(run_id).state is State.SENDING
        playground.start()
        run = playground.reaches(run_id, State.UNKNOWN)
        assert run.error is not None
        assert run.error["kind"] == "Interrupted"
        assert playground.books == (0, run.reserved)
        another = playground.order(prompt="another")  # and the next one goes its way
        playground.reaches(another, State.DONE)
        assert len(sandbox.charges()) == 1 + arrives
        assert proxy.count(SUBMIT) == 2
        assert playground.run(run_id).state is State.UNKNOWN

    def test_killed_before_it_sent_sends_it_once(
        self, sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine
    ) -> None:
        playground = start_engine(proxy.url, sandbox.key)
        limited = http(429, '{"message": "Too Many Attempts."}', Retry_After="3")
        proxy.fail(SUBMIT, Way.INSTEAD, limited)
        run_id = playground.order()
        eventually(lambda: (playground.run(run_id).error or {}).get("kind") == "MinuteLimit")
        playground.kill()
        assert playground.run(run_id).state is State.WAITING
        assert sandbox.charges() == []
        playground.start()
        settled(playground, playground.reaches(run_id, State.DONE), sandbox)

    def test_killed_again_and_again_with_many_runs_on_their_way(
        self, start_sandbox: StartSandbox, start_engine: StartEngine
    ) -> None:
        sandbox = start_sandbox(engines="none", speed=3, balance=1000)
        playground = start_engine(sandbox.url, sandbox.key)
        chance, ordered = random.Random(3), list[str]()
        for wave in range(3):
            ordered += [playground.order(prompt=f"fox {wave} {n}") for n in range(5)]
            states = [chance.choice([State.ACCEPTED, State.WORKING, State.KEEPING, State.DONE])]
            playground.reaches(chance.choice(ordered[-5:]), *states, State.DONE)
            playground.kill()
            playground.start()
        ended = [playground.reaches(each, State.DONE, State.UNKNOWN) for each in ordered]
        done = {run.request_id: run for run in ended if run.state is State.DONE}
        unknown = [run for run in ended if run.state is State.UNKNOWN]
        charges = {each["request_id"]: Decimal(each["price"]) for each in sandbox.charges()}
        assert len(charges) == len(sandbox.charges())
        # Everything that is done was charged once at its price; what else was charged is held.
        assert {name: run.price for name, run in done.items()}.items() <= charges.items()
        assert len(charges) - len(done) <= len(unknown)
        held = sum((run.reserved for run in unknown), Decimal(0))
        assert playground.books == (sum(charges[name] for name in done if name), held)

    def test_ended_in_the_middle_of_a_paid_call_takes_its_answer_along(
        self, sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine
    ) -> None:
        playground = start_engine(proxy.url, sandbox.key)
        playground.quote()
        gate = proxy.fail(SUBMIT, Way.GATE)
        run_id = playground.order()
        eventually(gate.met.is_set)
        playground.process.close_input()
        with pytest.raises(AssertionError):
            eventually(lambda: not playground.process.running, timeout=0.5)
        gate.open.set()
        assert playground.process.wait(10) == 0
        playground.kill()
        assert playground.run(run_id).state is State.ACCEPTED
        playground.start()
        settled(playground, playground.reaches(run_id, State.DONE), sandbox)


def test_the_whole_app_goes_on_with_a_run_of_before_its_kill(
    sandbox: Sandbox,
    start_engine: StartEngine,
    start_playground: StartPlayground,
) -> None:
    slow = start_engine(sandbox.url, sandbox.key)
    run_id = slow.order()
    slow.reaches(run_id, State.ACCEPTED)
    slow.kill()
    app = start_playground(live=sandbox, **slow.settings)
    app.kill()
    app.start()
    settled(slow, slow.reaches(run_id, State.DONE), sandbox)
    assert ledger.books(slow.store, SANDBOX) == {}
    assert "Traceback" not in app.process.output


class TestTheSandbox:
    """In the place of the live deAPI, killed and started again on its port and data."""

    @pytest.fixture
    def restart(self, start_sandbox: StartSandbox, tmp_path: Path, free_port: int) -> StartSandbox:
        def starting(**flags: object) -> Sandbox:
            return start_sandbox(
                engines="none",
                speed=2,
                port=free_port,
                data=tmp_path / "deapi",
                **flags,
            )

        return starting

    @pytest.mark.parametrize("state", [State.ACCEPTED, State.WORKING])
    def test_killed_during_a_run_that_finishes_when_it_is_back(
        self, restart: StartSandbox, start_engine: StartEngine, state: State
    ) -> None:
        sandbox = restart()
        playground = start_engine(sandbox.url, sandbox.key)
        run_id = playground.order()
        playground.reaches(run_id, state)
        sandbox.process.kill()
        eventually(lambda: "no news" in playground.output)
        assert playground.run(run_id).state in (State.ACCEPTED, State.WORKING)
        sandbox = restart()
        settled(playground, playground.reaches(run_id, State.DONE), sandbox)

    def test_killed_before_the_submit_pays_nothing_and_it_goes_out_when_it_is_back(
        self, restart: StartSandbox, start_engine: StartEngine
    ) -> None:
        sandbox = restart()
        playground = start_engine(sandbox.url, sandbox.key)
        playground.quote()
        sandbox.process.kill()
        run_id = playground.order()

        def unreachable() -> bool:
            run = playground.run(run_id)
            kind = (run.error or {}).get("kind")
            return run.state is State.WAITING and kind == "NotDelivered"

        eventually(unreachable)
        assert playground.books == (0, playground.run(run_id).reserved)
        sandbox = restart()
        settled(playground, playground.reaches(run_id, State.DONE), sandbox)

    def test_killed_before_the_submit_and_the_run_can_be_taken_back(
        self, restart: StartSandbox, start_engine: StartEngine
    ) -> None:
        sandbox = restart()
        playground = start_engine(sandbox.url, sandbox.key)
        playground.quote()
        sandbox.process.kill()
        run_id = playground.order()
        eventually(lambda: playground.run(run_id).error)
        assert playground.cancel(run_id)
        assert playground.books == (0, 0)
        assert restart().charges() == []
        assert playground.run(run_id).state is State.CANCELLED
