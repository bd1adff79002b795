"""Amounts as people read them. All of them are USD."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

_CENT = Decimal("0.01")
_MANY = Decimal(1_000_000)

SURE_ABOVE = Decimal("0.25")
"""Above this price, or above a tenth of what is left, a run takes a second click (rules.md)."""


def price(amount: Decimal, digits: int = 2) -> str:
    """A price in two significant digits, cents at least: `$0.0019`, `$0.31`, `$12.40`."""
    if amount == 0:
        return "$0.00"
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    places = max(2, digits - 1 - size.adjusted())
    return f"{sign}${size:,.{places}f}"


def prices(one: Decimal, other: Decimal) -> tuple[str, str]:
    """Two different prices with as many digits as it takes to see that they differ."""
    for digits in range(2, 29):
        shown = price(one, digits), price(other, digits)
        if shown[0] != shown[1] or one == other:
            return shown
    return f"${one}", f"${other}"


def left(amount: Decimal) -> str:
    """A balance, never more than there is: `$4.9981`, `$5.00`, `$1,204.33`."""
    return _sum(amount, ROUND_DOWN)


def spent(amount: Decimal) -> str:
    """What several prices add up to: `$0.0090`, `$5.00`, `$1,204.33`."""
    return _sum(amount, ROUND_HALF_EVEN)


def _sum(amount: Decimal, rounding: str) -> str:
    """In cents, and below a hundred dollars in hundredths of cents where there are any."""
    fine = amount.quantize(_CENT / 100, rounding)
    cents = amount.quantize(_CENT, rounding)
    shown = cents if abs(amount) >= 100 or fine == cents else fine
    return f"{'-' if shown < 0 else ''}${abs(shown):,}"


def per_dollar(amount: Decimal) -> str:
    """How far a dollar goes: `about 500 for $1`, rounded down. Empty above a dollar."""
    if amount <= 0:
        return "free"
    count = min(1 / amount, _MANY)
    if count < 1:
        return ""
    if count < 10:
        return f"about {int(count)} for $1"
    grid = Decimal(5).scaleb(count.adjusted() - 1)
    return f"about {int(count // grid * grid):,} for $1"


def needs_a_second_click(amount: Decimal, balance: Decimal | None) -> bool:
    """Whether spending `amount` should be confirmed, as far as the balance is known."""
    return amount > SURE_ABOVE or (balance is not None and amount > balance / 10)
