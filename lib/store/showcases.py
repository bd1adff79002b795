"""Showcases: results in an order of their own, to present from, and to share with the team.

Who has the address of one that is shared may see its runs too; so the address is not to be guessed.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, select, update
from sqlalchemy import delete as delete_rows

from lib.store.database import Store
from lib.store.run import RUN_COLUMNS, Run, as_run
from lib.store.states import State
from lib.store.tables import runs, showcase_items, showcases
from lib.store.written import writable

MOST = 60
"""So many results one has at most: a page, not an archive."""
LONGEST = 120
"""Characters of a title."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Showcase:
    """A showcase as it was when it was read."""

    id: str
    profile: str
    person: str
    title: str
    shared: bool
    """Whether everybody who is signed in may see it, and its results."""
    prices: bool
    """Whether it says what each result has cost."""
    at: datetime


_COLUMNS = [showcases.c[each.name] for each in fields(Showcase)]
_SHOWN = (runs.c.state == State.DONE, runs.c.deleted_at.is_(None))
"""Runs with a result that is still there."""


def begin(
    store: Store, profile: str, person: str, title: str, run_ids: Iterable[str] = ()
) -> Showcase:
    """A new one, shown to nobody else, with the first `MOST` of these runs in their order. Raises
    `ValueError` for its title as `put` does, and `StoreError`."""
    now = store.now()
    new = Showcase(
        id=_fresh_id(now),
        profile=profile,
        person=person,
        title=_title(title),
        shared=False,
        prices=True,
        at=now,
    )
    wanted = list(dict.fromkeys(run_ids))
    with store.write() as connection:
        connection.execute(insert(showcases).values(asdict(new)))
        there = {*connection.scalars(select(runs.c.id).where(runs.c.id.in_(wanted), *_SHOWN))}
        _put_in(connection, new.id, [each for each in wanted if each in there][:MOST])
    return new


def get(store: Store, showcase_id: str) -> Showcase | None:
    with store.read() as connection:
        return _one(connection, showcase_id)


def mine(store: Store, profile: str, person: str) -> list[Showcase]:
    """Those of this person, the newest first."""
    return _page(store, showcases.c.profile == profile, showcases.c.person == person)


def shared_with(store: Store, profile: str, person: str) -> list[Showcase]:
    """Those that others share, the newest first."""
    others = (showcases.c.person != person, showcases.c.shared.is_(True))
    return _page(store, showcases.c.profile == profile, *others)


def shown(store: Store, showcase_id: str) -> list[Run]:
    """Its runs in their order, without those that were deleted."""
    query = select(*RUN_COLUMNS).select_from(showcase_items.join(runs))
    query = query.where(showcase_items.c.showcase_id == showcase_id, *_SHOWN)
    with store.read() as connection:
        found = connection.execute(query.order_by(showcase_items.c.place))
        return [as_run(row) for row in found.mappings()]


def shows(store: Store, run_id: str) -> bool:
    """Whether the whole team may see this run, as one of a showcase that is shared."""
    query = select(showcase_items.c.run_id).select_from(showcase_items.join(showcases))
    query = query.where(showcase_items.c.run_id == run_id, showcases.c.shared.is_(True))
    with store.read() as connection:
        return connection.execute(query.limit(1)).one_or_none() is not None


def add(store: Store, showcase_id: str, run_id: str) -> bool:
    """Put a run at its end; False when it is in it already, when the run has no result or the
    showcase is gone. Raises `ValueError` when it is full, and `StoreError`."""
    with store.write() as connection:
        if _one(connection, showcase_id, lock=True) is None:
            return False
        there = connection.execute(select(runs.c.id).where(runs.c.id == run_id, *_SHOWN))
        order = _order(connection, showcase_id)
        if there.one_or_none() is None or run_id in order:
            return False
        if len(order) >= MOST:
            raise ValueError(f"A showcase has at most {MOST} results. Take one out first.")
        _put_in(connection, showcase_id, [*order, run_id])
        return True


