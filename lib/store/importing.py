"""An export becomes a playground: checked as what anybody may have made, then put in whole.

First the files, then all rows in one transaction that reads them back before it is committed: until
then nobody sees anything of it. What is refused, or breaks on the way, takes its files back. Two at
once would take away each other's: so one is alone with a shared database, and no server starts.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, delete, exists, func, select

from lib.store import carried, exporting, manifest, media, servers
from lib.store.carried import CARRIED, Named, Sum, Tell
from lib.store.database import DATABASE, Store, head
from lib.store.errors import DiskFull, NewerData, StoreError
from lib.store.manifest import Manifest
from lib.store.tables import runs, users

FILLED_BY_ITSELF = frozenset(
    {"balances", "beginnings", "bells", "catalogues", "drafts", "looks", "totals"}
)
"""Tables that have rows in a playground which was only looked at: those of the export replace
them."""

_NOT_ALONE = (
    "The connection to the database broke, and another import may have begun since: no rows were "
    "put in, and the files that were stay there. Import it again."
)


_UNHEARD = (
    "Whether the rows arrived is not known, so the files stay there: see what the playground "
    "shows, and import it again where it is empty."
)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """What an export has said, and what each table has now."""

    told: Manifest
    tables: Mapping[str, Sum]


def bring(store: Store, folder: Path, tell: Tell) -> Arrived:
    """Put the export in `folder` into `store`, which is empty and whose lock is held.

    An export of an older version is brought up to date on the way. Raises `StoreError` (`NewerData`
    and `DiskFull` among them) and `OSError`; nothing is left then, unless it says so.
    """
    told = manifest.read(folder)
    if told.revision > head():
        raise NewerData(
            f"{folder} was exported by a newer version of the playground: update this one first."
        )
    with store.alone(servers.IMPORTED) as still:
        _must_not_run(store)
        with store.read() as connection:
            _must_be_empty(connection)
        _room(store, told)
        with media.spool(store.data_dir) as work:
            _fetch(folder, work, told, store.timezone)
            with (
                closing(Store(work, store.timezone, now=store.now)) as brought,
                _taken_back(store, work / "put", still) as put,
            ):
                sums = _checked(brought, told, tell)
                _put_files(store, brought, folder, told, put, tell)
                _put_rows(store, brought, sums, put, still, tell)
    return Arrived(told=told, tables=sums)


def _must_not_run(store: Store) -> None:
    if store.is_shared and servers.alive(store):
        raise StoreError("A server runs on this database: stop it first.")


def _must_be_empty(connection: Connection) -> None:
    # Runs and users first: they say the most to who reads it.
    for table in (runs, users, *CARRIED):
        if table.name in FILLED_BY_ITSELF:
            continue
        if connection.execute(select(exists().select_from(table))).scalar_one():
            raise StoreError(
                f"This playground is not empty, it has {table.name}: choose a new data folder "
                "(PLAYGROUND_DATA_DIR) or database (PLAYGROUND_DATABASE_URL)."
            )


def _room(store: Store, told: Manifest) -> None:
    here = told.files.size if store.media.path(media.ROOMS[0]) is not None else 0
    needed = here + 4 * told.database.size + exporting.SPARE
    free = shutil.disk_usage(store.data_dir).free
    if free < needed:
        raise DiskFull(
            f"{store.data_dir} has {free / 1e6:,.0f} MB free, and about {needed / 1e6:,.0f} MB "
            "are needed."
        )


# --- what was exported ----------------------------------------------------------------------------


def _fetch(folder: Path, work: Path, told: Manifest, timezone: ZoneInfo) -> None:
    """Have a copy of its database in `work`: an export is never changed, and nobody changes the
    copy once it was looked at."""
    if manifest.take(folder, DATABASE, work / DATABASE, told.database.size) != told.database:
        raise StoreError(f"{DATABASE} was changed or damaged since it was exported.")
    # What our own migrations make is the measure: nothing else may be in it, triggers above all.
    plain = work / "plain"
    Store(plain, timezone, revision=told.revision).close()
    try:
        with (
            closing(sqlite3.connect(work / DATABASE)) as found,
            closing(sqlite3.connect(plain / DATABASE)) as ours,
        ):
            if _schema(found) != _schema(ours):
                raise StoreError(f"{DATABASE} has not the tables of version {told.revision}.")
            if found.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise StoreError(f"{DATABASE} is damaged.")
            if found.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise StoreError(f"{DATABASE} has rows that refer to nothing.")
    except sqlite3.Error as error:
        raise StoreError(f"{DATABASE} can't be read: {error}.") from error


_OBJECTS = """
    SELECT type, name, tbl_name, CASE
        WHEN type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%' THEN sql END
    FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'
"""
_COLUMNS = """
    SELECT "table".name, "column".name, "column".pk, "column".hidden
    FROM sqlite_master AS "table", pragma_table_xinfo("table".name) AS "column"
    WHERE "table".type = 'table' AND "table".name NOT LIKE 'sqlite_stat%'
