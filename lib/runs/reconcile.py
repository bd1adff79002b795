"""Our books beside the account's balance: does it lose what we say we spent?

deAPI charges when it takes a job, and we post when the job ends. So while something is held, what
the account has lost may be anything between what is posted and that plus what is held; only when
nothing is held do the two have to agree (rules.md, Money).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lib.runs.loop import Loop
from lib.runs.profiles import Profile
from lib.store import Seen, Store, StoreError, balances, ledger

log = logging.getLogger(__name__)

CENT = Decimal("0.01")
DIGITS_OF = 50
"""So many of the last looks show how finely deAPI tells the balance."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The account's loss since `since` beside our books, in USD.

    `drift` is what the account lost above what the books can explain; below zero, it has more
    left than they say. None when a single look says so: the next one must say so, too. `held` is
    what the books hold, which may be charged already.
    """

    since: datetime
    at: datetime
    lost: Decimal
    booked: Decimal
    held: Decimal
    drift: Decimal | None


async def look(loop: Loop, store: Store, profile: Profile) -> None:
    """Ask for the balance and write it down beside the books, if those stood still meanwhile."""
    books = await _books(loop, store, profile)
    await profile.balance.look()
    seen = profile.balance.peek()
    if books is None or seen is None or seen.amount is None or seen.error is not None:
        return
    if await _books(loop, store, profile) != books:
        return
    try:
        await loop.thread(balances.note, store, profile.name, seen.amount, books, seen.at)
    except StoreError as error:
        log.warning("the balance of %s is not written down: %s", profile.name, error)


async def _books(loop: Loop, store: Store, profile: Profile) -> ledger.Balance | None:
    try:
        return await loop.thread(ledger.standing, store, profile.name)
    except StoreError as error:
        log.warning("the books of %s can't be read: %s", profile.name, error)
        return None


def compare(store: Store, profile: str) -> Comparison | None:
    """How books and balance stand to each other; None as long as nothing can be compared."""
    start, last = balances.start(store, profile), balances.last(store, profile, DIGITS_OF)
    if start is None:
        return None
    unit = unit_of([start, *last])
    now, twice = last[0], last[0].last_at > last[0].first_at
    drift = _drift(start, now, unit)
    if drift and not twice:
        drift = None if len(last) < 2 or not _drift(start, last[1], unit) else drift
    return Comparison(
        since=start.first_at,
        at=now.last_at,
        lost=start.amount - now.amount,
        booked=now.posted - start.posted,
        held=now.held,
        drift=drift,
    )


def unit_of(looks: Sequence[Seen]) -> Decimal:
    """How finely the balance is told, in USD: deAPI may round it, to cents at most."""
    digits = [-int(each.amount.normalize().as_tuple().exponent) for each in looks]
    return min(CENT, Decimal(1).scaleb(-max(digits, default=2)))


def _drift(start: Seen, now: Seen, unit: Decimal) -> Decimal:
    """What of the loss neither the posted nor the held explain; nothing below what rounding may
    hide."""
    if now.first_at < start.first_at:
        return Decimal(0)
    above = (start.amount - now.amount) - (now.posted - start.posted)
    drift = max(above - now.held, Decimal(0)) + min(above, Decimal(0))
    return drift if abs(drift) >= unit else Decimal(0)
