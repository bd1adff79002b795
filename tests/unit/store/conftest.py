"""A store a test, on each of the two databases, with a clock that tests move."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from lib.store import Store
from tests.support.databases import Stores, database
from tests.unit.store.making import BERLIN, Clock, Making, OpenStore

__all__ = ["database"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def new() -> Making:
    return Making()


@pytest.fixture
def open_store(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> OpenStore:
    """Opens a store of its own each time: `with open_store(clock) as store`."""

    def opened(clock: Clock) -> AbstractContextManager[Store]:
        return stores.opened(tmp_path_factory.mktemp("data"), BERLIN, clock)

    return opened


@pytest.fixture
def store(open_store: OpenStore, clock: Clock) -> Iterator[Store]:
    with open_store(clock) as opened:
        yield opened