"""


def _schema(database: sqlite3.Connection) -> set[tuple[Any, ...]]:
    """Its version and all that is in it by name; of what acts by itself every word. How a table is
    worded is up to the SQLAlchemy of its day."""
    queries = (_OBJECTS, _COLUMNS, "SELECT version_num FROM alembic_version")
    return {row for query in queries for row in database.execute(query)}


def _checked(brought: Store, told: Manifest, tell: Tell) -> dict[str, Sum]:
    """What is in each table, by now of today's version."""
    with brought.read() as connection:
        sums = {table.name: carried.summed(connection, table, tell) for table in CARRIED}
    if told.revision == head():
        if sums.keys() != told.tables.keys():
            raise StoreError(f"{manifest.MANIFEST} tells of other tables than this version has.")
        for name, each in sums.items():
            if (each.rows, each.sha256) != (told.tables[name].rows, told.tables[name].sha256):
                raise StoreError(f"The table {name} was changed since it was exported.")
        if exporting.money(brought) != told.money:
            raise StoreError(f"{manifest.MANIFEST} tells of other money than the books.")
    return sums


# --- put in ---------------------------------------------------------------------------------------


@contextmanager
def _taken_back(store: Store, path: Path, still: Callable[[], bool]) -> Generator[IO[str]]:
    """A list of files to be removed again should anything go wrong; on disk, as there may be
    many. Who is not alone any more removes none: another import may have put the same since."""
    with path.open("w+", encoding="ascii") as names:
        try:
            yield names
        except BaseException as error:
            names.seek(0)
            if names.readline() and not still():
                raise StoreError(_NOT_ALONE) from error
            names.seek(0)
            for name in names:
                store.media.delete(name.rstrip("\n"))
            raise


def _put_files(
    store: Store, brought: Store, folder: Path, told: Manifest, put: IO[str], tell: Tell
) -> None:
    size = 0
    with brought.read() as connection:
        pairs = zip_longest(carried.named(connection), manifest.listed(folder, told.files))
        for n, (wanted, listed) in enumerate(pairs, 1):
            if wanted is None or listed is None or wanted.name != listed[0]:
                name = wanted.name if wanted else listed and listed[0]
                raise StoreError(f"The rows and {manifest.FILES} don't agree about {name}.")
            fresh, left = brought.data_dir / "file", told.files.size - size
            size += _put(store, fresh, folder, wanted, listed[1], left, put)
            tell("files", n)
    if size != told.files.size:
        raise StoreError(f"The files are not as large as {manifest.MANIFEST} tells.")


def _put(
    store: Store, fresh: Path, folder: Path, wanted: Named, sha256: str, most: int, put: IO[str]
) -> int:
    """Put one file of at most so many bytes, and read it back; its size."""
    found = manifest.take(folder, wanted.name, fresh, most)
    if found.sha256 != sha256 or wanted.sha256 not in (None, sha256):
        raise StoreError(f"The file {wanted.name} was changed or damaged since it was exported.")
    # What was there before is not ours to remove: others may use the same bucket by mistake.
    if store.media.facts(wanted.name) is None:
        print(wanted.name, file=put)
    store.media.put(wanted.name, fresh)
    fresh.unlink(missing_ok=True)
    digest = hashlib.sha256()
    for piece in store.media.read(wanted.name):
        digest.update(piece)
    if digest.hexdigest() != sha256:
        raise StoreError(f"The file {wanted.name} did not arrive as it was sent: try again.")
    return found.size


def _put_rows(
    store: Store,
    brought: Store,
    sums: Mapping[str, Sum],
    put: IO[str],
    still: Callable[[], bool],
    tell: Tell,
) -> None:
    """All rows or none. What looks words up is made by the database as they come in."""
    ready = False
    try:
        with brought.read() as source, store.write() as target:
            _must_be_empty(target)
            for table in reversed(CARRIED):
                target.execute(delete(table))
            for table in CARRIED:
                carried.copy(source, target, table, tell)
                _count_on(target, table)
            for table in CARRIED:
                if carried.summed(target, table, tell) != sums[table.name]:
                    raise StoreError(f"The rows of {table.name} did not arrive as they were sent.")
            # A server that stood still, and whose lease had ended, may be back.
            _must_not_run(store)
            if not still():
                raise StoreError(_NOT_ALONE)
            # Whatever comes in between from here on, the files stay: should the commit be heard of
            # too late, rows without them would be worse than they without rows.
            put.seek(0)
            put.truncate()
            ready = True
    except StoreError as error:
        if ready:
            raise StoreError(f"{error} {_UNHEARD}") from error
        raise


def _count_on(connection: Connection, table: Table) -> None:
    """Have the next row get a number that none has: SQLite sees to that itself."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    last = connection.scalar(select(func.max(column)))
    if last is not None:
        numbers = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(numbers, last)))
