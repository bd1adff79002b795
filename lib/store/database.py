"""The database: one SQLite file in the data folder, or a PostgreSQL; migrated when it is opened.

Calls are synchronous and short; the loop of `lib/runs` makes them from threads. What is special
to one of the two stands in this file and, where words are looked for, in `search`.
"""

import sqlite3
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError

from lib.store import media
from lib.store.errors import DiskFull, NewerData, StoreError

DATABASE = "playground.db"
"""The file of SQLite in the data folder."""
BUSY_SECONDS = 10.0
"""How long a transaction waits for another process's write."""
_MIGRATING = 0x64656170
"""The number of PostgreSQL's lock that only one server migrates at a time; no other uses it."""
_BUSY_STATES = frozenset({"40001", "40P01", "55P03"})
_FULL_STATE = "53100"
_IN_TIME = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
"""How soon (in seconds) a PostgreSQL counts as gone that says nothing any more: without these, a
network that drops everything is waited for as long as the kernel likes."""


def utc_now() -> datetime:
    """This machine's clock, aware and in UTC."""
    return datetime.now(UTC)


class Store:
    """What the playground remembers: the database and the files beside it.

    Opening it makes the folder and brings the tables up to date. It may be used from any thread.
    `timezone` says where days and months of spending begin. `now` is the clock of the database;
    with SQLite that is this machine's, tests put their own. `url` is a PostgreSQL to use
    (`postgresql+psycopg://…`) instead of a file in the folder: several servers may share it.
    `server` is the one that this store works for (`servers`): what it begins is that one's.
    `media_url` is a bucket (`s3://…`) for the files that people gave and jobs made, instead of the
    folder: `media` is where they are. `revision` is the version that the tables are brought to;
    with None they are left alone, and have to be there in today's. Raises `StoreError`, or
    `NewerData` when a newer playground has written it.
    """

    def __init__(
        self,
        data_dir: Path,
        timezone: ZoneInfo,
        *,
        now: Callable[[], datetime] = utc_now,
        url: str | None = None,
        media_url: str | None = None,
        revision: str | None = "head",
    ) -> None:
        if revision is None and url is None and not (data_dir / DATABASE).is_file():
            raise StoreError(f"There is no playground in {data_dir}.")
        self.data_dir = data_dir
        self.timezone = timezone
        self.is_shared = url is not None
        self.server: str | None = None
        self._ahead = timedelta(0)
        self.now = self._database_now if url is not None and now is utc_now else now
        # Prompts and results are private: the folder is for this user alone.
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.media = media.opened(data_dir, media_url)
        self._snapshot = threading.local()
        self._turn: AbstractContextManager[Any]
        if url is None:
            self._engine = self._reading = _sqlite(data_dir / DATABASE)
            self._writing = self._engine.execution_options(playground_write=True)
            # SQLite has one writer. Waiting here is a queue; waiting for SQLite would be a poll
            # that can starve. Reentrant, so that a transaction inside another one fails (SQLite
            # refuses it after BUSY_SECONDS) and does not hang.
            self._turn = threading.RLock()
        else:
            self._engine = self._writing = _postgresql(url)
            self._reading = self._engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._turn = nullcontext()
        try:
            if revision is None:
                self._must_be_todays()
            else:
                self._migrate(revision)
            self.set_clock()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Generator[Connection]:
        """A transaction that sees one moment of the database and waits for nobody."""
        held: Connection | None = getattr(self._snapshot, "connection", None)
        with _explained(), nullcontext(held) if held else self._reading.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """All that this thread reads within it is of one moment, in one transaction, which is also
        quicker. What it writes meanwhile it doesn't see."""
        with self.read() as connection:
            self._snapshot.connection = connection
            try:
                yield
            finally:
                self._snapshot.connection = None

    @contextmanager
    def write(self) -> Generator[Connection]:
        """A transaction that may write: committed at the end, or rolled back by an exception.

        It takes SQLite's write lock at once (BEGIN IMMEDIATE): a read that turns into a write
        would fail when somebody else wrote in between. On PostgreSQL others write meanwhile: what
        was read holds only where its rows were locked (`with_for_update`).
        """
        with self._turn, _explained(), self._writing.begin() as connection:
            yield connection

    def check(self) -> None:
        """Raises `StoreError` when the database does not answer."""
        with self.read() as connection:
            connection.execute(select(1))

    @contextmanager
    def line(self) -> Generator[Any]:
        """A connection of psycopg's own to a shared database, outside of any transaction, to listen
        on. Whatever the database says against it raises `StoreError`."""
        refused: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        with _explained():
            pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        try:
            connection.autocommit = True
            yield connection
        except refused as error:
            raise StoreError(f"The database can't be used: {error}.") from error
        finally:
            pooled.close()

    @contextmanager
    def alone(self, what: str) -> Generator[Callable[[], bool]]:
        """As the function `alone`, for longer than a transaction and without a wait: raises
        `StoreError` when another has it, or a transaction goes on that must not be beside it
        (`somebody_alone`). What is given says whether that still holds: it is bound to a connection
        of its own, and ends with it. With SQLite nothing is done, as there is the folder's lock."""
        if not self.is_shared:
            yield lambda: True
            return
        refused: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        with self.line() as connection:
            query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
            if not connection.execute(query, [what]).fetchone()[0]:
                raise StoreError(
                    f"{what} into this database, or a server starts on it: wait for its end."
                )

            def still() -> bool:
                try:
                    connection.execute("SELECT 1")
                except refused:
                    return False
                return True

            yield still

    def set_clock(self) -> None:
        """Go by the clock of a shared database, which all servers have in common. Raises
        `StoreError`."""
        if self.is_shared:
            before = utc_now()
            with self.read() as connection:
                told = connection.execute(select(func.clock_timestamp())).scalar_one()
            self._ahead = told - (before + (utc_now() - before) / 2)

    def _database_now(self) -> datetime:
        return utc_now() + self._ahead

    def today(self) -> date:
        """The day that a run admitted now counts in."""
        return self.now().astimezone(self.timezone).date()

    def close(self) -> None:
        """Gives the connections back. The store can't be used afterwards."""
        self._engine.dispose()

    def _migrate(self, revision: str) -> None:
        config = _config()
        with self.write() as connection:
            if connection.dialect.name == "postgresql":
                # Another may migrate for as long as that takes. The tables themselves are not
                # waited for that long: who still uses them was not stopped, and all others would
                # wait behind us.
                connection.execute(text("SET LOCAL lock_timeout = 0"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
                connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, revision)
            except CommandError as error:
                raise self._newer() from error

    def _must_be_todays(self) -> None:
        with self.read() as connection:
            there = MigrationContext.configure(connection).get_current_revision()
        if there is None:
            raise StoreError("There is no playground in this database.")
        if there > head():
            raise self._newer()
        if there != head():
            raise StoreError(
                "An older version of the playground has written this: start this version of it "
                "once, or do this with the older one."
            )

    def _newer(self) -> NewerData:
        what, setting = (
            f"The data folder {self.data_dir}",
            "another folder with PLAYGROUND_DATA_DIR",
        )
        if self.is_shared:
            what, setting = "The database", "another one with PLAYGROUND_DATABASE_URL"
        return NewerData(
            f"{what} was written by a newer version of the playground: update it, or choose "
            f"{setting}."
        )


def head() -> str:
    """Today's version of the tables; an older one is smaller."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    # The option is interpolated, so a % in the path has to be doubled.
    location = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", location)
    return config


def _sqlite(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS},  # the busy timeout
        hide_parameters=True,  # an error is logged, and what people write is in them
        max_overflow=-1,  # connections are cheap; a thread must not wait for one
    )

    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver begins nothing by itself: `begun` does.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        # With NORMAL a power cut can take back the last commits of a WAL. One of them may be the
        # request id of a job that is paid for, or the "sending" that keeps it from being sent
        # twice; a millisecond a commit is cheap beside that.
        connection.execute("PRAGMA synchronous = FULL")

    def begun(connection: Connection) -> None:
        write = connection.get_execution_options().get("playground_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _address(url: str) -> URL:
    """Raises `StoreError` for one that can't be read. It may show a part of the password, so that
    no message repeats it."""
    with suppress(ArgumentError, ValueError):
        address = make_url(url)
        if address.drivername == "postgresql+psycopg" and "@" not in (address.host or ""):
            return address
    raise StoreError(
        "The address of the database can't be read: it is postgresql+psycopg://USER:PASSWORD@HOST:"
        "PORT/NAME, and signs like @ : / # in the password are written as %40 %3A %2F %23."
    )


def _postgresql(url: str) -> Engine:
    """READ COMMITTED, PostgreSQL's usual: after a wait for a row's lock one sees what the other
    wrote there."""
    return create_engine(
        _address(url),
        connect_args={"options": f"-c lock_timeout={int(BUSY_SECONDS * 1000)}", **_IN_TIME},
        hide_parameters=True,
        pool_pre_ping=True,  # the server may have been started anew
        max_overflow=-1,
    )


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those of `rows` whose key is not there yet, whoever else inserts the same just now:
    this then waits for them, and their row stays. Returns how many were inserted."""
    inserted = _insert(connection, table).on_conflict_do_nothing()
    # SQLAlchemy forgets the count of an INSERT, unless it is asked for.
    inserted = inserted.execution_options(preserve_rowcount=True)
    return connection.execute(inserted, [*rows]).rowcount


def put(
    connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """Have the row with this primary key say this, whether it is there yet or not, and whoever else
    writes it first just now."""
    row = _insert(connection, table).values({**key, **values})
    connection.execute(row.on_conflict_do_update(index_elements=[*key], set_=dict(values)))


def alone(connection: Connection, what: str) -> None:
    """Until this transaction ends, no other goes past here for the same thing: for what is decided
    by rows that may not be there yet, so that there is nothing to lock. SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def somebody_alone(connection: Connection, what: str) -> bool:
    """Whether somebody is alone with it (`Store.alone`). If not, nobody gets to be before this
    transaction ends; others that only ask don't wait for each other."""
    if connection.dialect.name != "postgresql":
        return False
    free = func.pg_try_advisory_xact_lock_shared(func.hashtextextended(what, 0))
    return not connection.execute(select(free)).scalar_one()


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


@contextmanager
def _explained() -> Generator[None]:
    """Turns what the database says about its disk, its locks and its constraints into a
    sentence."""
    try:
        yield
    except DBAPIError as error:
        raise _explain(error) from error


def _explain(error: DBAPIError) -> StoreError:
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    state = getattr(error.orig, "sqlstate", None)
    if code == sqlite3.SQLITE_FULL or state == _FULL_STATE:
        return DiskFull("The disk is full, so nothing could be saved: free some space.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or state in _BUSY_STATES:
        return StoreError("The database is busy with something long: try again in a moment.")
    return StoreError(f"The database can't be used: {error.orig}.")
