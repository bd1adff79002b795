"""Our books beside the account's balance: does it lose what we say we spent?

deAPI charges when it takes a job, and we post when the job ends. So while something is held, what
the account has lost may be anything between what is posted and that plus what is held; only when
nothing is held do the two have to agree (rules.md, Money).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from lib.runs.loop import Loop
from lib.runs.profiles import Profile
from lib.store import Books, Seen, Store, StoreError, balances, history, ledger

log = logging.getLogger(__name__)

CENT = Decimal("0.01")
DIGITS_OF = 50
"""So many of the last looks show how finely deAPI tells the balance."""
APART = timedelta(seconds=20)
"""Two looks so far apart don't see the same passing state."""
STARTS = 10
"""So many of the first looks may be where the comparison starts."""
CHANGES_FOR = timedelta(hours=24)
"""So long after the end of its job an estimated price may still change."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The account's loss since `since` beside our books, in USD.

    `drift` is what the account lost above what the books can explain; below zero, it has more
    left than they say. None when it can't be told yet: a later look must say so, too, and
    `estimates` prices that may still change are in the way. `held` is what the books hold, which
    may be charged already.
    """

    since: datetime
    at: datetime
    lost: Decimal
    booked: Decimal
    held: Decimal
    drift: Decimal | None
    estimates: int


async def look(loop: Loop, store: Store, profile: Profile) -> None:
    """Ask for the balance and write it down beside the books, if those stood still meanwhile."""
    asked, books = loop.clock.now(), await _books(loop, store, profile)
    await profile.balance.look()
    seen = profile.balance.peek()
    if books is None or seen is None or seen.amount is None or seen.error is not None:
        return
    if await _books(loop, store, profile) != books:
        return
    try:
        await loop.thread(balances.note, store, profile.name, seen.amount, books, asked, seen.at)
    except StoreError as error:
        log.warning("the balance of %s is not written down: %s", profile.name, error)


async def _books(loop: Loop, store: Store, profile: Profile) -> Books | None:
    try:
        since = loop.clock.now() - CHANGES_FOR
        return await loop.thread(balances.books, store, profile.name, since)
    except StoreError as error:
        log.warning("the books of %s can't be read: %s", profile.name, error)
        return None


def compare(store: Store, profile: str) -> Comparison | None:
    """How books and balance stand to each other; None as long as nothing can be compared.
    Raises `StoreError`."""
    last = balances.last(store, profile, DIGITS_OF)
    firm = balances.firm(store, profile, STARTS)
    if not firm:
        return None
    unit = unit_of([*firm, *last])
    start, now = _start(firm, last, unit), last[0]
    estimates = history.count_estimated(store, profile, store.now() - CHANGES_FOR)
    corrected = ledger.last_correction(store, profile)
    drift = _told(start, [each for each in last if _is_later(each, corrected)], unit)
    return Comparison(
        since=start.first_at,
        at=now.last_at,
        lost=start.amount - now.amount,
        booked=now.posted - start.posted,
        held=now.held,
        drift=None if drift and estimates else drift,
        estimates=estimates,
    )


def unit_of(looks: Sequence[Seen]) -> Decimal:
    """How finely the balance is told, in USD: deAPI may round it, to cents at most."""
    digits = [-int(each.amount.normalize().as_tuple().exponent) for each in looks]
    return min(CENT, Decimal(1).scaleb(-max(digits, default=2)))


def _start(firm: Sequence[Seen], last: Sequence[Seen], unit: Decimal) -> Seen:
    """The first firm look that stood, or that a later one agrees with: what a single one saw may
    have been on its way to something else, as a refund is. With no such look the first one."""
    later = [*firm, *reversed(last)]
    stood = (
        one
        for one in firm
        if any(
            other.last_at - one.first_at >= APART and not _drift(one, other, unit)
            for other in later
        )
    )
    return next(stood, firm[0])


def _told(start: Seen, last: Sequence[Seen], unit: Decimal) -> Decimal | None:
    """The drift that the newest look and one some time before it agree on; None when no other
    says so yet. `last` is newest first."""
    if not last:
        return None
    drift = _drift(start, last[0], unit)
    if not drift or last[0].last_at - last[0].first_at >= APART:
        return drift
    earlier = [each for each in last[1:] if last[0].last_at - each.last_at >= APART]
    before = _drift(start, earlier[0], unit) if earlier else Decimal(0)
    return drift if before * drift > 0 else None


def _drift(start: Seen, now: Seen, unit: Decimal) -> Decimal:
    """What of the loss neither the posted nor the held explain; nothing below what rounding may
    hide."""
    if now.first_at < start.first_at:
        return Decimal(0)
    above = (start.amount - now.amount) - (now.posted - start.posted)
    drift = max(above - now.held, Decimal(0)) + min(above, Decimal(0))
    return drift if abs(drift) >= unit else Decimal(0)


def _is_later(seen: Seen, moment: datetime | None) -> bool:
    return moment is None or seen.last_at >= moment
