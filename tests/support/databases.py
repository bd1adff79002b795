"""Stores for tests, on either of the two databases.

A folder of tests, or a file, that imports the fixture `database` from here is run on both; one that
doesn't, on SQLite alone. A test that is about one of them says so with `ONLY_SQLITE` or
`ONLY_POSTGRESQL`.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from lib.store import Store
from tests.support.postgres import PostgreSQL

ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ONLY_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """On which database the stores of a test are: it is run on each."""
    return request.param


class Stores:
    """Opens stores without anything in them: in a copy of the database that `migrated` holds, or on
    `server` if there is one; their files in the bucket `media_url`, if there is one."""

    def __init__(
        self, migrated: Path, server: PostgreSQL | None = None, media_url: str | None = None
    ) -> None:
        self._migrated = migrated
        self._server = server
        self._media_url = media_url

    @contextmanager
    def opened(
        self, folder: Path, timezone: ZoneInfo, now: Callable[[], datetime]
    ) -> Iterator[Store]:
        """A store in `folder`, closed at the end."""
        with ExitStack() as ending:
            if self._server is None:
                shutil.copy(self._migrated / "playground.db", folder)
                store = Store(folder, timezone, now=now, media_url=self._media_url)
                not_flushed(store)
            else:
                url = ending.enter_context(self._server.lent())
                store = Store(folder, timezone, now=now, url=url, media_url=self._media_url)
            ending.callback(store.close)
            yield store


def not_flushed(store: Store) -> None:
    """Takes the waits for the disk out: these tests end processes, never the power."""

    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    store._engine.dispose()
    event.listen(store._engine, "connect", connected)
