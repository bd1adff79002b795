"""`python -m lib.store`: take a playground along, or make a copy of it that can be gone back to.

Which playground that is say the same settings that start it (`PLAYGROUND_DATA_DIR`,
`PLAYGROUND_DATABASE_URL`, `PLAYGROUND_MEDIA_URL`).
"""

import argparse
import contextlib
import signal
import sys
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from lib import settings
from lib.store import exporting, importing, opening, servers
from lib.store.carried import Sum
from lib.store.errors import AlreadyHeld, StoreError
from lib.store.lock import hold
from lib.store.manifest import Manifest

QUIET_SECONDS = 0.5
"""Nothing is said of what takes no longer."""
LINE_SECONDS = 10.0
"""How often it is said again in a log."""
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""By which it is ended in good order."""

ABOUT = """\
The folder that export and backup make has all rows, uploads, results and thumbnails, with their
checksums. It is restored by import, into the database and the bucket that the settings name, or by
pointing PLAYGROUND_DATA_DIR at it. Who is signed in, open invitations, the server's secret and the
sandbox's own jobs and play money stay behind.
"""
EXPORT = """\
Makes a folder with everything of the playground that the settings name, to import it elsewhere.
Stop the playground first, and don't start it again: every run then goes on in the new place just as
it was. If it runs, this makes a backup."""
BACKUP = """\
Makes a folder with everything of the playground that the settings name, of one moment, while it
runs; files take no room on the same disk. When the copy is used, the playground may have gone on
for a while: runs that were not certainly sent are asked about, and experiments and recipes on their
way are paused, so that nothing is paid twice."""
IMPORT = """\
Puts what export or backup made into the empty playground that the settings name, which must not
run. Everything is checked before anything of it can be seen, and compared afterwards."""


class Progress:
    """Says on standard error how far it is, if it takes a while."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + QUIET_SECONDS
        self._said = False

    def __call__(self, what: str, count: int) -> None:
        if time.monotonic() < self._next:
            return
        begin, end = ("\r\x1b[K", "") if self._terminal else ("", "\n")
        print(f"{begin}{what}: {count:,}", end=end, file=sys.stderr, flush=True)
        self._next = time.monotonic() + (QUIET_SECONDS if self._terminal else LINE_SECONDS)
        self._said = True

    def end(self) -> None:
        """Nothing more comes."""
        if self._said and self._terminal:
            print(file=sys.stderr)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    told = parser().parse_args(arguments)
    _clear_up_when_ended()
    tell = Progress()
    try:
        with contextlib.ExitStack() as undo:
            undo.callback(tell.end)
            told.does(settings.load(), told.folder, tell, undo)
    except KeyboardInterrupt:
        sys.exit("Stopped. Nothing was left behind.")
    except OSError as error:
        sys.exit(f"{error.filename or told.folder}: {error.strerror or error}.")
    except (settings.SettingsError, StoreError) as error:
        sys.exit(str(error))


def _clear_up_when_ended() -> None:
    """Ended by a service manager, or by a terminal that goes, do as after Ctrl-C; and only once, as
    they may say so again while it clears up. What whoever started it has it not hear (`nohup`) it
    doesn't hear."""

    def ended(*_: object) -> None:
        for each in ENDS:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in ENDS:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, ended)


def parser() -> argparse.ArgumentParser:
    """What may be typed. Parsed, `does` is the function of the command, and `folder` its folder."""
    whole = argparse.ArgumentParser(
        prog="python -m lib.store",
        description="Take a playground along, or make a copy of it that can be gone back to.",
        epilog=ABOUT,
    )
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for name, short, about, does in (
        ("export", "everything into a folder, to move", EXPORT, _export),
        ("import", "such a folder into an empty playground", IMPORT, _import),
        ("backup", "a copy of a playground while it runs", BACKUP, _backup),
    ):
        command = commands.add_parser(name, help=short, description=about, epilog=ABOUT)
        command.add_argument("folder", type=Path, metavar="FOLDER")
        command.set_defaults(does=does)
    return whole


def _export(
    known: settings.Settings, folder: Path, tell: Progress, undo: contextlib.ExitStack
) -> None:
    # What is not there is not made: a mistaken folder would be an empty export.
    store = undo.enter_context(contextlib.closing(opening.opened(known, as_it_is=True)))
    try:
        undo.enter_context(hold(store.data_dir))
        stopped = not (store.is_shared and servers.alive(store))
    except AlreadyHeld:
        stopped = False
    made = exporting.export(store, folder, stopped=stopped, tell=tell)
    if not stopped:
        print("The playground runs, so this is a backup: to move, stop it and export again.")
    _say(f"{folder} has", made)


def _backup(
    known: settings.Settings, folder: Path, tell: Progress, undo: contextlib.ExitStack
) -> None:
    store = undo.enter_context(contextlib.closing(opening.opened(known, as_it_is=True)))
    _say(f"{folder} has", exporting.export(store, folder, stopped=False, tell=tell))


def _import(
    known: settings.Settings, folder: Path, tell: Progress, undo: contextlib.ExitStack
) -> None:
    undo.enter_context(hold(known.playground_data_dir))
    store = undo.enter_context(contextlib.closing(opening.opened(known)))
    arrived = importing.bring(store, folder, tell)
    tell.end()
    _compared(arrived.tables, arrived.told)
    _say("Imported:", arrived.told)


def _compared(tables: Mapping[str, Sum], told: Manifest) -> None:
    """As it was exported, and as it was read back."""
    print(f"{'table':16} {'exported':>10} {'imported':>10}  SHA-256")
    for name, now in tables.items():
        then = told.tables.get(name)
        same = then is not None and then.sha256 == now.sha256
        was = "-" if then is None else f"{then.rows:,}"
        print(f"{name:16} {was:>10} {now.rows:>10,}  {now.sha256[:12]} {_same(same)}")
    count = f"{told.files.count:,}"
    print(f"{'files':16} {count:>10} {count:>10}  {told.files.sha256[:12]} {_same(True)}")


def _same(same: bool) -> str:
    return "the same" if same else "of today's version"


def _say(begins: str, made: Manifest) -> None:
    size = (made.files.size + made.database.size) / 1e6
    print(f"{begins} {made.rows:,} rows and {made.files.count:,} files, {size:,.1f} MB.")
    for profile, money in made.money.items():
        print(f"{profile}: {_usd(money.spent)} spent, {_usd(money.held)} held")


def _usd(amount: Decimal) -> str:
    return f"${amount.normalize():f}"


if __name__ == "__main__":
    main()
