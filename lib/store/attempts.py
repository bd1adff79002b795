"""Failed attempts to sign in: too many in a row have to wait.

They are counted before the password is looked at, so that many at once are no more than many in
a row, and in the database, so that a start or another server forgets nothing.
"""

from datetime import timedelta

from sqlalchemy import delete, func, insert, select

from lib.store.database import Store, alone
from lib.store.errors import Denied
from lib.store.tables import attempts

MOST = {"name": 5, "address": 20}
"""Failed attempts for a name, and from an address, before the next has to wait."""
WITHIN = timedelta(minutes=15)


class TooManyAttempts(Denied):
    """Nothing was looked at: too many attempts failed a short while ago."""

    def __init__(self) -> None:
        minutes = int(WITHIN.total_seconds() // 60)
        super().__init__(f"Too many attempts. Wait {minutes} minutes, then try again.")


def count(store: Store, name: str, address: str) -> None:
    """Count an attempt to sign in as `name` from `address`. Raises `TooManyAttempts`, and
    `StoreError`."""
    with store.write() as connection:
        # One after the other: what two count at once neither has seen, and both may be the last.
        alone(connection, "attempts")
        connection.execute(delete(attempts).where(attempts.c.at <= store.now() - WITHIN))
        for kind, key in _keys(name, address).items():
            tried = select(func.count()).where(attempts.c.of == key)
            if connection.execute(tried).scalar_one() >= MOST[kind]:
                raise TooManyAttempts
        rows = [{"of": key, "at": store.now()} for key in _keys(name, address).values()]
        connection.execute(insert(attempts), rows)


def forget(store: Store, name: str, address: str) -> None:
    """The last one was right: those before it count no more."""
    with store.write() as connection:
        keys = _keys(name, address).values()
        connection.execute(delete(attempts).where(attempts.c.of.in_(keys)))


def _keys(name: str, address: str) -> dict[str, str]:
    return {"name": f"name:{name[:80]}", "address": f"address:{address[:60]}"}
