"""What is said of a difference between our books and the account."""

from decimal import Decimal

import pytest

from lib.runs.reconcile import Comparison
from lib.ui import books
from tests.unit.ui.making import AT


def told(lost: str, booked: str, drift: str, held: str = "0") -> tuple[str, str]:
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
    ("drift", "said"),
    [
        ("4", "$4.00 less"),
        ("0.000000003", "$0.000000003 less"),
        ("-0.00265", "$0.00265 more"),
    ],
)
def test_it_says_by_how_much_however_little(drift: str, said: str) -> None:
    assert told("1", "1", drift)[0] == f"The account has {said} than it should."


@pytest.mark.parametrize(
    ("lost", "booked", "drift", "said"),
    [
        ("4", "0", "4", "lost $4.00, but the runs here cost nothing."),
        ("150.00265", "150", "0.00265", "lost $150.00265, but the runs here cost $150.00."),
        ("0", "0.5", "-0.5", "lost nothing, but the runs here cost $0.50."),
        ("-9", "1", "-10", "gained $9.00, but the runs here cost $1.00."),
        ("0", "-1", "1", "lost nothing, but the runs here got $1.00 back."),
    ],
)
def test_it_says_since_when_and_what_either_side_says(
    lost: str, booked: str, drift: str, said: str
) -> None:
    assert told(lost, booked, drift)[1].startswith(f"Since 04 Mar 2026, 05:06 it has {said} ")


def test_the_causes_name_a_run_that_was_settled_wrongly() -> None:
    assert "a run counted as not charged was charged" in told("4", "0", "4")[1]
    assert "a run counted as paid was not charged" in told("0", "4", "-4")[1]


def test_what_is_held_is_named_only_where_it_may_be_part_of_the_loss() -> None:
    assert "cost nothing, and $0.50 is held for open ones." in told("4.5", "0", "4", held="0.5")[1]
    assert "held" not in told("0", "4", "-4", held="0.5")[1]
