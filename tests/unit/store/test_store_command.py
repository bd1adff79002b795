"""`python -m lib.store`, as a person types it."""

import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from lib.store import Store, carried, exporting, hold, runs, servers
from lib.store.__main__ import main
from lib.store.carried import CARRIED
from lib.store.states import State
from tests.support.postgres import PostgreSQL
from tests.support.processes import TOP, environment
from tests.unit.store.filled import Filled, OpenFolder
from tests.unit.store.making import BERLIN
from tests.unit.store.moving import database, quiet

__all__ = ["database"]

Settings = Callable[..., None]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Sets what this process is told from outside."""
    monkeypatch.chdir(tmp_path)  # there is no .env
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def set_(**told: object) -> None:
        for name, value in told.items():
            monkeypatch.setenv(f"PLAYGROUND_{name}", str(value))

    return set_


def typed(*arguments: object, **settings: object) -> "subprocess.CompletedProcess[str]":
    return run("-m", "lib.store", *arguments, **settings)


def run(*arguments: object, **settings: object) -> "subprocess.CompletedProcess[str]":
    told = {f"PLAYGROUND_{name}": str(value) for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=TOP,
        env=environment(**told),
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_moves_a_playground_to_postgresql_and_says_what_arrived(
    filled: Filled, postgres: PostgreSQL, tmp_path: Path
) -> None:
    folder, url = tmp_path / "export", postgres.make()
    made = typed("export", folder, DATA_DIR=filled.store.data_dir)
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(
        rf"{folder} has \d+ rows and 8 files, 0\.\d MB\.\n"
        r"live: \$0\.0019 spent, \$0 held\n"
        r"sandbox: \$0\.014000005 spent, \$0\.018 held\n",
        made.stdout,
    )
    there = {"DATA_DIR": tmp_path / "new", "DATABASE_URL": url, "COOKIE_SECRET": "s" * 32}
    brought = typed("import", folder, **there)
    assert brought.returncode == 0, brought.stderr
    table = brought.stdout.splitlines()
    assert re.fullmatch(r"runs +(\d+) +\1  [0-9a-f]{12} the same", table[1 + names().index("runs")])
    assert len(table) == 1 + len(CARRIED) + 1 + 3
    assert re.fullmatch(r"files +8 +8  [0-9a-f]{12} the same", table[len(CARRIED) + 1])
    # What is there stays, on both sides.
    again = typed("import", folder, **there)
    assert (again.returncode, again.stdout) == (1, "")
    assert re.fullmatch(r"This playground is not empty, it has runs: .*\n", again.stderr)
    again = typed("export", folder, DATA_DIR=filled.store.data_dir)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"{folder} is there already: choose another name.\n"


def names() -> list[str]:
    return [table.name for table in CARRIED]


def test_beside_a_running_one_it_is_a_backup_and_an_import_waits_for_its_end(
    filled: Filled,
    settings: Settings,
    open_folder: OpenFolder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings(DATA_DIR=filled.store.data_dir)
    with hold(filled.store.data_dir):
        main(["backup", "one"])
        main(["export", "two"])
        assert "to move, stop it and export again" in capsys.readouterr().out
        with pytest.raises(SystemExit, match="already using"):
            main(["import", "one"])
    main(["export", "three"])
    states = {
        name: found.state
        for name in ("one", "two", "three")
        if (found := runs.get(open_folder(tmp_path / name), filled.runs["waiting"].id))
    }
    assert states == {"one": State.UNKNOWN, "two": State.UNKNOWN, "three": State.WAITING}


def test_a_server_of_a_shared_database_counts_as_running(
    settings: Settings,
    postgres: PostgreSQL,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = postgres.make()
    settings(DATA_DIR=tmp_path / "shared", DATABASE_URL=url, COOKIE_SECRET="s" * 32)
    with pytest.raises(SystemExit, match="no playground in this database"):
        main(["export", "none"])
    other = Store(tmp_path / "other", BERLIN, url=url)
    main(["export", "stopped"])
    assert "stop it" not in capsys.readouterr().out
    servers.enter(other, "home")
    other.close()
    main(["export", "beside"])
    assert "to move, stop it and export again" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="A server runs on this database"):
        main(["import", "stopped"])


def test_the_drill_of_operations_md_is_about_an_empty_folder_whatever_is_set(
    filled: Filled, tmp_path: Path
) -> None:
    exporting.export(filled.store, tmp_path / "one", stopped=False, tell=quiet)
    told = (TOP / "docs" / "operations.md").read_text()
    drill = re.search(r'^cd "\$\(mktemp -d\)".*\\\n.*import /backup/FOLDER$', told, re.MULTILINE)
    assert drill is not None
    line = drill[0].replace("/backup/FOLDER", str(tmp_path / "one"))
    line = line.replace("/srv/playground/.venv/bin/python", sys.executable)
    line = line.replace("/srv/playground", str(TOP))
    production = {
        "PLAYGROUND_DATABASE_URL": "postgresql+psycopg://ada:secret@127.0.0.1:9/playground",
        "PLAYGROUND_MEDIA_URL": "s3://bucket/files",
        "PLAYGROUND_COOKIE_SECRET": "s" * 32,
    }
    (tmp_path / ".env").write_text("".join(f"{name}={of}\n" for name, of in production.items()))
    (tmp_path / "drill").mkdir()
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path / "drill"), **production),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r" the same$", done.stdout, re.MULTILINE)) == len(CARRIED) + 1
    [arrived] = (tmp_path / "drill").glob("*/.data/playground.db")
    assert arrived.is_file()


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (["export", "x"], "There is no playground in none."),
        (["backup", "x"], "There is no playground in none."),
        (["import", "x"], "x is no export of a playground: it has no manifest.json."),
    ],
)
def test_what_is_not_there_is_a_sentence(
    settings: Settings, tmp_path: Path, arguments: list[str], refused: str
) -> None:
    settings(DATA_DIR="none")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == refused
    assert not (tmp_path / "x").exists()


def test_what_takes_longer_is_told_on_standard_error(
    filled: Filled,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings(DATA_DIR=filled.store.data_dir)
    monkeypatch.setattr("lib.store.__main__.QUIET_SECONDS", 0)
    monkeypatch.setattr("lib.store.__main__.LINE_SECONDS", 0)
    main(["backup", "one"])
    told = capsys.readouterr().err.splitlines()
    said = ("rows of users: 3", "checked rows of users: 3", "files: 8", "checked files: 8")
    assert set(said) <= set(told)


def test_stopped_it_leaves_nothing(
    filled: Filled, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    settings(DATA_DIR=filled.store.data_dir)
    monkeypatch.setattr(carried, "named", stopped)
    with pytest.raises(SystemExit, match="Nothing was left behind"):
        main(["export", "one"])
    assert [*tmp_path.iterdir()] == []


# It ends itself by these signals where the first file is to be copied or put; a terminal that goes
# says so more than once, so the next one comes while it clears up.
ENDED = """
    import os, shutil, signal, sys
    from lib.store import carried, media
    from lib.store.__main__ import main

    hears, begun, names = [int(each) for each in sys.argv.pop(1).split()], [], carried.named
    remove, delete = shutil.rmtree, media.Folder.delete

    def named(connection):
        for each in names(connection):
            yield each
            begun.append(True)
            os.kill(os.getpid(), hears[0])

    def clearing_up(does):
        def does_it(*arguments, **more):
            if begun:
                os.kill(os.getpid(), hears[-1])
            does(*arguments, **more)

        return does_it

    carried.named = named
    shutil.rmtree, media.Folder.delete = clearing_up(remove), clearing_up(delete)
    main()
