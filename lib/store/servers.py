"""The servers that share a database: each has a lease, and works under it for runs of its own.

A server renews its lease as long as it lives. What is owned by one whose lease has ended belongs to
nobody any more, and another takes it over (rules.md, States of a run). With SQLite there is one
server at a time, which the lock of its folder sees to; what others have left is free at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Table, case, delete, insert, or_, select, update

from lib.store.database import Store, alone, somebody_alone
from lib.store.errors import StoreError
from lib.store.tables import servers

LEASE = timedelta(seconds=15)
"""How long a server counts as alive after it last said so."""
KEPT = timedelta(days=1)
"""How long the row of one that has ended without a word is kept."""


IMPORTED = "Something is being imported"
"""What an import of a whole playground is alone with (`Store.alone`): no server enters then."""


class SandboxTwice(StoreError):
    """Another server that shares the database runs a sandbox of its own."""

    def __init__(self) -> None:
        super().__init__(
            "Another server on this database already runs a sandbox, and two would mix up their "
            "books: set PLAYGROUND_SANDBOX=off here, or the address of one that all servers share."
        )


@dataclass(frozen=True, slots=True)
class Server:
    """One that shares the database. `home` stands for its data folder."""

    id: str
    home: str
    sandbox: bool
    """Whether it runs a sandbox of its own."""
    since: datetime
    until: datetime
    """The end of its lease, unless it is renewed."""


_COLUMNS = [servers.c.id, servers.c.home, servers.c.sandbox, servers.c.since, servers.c.until]


def enter(store: Store, home: str, *, sandbox: bool = False) -> str:
    """Begin a lease, and have `store` work under it; returns the new server's id.

    `home` stands for the data folder, whose lock this process holds: an earlier server of it has
    ended. Raises `SandboxTwice`, and `StoreError`, also while something is imported.
    """
    mine = str(uuid4())
    with store.write() as connection:
        if store.is_shared:
            alone(connection, "a server enters")
            if somebody_alone(connection, IMPORTED):
                raise StoreError(f"{IMPORTED} into this database: start when it is done.")
            gone = or_(servers.c.home == home, servers.c.until < store.now() - KEPT)
            connection.execute(delete(servers).where(gone))
        else:
            connection.execute(delete(servers))
        now = store.now()
        twice = select(servers.c.id).where(servers.c.sandbox.is_(True), servers.c.until > now)
        if sandbox and connection.execute(twice.limit(1)).one_or_none() is not None:
            raise SandboxTwice
        row = {"id": mine, "home": home, "sandbox": sandbox, "since": now, "until": now + LEASE}
        connection.execute(insert(servers).values(row))
    store.server = mine
    return mine


def renew(store: Store, server: str) -> bool:
    """Extend the lease; whether it had not ended meanwhile. Raises `StoreError`."""
    now = store.now()
    mine = servers.c.id == server
    with store.write() as connection:
        query = select(servers.c.until).where(mine).with_for_update()
        until = connection.execute(query).scalar_one_or_none()
        if until is None:
            # Somebody has cleared it away: it was long over. The row only says that we live.
            row = {"id": server, "home": server, "sandbox": False, "since": now}
            connection.execute(insert(servers).values(**row, until=now + LEASE))
            return False
        connection.execute(update(servers).where(mine).values(until=now + LEASE))
        return until > now


def leave(store: Store, server: str) -> None:
    """End the lease: others may take over at once. Raises `StoreError`."""
    with store.write() as connection:
        connection.execute(delete(servers).where(servers.c.id == server))


def alive(store: Store) -> Sequence[Server]:
    """Those whose lease has not ended, the oldest first."""
    query = select(*_COLUMNS).where(servers.c.until > store.now()).order_by(servers.c.since)
    with store.read() as connection:
        return [Server(**row) for row in connection.execute(query).mappings()]


def left(store: Store, owner: ColumnElement[Any], server: str) -> ColumnElement[bool]:
    """What, by its column `owner`, belongs to none that lives; what is `server`'s own is not
    left."""
    return or_(owner.is_(None), (owner != server) & owner.not_in(_alive(store)))


def take(
    connection: Connection, store: Store, table: Table, server: str, *where: ColumnElement[bool]
) -> None:
    """Give `server` the rows of `table` that a server which has ended has left, of those `where`;
    within the transaction that then reads what is its own."""
    mine = left(store, table.c.owner, server)
    connection.execute(update(table).where(*where, mine).values(owner=server))


def kept(store: Store, owner: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value for the column `owner` of what is to go on: the owner that it has if that one
    lives, else the server of this store."""
    return case((owner.in_(_alive(store)), owner), else_=store.server)


def _alive(store: Store) -> Any:
    return select(servers.c.id).where(servers.c.until > store.now())
