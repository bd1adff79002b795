"""Several servers on one PostgreSQL: what one leaves another takes over, and nothing is done
twice."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest

from lib.deapi.contract import endpoint
from lib.runs.profiles import LIVE
from lib.store import Caps, Run, State, caps, experiments, runs, servers
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.postgres import PostgreSQL
from tests.support.proxy import Proxy, Way, http
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

SUBMIT = f"POST {endpoint('images.generations').path} "
LEASE = 6.0
"""Seconds, so that a test need not wait for long."""
LONG = 120.0
"""Seconds, so that nothing is taken over because a lease has ended."""
TAKEN = LEASE + 30
"""Seconds in which a lease ends and what it covered is finished by another server."""

StartTwo = Callable[..., tuple[Playground, Playground]]

pytestmark = pytest.mark.parametrize("start_engine", ["postgresql"], indirect=True)


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    """A job takes a second or two: long enough to be killed in."""
    return start_sandbox(engines="none", speed=2, balance=1000)


@pytest.fixture
def start_two(start_engine: StartEngine, postgres: PostgreSQL) -> StartTwo:
    """Starts two servers that share a database; each has a data folder of its own."""

    def start(url: str, key: str, *, lease: float = LEASE) -> tuple[Playground, Playground]:
        database = postgres.make()
        first = start_engine(url, key, database=database, lease=lease)
        return first, start_engine(url, key, database=database, lease=lease)

    return start


def test_runs_of_a_server_that_is_killed_are_finished_by_the_other_and_charged_once(
    sandbox: Sandbox, start_two: StartTwo
) -> None:
    first, second = start_two(sandbox.url, sandbox.key)
    ordered = [each.order(prompt=f"fox {n}") for n in range(4) for each in (first, second)]
    first.reaches(ordered[0], State.ACCEPTED, State.WORKING)
    first.kill()
    ended = [second.reaches(each, State.DONE, State.UNKNOWN, timeout=TAKEN) for each in ordered]
    done = [each for each in ended if each.state is State.DONE]
    # What was just being sent may have been charged: only a person can say.
    unknown = [each for each in ended if each.state is State.UNKNOWN]
    (alive,) = servers.alive(second.store)
    assert {each.owner for each in ended} == {alive.id}
    charges = [each["request_id"] for each in sandbox.charges()]
    assert len(charges) == len({*charges}) <= len(ordered)
    assert {each.request_id for each in done} <= {*charges}
    spent, held = second.books
    assert spent == sum((each.price or Decimal(0) for each in done), Decimal(0))
    assert held == sum((each.reserved for each in unknown), Decimal(0))


def test_a_server_that_ends_hands_over_at_once(sandbox: Sandbox, start_two: StartTwo) -> None:
    first, second = start_two(sandbox.url, sandbox.key, lease=LONG)
    run_id = first.order()
    before = first.reaches(run_id, State.ACCEPTED, State.WORKING)
    first.stop()
    run = second.reaches(run_id, State.DONE, timeout=LONG / 2)
    assert (before.owner, len(sandbox.charges())) != (run.owner, 2)
    assert second.books == (charged(sandbox), 0)


def test_what_a_server_was_sending_when_it_was_killed_is_unknown_and_sent_by_nobody(
    sandbox: Sandbox, proxy: Proxy, start_two: StartTwo
) -> None:
    first, second = start_two(proxy.url, sandbox.key)
    first.quote()
    lost = proxy.fail(SUBMIT, Way.SILENCE)
    run_id = first.order()
    eventually(lost.met.is_set)
    eventually(sandbox.charges)
    first.kill()
    run = second.reaches(run_id, State.UNKNOWN, timeout=TAKEN)
    assert (run.error or {})["kind"] == "Interrupted"
    second.reaches(second.order(prompt="another"), State.DONE)
    assert len(sandbox.charges()) == 2
    assert second.books[1] == run.reserved


def test_a_server_that_lives_keeps_what_is_its_own(sandbox: Sandbox, start_two: StartTwo) -> None:
    """Also when the other one ends and starts in between, which takes up its own at once."""
    first, second = start_two(sandbox.url, sandbox.key, lease=LONG)
    mine, theirs = servers.alive(first.store)
    ordered = {first.order(): mine.id, second.order(prompt="another"): theirs.id}
    second.kill()
    second.start()
    ended = {
        each: first.reaches(each, State.DONE, State.UNKNOWN, timeout=TAKEN) for each in ordered
    }
    (run, other) = ended.values()
    assert (run.state, run.owner) == (State.DONE, mine.id)
    assert other.owner not in (mine.id, theirs.id)
    assert len({each["request_id"] for each in sandbox.charges()}) <= 2


def test_an_experiment_goes_on_at_the_other_server_and_sends_every_cell_once(
    start_sandbox: StartSandbox, start_two: StartTwo
) -> None:
    sandbox = start_sandbox(engines="none", speed=20, balance=1000)
    first, second = start_two(sandbox.url, sandbox.key)
    prompts, steps = [f"A fox number {n} in the snow" for n in range(10)], (2, 4)
    experiment, planned = first.experiment(prompts, steps)
    eventually(lambda: len(sandbox.charges()) >= 4, timeout=30)
    first.kill()

    def all_ended() -> list[Run] | None:
        found = [each.run for each in experiments.table(second.store, experiment)]
        ended = [each for each in found if each and each.state in (State.DONE, State.UNKNOWN)]
        return ended if len(ended) == len(found) else None

    ended = eventually(all_ended, timeout=TAKEN + 30)
    charges = [each["request_id"] for each in sandbox.charges()]
    assert len(charges) == len({*charges}) <= len(prompts) * len(steps)
    assert {each.request_id for each in ended if each.state is State.DONE} <= {*charges}
    spent, held = second.books
    assert spent + held == planned


def test_caps_hold_when_both_admit_at_once(sandbox: Sandbox, start_two: StartTwo) -> None:
    first, second = start_two(sandbox.url, sandbox.key)
    price = first.quote()
    second.quote()
    caps.put(first.store, LIVE, "local", Caps(day=price * 5, month=None))
    taken: list[str] = []

    def order(each: Playground) -> None:
        for n in range(5):
            said = each.refused(prompt="a red fox in the snow", seed=n)
            taken.extend([said["run"]] if "run" in said else [])

    threads = [threading.Thread(target=order, args=(each,)) for each in (first, second)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(taken) == 5
    for each in taken:
        first.reaches(each, State.DONE, timeout=60)
    assert charged(sandbox) == price * 5
    assert first.books == (price * 5, 0)


def test_one_press_that_reaches_both_makes_one_run(sandbox: Sandbox, start_two: StartTwo) -> None:
    first, second = start_two(sandbox.url, sandbox.key)
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda each=each: made.append(each.order(nonce="one press")))
        for each in (first, second)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({*made}) == 1
    first.reaches(made[0], State.DONE)
    assert len(sandbox.charges()) == 1


def test_a_run_is_taken_back_from_the_other_server(
    sandbox: Sandbox, proxy: Proxy, start_two: StartTwo
) -> None:
    first, second = start_two(proxy.url, sandbox.key)
    limited = http(429, '{"message": "Too Many Attempts."}', Retry_After="3")
    proxy.fail(SUBMIT, Way.INSTEAD, limited)
    run_id = first.order()
    eventually(lambda: (first.run(run_id).error or {}).get("kind") == "MinuteLimit")
    assert second.cancel(run_id)
    first.reaches(first.order(prompt="the next one"), State.DONE)
    assert first.run(run_id).state is State.CANCELLED
    assert len(sandbox.charges()) == 1
    assert first.books == (charged(sandbox), 0)


def test_an_answer_that_comes_after_the_lease_has_ended_is_not_lost(
    sandbox: Sandbox, proxy: Proxy, start_two: StartTwo
) -> None:
    """The server freezes amid a paid call, the other takes its run over, and it comes back."""
    first, second = start_two(proxy.url, sandbox.key)
    first.quote()
    gate = proxy.fail(SUBMIT, Way.GATE)
    run_id = first.order()
    eventually(gate.met.is_set)
    first.process.freeze()
    assert second.reaches(run_id, State.UNKNOWN, timeout=TAKEN).request_id is None
    gate.open.set()
    eventually(sandbox.charges)
    first.process.thaw()
    run = second.reaches(run_id, State.DONE, timeout=TAKEN)
    (charge,) = sandbox.charges()
    assert run.request_id == charge["request_id"]
    assert second.books == (charged(sandbox), 0)
    assert runs.open_runs(second.store) == []
