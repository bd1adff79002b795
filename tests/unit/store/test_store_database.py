import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import URL, create_engine, text

import lib.store
from lib.store import DiskFull, NewerData, Run, Store, StoreError, balances, ledger, runs
from lib.store.tables import metadata
from tests.support.databases import ONLY_SQLITE
from tests.unit.store.making import BERLIN, COMPARED, Making


def test_migrations_from_empty_build_exactly_the_tables(tmp_path: Path) -> None:
    store = Store(tmp_path, BERLIN)
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, metadata) == []
    store.close()


def test_a_comparison_that_began_anew_before_an_update_still_does(tmp_path: Path) -> None:
    """It used to be a mark on the last look before it (0006)."""
    config = Config()
    folder = Path(lib.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    engine = create_engine(URL.create("sqlite", database=str(tmp_path / "playground.db")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for minute, closed in enumerate([False, True, False]):
            at = f"2026-11-24 12:0{minute}:00"
            connection.execute(
                text("INSERT INTO balances VALUES (:n, 'live', 5, 0, 0, :at, :at, :closed)"),
                {"n": minute + 1, "at": at, "closed": closed},
            )
    engine.dispose()
    with closing(Store(tmp_path, BERLIN)) as store:
        assert [each.first_at.minute for each in balances.last(store, "live", 9)] == [2, 1, 0]
        assert [each.first_at.minute for each in balances.firm(store, "live", 9)] == [2]


def test_opening_again_keeps_everything(tmp_path: Path, new: Making) -> None:
    first = Store(tmp_path, BERLIN)
    run = ledger.admit(first, new())
    first.close()
    second = Store(tmp_path, BERLIN)
    assert runs.get(second, run.id) == run
    second.close()


def test_a_folder_with_any_characters_works(tmp_path: Path) -> None:
    folder = tmp_path / "100 % of us?" / "é #1"
    Store(folder, BERLIN).close()
    assert (folder / "playground.db").exists()


@ONLY_SQLITE
def test_a_folder_of_a_newer_playground_is_refused_with_a_sentence(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerData, match="newer version"):
        Store(store.data_dir, BERLIN)


def test_an_exception_takes_everything_back(store: Store, new: Making) -> None:
    run = ledger.admit(store, new())

    def half() -> None:
        with store.write() as connection:
            connection.execute(text("UPDATE runs SET state = 'done'"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert runs.get(store, run.id) == run


def test_reading_waits_for_nobody_and_sees_one_moment(store: Store, new: Making) -> None:
    with store.write() as connection:
        connection.execute(text("DELETE FROM drafts"))
        with store.read() as reader:
            assert reader.scalar(text("SELECT count(*) FROM runs")) == 0
    with store.read() as reader:
        assert reader.scalar(text("SELECT count(*) FROM runs")) == 0
        ledger.admit(store, new())
        assert reader.scalar(text("SELECT count(*) FROM runs")) == 0


def test_within_a_snapshot_everything_is_read_in_one_moment_and_after_it_anew(
    store: Store, new: Making
) -> None:
    with store.snapshot():
        assert runs.open_runs(store) == []
        run = ledger.admit(store, new())
        assert runs.open_runs(store) == []
        assert ledger.spent(store, run.profile).day_held == 0
    assert runs.open_runs(store) == [run]
    assert ledger.spent(store, run.profile).day_held == run.reserved


def test_a_snapshot_is_of_one_thread_and_ends_with_an_exception(store: Store, new: Making) -> None:
    def seen_by_another() -> list[Run]:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(runs.open_runs, store).result()

    def broken_off() -> None:
        with store.snapshot():
            assert runs.open_runs(store) == []
            run = ledger.admit(store, new())
            assert seen_by_another() == [run]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert len(runs.open_runs(store)) == 1


@ONLY_SQLITE
def test_only_a_writer_takes_the_write_lock_and_at_once(store: Store) -> None:
    def others_may_write() -> bool:
        with closing(sqlite3.connect(store.data_dir / "playground.db", timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True

    with store.read() as connection:
        connection.execute(text("SELECT count(*) FROM runs"))
        assert others_may_write()
    with store.write():
        assert not others_may_write()
    assert others_may_write()


@ONLY_SQLITE
def test_two_processes_writing_at_once_wait_for_each_other(store: Store, new: Making) -> None:
    other = Store(store.data_dir, BERLIN)

    def admit_ten(into: Store) -> None:
        for _ in range(10):
            ledger.admit(into, new())

    threads = [threading.Thread(target=admit_ten, args=(into,)) for into in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs.open_runs(store)) == 20
    assert ledger.sums(other, "sandbox") == ledger.books(other, "sandbox")
    other.close()


@ONLY_SQLITE
def test_a_full_disk_is_a_sentence_and_changes_nothing(store: Store, new: Making) -> None:
    run = ledger.admit(store, new())

    def fill() -> None:
        with store.write() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            connection.execute(text("UPDATE runs SET text = :long"), {"long": "x" * 1_000_000})

    with pytest.raises(DiskFull, match="disk is full"):
        fill()
    assert runs.get(store, run.id) == run


def test_what_the_tables_forbid_is_a_store_error(store: Store, new: Making) -> None:
    with pytest.raises(StoreError):
        ledger.admit(store, new(person=""))


def test_many_threads_write_without_waiting_for_each_other_in_vain(
    store: Store, new: Making
) -> None:
    wanted = [new() for _ in range(40)]
    threads = [threading.Thread(target=ledger.admit, args=(store, each)) for each in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs.open_runs(store)) == 40
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")


KILLED = """
    import os, signal, sys
    from decimal import Decimal
    from pathlib import Path
    from zoneinfo import ZoneInfo
    from sqlalchemy import event
    from lib.store import NewRun, Store, ledger

    store = Store(Path(sys.argv[1]), ZoneInfo("UTC"))
    def new(nonce):
        return NewRun(profile="sandbox", person="ada", endpoint="e", model="m", params={},
                      nonce=nonce, quote=Decimal("0.1"), reserved=Decimal("0.1"))

    ledger.admit(store, new("whole"))
    seen = []
    def after(connection, cursor, statement, *_):
        if statement.startswith(("INSERT", "UPDATE")):
            seen.append(statement)
            if len(seen) == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
    event.listen(store._engine, "after_cursor_execute", after)
    ledger.admit(store, new("cut short"))
"""


@pytest.mark.parametrize("statements", [1, 3])
def test_a_process_killed_within_an_admission_leaves_whole_books(
    tmp_path: Path, statements: int
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), tmp_path, str(statements)],
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    store = Store(tmp_path, BERLIN)
    assert [run.nonce for run in runs.open_runs(store)] == ["whole"]
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")
    store.close()
