"""A store a test, on each of the two databases, with a clock that tests move."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from lib.store import Store
from tests.support.databases import Stores, database, not_flushed
from tests.unit.store.filled import Filled, OpenEmpty, OpenFolder, fill
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


@pytest.fixture
def open_folder(clock: Clock) -> Iterator[OpenFolder]:
    """Opens a data folder that is there."""
    stores: list[Store] = []

    def opened(folder: Path) -> Store:
        stores.append(Store(folder, BERLIN, now=clock))
        not_flushed(stores[-1])
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


@pytest.fixture
def open_empty(
    migrated: Path, open_folder: OpenFolder, tmp_path_factory: pytest.TempPathFactory
) -> OpenEmpty:
    """Opens a data folder of its own each time, with nothing in it."""

    def opened() -> Store:
        folder = tmp_path_factory.mktemp("empty")
        shutil.copy(migrated / "playground.db", folder)
        return open_folder(folder)

    return opened


@pytest.fixture(scope="session")
def filled_once(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A data folder with something of everything, to copy."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(migrated / "playground.db", folder)
    clock = Clock()
    store = Store(folder, BERLIN, now=clock)
    not_flushed(store)
    filled = fill(store, clock, Making(), tmp_path_factory.mktemp("given"))
    store.close()
    return filled


@pytest.fixture
def filled(
    filled_once: Filled,
    open_folder: OpenFolder,
    clock: Clock,
    tmp_path_factory: pytest.TempPathFactory,
) -> Filled:
    """A store with something of everything."""
    folder = tmp_path_factory.mktemp("data") / "filled"
    shutil.copytree(filled_once.store.data_dir, folder)
    clock.at = filled_once.clock.at
    return Filled(open_folder(folder), clock, filled_once.new, filled_once.runs)
