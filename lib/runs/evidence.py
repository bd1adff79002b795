"""What tells whether an `unknown` run was paid for: others of its moment, news of jobs that nobody
here has, and what the account has lost (rules.md, Money). Nothing here settles anything.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from lib.runs.delivery import Orphan
from lib.runs.reconcile import DIGITS_OF, unit_of
from lib.store import Cost, Run, Seen, Store, balances, history

TAKEN_IN = timedelta(seconds=10)
"""So long after its answer was given up a run is on the account, if it is at all."""
GIVEN_UP_IN = timedelta(minutes=1)
"""So long after it was sent at the latest, where nobody has written down when."""
SETTLED_IN = timedelta(hours=1)
"""Until then a look at the balance is about this run rather than about what happened later."""
LOOKS = 3
"""So many of the looks of that time, the newest first, are asked what they tell."""

ZERO = Decimal(0)


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
    heard = [each for each in orphans if each.at >= _sent(run)]
    ours = history.with_request_ids(store, run.profile, [each.job.request_id for each in heard])
    return Evidence(
        neighbours=history.neighbours(store, run),
        # Late news of a run that has ended is nobody's on the desk, and yet no stranger's.
        orphans=[each for each in heard if each.job.request_id not in ours],
        balance=of_account(store, run.profile, [run])[run.id],
    )


def of_account(store: Store, profile: str, unknown: Collection[Run]) -> dict[str, Balance]:
    """What the account tells of each of these runs of one profile: run id → what the newest look
    says that says anything, as later ones may have seen other changes. Raises `StoreError`."""
    account = _Account(store, profile)
    return {run.id: account.tells_of(run) for run in unknown}


def told_from(run: Run) -> datetime:
    """From when on a look at the balance may tell of `run`."""
    return (run.lost_at or _sent(run) + GIVEN_UP_IN) + TAKEN_IN


@dataclass(frozen=True, slots=True)
class Span:
    """Two looks at one account, and what the runs that were open meanwhile can have cost it.

    `astray` says that something else has moved the books: prices that deAPI has changed, or may.
    """

    before: Seen
    after: Seen
    least: Decimal
    most: Decimal
    astray: bool

    @classmethod
    def between(cls, before: Seen, after: Seen, costs: Collection[Cost]) -> "Span":
        bounds = [_bounds(each, before, after) for each in costs]
        ended = [each for each in costs if _ended_between(each, before, after)]
        booked = sum((each.price or ZERO for each in ended), ZERO)
        return cls(
            before,
            after,
            least=sum((least for least, _ in bounds), ZERO),
            most=sum((most for _, most in bounds), ZERO),
            astray=booked != after.posted - before.posted or before.estimates + after.estimates > 0,
        )

    def tells_of(self, run: Run, unit: Decimal) -> Balance:
        """What of the loss is left for `run`, one of those that were open, when all the others
        are taken off: that lies between two bounds, as others may have been charged before the
        first look, or not yet at the second. `unit` is how finely the balance is told, in USD."""
        before, after = self.before.amount, self.after.amount
        own = _bounds(run, self.before, self.after)
        least = before - after - (self.most - own[1])
        most = before - after - (self.least - own[0])
        says = Says.NOTHING if self.astray else _says(run.quote, least, most, unit)
        return Balance(says, before, after, self.after.posted - self.before.posted)


class _Account:
    """The looks at one account, and the runs of their times, each read once."""

    def __init__(self, store: Store, profile: str) -> None:
        self._store = store
        self._profile = profile
        self._unit = unit_of(balances.last(store, profile, DIGITS_OF))
        self._spans: dict[tuple[datetime, datetime], Span | None] = {}

    def tells_of(self, run: Run) -> Balance:
        before = balances.before(self._store, self._profile, _sent(run))
        if before is None:
            return Balance(Says.UNSEEN)
        first = told_from(run)
        looks = balances.between(self._store, self._profile, first, first + SETTLED_IN, LOOKS)
        told = Balance(Says.UNSEEN)
        for after in looks:
            span = self._span(before, after)
            told = span.tells_of(run, self._unit) if span else Balance(Says.UNSEEN)
            if told.says in (Says.PAID, Says.FREE):
                break
        return told

    def _span(self, before: Seen, after: Seen) -> Span | None:
        """None when the comparison began anew in that time."""
        times = before.first_at, after.last_at
        if times not in self._spans:
            anew = balances.began_between(self._store, self._profile, *times)
            self._spans[times] = (
                None
                if anew
                else Span.between(before, after, history.costs(self._store, self._profile, *times))
            )
        return self._spans[times]


def _bounds(run: Cost | Run, before: Seen, after: Seen) -> tuple[Decimal, Decimal]:
    """The least and the most that the account can have lost for `run` between the two looks."""
    if run.sending_at is None or run.sending_at > after.last_at:
        return ZERO, ZERO
    if run.ended_at is None or run.ended_at > after.last_at - TAKEN_IN:
        least, most = ZERO, max(run.reserved, run.price or ZERO)
    elif run.settled is not None:
        least, most = ZERO, run.quote  # what it has cost a person has said, not deAPI
    else:
        least = most = run.price or ZERO
    if run.sending_at > before.first_at:
        return least, most
    # It may have been charged before the first look, and have got some of that back since.
    return least - max(run.reserved, most), most


def _ended_between(run: Cost, before: Seen, after: Seen) -> bool:
    return run.ended_at is not None and before.last_at < run.ended_at <= after.first_at


def _says(quote: Decimal, least: Decimal, most: Decimal, unit: Decimal) -> Says:
    """Which of the two prices it can have had lies within the bounds, if only one does."""
    fits = [
        says
        for says, price in ((Says.FREE, ZERO), (Says.PAID, quote))
        if least - unit < price < most + unit
    ]
    return fits[0] if len(fits) == 1 else Says.NOTHING


def _sent(run: Run) -> datetime:
    return run.sending_at or run.created_at
