"""Deleting a run: what it made and what was said goes for good, what it cost stays in the books.

Its row stays, empty and marked: the ledger's entries, the sums of experiments and what is learned
of prices need it. Nothing that shows runs has it any more.
"""

from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update

from lib.store import files, marks, search, showcases
from lib.store.database import Store
from lib.store.run import RUN_COLUMNS, Run, as_run
from lib.store.states import ENDED
from lib.store.tables import deliveries, favourites, results, runs, texts

_EMPTY: dict[str, Any] = {
    "params": {},
    "text": "",
    "search": "",
    "result_text": None,
    "preview_url": None,
    "result_url": None,
    "alternatives": {},
    "thumb": False,
    "error": None,
}


def delete(store: Store, run_id: str, person: str | None) -> Run | None:
    """Delete an ended run of `person` (with None: of anybody, for an admin), its files first.

    None when there is no such run, it goes on, or is of another person. Raises `StoreError`, and
    `OSError` when a file can't be removed; the run is still there then, and can be deleted again.
    """
    mine = [runs.c.id == run_id, runs.c.state.in_(ENDED), runs.c.deleted_at.is_(None)]
    if person is not None:
        mine.append(runs.c.person == person)
    with store.read() as connection:
        if connection.execute(select(runs.c.id).where(*mine)).one_or_none() is None:
            return None
    # First, and outside of the transaction, as a bucket may be slow: should anything fail after
    # it, the run is there without its files, and not the files without anything that says whose
    # they are. An ended run gets no new ones.
    files.remove_result(store, run_id)
    with store.write() as connection:
        gone = update(runs).where(*mine).values(deleted_at=store.now(), **_EMPTY)
        row = connection.execute(gone.returning(*RUN_COLUMNS)).mappings().one_or_none()
        if row is None:
            return None
        for table in (results, texts):
            connection.execute(delete_rows(table).where(table.c.run_id == run_id))
        known_by = update(favourites).where(favourites.c.run_id == run_id)
        connection.execute(known_by.values(run_id=None))
        told = update(deliveries).where(deliveries.c.run_id == run_id)
        connection.execute(told.values(body={}))
        marks.forget(connection, run_id)
        search.forget(connection, run_id)
        showcases.forget(connection, run_id)
        return as_run(row)
