"""One-time tokens: to choose a password, or to have a browser signed in.

Only their SHA-256 hashes are kept, so that what is stored opens nothing.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from lib.store.database import Store
from lib.store.tables import Purpose, tokens, users

LIFE = {Purpose.PASSWORD: timedelta(days=3), Purpose.SESSION: timedelta(seconds=30)}
"""How long a token is good."""


def give(store: Store, name: str, purpose: Purpose) -> str | None:
    """A token that does one thing once, for `LIFE` of its purpose; one to choose a password makes
    older ones worthless. None when the account is not there or disabled."""
    token = secrets.token_urlsafe(32)
    with store.write() as connection:
        # Locked: of two that are given at once, and of one that is given while the account is
        # disabled, the later one counts.
        if not _usable(connection, name, lock=True):
            return None
        if purpose is Purpose.PASSWORD:
            forget(connection, name)
        connection.execute(
            insert(tokens).values(
                token_hash=hashed(token),
                purpose=purpose,
                person=name,
                expires_at=store.now() + LIFE[purpose],
            )
        )
    return token


def whose(store: Store, token: str, purpose: Purpose) -> str | None:
    """Whose token it is, without using it up; None when it is not good (any more)."""
    with store.read() as connection:
        query = select(tokens.c.person).where(*_good(store, token, purpose))
        name = connection.execute(query).scalar_one_or_none()
        return name if name is not None and _usable(connection, name) else None


def take(store: Store, token: str, purpose: Purpose) -> str | None:
    """Use a token up; whose it was, or None when it was not good (any more)."""
    used = delete(tokens).where(*_good(store, token, purpose)).returning(tokens.c.person)
    with store.write() as connection:
        name = connection.execute(used).scalar_one_or_none()
        connection.execute(delete(tokens).where(tokens.c.expires_at <= store.now()))
        return name if name is not None and _usable(connection, name) else None


def forget(connection: Connection, name: str) -> None:
    """No token of `name` is good any more."""
    connection.execute(delete(tokens).where(tokens.c.person == name))


def hashed(token: str) -> str:
    """As it is kept: 64 hex digits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _good(store: Store, token: str, purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return (
        tokens.c.token_hash == hashed(token),
        tokens.c.purpose == purpose,
        tokens.c.expires_at > store.now(),
    )


def _usable(connection: Connection, name: str, *, lock: bool = False) -> bool:
    query = select(users.c.name).where(users.c.name == name, users.c.disabled.is_(False))
    found = connection.execute(query.with_for_update() if lock else query)
    return found.one_or_none() is not None
