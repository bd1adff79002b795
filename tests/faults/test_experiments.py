"""Killed in the middle, an experiment goes on after the start, and costs what was planned."""

from decimal import Decimal

from lib.runs.experiments import conductor
from lib.store import Run, State, experiments
from tests.faults.conftest import charged
from tests.support.engine import StartEngine
from tests.support.sandbox import StartSandbox
from tests.support.waiting import eventually

PROMPTS = [f"A fox number {n} in the snow" for n in range(15)]
STEPS = (2, 4)
KILLS = 3
COUNT = len(PROMPTS) * len(STEPS)


def test_killed_again_and_again_it_sends_every_cell_once(
    start_sandbox: StartSandbox, start_engine: StartEngine
) -> None:
    sandbox = start_sandbox(engines="none", speed=20, tier="premium", balance=1000)
    playground = start_engine(sandbox.url, sandbox.key)
    experiment, planned = playground.experiment(PROMPTS, STEPS)
    for part in range(3, COUNT, COUNT // KILLS):
        eventually(lambda part=part: len(sandbox.charges()) >= part, timeout=30)
        playground.kill()
        playground.start()

    def rest() -> list[Run] | None:
        """Its runs, once each has ended or nobody knows what became of it."""
        found = [each.run for each in experiments.table(playground.store, experiment)]
        runs = [each for each in found if each and each.state in (State.DONE, State.UNKNOWN)]
        return runs if len(runs) == COUNT else None

    runs = eventually(rest, timeout=60)
    unknown = [each for each in runs if each.state is State.UNKNOWN]
    assert len(unknown) <= KILLS * conductor.WAITING
    # A kill amid a paid call leaves its run unknown, and says so: nothing is sent a second time.
    charges = [each["request_id"] for each in sandbox.charges()]
    assert COUNT - len(unknown) <= len(charges) <= COUNT
    assert {each.request_id for each in runs if each.request_id} <= {*charges}
    spent, held = playground.books
    assert spent + held == planned
    assert held == sum((each.reserved for each in unknown), Decimal(0))
    if not unknown:
        assert charged(sandbox) == planned


def test_a_whole_experiment_costs_what_was_planned_to_the_nano_dollar(
    start_sandbox: StartSandbox, start_engine: StartEngine
) -> None:
    sandbox = start_sandbox(engines="none", speed=50, tier="premium", balance=1000)
    playground = start_engine(sandbox.url, sandbox.key)
    experiment, planned = playground.experiment(PROMPTS, STEPS)
    playground.finishes(experiment, timeout=60)
    assert len(sandbox.charges()) == COUNT
    assert charged(sandbox) == planned
    assert playground.books == (planned, 0)
