"""What was seen of an account's balance, beside what the books said at the same moment.

A row is added only when something has changed since the last one, so that there are at most about
two of them for each run.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, insert, select, update

from lib.store.database import Store
from lib.store.ledger import Balance
from lib.store.money import ZERO, final
from lib.store.tables import balances


@dataclass(frozen=True, kw_only=True)
class Seen:
    """USD left on the account, posted by everybody since ever, and held. It stood like this from
    `first_at` to `last_at`, as far as was looked."""

    amount: Decimal
    posted: Decimal
    held: Decimal
    first_at: datetime
    last_at: datetime


_COLUMNS = [balances.c[name] for name in ("amount", "posted", "held", "first_at", "last_at")]


def note(store: Store, profile: str, amount: Decimal, books: Balance, at: datetime) -> None:
    """`amount` USD were left at `at`, and before and after that the books said `books`. A look
    that is not newer than the last one adds nothing. Raises `StoreError`."""
    seen = {"amount": final(amount), "posted": books.posted, "held": books.held}
    newest = select(balances).where(balances.c.profile == profile)
    newest = newest.order_by(balances.c.id.desc()).limit(1)
    with store.write() as connection:
        last = connection.execute(newest).mappings().one_or_none()
        if last is not None and last["last_at"] >= at:
            return
        if last is not None and not last["closed"] and all(last[n] == seen[n] for n in seen):
            same = update(balances).where(balances.c.id == last["id"])
            connection.execute(same.values(last_at=at))
            return
        row = {"profile": profile, "first_at": at, "last_at": at, "closed": False, **seen}
        connection.execute(insert(balances).values(row))


def close(store: Store, profile: str) -> None:
    """What was seen until now is not compared with what comes: somebody has put money on the
    account, say, and the comparison begins anew. Raises `StoreError`."""
    newest = select(func.max(balances.c.id)).where(balances.c.profile == profile)
    with store.write() as connection:
        changed = update(balances).where(balances.c.id == newest.scalar_subquery())
        connection.execute(changed.values(closed=True))


def start(store: Store, profile: str) -> Seen | None:
    """The first look since the last `close` at which nothing was held: from there on the account
    must lose what the books gain. None when there was none yet."""
    closed = select(func.max(balances.c.id)).where(
        balances.c.profile == profile, balances.c.closed.is_(True)
    )
    later = balances.c.id > func.coalesce(closed.scalar_subquery(), 0)
    found = _find(store, profile, later, balances.c.held == ZERO, limit=1)
    return found[0] if found else None


def last(store: Store, profile: str, limit: int) -> list[Seen]:
    """The last looks that differ, newest first."""
    return _find(store, profile, limit=limit, newest=True)


def before(store: Store, profile: str, at: datetime) -> Seen | None:
    """What was seen last before `at`."""
    found = _find(store, profile, balances.c.first_at <= at, limit=1, newest=True)
    return found[0] if found else None


def between(store: Store, profile: str, since: datetime, until: datetime, limit: int) -> list[Seen]:
    """What was seen from `since` to `until`, newest first; when nobody looked then, what was seen
    first after that."""
    first = balances.c.last_at >= since
    within = balances.c.first_at <= until
    found = _find(store, profile, first, within, limit=limit, newest=True)
    return found or _find(store, profile, first, limit=1)


def _find(
    store: Store, profile: str, *where: ColumnElement[bool], limit: int, newest: bool = False
) -> list[Seen]:
    query = select(*_COLUMNS).where(balances.c.profile == profile, *where)
    query = query.order_by(balances.c.id.desc() if newest else balances.c.id).limit(limit)
    with store.read() as connection:
        return [Seen(**row) for row in connection.execute(query).mappings()]
