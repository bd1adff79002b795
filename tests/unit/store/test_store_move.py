"""A playground moves: everything arrives as it was, on either database and in either store."""

import errno
import hashlib
import threading
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from lib.store import (
    Filters,
    OverCap,
    State,
    Status,
    Store,
    StoreError,
    caps,
    carried,
    deletion,
    exporting,
    files,
    history,
    importing,
    ledger,
    manifest,
    recipes,
    runs,
    servers,
    users,
)
from lib.store.carried import CARRIED, LEFT_OUT, Sum
from lib.store.tables import metadata
from lib.store.tables import recipe_runs as recipe_runs_table
from lib.store.tables import runs as runs_table
from tests.support.media import is_kept, names_in, put
from tests.support.postgres import PostgreSQL
from tests.support.s3 import bucket_url
from tests.support.waiting import eventually
from tests.unit.store.filled import PRICE, Filled, OpenEmpty, OpenFolder, experiment, fill
from tests.unit.store.making import BERLIN, Clock, Making
from tests.unit.store.moving import ROOMS, bring, database, quiet, shared

__all__ = ["bucket_url", "database", "shared"]


export = partial(exporting.export, stopped=True, tell=quiet)


def sums(store: Store) -> dict[str, Sum]:
    with store.read() as connection:
        return {table.name: carried.summed(connection, table, quiet) for table in CARRIED}


def kept(store: Store) -> dict[str, str]:
    """Every file of a store, previews left out, with its SHA-256."""
    found = [each.name for room in ROOMS for each in store.media.names(room)]
    return {name: hashlib.sha256(files.content(store, name)).hexdigest() for name in found}


def agrees(store: Store) -> bool:
    """Whether totals are the sums of entries, and every row has its files."""
    with store.read() as connection:
        named = [each.name for each in carried.named(connection)]
    assert [name for name in named if not is_kept(store, name)] == []
    for profile in ("sandbox", "live"):
        zero = ledger.Balance(held=Decimal(0), posted=Decimal(0))
        told = {key: each for key, each in ledger.sums(store, profile).items() if each != zero}
        assert told == {k: v for k, v in ledger.books(store, profile).items() if v != zero}
    return True


# --- all of it ------------------------------------------------------------------------------------


def test_every_table_is_carried_or_left_out_for_a_reason(filled: Filled) -> None:
    assert {table.name for table in CARRIED} | LEFT_OUT.keys() == metadata.tables.keys()
    assert not LEFT_OUT.keys() & {table.name for table in CARRIED}
    assert all(LEFT_OUT.values())
    # And what these tests carry has something of each.
    assert [name for name, each in sums(filled.store).items() if each.rows == 0] == []


def test_all_of_it_goes_to_postgresql_and_a_bucket_and_back(
    filled: Filled,
    shared: Store,
    open_empty: OpenEmpty,
    bucket_url: str,
    postgres: PostgreSQL,
    tmp_path: Path,
    clock: Clock,
) -> None:
    before, there = sums(filled.store), kept(filled.store)
    assert len(there) == 2 + 2 * 3
    first = export(filled.store, tmp_path / "first")
    assert bring(shared, tmp_path / "first").tables == before
    assert (sums(shared), kept(shared)) == (before, there)
    elsewhere = Store(
        tmp_path / "bucket", BERLIN, now=clock, url=postgres.make(), media_url=bucket_url
    )
    try:
        bring(elsewhere, tmp_path / "first")
        assert kept(elsewhere) == there
        second = export(elsewhere, tmp_path / "second")
    finally:
        elsewhere.close()
    back = open_empty()
    bring(back, tmp_path / "second")
    assert (sums(back), kept(back)) == (before, there)
    assert (second.tables, second.files, second.money) == (first.tables, first.files, first.money)
    assert not {each.owner for each in runs.open_runs(back)} - {None}


