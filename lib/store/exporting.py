"""All of a playground in a folder, while it runs: rows of one moment, and the files that they name.

The folder is a data folder of its own (`lib.store.manifest`). Nothing is changed in the playground
that it is made of, and nobody waits for it: rows are read in one transaction that locks nothing,
files never change once they are kept. It appears under its name when it is whole.
"""

import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import case, func, select, text, update

from lib.store import carried, deletion, ledger, manifest, media, servers
from lib.store.carried import Named, Sum, Tell
from lib.store.database import DATABASE, Store, head
from lib.store.errors import DiskFull, StoreError
from lib.store.manifest import FilesPart, Manifest, MoneyPart, TablePart
from lib.store.states import State
from lib.store.tables import Status, experiments, recipe_runs, results, runs, totals, uploads

SPARE = 100_000_000
"""Bytes that must stay free on the disk."""
DELETING_SECONDS = 10.0
"""How long the rows of a run may outlive its files while somebody deletes it."""

_DOUBT = {
    "kind": "Interrupted",
    "message": "This is a copy of a playground that ran on: it may have sent this after the copy.",
}
_PAUSED = (
    "This is a copy of a playground that ran on, and may have sent the rest of this since: that "
    "would be paid for again."
)


def export(store: Store, target: Path, *, stopped: bool, tell: Tell) -> Manifest:
    """Copy everything that `lib.store.carried` names to the new folder `target`.

    `stopped` says that nothing runs on it, and that the copy takes its place: runs stay as they
    are. Otherwise whoever goes on with the copy must not pay again for what this one sends later:
    in the copy runs that are not known to be sent are `unknown`, and what sends by itself is
    paused. Raises `StoreError` (`DiskFull` among them) and `OSError`; nothing is left then.
    """
    target = target.absolute()
    if os.path.lexists(target):
        raise StoreError(f"{target} is there already: choose another name.")
    if not target.parent.is_dir():
        raise StoreError(f"There is no folder {target.parent}.")
    _room(store, target.parent)
    fresh = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        made = _filled(store, fresh, stopped, tell)
        if stopped and store.is_shared and servers.alive(store):
            raise StoreError(
                "A server was started on this database meanwhile, and what waits in the copy may "
                "be sent by it: stop it, and export again."
            )
        manifest.write(fresh, made)
        os.sync()  # all of it, before it has its name
        fresh.rename(target)
        os.sync()
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return made


def money(store: Store) -> dict[str, MoneyPart]:
    """What the team has spent and holds, of each profile."""
    with store.read() as connection:
        profiles = connection.scalars(select(totals.c.profile).distinct()).all()
    standing = {profile: ledger.standing(store, profile) for profile in sorted(profiles)}
    return {
        profile: MoneyPart(spent=each.posted, held=each.held) for profile, each in standing.items()
    }


def _room(store: Store, folder: Path) -> None:
    """Raises `DiskFull` when the copy does not fit into `folder`."""
    given = select(uploads.c.sha256, uploads.c.size).distinct().subquery()
    with store.read() as connection:
        if connection.dialect.name == "postgresql":
            size = text("SELECT pg_database_size(current_database())")
        else:
            size = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        # Once for the copy, and once for what SQLite keeps beside it until it is complete.
        needed = 2 * int(connection.execute(size).scalar_one()) + SPARE
        if not _may_link(store, folder):
            for column in (given.c.size, results.c.size):
                needed += connection.scalar(select(func.sum(column))) or 0
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskFull(
            f"{folder} has {free / 1e6:,.0f} MB free, and about {needed / 1e6:,.0f} MB are needed."
        )


def _may_link(store: Store, folder: Path) -> bool:
    rooms = [store.media.path(each) or folder / each for each in media.ROOMS]
    disks = {each.stat().st_dev for each in rooms if each.exists()}
    return disks <= {folder.stat().st_dev} and store.media.path(media.ROOMS[0]) is not None


