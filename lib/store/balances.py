"""What was seen of an account's balance, beside what the books said at the same moment.

A row is added only when something has changed since the last one, so that there are at most about
two of them for each run.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from lib.store import history, ledger
from lib.store.database import Store, alone
from lib.store.money import ZERO, final
from lib.store.tables import balances, beginnings


@dataclass(frozen=True, kw_only=True)
class Books:
    """USD held by everybody's open runs and posted by everybody since ever; and how many of the
    ended runs have a price that deAPI only estimates and may still change."""

    held: Decimal
    posted: Decimal
    estimates: int = 0


@dataclass(frozen=True, kw_only=True)
class Seen(Books):
    """USD left on the account beside the books.

    It was first told at `first_at`, and last asked for at `last_at`: so what was charged before
    `last_at` is in it, and what was charged after `first_at` may not be.
    """

    amount: Decimal
    first_at: datetime
    last_at: datetime


_BOOKS = ("held", "posted", "estimates")
_COLUMNS = [balances.c[name] for name in (*_BOOKS, "amount", "first_at", "last_at")]


def books(store: Store, profile: str, estimated_since: datetime) -> Books:
    """The books as they stand; an estimate counts when its job ended after `estimated_since`.
    Raises `StoreError`."""
    standing = ledger.standing(store, profile)
    estimates = history.count_estimated(store, profile, estimated_since)
    return Books(held=standing.held, posted=standing.posted, estimates=estimates)


def note(
    store: Store, profile: str, amount: Decimal, beside: Books, asked: datetime, told: datetime
) -> None:
    """`amount` USD were left, as was asked and told at these times, and before and after that the
    books stood as `beside`. A look that was asked for before the last one, or before the
    comparison began anew, adds nothing. Raises `StoreError`."""
    seen = {"amount": final(amount), **{name: getattr(beside, name) for name in _BOOKS}}
    newest = select(balances).where(balances.c.profile == profile)
    newest = newest.order_by(balances.c.id.desc()).limit(1)
    with store.write() as connection:
        alone(connection, f"balance {profile}")  # or two servers both add what they saw at once
        began = _began(connection, profile)
        last = connection.execute(newest).mappings().one_or_none()
        if (began is not None and asked <= began) or (last and last["last_at"] >= asked):
            return
        anew = last is None or (began is not None and last["last_at"] <= began)
        if last is not None and not anew and all(last[name] == seen[name] for name in seen):
            same = update(balances).where(balances.c.id == last["id"])
            connection.execute(same.values(last_at=asked))
            return
        row = {"profile": profile, "first_at": told, "last_at": asked, **seen}
        connection.execute(insert(balances).values(row))


def begin_anew(store: Store, profile: str) -> None:
    """What was seen until now is not compared with what comes: somebody has put money on the
    account, say. Raises `StoreError`."""
    with store.write() as connection:
        connection.execute(insert(beginnings).values(profile=profile, at=store.now()))


def began_between(store: Store, profile: str, first: datetime, last: datetime) -> bool:
    """Whether the comparison began anew between these times."""
    within = beginnings.c.at.between(first, last)
    query = select(func.count()).where(beginnings.c.profile == profile, within)
    with store.read() as connection:
        return connection.execute(query).scalar_one() > 0


def firm(store: Store, profile: str, limit: int) -> list[Seen]:
    """The first looks since the comparison began at which nothing was held and no price was an
    estimate, oldest first: from such a one on the account must lose what the books gain."""
    with store.read() as connection:
        began = _began(connection, profile)
    later = [] if began is None else [balances.c.last_at > began]
    settled = (balances.c.held == ZERO, balances.c.estimates == 0)
    return _find(store, profile, *later, *settled, limit=limit)


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


def _began(connection: Connection, profile: str) -> datetime | None:
    query = select(func.max(beginnings.c.at)).where(beginnings.c.profile == profile)
    return connection.execute(query).scalar_one()


def _find(
    store: Store, profile: str, *where: ColumnElement[bool], limit: int, newest: bool = False
) -> list[Seen]:
    query = select(*_COLUMNS).where(balances.c.profile == profile, *where)
    query = query.order_by(balances.c.id.desc() if newest else balances.c.id).limit(limit)
    with store.read() as connection:
        return [Seen(**row) for row in connection.execute(query).mappings()]
