"""Amounts as people read them. All of them are USD."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, InvalidOperation

_MANY = Decimal(1_000_000)

SURE_ABOVE = Decimal("0.25")
"""Above this price, or above a tenth of what is left, a run takes a second click (rules.md)."""


def price(amount: Decimal, digits: int = 3) -> str:
    """A price in three significant digits, cents at least: `$0.0019`, `$0.00265`, `$12.40`."""
    places = max(2, digits - 1 - amount.adjusted()) if amount else 2
    return _shown(amount, places)


def paid(amount: Decimal, estimated: bool, digits: int = 3) -> str:
    """A price that is in the books, marked while deAPI may still change it (rules.md, Money)."""
    return marked(price(amount, digits), estimated)


def marked(shown: str, estimated: bool) -> str:
    """The same for a price that is text already."""
    return f"{shown} (estimated)" if estimated else shown


def prices(one: Decimal, other: Decimal) -> tuple[str, str]:
    """Two different prices with as many digits as it takes to see that they differ."""
    for digits in range(3, 29):
        shown = price(one, digits), price(other, digits)
        if shown[0] != shown[1] or one == other:
            return shown
    return f"${one}", f"${other}"


def exact(amount: Decimal) -> str:
    """With every digit that it has, down to a nano-dollar: `$4.99735`, `$150.00`."""
    return _shown(amount, 9)


def left(amount: Decimal) -> str:
    """A balance, never more than there is: `$4.99735`, `$5.00`, `$1,204.33`."""
    return _sum(amount, ROUND_DOWN)


def spent(amount: Decimal) -> str:
    """What several prices add up to: `$0.00795`, `$5.00`, `$1,204.33`."""
    return _sum(amount, ROUND_HALF_EVEN)


def _sum(amount: Decimal, rounding: str) -> str:
    """In cents, and below a hundred dollars in thousandths of cents where there are any."""
    places = 2 if abs(amount) >= 100 else 5
    return _shown(amount.quantize(Decimal(1).scaleb(-places), rounding), places)


def _shown(amount: Decimal, places: int) -> str:
    """At most `places` digits behind the point, at least two, and no zeros beyond those."""
    whole, _, fraction = f"{abs(amount):,.{places}f}".partition(".")
    fraction = fraction.rstrip("0").ljust(2, "0")
    negative = amount < 0 and (whole.strip("0,") or fraction.strip("0"))
    return f"{'-' if negative else ''}${whole}.{fraction}"


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


def typed(text: str) -> Decimal | None:
    """A limit as somebody wrote it: `5`, `$2.50`, `1,000`; None for nothing. Raises `ValueError`
    for what is no amount."""
    plain = text.strip().lstrip("$").replace(",", "")
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < 1_000_000_000:
        raise ValueError("Write an amount in USD, like 5 or 2.50, or nothing for no limit.")
    return amount
