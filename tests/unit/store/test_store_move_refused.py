"""What is not as it was exported, or was made to do harm, is refused and leaves nothing."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from lib.store import Store, StoreError, carried, exporting, manifest
from lib.store.carried import CARRIED
from tests.support.postgres import PostgreSQL
from tests.support.processes import TOP, environment
from tests.unit.store.filled import Filled
from tests.unit.store.making import BERLIN, Clock
from tests.unit.store.moving import ROOMS, bring, database, quiet, shared

__all__ = ["database", "shared"]


@pytest.fixture(scope="module")
def exported_once(filled_once: Filled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(filled_once.store.data_dir, BERLIN)
    folder = tmp_path_factory.mktemp("exported") / "export"
    exporting.export(store, folder, stopped=True, tell=quiet)
    store.close()
    return folder


@pytest.fixture
def export(exported_once: Path, tmp_path: Path) -> Path:
    """An export that may be tampered with: its files are its own."""
    folder = tmp_path / "export"
    subprocess.run(["cp", "-r", exported_once, folder], check=True)
    return folder


def is_empty(store: Store) -> bool:
    with store.read() as connection:
        rows = [carried.summed(connection, table, quiet).rows for table in CARRIED]
    files = [each for room in ROOMS for each in (store.data_dir / room).rglob("*")]
    spool = [*(store.data_dir / "spool").glob("*")]
    return sum(rows) == 0 and not any(each.is_file() for each in files) and not spool


# --- tampering ------------------------------------------------------------------------------------


def tell(folder: Path, **values: Any) -> None:
    """Have the manifest say so."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def seal(folder: Path) -> None:
    """Have the manifest tell of the database and the list as they are by now: whoever tampers can
    do that as well."""
    path = folder / "manifest.json"
    told = json.loads(path.read_text())
    database = manifest.part_of(folder / "playground.db")
    told["database"] = database.model_dump()
    listed = (folder / "files.sha256").read_bytes()
    told["files"]["sha256"] = hashlib.sha256(listed).hexdigest()
    told["files"]["count"] = len(listed.splitlines())
    path.write_text(json.dumps(told))


def sql(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "playground.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    seal(folder)


def lines(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    path = folder / "files.sha256"
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))


def a_file(folder: Path) -> Path:
    return next(path for path in sorted((folder / "results").rglob("*")) if path.is_file())


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def elsewhere(path: Path) -> None:
    """A link in place of a file or a folder, to one with the same in it."""
    other = path.parent.parent.parent / f"real {path.name}"
    path.rename(other)
    path.symlink_to(other)


