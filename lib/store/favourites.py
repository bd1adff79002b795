"""The team's library: prompts that somebody wants to find again, with tags.

It belongs to no profile, and everybody who may sign in sees all of it. A prompt is kept once:
keeping the same again adds its tags to those that are there.
"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from lib.store.database import Store, insert_missing
from lib.store.errors import Denied
from lib.store.run import folded, time_ordered_id
from lib.store.tables import favourites

LONGEST = 20_000
"""Characters of a prompt, and of what to avoid."""
MOST_TAGS = 20
LONGEST_TAG = 40

_MARK = "\x1f"
"""Stands around each tag in `search`, and nowhere else, so that one column finds both words and
whole tags on every database."""


@dataclass(frozen=True, kw_only=True)
class NewFavourite:
    """A prompt to keep: for which endpoint, and the run whose result shows what it does."""

    person: str
    text: str
    endpoint: str
    avoid: str = ""
    tags: tuple[str, ...] = ()
    run_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Favourite:
    """A kept prompt as it was when it was read."""

    id: str
    person: str
    """Who kept it first."""
    text: str
    avoid: str
    endpoint: str
    tags: tuple[str, ...]
    run_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping came to: with `before` it was there already, and has the new tags too."""

    favourite: Favourite
    before: bool


def keep(store: Store, new: NewFavourite) -> Kept:
    """Put a prompt into the library, or its tags to the same one that is there.

    Raises `ValueError` when it is no prompt or has too much of anything, and `StoreError`.
    """
    text, avoid = _prompt(new.text), _words(new.avoid)
    tags, same = clean(new.tags), _same(text, avoid, new.endpoint)
    now = store.now()
    fresh = Favourite(
        id=time_ordered_id(now),
        person=new.person,
        text=text,
        avoid=avoid,
        endpoint=new.endpoint,
        tags=tags,
        run_id=new.run_id,
        at=now,
    )
    with store.write() as connection:
        _put(connection, fresh)
        # Locked, or on PostgreSQL the tags of somebody who keeps it at the same time were lost.
        there = _one(connection, favourites.c.same == same, lock=True)
        if there is None:
            raise Denied("Somebody has removed it just now. Keep it again.")
        if there.id == fresh.id:
            return Kept(there, before=False)
        return Kept(_tag(connection, there, clean([*there.tags, *tags])), before=True)


def find(store: Store, text: str, avoid: str, endpoint: str) -> Favourite | None:
    """This very prompt, if it is in the library."""
    same = _same(_words(text), _words(avoid), endpoint)
    with store.read() as connection:
        return _one(connection, favourites.c.same == same)


def page(
    store: Store,
    *,
    text: str = "",
    tag: str | None = None,
    endpoint: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Favourite]:
    """Up to `limit` of them, the last kept first; the next page is `before` the id of the last
    one. `text` is looked for in the words and the tags, whatever its case."""
    where: list[ColumnElement[bool]] = []
    if wanted := _bare(folded(text.strip())):
        where.append(favourites.c.search.contains(wanted, autoescape=True))
    if tag is not None:
        marked = f"{_MARK}{_bare(folded(tag))}{_MARK}"
        where.append(favourites.c.search.contains(marked, autoescape=True))
    if endpoint is not None:
        where.append(favourites.c.endpoint == endpoint)
    if before is not None:
        where.append(favourites.c.id < before)
    query = select(*_COLUMNS).where(*where).order_by(favourites.c.id.desc()).limit(limit)
    with store.read() as connection:
        return [_favourite(row) for row in connection.execute(query).mappings()]


def tags(store: Store) -> list[tuple[str, int]]:
    """Every tag and how many prompts have it, the most used first."""
    with store.read() as connection:
        found = Counter(
            tag for each in connection.scalars(select(favourites.c.tags)) for tag in each
        )
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def retag(store: Store, favourite_id: str, new: Iterable[str]) -> Favourite | None:
    """Have these be its tags, instead of those it has; None when it is gone. Raises `ValueError`
    as `keep` does, and `StoreError`."""
    wanted = clean(new)
    with store.write() as connection:
        there = _one(connection, favourites.c.id == favourite_id, lock=True)
        return _tag(connection, there, wanted) if there else None


