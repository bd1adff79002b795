"""Money as whole nano-dollars, and how it is written on the wire."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

LARGEST_BALANCE_USD = 1_000_000
"""More play money than anybody needs, and few enough digits for `number`."""

_NANO = Decimal(10) ** -9


def nanos(usd: Decimal | str) -> int:
    """An amount in USD as nano-dollars, halves to even."""
    return int(Decimal(usd).quantize(_NANO, rounding=ROUND_HALF_EVEN).scaleb(9))


def balance(usd: object) -> int:
    """An account's balance from what somebody wrote (`5`, `"5.00"`), in nano-dollars.

    Raises `ValueError`, with a sentence, when it is no amount from 0 to `LARGEST_BALANCE_USD`.
    """
    try:
        amount = Decimal("NaN") if isinstance(usd, bool) else Decimal(str(usd))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= LARGEST_BALANCE_USD:
        raise ValueError(f"must be an amount in USD from 0 to {LARGEST_BALANCE_USD}")
    return nanos(amount)


def text(amount: int) -> str:
    """Nano-dollars as plain decimal USD: `1900000` is `0.0019`, nothing is `0`."""
    digits = f"{Decimal(amount).scaleb(-9):f}"
    return (digits.rstrip("0").rstrip(".") or "0") if "." in digits else digits


def number(amount: int) -> float:
    """Nano-dollars as the JSON number deAPI answers with.

    Its text in the body is exact: a double holds the 15 digits of any amount under a million USD,
    and JSON writes the shortest text that names it.
    """
    return float(text(amount))
