"""What is said of a difference between our books and the account."""

from decimal import Decimal

import pytest

from lib.runs.reconcile import Comparison
from lib.ui import books
from tests.unit.ui.making import AT


def told(lost: str, booked: str, drift: str, held: str = "0") -> str:
    found = Comparison(
        since=AT,
        at=AT,
        lost=Decimal(lost),
        booked=Decimal(booked),
        held=Decimal(held),
        drift=Decimal(drift),
        estimates=0,
    )
    return books.told(found)


@pytest.mark.parametrize(
    ("lost", "booked", "drift", "said"),
    [
        ("4", "0", "4", "$4.00 less than it should. {since} it has lost $4.00, {cost} nothing."),
        (
            "150.00265",
            "150",
            "0.00265",
            "$0.00265 less than it should. {since} it has lost $150.00265, {cost} $150.00.",
        ),
        (
            "0",
            "0.5",
            "-0.5",
            "$0.50 more than it should. {since} it has lost nothing, {cost} $0.50.",
        ),
        (
            "0.2",
            "0.5",
            "-0.3",
            "$0.30 more than it should. {since} it has lost $0.20, {cost} $0.50.",
        ),
        (
            "-9",
            "1",
            "-10",
            "$10.00 more than it should. {since} it has gained $9.00, {cost} $1.00.",
        ),
        (
            "0",
            "-1",
            "1",
            "$1.00 less than it should. {since} it has lost nothing, {back} $1.00 back.",
        ),
    ],
)
def test_it_says_how_much_since_when_and_what_the_two_sides_say(
    lost: str, booked: str, drift: str, said: str
) -> None:
    start = said.format(
        since="Since 04 Mar 2026, 05:06",
        cost="but the runs here cost",
        back="but the runs here got",
    )
    assert told(lost, booked, drift).startswith(f"The account has {start} ")


def test_the_causes_name_a_run_that_was_settled_wrongly() -> None:
    assert "a run counted as not charged was charged" in told("4", "0", "4")
    assert "a run counted as paid was not charged" in told("0", "4", "-4")


def test_what_is_held_is_named_only_where_it_may_be_part_of_the_loss() -> None:
    assert "Beyond that $0.50 is held for open runs" in told("4.5", "0", "4", held="0.5")
    assert "held" not in told("0", "4", "-4", held="0.5")
