"""What people say of a run: a star, tags and a note."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from lib.store import search
from lib.store.database import Store, insert_missing
from lib.store.favourites import clean
from lib.store.tables import marks, runs, tags
from lib.store.written import writable

LONGEST = 5_000
"""Characters of a note."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """All that is said of one run."""

    starred: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()


NONE = Mark()


def of(store: Store, run_ids: Collection[str]) -> dict[str, Mark]:
    """By run; one of which nothing is said is not in it."""
    with store.read() as connection:
        said = connection.execute(select(marks).where(marks.c.run_id.in_(run_ids))).mappings()
        rows = {row["run_id"]: (row["starred"], row["note"]) for row in said}
        given: dict[str, list[str]] = {}
        query = select(tags.c.run_id, tags.c.tag).where(tags.c.run_id.in_(run_ids))
        for run_id, tag in connection.execute(query.order_by(tags.c.run_id, tags.c.n)):
            given.setdefault(run_id, []).append(tag)
    found: dict[str, Mark] = {}
    for run_id in (*rows, *given):
        starred, note = rows.get(run_id, (False, ""))
        found[run_id] = Mark(starred=starred, note=note, tags=tuple(given.get(run_id, ())))
    return found


def star(store: Store, run_id: str, person: str, starred: bool) -> None:
    """Have it stand out, or no longer. Raises `StoreError`."""
    with store.write() as connection:
        _put(connection, store, run_id, person, {"starred": starred})


def note(store: Store, run_id: str, person: str, text: str) -> None:
    """Have this be its note, empty for none. Raises `ValueError` when it is too long, and
    `StoreError`."""
    whole = writable(text).strip()
    if len(whole) > LONGEST:
        raise ValueError(f"A note has at most {LONGEST:,} characters. Make it shorter.")
    with store.write() as connection:
        if _put(connection, store, run_id, person, {"note": whole}):
            search.noted(connection, run_id, whole)


def retag(store: Store, run_id: str, person: str, new: Iterable[str]) -> None:
    """Have these be its tags. Raises `ValueError` for too many or too long ones, and
    `StoreError`."""
    wanted = clean(new)
    with store.write() as connection:
        if not _put(connection, store, run_id, person, {}):
            return
        connection.execute(delete(tags).where(tags.c.run_id == run_id))
        rows = [{"run_id": run_id, "n": n, "tag": tag} for n, tag in enumerate(wanted)]
        if rows:
            connection.execute(insert(tags), rows)


def tags_there(store: Store, profile: str, person: str | None = None) -> list[str]:
    """Every tag of the runs of `person` (with None: of anybody's), the most used first."""
    query = select(tags.c.tag).join(runs, runs.c.id == tags.c.run_id)
    query = query.where(runs.c.profile == profile)
    if person is not None:
        query = query.where(runs.c.person == person)
    with store.read() as connection:
        found = Counter(connection.scalars(query))
    return sorted(found, key=lambda each: (-found[each], each))


def forget(connection: Connection, run_id: str) -> None:
    """Have nothing be said of it any more; within the transaction that deletes it."""
    for table in (marks, tags):
        connection.execute(delete(table).where(table.c.run_id == run_id))


def _put(
    connection: Connection, store: Store, run_id: str, person: str, values: dict[str, Any]
) -> bool:
    """Note it, and who did; whether the run is there. Its row is locked: two who change the same
    one come after each other."""
    there = select(runs.c.id).where(runs.c.id == run_id, runs.c.deleted_at.is_(None))
    if connection.execute(there.with_for_update()).one_or_none() is None:
        return False
    by = {"person": person, "at": store.now()}
    insert_missing(connection, marks, [{"run_id": run_id, "starred": False, "note": "", **by}])
    connection.execute(update(marks).where(marks.c.run_id == run_id).values(by | values))
    return True