def remove(store: Store, showcase_id: str, run_id: str) -> None:
    """Take a run out of it. Raises `StoreError`."""
    with store.write() as connection:
        if _one(connection, showcase_id, lock=True) is not None:
            left = [each for each in _order(connection, showcase_id) if each != run_id]
            _put_in(connection, showcase_id, left)


def move(
    store: Store, showcase_id: str, run_id: str, *, by: int = 0, to: int | None = None
) -> None:
    """Move a run `by` places down, negative for up, or `to` a place, 0 being the first; at either
    end it stays there. Raises `StoreError`."""
    with store.write() as connection:
        if _one(connection, showcase_id, lock=True) is None:
            return
        order = _order(connection, showcase_id)
        if run_id not in order:
            return
        place = order.index(run_id) + by if to is None else to
        order.remove(run_id)
        order.insert(min(max(place, 0), len(order)), run_id)
        _put_in(connection, showcase_id, order)


def put(
    store: Store,
    showcase_id: str,
    *,
    title: str | None = None,
    shared: bool | None = None,
    prices: bool | None = None,
) -> None:
    """Change what is given. Raises `ValueError` for a title that is empty or too long, and
    `StoreError`."""
    given: dict[str, Any] = {"shared": shared, "prices": prices}
    given["title"] = None if title is None else _title(title)
    values = {name: value for name, value in given.items() if value is not None}
    if values:
        with store.write() as connection:
            mine = showcases.c.id == showcase_id
            connection.execute(update(showcases).where(mine).values(values))


def delete(store: Store, showcase_id: str) -> None:
    """Have it be gone; its runs stay where they are. Raises `StoreError`."""
    with store.write() as connection:
        _one(connection, showcase_id, lock=True)  # or somebody adds to it just now
        items = showcase_items.c.showcase_id == showcase_id
        connection.execute(delete_rows(showcase_items).where(items))
        connection.execute(delete_rows(showcases).where(showcases.c.id == showcase_id))


def forget(connection: Connection, run_id: str) -> None:
    """Take a run out of all of them; within the transaction that deletes it."""
    connection.execute(delete_rows(showcase_items).where(showcase_items.c.run_id == run_id))


# --- inside ---------------------------------------------------------------------------------------


def _fresh_id(now: datetime) -> str:
    """Ordered by time in its first part; the second one can't be guessed."""
    return f"{int(now.timestamp() * 1000):011x}-{secrets.token_urlsafe(15)}"


def _title(text: str) -> str:
    title = " ".join(writable(text).split())
    if not title:
        raise ValueError("A showcase needs a title.")
    if len(title) > LONGEST:
        raise ValueError(f"A title has at most {LONGEST} characters. Make it shorter.")
    return title


def _page(store: Store, *where: ColumnElement[bool]) -> list[Showcase]:
    query = select(*_COLUMNS).where(*where).order_by(showcases.c.id.desc())
    with store.read() as connection:
        return [Showcase(**row) for row in connection.execute(query).mappings()]


def _one(connection: Connection, showcase_id: str, *, lock: bool = False) -> Showcase | None:
    """Locked, two who change its order come after each other."""
    query: Select[Any] = select(*_COLUMNS).where(showcases.c.id == showcase_id)
    found = connection.execute(query.with_for_update() if lock else query)
    row = found.mappings().one_or_none()
    return Showcase(**row) if row else None


def _order(connection: Connection, showcase_id: str) -> list[str]:
    query = select(showcase_items.c.run_id).where(showcase_items.c.showcase_id == showcase_id)
    return [*connection.scalars(query.order_by(showcase_items.c.place))]


def _put_in(connection: Connection, showcase_id: str, order: Sequence[str]) -> None:
    """Have these be its runs, in this order."""
    items = showcase_items.c.showcase_id == showcase_id
    connection.execute(delete_rows(showcase_items).where(items))
    rows = [
        {"showcase_id": showcase_id, "run_id": run_id, "place": place}
        for place, run_id in enumerate(order)
    ]
    if rows:
        connection.execute(insert(showcase_items), rows)
