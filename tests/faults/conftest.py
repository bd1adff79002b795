"""What fails, for real: sandboxes, a network and engines in processes of their own."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine import StartEngine, engines
from tests.support.postgres import MakeDatabase, postgresql
from tests.support.proxy import Proxy, proxied
from tests.support.sandbox import Sandbox

Charged = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def make_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeDatabase]:
    with postgresql(tmp_path_factory.mktemp("postgresql")) as make:
        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def start_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartEngine]:
    """Starts engines on either database: `start_engine(sandbox.url, sandbox.key)`."""
    there = request.param == "postgresql"
    make = request.getfixturevalue("make_database") if there else lambda: None
    with engines(tmp_path, make) as start:
        yield start


@pytest.fixture
def proxy(sandbox: Sandbox) -> Iterator[Proxy]:
    """A network in front of this test's own sandbox."""
    with proxied(sandbox.url) as between:
        yield between


def charged(sandbox: Sandbox) -> Decimal:
    """What the sandbox took for everything it accepted, to the nano-dollar."""
    return sum((Decimal(each["price"]) for each in sandbox.charges()), Decimal(0))
