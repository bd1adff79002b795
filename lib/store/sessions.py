"""The browsers that are signed in. Ending a session here ends it: its cookie opens nothing then."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from lib.store import tokens
from lib.store.database import Store
from lib.store.tables import sessions, users

LIFE, IDLE = timedelta(days=30), timedelta(days=7)
"""A browser is signed out so long after it signed in, or was seen last."""
SEEN_AGAIN = timedelta(minutes=1)
"""So often at most it is written down that a browser was seen."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser that is signed in."""

    person: str
    created_at: datetime
    seen_at: datetime
    address: str
    browser: str


def begin(store: Store, name: str, address: str, browser: str) -> str:
    """Sign a browser in; the token that it shows from now on."""
    token, now = secrets.token_urlsafe(32), store.now()
    row = {"token_hash": tokens.hashed(token), "person": name, "created_at": now, "seen_at": now}
    with store.write() as connection:
        connection.execute(
            insert(sessions).values({**row, "address": address[:60], "browser": browser[:200]})
        )
    return token


def person_of(store: Store, token: str) -> str | None:
    """Whose browser shows this token, or None when it is signed out, or may not be in any more."""
    if not token:
        return None
    now, mine = store.now(), sessions.c.token_hash == tokens.hashed(token)
    query = (
        select(users.c.name, sessions.c.seen_at)
        .join(sessions, sessions.c.person == users.c.name)
        .where(
            mine,
            users.c.disabled.is_(False),
            sessions.c.created_at > now - LIFE,
            sessions.c.seen_at > now - IDLE,
        )
    )
    with store.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    if now - row["seen_at"] > SEEN_AGAIN:
        with store.write() as connection:
            connection.execute(update(sessions).where(mine).values(seen_at=now))
    return row["name"]


def end(store: Store, token: str) -> None:
    """Sign out the browser that shows this token; the token is worth nothing from now on."""
    with store.write() as connection:
        connection.execute(delete(sessions).where(sessions.c.token_hash == tokens.hashed(token)))


def end_all(store: Store, name: str) -> None:
    """Sign `name` out everywhere."""
    with store.write() as connection:
        forget(connection, name)


def signed_in(store: Store) -> list[Session]:
    """Every browser that is signed in, the last seen first."""
    since = store.now() - IDLE
    columns = [sessions.c[each] for each in Session.__dataclass_fields__]
    query = select(*columns).where(sessions.c.seen_at > since).order_by(sessions.c.seen_at.desc())
    with store.read() as connection:
        return [Session(**row) for row in connection.execute(query).mappings()]


def forget(connection: Connection, name: str) -> None:
    """Sign `name` out everywhere, in the transaction that is the reason for it."""
    connection.execute(delete(sessions).where(sessions.c.person == name))
