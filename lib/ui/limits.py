"""What a person and the team may still spend, in words."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from lib.store import TEAM, Use
from lib.ui import errors, money
from lib.ui.plain import safe

NOTICE_AT = Decimal("0.8")
"""Share of a cap from which on it is worth a word."""

_WHEN = {"day": "today", "month": "this month"}


def title(use: Use) -> str:
    """Of its row in the sidebar: "Left today", "Team, this month"."""
    return f"Team, {_WHEN[use.period]}" if use.whose == TEAM else f"Left {_WHEN[use.period]}"


def left(use: Use) -> str:
    """What is left of it, held money taken off."""
    return f"{money.left(use.left)} of {money.left(use.cap)}"


def row(use: Use) -> str:
    """The same for a narrow row: in whole cents where the limit has dollars, `$0.98 of $1`."""
    cents = Decimal("0.01") if use.cap >= 1 else Decimal("0.00001")
    rest = money.left(use.left.quantize(cents, ROUND_DOWN))
    return f"{rest} of\u00a0{money.left(use.cap).removesuffix('.00')}"


def notices(uses: Sequence[Use]) -> str:
    """HTML: a word about each cap that is nearly or wholly used."""
    return "".join(_notice(use) for use in uses if use.share >= NOTICE_AT)


def over(use: Use) -> errors.Advice:
    """Why a run can't be ordered."""
    return errors.Advice(
        f"This costs more than what is left of {_whose(use)} for {_WHEN[use.period]} "
        f"({left(use)}). Choose something cheaper, or ask an admin for more."
    )


def _notice(use: Use) -> str:
    if use.share >= 1:
        told = f"{_whose(use).capitalize()} for {_WHEN[use.period]} is used up."
        return f'<p class="pg-problem" role="alert">{safe(told)}</p>'
    told = f"{use.share:.0%} of {_whose(use)} for {_WHEN[use.period]} is used or held."
    return f'<p class="pg-small">{safe(told)}</p>'


def _whose(use: Use) -> str:
    return "the team's limit" if use.whose == TEAM else "your limit"
