"""Fixtures for every kind of test: real sandboxes and playgrounds, ended with the test."""

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import hypothesis
import pytest

from lib import logs
from tests.support import playground
from tests.support.playground import StartPlayground, playgrounds
from tests.support.postgres import PostgreSQL, postgresql
from tests.support.s3 import S3, s3_server
from tests.support.sandbox import Sandbox, StartSandbox, sandboxes

BeginLogs = Callable[[Literal["text", "json"]], Callable[[], list[str]]]

# How long an example takes says how busy the machine is; hypothesis' tables take seconds at first.
hypothesis.settings.register_profile(
    "ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("ours")


@pytest.fixture
def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    return playground.free_port()


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[StartSandbox]:
    """Starts sandboxes: `start_sandbox(tier="basic", engines="none", balance=0.4)`."""
    with sandboxes(tmp_path) as start:
        yield start


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    """A premium sandbox of this test's own, twenty times as fast, with real engines."""
    return start_sandbox(tier="premium", speed=20)


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One rich premium sandbox without engines for all tests of a worker that only ask and read.

    Its charges and balance are everybody's: a test that counts them takes `sandbox`.
    """
    with sandboxes(tmp_path_factory.mktemp("shared")) as start:
        yield start(tier="premium", engines="none", speed=1000, balance=1_000_000)


@pytest.fixture
def start_playground(tmp_path: Path) -> Iterator[StartPlayground]:
    """Starts playgrounds: `start_playground(live=sandbox, PLAYGROUND_TIMEZONE="Asia/Tokyo")`."""
    with playgrounds(tmp_path) as start:
        yield start


@pytest.fixture
def begin_logs() -> Iterator[BeginLogs]:
    """Begins to log as a server does: `lines = begin_logs("json")`, then `lines()` are those so
    far. It ends with the test."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level

    def begin(style: Literal["text", "json"]) -> Callable[[], list[str]]:
        stream = io.StringIO()
        logs.begin(style, stream)
        return lambda: stream.getvalue().splitlines()

    yield begin
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("lib").setLevel(logging.NOTSET)
    logging.captureWarnings(False)


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """One S3 for all tests of a worker, with a bucket for each."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def database() -> str:
    """On which database the stores of a test are. `tests.support.databases` has both."""
    return "sqlite"


@pytest.fixture
def media_url() -> str | None:
    """Where the stores of a test keep files: in their folders. `tests.support.s3` has another."""
    return None


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """One PostgreSQL for all tests of a worker, with databases for each.

    Not among pytest's folders: under root the server is another user, which pytest shuts out of
    them at the next start of any tests on this machine.
    """
    with (
        TemporaryDirectory(prefix="playground-postgresql-") as folder,
        postgresql(Path(folder)) as server,
    ):
        yield server
