"""What tells whether an `unknown` run was paid for: others of its moment, news of jobs that nobody
here has, and what the account has lost (rules.md, Money). Nothing here settles anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from lib.runs.delivery import Orphan
from lib.runs.reconcile import DIGITS_OF, unit_of
from lib.store import Run, Seen, Store, balances, history

TAKEN_IN = timedelta(seconds=10)
"""So long after it was sent a run is on the account, if it is at all."""
SETTLED_IN = timedelta(hours=1)
"""Until then a look at the balance is about this run rather than about what happened later."""


class Says(StrEnum):
    """What the balance says of a run."""

    PAID = "paid"
    FREE = "free"
    NOTHING = "nothing"
    """It can't be told: other runs may account for it as well, or something else has."""
    UNSEEN = "unseen"
    """Nobody saw the balance before it was sent, or nobody has since."""


@dataclass(frozen=True, slots=True)
class Balance:
    """`before` and `after` in USD, `others` of it booked for other runs meanwhile. When it is
    `UNSEEN`, they are None."""

    says: Says
    before: Decimal | None = None
    after: Decimal | None = None
    others: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """About one run: other runs sent within the minute, news since it was sent of jobs that no run
    here has, and the balance."""

    neighbours: Sequence[Run]
    orphans: Sequence[Orphan]
    balance: Balance


def gather(store: Store, run: Run, orphans: Sequence[Orphan]) -> Evidence:
    """Everything that is known about `run`; `orphans` is the profile's. Raises `StoreError`."""
    return Evidence(
        neighbours=history.neighbours(store, run),
        orphans=[each for each in orphans if each.at >= _sent(run)],
        balance=of_account(store, run),
    )


def of_account(store: Store, run: Run) -> Balance:
    """What the newest look tells of `run` that tells anything; later ones may have seen other
    changes. Raises `StoreError`."""
    first, end = _sent(run) + TAKEN_IN, _sent(run) + SETTLED_IN
    before = balances.before(store, run.profile, _sent(run))
    after = balances.between(store, run.profile, first, end, DIGITS_OF)
    unit = unit_of(balances.last(store, run.profile, DIGITS_OF))
    told = [of_balance(run, before, each, unit) for each in after]
    telling = [each for each in told if each.says in (Says.PAID, Says.FREE)]
    return next(iter([*telling, *told]), Balance(Says.UNSEEN))


def of_balance(run: Run, before: Seen | None, after: Seen | None, unit: Decimal) -> Balance:
    """What the account lost between two looks, beside what the other runs explain of it; `unit`
    is how finely the balance is told, in USD.

    Runs that were held before may have been charged before, and runs that are held now may be
    charged already; so what is left for this one lies between two bounds.
    """
    if before is None or after is None:
        return Balance(Says.UNSEEN)
    held_before = before.held - (run.reserved if before.first_at >= run.created_at else 0)
    held_after = after.held - run.reserved
    if held_after < 0 or held_before < 0:
        return Balance(Says.UNSEEN)
    others = after.posted - before.posted
    most = before.amount - after.amount - others + held_before
    least = most - held_before - held_after
    says = _says(run.quote, least, most, unit)
    return Balance(says, before.amount, after.amount, others)


def _says(quote: Decimal, least: Decimal, most: Decimal, unit: Decimal) -> Says:
    """Which of the two prices it can have had lies within the bounds, if only one does."""
    fits = [
        says
        for says, price in ((Says.FREE, Decimal(0)), (Says.PAID, quote))
        if least - unit < price < most + unit
    ]
    return fits[0] if len(fits) == 1 else Says.NOTHING


def _sent(run: Run) -> datetime:
    return run.sending_at or run.created_at
