"""A real playground process to test against."""

import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.support.processes import TOP, Process, environment
from tests.support.sandbox import PLAIN, Sandbox
from tests.support.waiting import eventually

SECRET = "what the servers of these tests sign with, all alike"


def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Playground:
    """A running `python app.py`, its data in `folder`, and its live profile a sandbox if given.

    With `healthy=False` it is one that can't be healthy. `database` is the URL of a PostgreSQL in
    the place of the folder's SQLite. `kill()` and then `start()` is a crash and a start on the same
    data and port. Other keyword arguments are settings: `PLAYGROUND_TIMEZONE="Asia/Tokyo"`.
    """

    process: Process

    def __init__(
        self,
        folder: Path,
        *,
        live: Sandbox | None = None,
        database: str | None = None,
        healthy: bool = True,
        **settings: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data = folder / "data"
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.images = f"{self.url}/images"
        self.settings = {
            "PLAYGROUND_PORT": str(self.port),
            "PLAYGROUND_DATA_DIR": str(self.data),
            **settings,
        }
        if database is not None:
            # Servers that share a database share what they sign with.
            self.settings |= {"PLAYGROUND_DATABASE_URL": database}
            self.settings.setdefault("PLAYGROUND_COOKIE_SECRET", SECRET)
        if live is not None:
            self.settings |= {"DEAPI_API_KEY": live.key, "DEAPI_BASE_URL": live.url}
        self._well = "ok" if healthy else "down"
        self.start()

    def start(self) -> None:
        """Start it and wait until it is healthy, or says that it isn't if that is what the test is
        about. Fails the test when it does not say so within a minute."""
        self.process = Process(
            [sys.executable, str(TOP / "app.py")],
            log=self.folder / "playground.log",
            cwd=self.folder,
            env=environment(**self.settings),
        )
        try:
            eventually(self._healthy, timeout=60)
        except BaseException:
            self.process.kill()
            raise

    def stop(self) -> None:
        """End it as Ctrl-C or a service manager would."""
        self.process.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()

    def health(self) -> dict[str, Any] | None:
        """What `/healthz` says; None while nothing, or not the playground's JSON, is answered."""
        try:
            answer = httpx.get(f"{self.url}/healthz", timeout=5, **PLAIN)
            return answer.json()
        except (httpx.TransportError, ValueError):
            return None

    def request_ids(self) -> list[str]:
        """The jobs that it knows to be its own, as they are in its database: deAPI charges before
        it answers, so a charge alone does not mean that the playground has heard."""
        query = "SELECT request_id FROM runs WHERE request_id IS NOT NULL"
        if self.database is not None:
            with psycopg.connect(self.database.replace("+psycopg", "", 1)) as server:
                return [request_id for (request_id,) in server.execute(query)]
        file = f"{(self.data / 'playground.db').as_uri()}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as connection:
            return [request_id for (request_id,) in connection.execute(query)]

    def _healthy(self) -> bool:
        if not self.process.running:
            raise RuntimeError(f"the playground ended at its start:\n{self.process.output}")
        health = self.health()
        return health is not None and health.get("status") == self._well


StartPlayground = Callable[..., Playground]


@contextmanager
def playgrounds(folder: Path) -> Iterator[StartPlayground]:
    """A starter of playgrounds under `folder`, all ended at the end."""
    with ExitStack() as ending:
        numbers = count(1)

        def start(
            live: Sandbox | None = None,
            database: str | None = None,
            healthy: bool = True,
            **settings: str,
        ) -> Playground:
            home = folder / f"playground-{next(numbers)}"
            started = Playground(home, live=live, database=database, healthy=healthy, **settings)
            ending.callback(started.kill)
            return started

        yield start