def _filled(store: Store, folder: Path, stopped: bool, tell: Tell) -> Manifest:
    with closing(Store(folder, store.timezone, now=store.now)) as copy:
        sums = _rows(store, copy, tell)
        if not stopped:
            _doubt(copy)
        gone = _files(store, copy, tell)
        for run_id in gone:
            if deletion.delete(copy, run_id, None) is None:
                raise StoreError(f"Files of the run {run_id} are missing.")
        if gone or not stopped:
            sums = _summed(copy, tell)
        listed = _list(copy, tell)
        spent = money(copy)
        now = copy.now()
    _close(folder / DATABASE)
    return Manifest(
        revision=head(),
        made_at=now,
        stopped=stopped,
        database=manifest.part_of(folder / DATABASE),
        tables={name: TablePart(rows=each.rows, sha256=each.sha256) for name, each in sums.items()},
        files=listed,
        money=spent,
    )


def _rows(store: Store, copy: Store, tell: Tell) -> dict[str, Sum]:
    with store.read() as source, copy.write() as target:
        sums = {table.name: carried.copy(source, target, table, tell) for table in carried.CARRIED}
    if _summed(copy, tell) != sums:
        raise StoreError("The rows of the copy are not those that were read: try again.")
    return sums


def _summed(copy: Store, tell: Tell) -> dict[str, Sum]:
    with copy.read() as connection:
        return {table.name: carried.summed(connection, table, tell) for table in carried.CARRIED}


def _doubt(copy: Store) -> None:
    now = copy.now()
    waits = runs.c.state == State.WAITING
    lost = {
        "state": State.UNKNOWN,
        "lost_at": now,
        "sending_at": case((waits, now), else_=runs.c.sending_at),
        "not_before": None,
        "error": _DOUBT,
    }
    with copy.write() as connection:
        unsure = runs.c.state.in_([State.WAITING, State.SENDING])
        connection.execute(update(runs).where(unsure).values(lost))
        for table in (experiments, recipe_runs):
            goes_on = update(table).where(table.c.status == Status.RUNNING)
            connection.execute(goes_on.values(status=Status.PAUSED, problem=_PAUSED))


def _files(store: Store, copy: Store, tell: Tell) -> Sequence[str]:
    """Put every file that the copy's rows name into its folder; the runs that were deleted since
    the rows were read."""
    missing: dict[str, None] = {}
    with copy.read() as connection:
        for n, each in enumerate(carried.named(connection), 1):
            tell("files", n)
            if not _placed(store, each.name, copy.data_dir / each.name):
                missing[_deleted_with(each)] = None
    for run_id in missing:
        _must_be_deleted(store, run_id)
    return [*missing]


def _placed(store: Store, name: str, target: Path) -> bool:
    """Whether the file was there."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = store.media.path(name)
    if path is not None:
        with suppress(OSError):  # another disk, or one that has no links
            os.link(path, target)
            return True
    try:
        media.copy(store.media, name, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return False
    return True


def _deleted_with(missing: Named) -> str:
    if missing.run_id is None:
        raise StoreError(f"The file {missing.name} is missing: put it back from a backup.")
    return missing.run_id


def _must_be_deleted(store: Store, run_id: str) -> None:
    """Files of a run go before its rows do."""
    gone = select(runs.c.deleted_at).where(runs.c.id == run_id)
    until = time.monotonic() + DELETING_SECONDS
    while True:
        with store.read() as connection:
            if connection.execute(gone).scalar_one() is not None:
                return
        if time.monotonic() > until:
            raise StoreError(
                f"Files of the run {run_id} are missing: delete it in History, or put them back "
                "from a backup."
            )
        time.sleep(0.1)


def _list(copy: Store, tell: Tell) -> FilesPart:
    """Write the list of the copy's files, each as it can be read back from it."""
    digest, count, size = hashlib.sha256(), 0, 0
    with copy.read() as connection, (copy.data_dir / manifest.FILES).open("wb") as out:
        for each in carried.named(connection):
            found = manifest.part_of(copy.data_dir / each.name)
            if each.sha256 not in (None, found.sha256):
                whose = "" if each.run_id is None else f", or delete the run {each.run_id}"
                raise StoreError(
                    f"The file {each.name} is not what was kept: put it back from a backup{whose}."
                )
            line = f"{found.sha256}  {each.name}\n".encode()
            out.write(line)
            digest.update(line)
            count, size = count + 1, size + found.size
            tell("checked files", count)
    return FilesPart(count=count, size=size, sha256=digest.hexdigest())


def _close(database: Path) -> None:
    """Have all of it in the one file. Raises `StoreError`."""
    with closing(sqlite3.connect(database)) as connection:
        [mode] = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise StoreError(f"{database} can't be closed: try again.")
