"""Accounts: who may sign in, and as what. Passwords are kept as bcrypt hashes only.

`python -m lib.store.users add NAME [--admin]` makes one; the password is asked for, or read from
standard input where that is no terminal.
"""

import argparse
import contextlib
import getpass
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from lib.store import attempts, passwords, sessions, tokens
from lib.store.database import Store, insert_missing
from lib.store.errors import Denied, StoreError
from lib.store.tables import LOCAL, Purpose, Role, users

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")


class NoSuchUser(Denied):
    """There is no account of this name, or it may not be used so."""


class NameTaken(Denied):
    """There is an account of this name already."""


@dataclass(frozen=True, kw_only=True)
class User:
    """An account. `has_password` is False until an invitation was taken up."""

    name: str
    role: Role
    disabled: bool
    has_password: bool
    created_at: datetime

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


def add(store: Store, name: str, password: str | None, role: Role) -> User:
    """A new account; with None it has no password until one is chosen by a token.

    Raises `ValueError` for a name that won't do, `WeakPassword`, `NameTaken` and `StoreError`.
    """
    if not NAME.fullmatch(name) or name == LOCAL:
        raise ValueError(
            f"A name has small letters, digits and . _ @ + -, begins with one, and isn't {LOCAL}."
        )
    kept = None if password is None else _kept(password, name)
    row = {"name": name, "password": kept, "role": role, "disabled": False}
    with store.write() as connection:
        if not insert_missing(connection, users, [{**row, "created_at": store.now()}]):
            raise NameTaken(f"There is an account {name} already.")
    return _existing(store, name)


def get(store: Store, name: str) -> User | None:
    """The account of this name, or None."""
    with store.read() as connection:
        row = _find(connection, name)
    return _user(row) if row is not None else None


def everybody(store: Store) -> list[User]:
    """All accounts, by name."""
    with store.read() as connection:
        rows = connection.execute(select(users).order_by(users.c.name)).mappings()
        return [_user(row) for row in rows]


def are_there(store: Store) -> bool:
    """Whether there is any account, so that one has to sign in."""
    with store.read() as connection:
        return connection.execute(select(users.c.name).limit(1)).one_or_none() is not None


def set_role(store: Store, name: str, role: Role) -> None:
    """Raises `StoreError` for the last admin who could sign in: somebody must be left."""
    with store.write() as connection:
        if role is not Role.ADMIN:
            _not_the_last_admin(connection, name)
        _change(connection, name, role=role)


def disable(store: Store, name: str) -> None:
    """Nobody signs in as `name` any more, and who is signed in is out. Raises as `set_role`."""
    with store.write() as connection:
        _not_the_last_admin(connection, name)
        _change(connection, name, disabled=True)
        _end(connection, name)


def enable(store: Store, name: str) -> None:
    """Undoes `disable`; everybody signs in anew."""
    with store.write() as connection:
        _change(connection, name, disabled=False)


def set_password(store: Store, name: str, password: str) -> None:
    """From now on this is the password, and every browser has to sign in with it. Raises
    `WeakPassword`, `NoSuchUser` and `StoreError`."""
    kept = _kept(password, name)
    with store.write() as connection:
        _change(connection, name, password=kept)
        _end(connection, name)


Check = Callable[[str, str, str], bool]
"""Whether a password's digest is that of a hash, for a name: the three in the order of name,
digest, hash."""


def choose_password(store: Store, token: str, password: str) -> str | None:
    """The password of whose token this is, once; their name, or None when the token is not good
    (any more). Every browser of theirs is signed out. Raises `WeakPassword`, which leaves the token
    as it is, and `StoreError`."""
    name = tokens.whose(store, token, Purpose.PASSWORD)
    if name is None:
        return None
    kept = _kept(password, name)
    if tokens.take(store, token, Purpose.PASSWORD) is None:
        return None
    with store.write() as connection:
        _change(connection, name, password=kept)
        _end(connection, name)
    return name


def verify(
    store: Store, name: str, password: str, address: str, check: Check = passwords.check_hash
) -> User | None:
    """The account, if this is its password and it may be used; the same None, after the same
    time, for a wrong name and a wrong password. `check` compares the two. Raises
    `TooManyAttempts` and `StoreError`."""
    attempts.count(store, name, address)
    with store.read() as connection:
        row = _find(connection, name)
    kept = row["password"] if row is not None else None
    right = check(name, passwords.digest(password), kept or passwords.nobody()) and bool(kept)
    if row is None or not right or row["disabled"]:
        return None
    attempts.forget(store, name, address)
    return _user(row)


def _kept(password: str, name: str) -> str:
    passwords.check(password, name)
    return passwords.hashed(password)


def _existing(store: Store, name: str) -> User:
    found = get(store, name)
    if found is None:
        raise NoSuchUser(f"There is no account {name}.")
    return found


def _find(connection: Connection, name: str) -> RowMapping | None:
    return connection.execute(select(users).where(users.c.name == name)).mappings().one_or_none()


def _change(connection: Connection, name: str, **values: Any) -> None:
    if connection.execute(update(users).where(users.c.name == name).values(values)).rowcount == 0:
        raise NoSuchUser(f"There is no account {name}.")


def _end(connection: Connection, name: str) -> None:
    """Who is signed in as `name` is out, and what was sent to them opens nothing any more."""
    sessions.forget(connection, name)
    tokens.forget(connection, name)


def _not_the_last_admin(connection: Connection, name: str) -> None:
    admins = select(users.c.name).where(
        users.c.role == Role.ADMIN, users.c.disabled.is_(False), users.c.password.is_not(None)
    )
    # Locked, or two admins who take it from each other at once would both be told of the other.
    locked = admins.order_by(users.c.name).with_for_update()
    if connection.execute(locked).scalars().all() == [name]:
        raise Denied(f"{name} is the only admin: make somebody else one first.")


def _user(row: RowMapping) -> User:
    return User(
        name=row["name"],
        role=row["role"],
        disabled=row["disabled"],
        has_password=row["password"] is not None,
        created_at=row["created_at"],
    )


def main(arguments: list[str] | None = None) -> None:
    """`add NAME [--admin]`: the command line. It may be used while the playground runs."""
    # Only a command reads settings down here.
    from lib import settings  # noqa: PLC0415
    from lib.store import opening  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m lib.store.users")
    adding = parser.add_subparsers(required=True).add_parser("add", help="make an account")
    adding.add_argument("name")
    adding.add_argument("--admin", action="store_true", help="may invite others and set limits")
    told = parser.parse_args(arguments)
    try:
        known = settings.load()
        with contextlib.closing(opening.opened(known)) as store:
            role = Role.ADMIN if told.admin else Role.MEMBER
            add(store, told.name, _asked_for(), role)
    except (settings.SettingsError, StoreError, ValueError) as error:
        sys.exit(str(error))
    print(f"{told.name} may sign in now.")


def _asked_for() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise ValueError("The two are not the same. Nothing was made.")
    return password


if __name__ == "__main__":
    main()
