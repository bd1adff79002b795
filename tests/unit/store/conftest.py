"""A store a test, over a database that was migrated once, with a clock that tests move."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lib.store import Store
from tests.support.postgres import MakeDatabase, postgresql
from tests.unit.store.filled import Filled, OpenFolder, fill
from tests.unit.store.making import BERLIN, Clock, Making, not_flushed


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of today's version."""
    folder = tmp_path_factory.mktemp("migrated")
    Store(folder, BERLIN).close()
    return folder / "playground.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def new() -> Making:
    return Making()


@pytest.fixture
def open_store(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, media_url: str | None
) -> Iterator[Callable[[Clock], Store]]:
    """Opens stores that are closed when the test ends."""
    stores: list[Store] = []

    def opened(clock: Clock) -> Store:
        folder = tmp_path_factory.mktemp("data")
        shutil.copy(migrated, folder / "playground.db")
        stores.append(Store(folder, BERLIN, now=clock, media_url=media_url))
        not_flushed(stores[-1])
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


@pytest.fixture
def store(open_store: Callable[[Clock], Store], clock: Clock) -> Store:
    return open_store(clock)


@pytest.fixture(scope="session")
def make_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeDatabase]:
    with postgresql(tmp_path_factory.mktemp("postgresql")) as make:
        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, media_url: str | None
) -> Iterator[Store]:
    """A store on each of the two databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("open_store")(clock)
        return
    url = request.getfixturevalue("make_database")()
    store = Store(tmp_path, BERLIN, now=clock, url=url, media_url=media_url)
    yield store
    store.close()


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


@pytest.fixture(scope="session")
def filled_once(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A data folder with something of everything, to copy."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(migrated, folder / "playground.db")
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