def test_books_caps_search_and_passwords_go_on_where_they_were(
    filled: Filled, shared: Store, tmp_path: Path, new: Making
) -> None:
    export(filled.store, tmp_path / "export")
    bring(shared, tmp_path / "export")
    for profile in ("sandbox", "live"):
        assert ledger.sums(shared, profile) == ledger.sums(filled.store, profile)
        assert ledger.standing(shared, profile) == ledger.standing(filled.store, profile)
    assert agrees(shared)
    for wanted in ("fuchs", "雪", "schon", "better", "money", "nothing like it"):
        for profile in ("sandbox", "live"):
            asked = Filters(profile=profile, text=wanted)
            here, there = (history.page(each, asked) for each in (filled.store, shared))
            assert [run.id for run in here] == [run.id for run in there]
    assert history.page(shared, Filters(profile="sandbox", text="fuchs"))
    assert users.verify(shared, "ada", "four green kettles", "::1")
    # Everything gets a number that is free, and the caps know what was spent.
    mine, *_ = caps.uses(shared, "sandbox", "ada")
    assert caps.uses(shared, "sandbox", "ada") == caps.uses(filled.store, "sandbox", "ada")
    ledger.admit(shared, new(nonce="the rest", reserved=mine.left))
    with pytest.raises(OverCap):
        ledger.admit(shared, new(nonce="and more", reserved=PRICE))


def test_an_export_is_a_data_folder_too(
    filled: Filled, open_folder: OpenFolder, tmp_path: Path
) -> None:
    before = sums(filled.store)
    made = export(filled.store, tmp_path / "export")
    folder = tmp_path / "export"
    assert {each.name for each in folder.iterdir()} == {
        *("playground.db", "manifest.json", "files.sha256"),
        *ROOMS,
    }
    assert folder.stat().st_mode & 0o077 == 0
    assert manifest.read(folder) == made
    store = open_folder(folder)
    assert sums(store) == before
    assert agrees(store)
    # What opens doors stays behind.
    for name in LEFT_OUT:
        with store.read() as connection:
            query = select(func.count()).select_from(metadata.tables[name])
            assert connection.execute(query).scalar_one() == 0


