"""Amounts as people read them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.ui import money

AMOUNTS = st.decimals(Decimal("1e-9"), Decimal(100_000), places=9)


def read(shown: str) -> Decimal:
    return Decimal(shown.replace("$", "").replace(",", ""))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("0.0019", "$0.0019"),
        ("0.00187", "$0.00187"),
        ("0.0026549", "$0.00265"),
        ("0.31", "$0.31"),
        ("0.5", "$0.50"),
        ("12.4", "$12.40"),
        ("1204.326", "$1,204.33"),
        ("0.0000012", "$0.0000012"),
        ("-0.0019", "-$0.0019"),
    ],
)
def test_a_price(amount: str, shown: str) -> None:
    assert money.price(Decimal(amount)) == shown


@given(AMOUNTS)
def test_a_price_is_never_far_from_what_is_paid_and_never_looks_free(amount: Decimal) -> None:
    shown = read(money.price(amount))
    assert shown > 0
    assert abs(shown - amount) <= max(amount * Decimal("0.005"), Decimal("1e-12"))


@given(AMOUNTS, AMOUNTS)
def test_two_prices_that_differ_look_different(one: Decimal, other: Decimal) -> None:
    shown = money.prices(one, other)
    assert (shown[0] == shown[1]) == (one == other)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("5", "$5.00"),
        ("4.997359", "$4.99735"),
        ("0.009", "$0.009"),
        ("1204.339", "$1,204.33"),
        ("-0.5", "-$0.50"),
    ],
)
def test_a_balance(amount: str, shown: str) -> None:
    assert money.left(Decimal(amount)) == shown


@given(AMOUNTS)
def test_a_balance_never_promises_more_than_there_is(amount: Decimal) -> None:
    assert read(money.left(amount)) <= amount


def test_what_was_spent_is_rounded_to_the_nearest() -> None:
    assert money.spent(Decimal("0.005876")) == "$0.00588"
    assert money.spent(Decimal("0.002644")) == "$0.00264"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0.0019", "about 500 for $1"),
        ("0.00041", "about 2,000 for $1"),
        ("0.0026", "about 350 for $1"),
        ("0.31", "about 3 for $1"),
        ("1", "about 1 for $1"),
        ("1.01", ""),
        ("0", "free"),
    ],
)
def test_how_far_a_dollar_goes(amount: str, shown: str) -> None:
    assert money.per_dollar(Decimal(amount)) == shown


@given(AMOUNTS)
def test_a_dollar_buys_what_was_said(amount: Decimal) -> None:
    shown = money.per_dollar(amount)
    if shown:
        assert int(shown.split()[1].replace(",", "")) * amount <= 1


@pytest.mark.parametrize(
    ("amount", "balance", "asks"),
    [
        ("0.25", None, False),
        ("0.26", None, True),
        ("0.10", "1.00", False),
        ("0.11", "1.00", True),
        ("0.11", "5.00", False),
        ("0.01", "0", True),
    ],
)
def test_a_large_step_takes_a_second_click(amount: str, balance: str | None, asks: bool) -> None:
    left = None if balance is None else Decimal(balance)
    assert money.needs_a_second_click(Decimal(amount), left) is asks


@pytest.mark.parametrize(
    ("text", "amount"),
    [("", None), (" ", None), ("5", 5), ("$2.50", Decimal("2.5")), ("1,000", 1000), ("0", 0)],
)
def test_a_limit_is_read_as_people_write_it(text: str, amount: Decimal | None) -> None:
    assert money.typed(text) == amount


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "five", "1e12"])
def test_what_is_no_amount_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="Write an amount in USD"):
        money.typed(text)
