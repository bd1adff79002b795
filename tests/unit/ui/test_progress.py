"""How an experiment goes, in numbers: each cell is in one of them."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lib.store import State, Status
from lib.store.experiments import Cell, Experiment
from lib.ui.experiment.progress import counted
from tests.unit.ui.making import AT, run


def cell(state: State | None, problem: str | None = None) -> Cell:
    return Cell(
        n=0,
        input=0,
        variant=0,
        endpoint="images.generations",
        model="some-model",
        params={},
        text="",
        quote=Decimal(1),
        reserved=Decimal(1),
        tries=0,
        problem=problem,
        reused=False,
        run=None if state is None else run(state=state),
    )


def experiment(status: Status) -> Experiment:
    return Experiment(
        id="01",
        profile="sandbox",
        person="local",
        title="Foxes",
        plan={},
        status=status,
        shared=False,
        most=None,
        held=Decimal(0),
        held_on=date(2026, 3, 4),
        problem=None,
        created_at=AT,
        ended_at=None,
    )


def test_what_a_stop_gave_up_has_not_failed() -> None:
    cells = [
        cell(State.DONE),
        *(cell(State.CANCELLED) for _ in range(9)),
        cell(State.FAILED),
        cell(None, "No such size."),
        cell(State.WORKING),
        *(cell(None) for _ in range(12)),
    ]
    told = ["1 of 25 done", "2 failed", "9 cancelled", "1 to come", "12 not sent"]
    assert counted(experiment(Status.STOPPED), cells) == told
    going = ["1 of 25 done", "2 failed", "9 cancelled", "13 to come"]
    assert counted(experiment(Status.RUNNING), cells) == going


@given(
    st.sampled_from(Status),
    st.lists(st.builds(cell, st.none() | st.sampled_from(State), st.none() | st.just("No."))),
)
def test_every_cell_is_counted_once(status: Status, cells: list[Cell]) -> None:
    told = counted(experiment(status), cells)
    assert sum(int(each.split()[0]) for each in told) == len(cells)