def test_files_take_no_room_on_the_same_disk_and_are_copied_to_another(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = files.thumb_name(filled.runs["done"].id)
    export(filled.store, tmp_path / "here")
    assert (tmp_path / "here" / name).samefile(filled.store.data_dir / name)

    def other_disk(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(exporting.os, "link", other_disk)
    made = export(filled.store, tmp_path / "there")
    assert not (tmp_path / "there" / name).samefile(filled.store.data_dir / name)
    assert made.files == manifest.read(tmp_path / "here").files


def test_an_older_export_is_brought_up_to_date(store: Store, tmp_path: Path) -> None:
    old = tmp_path / "old"
    older = Store(old, BERLIN, revision="0018")
    with older.write() as connection:
        connection.execute(
            text("INSERT INTO users VALUES ('ada', NULL, 'admin', 0, '2026-11-24 12:00:00')")
        )
        connection.execute(
            text(
                "INSERT INTO recipe_runs VALUES ('r', 'r', 'sandbox', 'ada', 'n', 'Foxes',"
                " 'running', NULL, '2026-11-24 12:00:00', NULL)"
            )
        )
    older.close()
    manifest.write(old, described(old, revision="0018"))
    bring(store, old)
    assert [user.name for user in users.everybody(store)] == ["ada"]
    assert [each.title for each in recipes.runs_of(store, "r", "sandbox", "ada")] == ["Foxes"]


def described(folder: Path, *, revision: str) -> manifest.Manifest:
    """What stands in a manifest of an export without any files."""
    (folder / manifest.FILES).touch()
    return manifest.Manifest(
        revision=revision,
        made_at=Clock().at,
        stopped=True,
        database=manifest.part_of(folder / "playground.db"),
        tables={},
        files=manifest.FilesPart(count=0, size=0, sha256=hashlib.sha256().hexdigest()),
        money={},
    )


def test_a_playground_that_was_only_looked_at_takes_an_export_and_a_used_one_does_not(
    filled: Filled, open_empty: OpenEmpty, clock: Clock, tmp_path: Path, new: Making
) -> None:
    export(filled.store, tmp_path / "export")
    looked, used = open_empty(), open_empty()
    with filled.store.read() as source, looked.write() as target:
        for name in importing.FILLED_BY_ITSELF:
            carried.copy(source, target, metadata.tables[name], quiet)
    bring(looked, tmp_path / "export")
    assert sums(looked) == sums(filled.store)
    ledger.admit(used, new())
    before = sums(used)
    with pytest.raises(StoreError, match="not empty, it has runs"):
        bring(used, tmp_path / "export")
    assert (sums(used), names_in(used, "results")) == (before, [])


def test_a_server_on_the_database_has_to_stop_first(
    filled: Filled, shared: Store, tmp_path: Path
) -> None:
    export(filled.store, tmp_path / "export")
    with filled.store.read() as source, shared.write() as target:
        carried.copy(source, target, metadata.tables["servers"], quiet)
    with pytest.raises(StoreError, match="stop it first"):
        bring(shared, tmp_path / "export")


def test_a_server_that_is_started_meanwhile_makes_it_no_copy_to_move_to(
    shared: Store, filled: Filled, tmp_path: Path
) -> None:
    export(filled.store, tmp_path / "export")
    bring(shared, tmp_path / "export")
    started: list[str] = []

    def start(_what: str, _count: int) -> None:
        if not started:
            started.append(servers.enter(shared, "home"))

    with pytest.raises(StoreError, match="stop it, and export again"):
        exporting.export(shared, tmp_path / "again", stopped=True, tell=start)
    assert started
    assert sorted(each.name for each in tmp_path.iterdir() if "again" in each.name) == []


# --- beside a running one -------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_backup_while_others_write_is_of_one_moment(
    store: Store,
    clock: Clock,
    new: Making,
    open_folder: OpenFolder,
    tmp_path: Path,
) -> None:
    """Where it would show, it goes on only after the writers have."""
    filled = fill(store, clock, new, tmp_path)
    experiment(filled, 3)
    caps.put(store, "sandbox", "", caps.Caps())
    caps.put(store, "sandbox", "ada", caps.Caps())
    over, together, turns = threading.Event(), threading.Barrier(3), [0, 0]
    broken: list[BaseException] = []

    def write(n: int) -> None:
        try:
            together.wait()
            while not over.is_set():
                made = filled.done(f"of writer {n}", content=b"picture")
                filled.sent("on its way")
                if turns[n] % 2:
                    deletion.delete(store, made.id, None)
                turns[n] += 1
        except BaseException as error:
            broken.append(error)
            raise

    turning = {f"rows of {name}" for name in ("runs", "totals", "entries", "results")} | {"files"}

    def tell(what: str, _count: int) -> None:
        if what in turning:
            turning.remove(what)
            before = [*turns]
            eventually(lambda: broken or all(map(int.__gt__, turns, before)), 30)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    for writer in writers:
        writer.start()
    together.wait()
    try:
        exporting.export(store, tmp_path / "backup", stopped=False, tell=tell)
    finally:
        over.set()
        for writer in writers:
            writer.join()
    assert not broken
    copy = open_folder(tmp_path / "backup")
    assert 0 < sums(copy)["runs"].rows < sums(store)["runs"].rows
    assert agrees(copy)
    assert agrees(store)


def test_a_copy_of_a_running_one_pays_nothing_twice(
    filled: Filled, open_folder: OpenFolder, tmp_path: Path
) -> None:
    exporting.export(filled.store, tmp_path / "backup", stopped=False, tell=quiet)
    copy = open_folder(tmp_path / "backup")
    for name in ("waiting", "sending"):
        run = runs.get(copy, filled.runs[name].id)
        assert run
        assert (run.state, run.sending_at is None) == (State.UNKNOWN, False)
        assert runs.settle_unknown(copy, run.id, "ada", paid=False)
    assert {run.state for run in runs.take_over(copy, "server")} & {State.WAITING} == set()
    with copy.read() as connection:
        for table in (metadata.tables["experiments"], recipe_runs_table):
            assert {*connection.scalars(select(table.c.status))} == {Status.PAUSED}
    assert agrees(copy)
    # What it was made of has noticed nothing.
    assert runs.get(filled.store, filled.runs["waiting"].id) == filled.runs["waiting"]


def deleting(filled: Filled, do: Callable[[], object]) -> Callable[[str, int], None]:
    """Has `do` happen when the rows are read and the first file is looked at."""

    def tell(what: str, count: int) -> None:
        if (what, count) == ("files", 1):
            do()

    return tell


def test_a_run_that_is_deleted_meanwhile_is_deleted_in_the_copy(
    filled: Filled, open_folder: OpenFolder, tmp_path: Path
) -> None:
    run_id = filled.runs["done"].id
    tell = deleting(filled, lambda: deletion.delete(filled.store, run_id, None))
    exporting.export(filled.store, tmp_path / "export", stopped=True, tell=tell)
    copy = open_folder(tmp_path / "export")
    gone = runs.get(copy, run_id)
    assert gone
    assert gone.deleted_at
    assert not any(run_id in name for name in kept(copy))
    assert agrees(copy)


def test_a_deletion_that_is_half_done_is_waited_for(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = filled.runs["done"].id
    tell = deleting(filled, lambda: files.remove_result(filled.store, run_id))
    monkeypatch.setattr(
        exporting.time, "sleep", lambda _: deletion.delete(filled.store, run_id, None)
    )
    exporting.export(filled.store, tmp_path / "export", stopped=True, tell=tell)
    assert not any((tmp_path / "export").rglob(f"*{run_id}*"))


@pytest.mark.parametrize("whose", ["result", "upload"])
def test_a_file_that_is_lost_is_named_and_nothing_is_exported(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    monkeypatch.setattr(exporting, "DELETING_SECONDS", 0)
    run_id = filled.runs["done"].id
    lost = f"results/{run_id}/0.png" if whose == "result" else next(iter(kept(filled.store)))
    filled.store.media.delete(lost)
    with pytest.raises(StoreError, match=run_id if whose == "result" else lost):
        export(filled.store, tmp_path / "export")
    put(filled.store, lost, b"something else")
    with pytest.raises(StoreError, match=f"{lost} is not what was kept"):
        export(filled.store, tmp_path / "export")
    assert [*tmp_path.glob("*export*")] == []


def test_what_stops_on_the_way_leaves_nothing_and_what_is_there_stays(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(what: str, _count: int) -> None:
        if what == "checked files":
            raise KeyboardInterrupt

    before = {*tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        exporting.export(filled.store, tmp_path / "export", stopped=True, tell=stop)
    monkeypatch.setattr(exporting, "SPARE", 1 << 60)
    with pytest.raises(StoreError, match="MB free"):
        export(filled.store, tmp_path / "export")
    assert {*tmp_path.iterdir()} == before
    (tmp_path / "export").mkdir()
    with pytest.raises(StoreError, match="there already"):
        export(filled.store, tmp_path / "export")
    with pytest.raises(StoreError, match="no folder"):
        export(filled.store, tmp_path / "no" / "export")


def test_only_todays_playground_is_exported_and_none_is_made(
    postgres: PostgreSQL, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="no playground in"):
        Store(tmp_path / "none", BERLIN, revision=None)
    assert not (tmp_path / "none").exists()
    url = postgres.make()
    with pytest.raises(StoreError, match="no playground in"):
        Store(tmp_path / "none", BERLIN, url=url, revision=None)
    Store(tmp_path / "old", BERLIN, revision="0018").close()
    with pytest.raises(StoreError, match="older version"):
        Store(tmp_path / "old", BERLIN, revision=None)


def test_memory_stays_bounded_however_much_there_is(
    store: Store, open_empty: OpenEmpty, clock: Clock, new: Making, tmp_path: Path
) -> None:
    """2,000 runs of 8 KB, and a file of 16 MB."""
    filled = Filled(store, clock, new, {})
    filled.done("large", content=b"x" * (16 << 20))
    with store.write() as connection:
        row = dict(connection.execute(select(runs_table)).mappings().one())
        others = [
            {
                **row,
                "id": f"run {n:04}",
                "nonce": f"{n}",
                "request_id": f"{n}",
                "thumb": False,
                "text": f"{n} ".ljust(8_000, "x"),
            }
            for n in range(2000)
        ]
        connection.execute(insert(runs_table), others)
    del others
    tracemalloc.start()
    export(store, tmp_path / "export")
    bring(other := open_empty(), tmp_path / "export")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sums(other)["runs"].rows == 2001
    assert most < 12 << 20
