"""What fails, for real: sandboxes, a network and engines in processes of their own."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine import StartEngine, engines
from tests.support.proxy import Proxy, proxied
from tests.support.s3 import bucket_url, reached_by
from tests.support.sandbox import Sandbox

__all__ = ["bucket_url"]

Charged = Callable[[], list[dict[str, Any]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def start_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartEngine]:
    """Starts engines, on SQLite and a folder and on PostgreSQL and a bucket:
    `start_engine(sandbox.url, sandbox.key)`."""
    if request.param == "sqlite":
        with engines(tmp_path) as start:
            yield start
        return
    postgres, bucket = map(request.getfixturevalue, ("postgres", "bucket_url"))
    with engines(tmp_path, postgres.make, bucket) as start:
        yield start


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def start_shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartEngine]:
    """The same, for engines that the tests of a file share."""
    folder = tmp_path_factory.mktemp("engines")
    if request.param == "sqlite":
        with engines(folder) as start:
            yield start
        return
    postgres, s3 = map(request.getfixturevalue, ("postgres", "s3"))
    with pytest.MonkeyPatch.context() as environment:
        reached_by(environment, s3.url)
        with engines(folder, postgres.make, s3.bucket()) as start:
            yield start


@pytest.fixture
def proxy(sandbox: Sandbox) -> Iterator[Proxy]:
    """A network in front of this test's own sandbox."""
    with proxied(sandbox.url) as between:
        yield between


def charged(sandbox: Sandbox) -> Decimal:
    """What the sandbox took for everything it accepted, to the nano-dollar."""
    return sum((Decimal(each["price"]) for each in sandbox.charges()), Decimal(0))