def remove(store: Store, favourite_id: str, person: str, is_admin: bool) -> Favourite | None:
    """Take it out of the library; what it was, for `restore`, or None when it is gone.

    Raises `Denied` for who has not kept it and is no admin, and `StoreError`.
    """
    with store.write() as connection:
        there = _one(connection, favourites.c.id == favourite_id, lock=True)
        if there is None:
            return None
        if there.person != person and not is_admin:
            raise Denied("Only who kept a prompt, or an admin, may remove it.")
        connection.execute(delete(favourites).where(favourites.c.id == favourite_id))
        return there


def restore(store: Store, favourite: Favourite) -> None:
    """Undo `remove`. Where somebody has kept the same since, theirs stays. Raises `StoreError`."""
    with store.write() as connection:
        _put(connection, favourite)


def clean(some: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: small letters, no space around them, each once, in their order.
    Raises `ValueError` when there are too many, or one is too long."""
    found = dict.fromkeys(small for each in some if (small := _small(each)))
    if len(found) > MOST_TAGS:
        raise ValueError(f"That is more than {MOST_TAGS} tags. Take some away.")
    if any(len(each) > LONGEST_TAG for each in found):
        raise ValueError(f"A tag has at most {LONGEST_TAG} characters. Write a shorter one.")
    return tuple(found)


_COLUMNS = [favourites.c[each.name] for each in fields(Favourite)]


def _small(tag: str) -> str:
    return " ".join(_bare(unicodedata.normalize("NFKC", tag)).lower().split())


def _bare(text: str) -> str:
    """Without what no database keeps, and what `search` has a meaning for."""
    whole = text.encode("utf-8", "ignore").decode()  # half characters can't be written down
    return whole.replace("\x00", "").replace(_MARK, " ")


def _words(text: str) -> str:
    return _bare(text).strip()


def _prompt(text: str) -> str:
    found = _words(text)
    if not found:
        raise ValueError("Write the prompt first.")
    return found


def _same(text: str, avoid: str, endpoint: str) -> str:
    if max(len(text), len(avoid)) > LONGEST:
        raise ValueError(f"At most {LONGEST:,} characters can be kept. Make it shorter.")
    told = _MARK.join((endpoint, text, avoid))  # of which none has the mark itself
    return hashlib.sha256(told.encode()).hexdigest()


def _search(text: str, avoid: str, some: Iterable[str]) -> str:
    marked = _MARK.join(["", *(_bare(folded(tag)) for tag in some), ""])
    return f"{_bare(folded(text))}\n{_bare(folded(avoid))}{marked}"


def _put(connection: Connection, new: Favourite) -> None:
    row: dict[str, Any] = {each.name: getattr(new, each.name) for each in fields(Favourite)}
    row["tags"] = list(new.tags)
    row["same"] = _same(new.text, new.avoid, new.endpoint)
    row["search"] = _search(new.text, new.avoid, new.tags)
    insert_missing(connection, favourites, [row])


def _tag(connection: Connection, there: Favourite, wanted: tuple[str, ...]) -> Favourite:
    values = {"tags": list(wanted), "search": _search(there.text, there.avoid, wanted)}
    query = update(favourites).where(favourites.c.id == there.id).values(values)
    return _favourite(connection.execute(query.returning(*_COLUMNS)).mappings().one())


def _one(
    connection: Connection, where: ColumnElement[bool], *, lock: bool = False
) -> Favourite | None:
    query = select(*_COLUMNS).where(where)
    found = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return _favourite(found) if found else None


def _favourite(row: Mapping[Any, Any]) -> Favourite:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    values["tags"] = tuple(values["tags"])
    return Favourite(**values)
