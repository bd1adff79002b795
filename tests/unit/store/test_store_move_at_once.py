"""Who imports is alone with the place that it imports into, from the first file to the last row."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from lib.store import Store, StoreError, carried, exporting, importing, servers
from tests.support.media import is_kept
from tests.support.postgres import PostgreSQL
from tests.support.processes import TOP, Process, environment
from tests.support.s3 import bucket_url
from tests.support.waiting import eventually
from tests.unit.store.filled import Filled
from tests.unit.store.making import BERLIN
from tests.unit.store.moving import ROOMS, bring, database, quiet

__all__ = ["bucket_url", "database"]

# `python -m lib.store` that stops where all files are put, and goes on when it is told to.
STOPPING = """
    import sys
    from lib.store import importing
    from lib.store.__main__ import main

    put = importing._put_rows

    def stopping(*arguments):
        print("files are put", flush=True)
        sys.stdin.readline()
        put(*arguments)

    importing._put_rows = stopping
    main()
"""
STOPS, DOES_NOT = ["-c", textwrap.dedent(STOPPING)], ["-m", "lib.store"]

Import = Callable[..., Process]
Meanwhile = Callable[[Callable[[], None]], None]


@pytest.fixture
def export(filled: Filled, tmp_path: Path) -> Path:
    exporting.export(filled.store, tmp_path / "export", stopped=True, tell=quiet)
    return tmp_path / "export"


@pytest.fixture
def url(postgres: PostgreSQL) -> str:
    return postgres.make()


@pytest.fixture
def imports(export: Path, url: str, bucket_url: str, tmp_path: Path) -> Iterator[Import]:
    """Starts an import in a process, of which each has a data folder of its own."""
    started: list[Process] = []

    def start(program: list[str]) -> Process:
        folder = tmp_path / f"{len(started)}"
        told = {
            "PLAYGROUND_DATA_DIR": str(folder),
            "PLAYGROUND_DATABASE_URL": url,
            "PLAYGROUND_MEDIA_URL": bucket_url,
            "PLAYGROUND_COOKIE_SECRET": "s" * 32,
        }
        command = [sys.executable, *program, "import", str(export)]
        log = tmp_path / f"{folder}.log"
        started.append(Process(command, log=log, cwd=TOP, env=environment(**told)))
        if program is STOPS:
            eventually(lambda: "files are put" in output_of(started[-1]), 60)
        return started[-1]

    yield start
    for each in started:
        each.kill()


def output_of(process: Process) -> str:
    """What it has said so far, when it has not failed yet."""
    assert process.running or process.wait() == 0, process.output
    return process.output


@contextmanager
def opened(url: str, media_url: str, folder: Path) -> Iterator[Store]:
    store = Store(folder, BERLIN, url=url, media_url=media_url)
    yield store
    store.close()


def arrived(store: Store, filled: Filled) -> bool:
    """Whether everything has: its rows and every file."""
    with filled.store.read() as connection:
        named = [each.name for each in carried.named(connection)]
        rows = {each.name: carried.summed(connection, each, quiet) for each in carried.CARRIED}
    with store.read() as connection:
        there = {each.name: carried.summed(connection, each, quiet) for each in carried.CARRIED}
    return rows == there and [name for name in named if not is_kept(store, name)] == []


def test_a_second_import_is_refused_at_once_and_takes_nothing_of_the_first_away(
    imports: Import, filled: Filled, url: str, bucket_url: str, tmp_path: Path
) -> None:
    first = imports(STOPS)
    second = imports(DOES_NOT)
    assert second.wait(60) == 1, second.output
    first.tell("go on")
    assert first.wait(60) == 0, first.output
    with opened(url, bucket_url, tmp_path / "here") as store:
        assert arrived(store, filled)
    assert second.output == (
        "Something is being imported into this database, or a server starts on it: wait for its "
        "end.\n"
    )


# --- what comes in between ------------------------------------------------------------------------


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has this be done where all files are put, once."""

    def between(does: Callable[[], None]) -> None:
        put = importing._put_rows

        def put_rows(*arguments: Any) -> None:
            monkeypatch.setattr(importing, "_put_rows", put)
            does()
            put(*arguments)

        monkeypatch.setattr(importing, "_put_rows", put_rows)

    return between


@pytest.fixture
def store(url: str, bucket_url: str, tmp_path: Path) -> Iterator[Store]:
    with opened(url, bucket_url, tmp_path / "here") as store:
        yield store


@pytest.fixture
def other(url: str, bucket_url: str, tmp_path: Path) -> Iterator[Store]:
    """Somebody else's, of the same database and bucket."""
    with opened(url, bucket_url, tmp_path / "there") as store:
        yield store


def test_no_server_starts_meanwhile(
    export: Path, filled: Filled, store: Store, other: Store, meanwhile: Meanwhile
) -> None:
    def start() -> None:
        with pytest.raises(StoreError, match="Something is being imported into this database"):
            servers.enter(other, "home")

    meanwhile(start)
    bring(store, export)
    assert arrived(store, filled)
    servers.enter(other, "home")


def test_a_server_that_is_back_meanwhile_is_noticed_and_nothing_is_left(
    export: Path, filled: Filled, store: Store, other: Store, meanwhile: Meanwhile
) -> None:
    """One that stood still for so long that its lease had ended."""

    def back() -> None:
        assert not servers.renew(other, "one that stood still")

    meanwhile(back)
    with pytest.raises(StoreError, match="A server runs on this database"):
        bring(store, export)
    assert [each for room in ROOMS for each in store.media.names(room)] == []
    assert not arrived(store, filled)


@pytest.mark.parametrize("another", [True, False])
def test_who_is_not_alone_any_more_puts_no_rows_in_and_takes_no_files_away(
    export: Path, filled: Filled, store: Store, other: Store, meanwhile: Meanwhile, another: bool
) -> None:
    """The database has ended the connection by which it was, and another import may have come."""
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )

    def lose() -> None:
        with other.read() as connection:
            assert connection.execute(end).scalars().all() == [True]
        if another:
            bring(other, export)

    meanwhile(lose)
    with pytest.raises(StoreError, match="another import may have begun"):
        bring(store, export)
    assert arrived(store, filled) == another
    assert [each for room in ROOMS for each in store.media.names(room)]
    if not another:
        bring(store, export)
        assert arrived(store, filled)
