import pytest

from lib.store import ENDED, FOLLOWED, HOLDING, MOVES, OPEN, State
from lib.store.runs import _move


def test_every_state_has_its_moves_and_the_ends_have_none() -> None:
    assert set(MOVES) == set(State)
    assert {State.DONE, State.FAILED, State.CANCELLED} == ENDED
    assert set(State) == ENDED | OPEN
    assert FOLLOWED < HOLDING < OPEN


def test_every_state_can_be_reached_and_every_open_run_can_end() -> None:
    assert reached_from(State.WAITING) == set(State)
    for state in OPEN:
        assert reached_from(state) & ENDED


def test_only_a_waiting_run_can_be_cancelled() -> None:
    assert {state for state in State if State.CANCELLED in MOVES[state]} == {State.WAITING}


def test_nothing_leads_back_to_sending_but_waiting() -> None:
    assert {state for state in State if State.SENDING in MOVES[state]} == {State.WAITING}
    assert {state for state in State if State.WAITING in MOVES[state]} == {State.SENDING}


def test_a_move_that_is_not_in_the_table_is_refused(store) -> None:
    with store.write() as connection, pytest.raises(ValueError, match="waiting to done"):
        _move(connection, "any", {State.WAITING}, State.DONE)


def reached_from(state: State) -> set[State]:
    reached, todo = {state}, [state]
    while todo:
        following = MOVES[todo.pop()] - reached
        reached |= following
        todo += following
    return reached