TAMPERED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a database that was cut off": (
        lambda folder: truncated(folder / "playground.db"),
        "changed or damaged",
    ),
    "no database": (lambda folder: (folder / "playground.db").unlink(), "is missing"),
    "something else for a database": (
        lambda folder: ((folder / "playground.db").write_bytes(b"x" * 9999), seal(folder)),
        "can't be read",
    ),
    "a page of it overwritten": (
        lambda folder: (overwritten(folder / "playground.db"), seal(folder)),
        "damaged|can't be read|can't be used|not the tables",
    ),
    "a changed row": (
        lambda folder: sql(folder, "UPDATE totals SET posted = 0"),
        "table totals was changed",
    ),
    "a row less": (
        lambda folder: sql(folder, "DELETE FROM marks"),
        "table marks was changed",
    ),
    "a row that refers to nothing": (
        lambda folder: sql(folder, "UPDATE marks SET run_id = 'none'"),
        "refer to nothing",
    ),
    "a text for a number": (
        lambda folder: sql(folder, "UPDATE runs SET fence = 'many'"),
        "row of runs can't be read",
    ),
    "a text for an amount": (
        lambda folder: sql(folder, "UPDATE entries SET amount = 'much'"),
        "row of entries can't be read",
    ),
    "a word for a state": (
        lambda folder: sql(folder, "UPDATE runs SET state = 'dancing'"),
        "row of runs can't be read",
    ),
    "an unknown table": (
        lambda folder: sql(folder, "CREATE TABLE more (id INTEGER)"),
        "has not the tables",
    ),
    "an unknown column": (
        lambda folder: sql(folder, "ALTER TABLE runs ADD COLUMN more TEXT"),
        "has not the tables",
    ),
    "a trigger": (
        lambda folder: sql(
            folder, "CREATE TRIGGER more AFTER INSERT ON runs BEGIN DELETE FROM users; END"
        ),
        "has not the tables",
    ),
    "a trigger of ours that does something else": (
        lambda folder: sql(
            folder,
            "DROP TRIGGER search_words_more",
            "CREATE TRIGGER search_words_more AFTER INSERT ON searches"
            " BEGIN DELETE FROM users; END",
        ),
        "has not the tables",
    ),
    "a view for a table": (
        lambda folder: sql(
            folder, "ALTER TABLE looks RENAME TO old", "CREATE VIEW looks AS SELECT * FROM old"
        ),
        "has not the tables",
    ),
    "the database of another version": (
        lambda folder: tell(folder, revision="0018"),
        "has not the tables of version 0018",
    ),
    "a newer version": (lambda folder: tell(folder, revision="9999"), "newer version"),
    "a version that is none": (lambda folder: tell(folder, revision="head"), "revision"),
    "another format": (lambda folder: tell(folder, format=2), "can't read .*: format"),
    "something that is not known": (lambda folder: tell(folder, more=1), "can't read .*: more"),
    "other tables": (lambda folder: tell(folder, tables={}), "tells of other tables"),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "no export"),
    "no JSON": (lambda folder: truncated_to(folder / "manifest.json", 40), "can't read"),
    "a manifest without end": (
        lambda folder: (folder / "manifest.json").write_text(" " * 1_000_001),
        "can't read",
    ),
    "a missing file": (lambda folder: a_file(folder).unlink(), "is missing"),
    "a changed file": (
        lambda folder: a_file(folder).write_bytes(b"something else"),
        "changed or damaged",
    ),
    "a file that was cut off": (lambda folder: truncated(a_file(folder)), "changed or damaged"),
    "a changed file, and its line": (
        lambda folder: (relisted(folder, a_file(folder)), seal(folder)),
        "changed or damaged",
    ),
    "a link in place of a file": (lambda folder: elsewhere(a_file(folder)), "is missing"),
    "a link in place of a folder": (
        lambda folder: elsewhere(a_file(folder).parent),
        "is missing",
    ),
    "a pipe in place of a file": (
        lambda folder: (path := a_file(folder), path.unlink(), os.mkfifo(path)),
        "is missing",
    ),
    "a line that was cut off": (lambda folder: truncated(folder / "files.sha256"), "can't be read"),
    "a changed line": (
        lambda folder: lines(folder, lambda each: ["0" * 8 + each[0][8:], *each[1:]]),
        "changed or damaged",
    ),
    "a line less": (
        lambda folder: (lines(folder, lambda each: each[:-1]), seal(folder)),
        "don't agree",
    ),
    "a line more": (
        lambda folder: (lines(folder, lambda each: [*each, each[-1]]), seal(folder)),
        "don't agree",
    ),
    "a line more than it says": (
        lambda folder: tell_of_files(folder, count=1),
        "is not the list",
    ),
    "a line that leads elsewhere": (
        lambda folder: (
            lines(folder, lambda each: [each[0][:66] + "../../passwd\n", *each[1:]]),
            seal(folder),
        ),
        "don't agree",
    ),
    "a row that leads elsewhere": (
        lambda folder: (sql(folder, "UPDATE results SET name = '../../../passwd'"), agree(folder)),
        "name a file that can't be one",
    ),
    "an upload that leads elsewhere": (
        lambda folder: (sql(folder, "UPDATE uploads SET sha256 = sha256 || '/..'"), agree(folder)),
        "name a file that can't be one",
    ),
    "fewer bytes than there are": (lambda folder: tell_of_files(folder, size=1), "is larger than"),
    "more bytes than there are": (lambda folder: tell_of_files(folder, size=9999), "not as large"),
    "a file that fills the disk": (
        lambda folder: os.truncate(a_file(folder), 1 << 40),
        "is larger than",
    ),
    "a database that fills the disk": (
        lambda folder: os.truncate(folder / "playground.db", 1 << 40),
        "is larger than",
    ),
    "other money": (lambda folder: tell(folder, money={}), "other money"),
    "money that nobody has": (
        lambda folder: tell(folder, money={"live": {"spent": "1e99", "held": "0"}}),
        "can't read .*: money.live.spent",
    ),
}


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 8)
        file.write(b"\xff" * 4096 * 8)


