"""Where a run stands, in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from lib.store import ENDED, Settlement, State
from lib.ui import run_status
from tests.unit.ui.making import run


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sentence(state: State) -> None:
    said = run_status.sentence(run(state=state))
    assert said
    assert "{" not in said


def test_a_waiting_run_says_why_and_how_long() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=40)
    assert run_status.sentence(run(), delay=40) == "Waiting for the rate limit, about 40 s"
    refused = run(not_before=soon, error={"kind": "NotDelivered"})
    assert run_status.sentence(refused) == "deAPI can't be reached, trying again in 40 s"
    used_up = run(not_before=soon, error={"kind": "DailyLimit"})
    told = f"Today's runs are used up, goes on in 40 s, at {soon:%H:%M}"
    assert run_status.sentence(used_up) == told


def test_a_working_run_says_how_far_it_is() -> None:
    assert run_status.sentence(run(state=State.WORKING, progress=45.2)).endswith("… 45 %")


def test_only_what_goes_on_by_itself_is_watched() -> None:
    still = {State.UNKNOWN, State.STALLED} | ENDED
    assert {state for state in State if not run_status.moving(run(state=state))} == still
    assert not run_status.moving(run(error={"kind": "PriceRose", "price": "0.31"}))


def test_a_settled_run_says_how_it_was_settled() -> None:
    paid = run(state=State.FAILED, settled=Settlement.PAID, price=Decimal(1))
    assert run_status.sentence(paid) == "Settled by you: counted as paid"
    free = run(state=State.FAILED, settled=Settlement.FREE)
    assert run_status.sentence(free) == "Settled by you: not charged"
