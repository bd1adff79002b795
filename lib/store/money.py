"""Amounts: `Decimal` USD in Python, whole nano-dollars (10⁻⁹ USD) in the database.

A reservation is rounded up, a final price half-even (rules.md, Money). The column type rounds
nothing by itself: an amount finer than a nano-dollar that reaches it is a mistake of ours.
"""

from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

NANO = Decimal("1e-9")
ZERO = Decimal(0)


def reserve_up(amount: Decimal) -> Decimal:
    """`amount` in USD, rounded up to the next whole nano-dollar: never holds too little."""
    return amount.quantize(NANO, ROUND_UP)


def final(amount: Decimal) -> Decimal:
    """`amount` in USD to the nearest nano-dollar, a half to the even neighbour."""
    return amount.quantize(NANO, ROUND_HALF_EVEN)


class Nano(TypeDecorator[Decimal]):
    """An amount of USD, kept as an integer number of nano-dollars (up to 9.2 billion USD)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        nano = value.scaleb(9)
        if nano != nano.to_integral_value():
            raise ValueError(f"{value} is finer than a nano-dollar: round it first")
        return int(nano)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-9)