"""


def ended_by(
    signals: Sequence[signal.Signals], *arguments: object, **settings: object
) -> "subprocess.CompletedProcess[str]":
    told = " ".join(str(each.value) for each in signals)
    return run("-c", textwrap.dedent(ENDED), told, *arguments, **settings)


@pytest.fixture
def heard() -> Iterator[None]:
    """Whoever runs these tests may have been told not to hear a terminal go."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


TWICE = [
    [signal.SIGHUP, signal.SIGHUP],
    [signal.SIGTERM, signal.SIGHUP],
    [signal.SIGINT, signal.SIGTERM],
]


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("signals", TWICE)
def test_a_terminal_that_goes_ends_an_export_and_nothing_is_left(
    filled: Filled, tmp_path: Path, signals: list[signal.Signals]
) -> None:
    ended = ended_by(signals, "backup", tmp_path / "one", DATA_DIR=filled.store.data_dir)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.endswith("Stopped. Nothing was left behind.\n")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("signals", TWICE)
def test_and_an_import(filled: Filled, tmp_path: Path, signals: list[signal.Signals]) -> None:
    exporting.export(filled.store, tmp_path / "one", stopped=True, tell=quiet)
    ended = ended_by(signals, "import", tmp_path / "one", DATA_DIR=tmp_path / "new")
    assert ended.returncode == 1
    assert ended.stderr.endswith("Stopped. Nothing was left behind.\n")
    rooms = ("uploads", "results", "thumbs", "spool")
    left = [each for room in rooms for each in (tmp_path / "new" / room).rglob("*")]
    assert [each for each in left if each.is_file()] == []


def test_who_was_told_not_to_hear_a_terminal_go_does_not(filled: Filled, tmp_path: Path) -> None:
    """As `nohup` does."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        ended = ended_by(
            [signal.SIGHUP], "backup", tmp_path / "one", DATA_DIR=filled.store.data_dir
        )
    finally:
        signal.signal(signal.SIGHUP, before)
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "one" / "manifest.json").is_file()
