"""What outlives the process: one SQLite file in the data folder.

Used from the server's loop alone. Calls are short, and in WAL with `synchronous=NORMAL` a commit
doesn't wait for the disk: a killed process loses nothing, a power cut may lose the last moment.
"""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    balance INTEGER NOT NULL                -- nano-dollars
);
CREATE TABLE IF NOT EXISTS charges (
    request_id TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    amount INTEGER NOT NULL,                -- nano-dollars; 0 once refunded
    at REAL NOT NULL                        -- seconds since 1970
);
CREATE TABLE IF NOT EXISTS jobs (
    request_id TEXT PRIMARY KEY,
    token TEXT NOT NULL,                    -- the unguessable part of its file addresses
    accepted_at REAL NOT NULL,              -- seconds since 1970
    work TEXT NOT NULL,                     -- JSON: what was ordered
    status TEXT NOT NULL,                   -- open, done or error
    outputs TEXT,                           -- JSON: names of the files, once done
    price INTEGER,                          -- nano-dollars, once done or error
    error_code TEXT,
    error_message TEXT
);
CREATE TABLE IF NOT EXISTS deliveries (    -- of webhooks, in the order of their rowid
    delivery_id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL,
    event TEXT NOT NULL,
    job_status TEXT NOT NULL,               -- that it tells of
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    data TEXT NOT NULL,                     -- JSON: the job as it is told
    tries INTEGER NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0,      -- of the last answer; 0: none came
    delivered INTEGER NOT NULL DEFAULT 0,
    next_at REAL                            -- seconds since 1970; NULL: no further try
);
CREATE INDEX IF NOT EXISTS deliveries_of ON deliveries (request_id);
CREATE INDEX IF NOT EXISTS open_jobs ON jobs (accepted_at) WHERE status = 'open';
"""


class Database:
    """One connection. Every statement outside `transaction` commits on its own."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All of the block's statements or, when it raises, none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def execute(self, statement: str, values: Sequence[object] = ()) -> int:
        """How many rows the statement changed."""
        return self._connection.execute(statement, values).rowcount

    def rows(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        return self._connection.execute(query, values).fetchall()

    def one(self, query: str, values: Sequence[object] = ()) -> sqlite3.Row:
        """The query's only row. Raises `LookupError` when there is none."""
        row = self._connection.execute(query, values).fetchone()
        if row is None:
            raise LookupError(query)
        return row

    def close(self) -> None:
        self._connection.close()
