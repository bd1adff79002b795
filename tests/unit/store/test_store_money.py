from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import dialect

from lib.store.money import NANO, Nano, final, reserve_up

SQLITE = dialect()
amounts = st.decimals(min_value=0, max_value=1_000_000, places=15)


@given(amounts)
def test_a_reservation_is_whole_and_never_less_than_asked(amount: Decimal) -> None:
    reserved = reserve_up(amount)
    assert amount <= reserved < amount + NANO
    assert reserved % NANO == 0


@pytest.mark.parametrize(
    ("exact", "posted"),
    [
        ("0.0000000005", "0"),
        ("0.0000000015", "0.000000002"),
        ("0.0000000025", "0.000000002"),
        ("0.00000000251", "0.000000003"),
        ("12", "12"),
    ],
)
def test_a_final_price_is_rounded_half_even(exact: str, posted: str) -> None:
    assert final(Decimal(exact)) == Decimal(posted)


@given(st.integers(-(2**63), 2**63 - 1))
def test_the_database_gives_back_the_exact_amount(nano: int) -> None:
    amount = Nano().process_result_value(nano, SQLITE)
    assert Nano().process_bind_param(amount, SQLITE) == nano


def test_an_amount_that_was_not_rounded_is_refused() -> None:
    with pytest.raises(ValueError, match="round it first"):
        Nano().process_bind_param(Decimal("0.0000000001"), SQLITE)
