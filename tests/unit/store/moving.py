"""What tests of moving have in common: an empty place on PostgreSQL, and moves that say nothing."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from lib.store import Store, importing
from tests.support.postgres import PostgreSQL
from tests.unit.store.making import BERLIN, Clock

ROOMS = ("uploads", "results", "thumbs")


@pytest.fixture
def database() -> str:
    """Those that move it open one of the other kind by themselves."""
    return "sqlite"


@pytest.fixture
def shared(postgres: PostgreSQL, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store on PostgreSQL."""
    store = Store(tmp_path / "shared", BERLIN, now=clock, url=postgres.make())
    yield store
    store.close()


def quiet(_what: str, _count: int) -> None:
    pass


bring = partial(importing.bring, tell=quiet)