def truncated_to(path: Path, size: int) -> None:
    os.truncate(path, size)


def relisted(folder: Path, path: Path) -> None:
    """Change a file, and the line that tells of it."""
    name = path.relative_to(folder).as_posix()
    path.write_bytes(b"something else")
    sha256 = manifest.part_of(path).sha256
    lines(folder, lambda each: [f"{sha256}  {name}\n" if name in one else one for one in each])


def tell_of_files(folder: Path, **values: int) -> None:
    told = json.loads((folder / "manifest.json").read_text())
    tell(folder, files=told["files"] | values)


def agree(folder: Path) -> None:
    """Have the manifest tell of the rows as they are by now."""
    store = Store(folder, BERLIN)
    with store.read() as connection:
        sums = {table.name: carried.summed(connection, table, quiet) for table in CARRIED}
    store.close()
    with closing(sqlite3.connect(folder / "playground.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    tell(folder, tables={n: {"rows": s.rows, "sha256": s.sha256} for n, s in sums.items()})
    seal(folder)


@pytest.mark.parametrize(("tamper", "refused"), TAMPERED.values(), ids=TAMPERED)
def test_it_is_refused_in_a_sentence_and_leaves_nothing(
    export: Path, store: Store, tamper: Callable[[Path], object], refused: str
) -> None:
    tamper(export)
    with pytest.raises(StoreError, match=refused):
        bring(store, export)
    assert is_empty(store)


def test_what_a_refused_one_had_in_common_with_others_stays(export: Path, store: Store) -> None:
    """A bucket may be another playground's by mistake."""
    mine = min((export / "uploads").rglob("*/*"))
    target = store.data_dir / mine.relative_to(export)
    target.parent.mkdir(parents=True)
    target.write_bytes(mine.read_bytes())
    tell_of_files(export, size=1)
    with pytest.raises(StoreError):
        bring(store, export)
    assert target.read_bytes() == mine.read_bytes()
    target.unlink()
    assert is_empty(store)


def test_a_disk_that_is_too_small_is_seen_before(
    export: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "SPARE", 1 << 60)
    with pytest.raises(StoreError, match="MB free"):
        bring(store, export)
    assert is_empty(store)


def test_a_commit_that_is_not_heard_of_leaves_the_files_and_says_so(
    export: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = store.write

    @contextmanager
    def unheard() -> Iterator[Connection]:
        with write() as connection:
            yield connection
        raise StoreError("The database went away.")

    monkeypatch.setattr(store, "write", unheard)
    with pytest.raises(StoreError, match=r"went away\..*the files stay"):
        bring(store, export)
    assert [*store.media.names(ROOMS[0])]


# --- killed ---------------------------------------------------------------------------------------


KILLED = """
import os, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from lib.store import Store, carried, importing

count, url = importing._count_on, sys.argv[3] or None

def killed(connection, table):
    count(connection, table)
    if table is carried.CARRIED[-1]:  # everything is in, nothing is committed
        os.kill(os.getpid(), 9)

importing._count_on = killed
store = Store(Path(sys.argv[2]), ZoneInfo("UTC"), url=url)
importing.bring(store, Path(sys.argv[1]), lambda *_: None)
"""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_before_the_end_nothing_is_to_be_seen_and_it_is_imported_again(
    export: Path, tmp_path: Path, postgres: PostgreSQL, clock: Clock, database: str
) -> None:
    url = postgres.make() if database == "postgresql" else ""
    folder = tmp_path / "killed"
    code = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), export, folder, url],
        cwd=TOP,
        env=environment(),
        check=False,
    ).returncode
    assert code == -9
    store = Store(folder, BERLIN, now=clock, url=url or None)
    with store.read() as connection:
        assert sum(carried.summed(connection, table, quiet).rows for table in CARRIED) == 0
    arrived = bring(store, export)
    assert arrived.tables["votes"].rows == 1
    store.close()
