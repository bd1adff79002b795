"""What a run was made from: the runs and the hands that its texts and files have gone through.

It is found by content. A text that a run wrote is written down with its digest, a result's file has
one anyway, and whatever a later run of the same person on the same profile is given is looked up by
it. So lineage survives drafts, copies and restarts, and no form has to carry it along.

A text may have several origins, one for each time that it was written: what counts for a run is the
newest one that is older than the run.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, or_, select

from lib.deapi.values import several
from lib.store.database import Store
from lib.store.run import RUN_COLUMNS, Run, as_run
from lib.store.tables import results, runs, texts

DEPTH = 20
"""So many steps of a chain are followed back, the nearest ones."""
LONGEST = 20_000
"""Characters of a text that is still written down: nothing takes a longer one."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A text as a person changed it by hand."""

    id: int
    text: str
    source: str
    """The digest of what it was before."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the parameter `param` of the run `into` came from: another `run`, or a `change` by
    hand."""

    into: Run
    param: str
    run: Run | None = None
    change: Change | None = None

    @property
    def at(self) -> datetime | None:
        """When the run was ordered, or the change written down."""
        made = self.run.created_at if self.run else None
        return self.change.at if self.change else made

    @property
    def key(self) -> str:
        """The same for the same run or change, whatever came from it."""
        return self.run.id if self.run else f"change {self.change.id if self.change else 0}"


# Writing


def wrote(connection: Connection, run: Run, written: Sequence[str], at: datetime) -> None:
    """Remember what `run` has written; within the transaction that keeps its result."""
    rows = [
        _row(run.profile, run.person, each, at) | {"run_id": run.id, "source": None}
        for each in dict.fromkeys(written)
        if _may_be_kept(each)
    ]
    if rows:
        connection.execute(insert(texts), rows)


def edited(store: Store, profile: str, person: str, before: str, after: str) -> None:
    """Remember that `person` changed a text by hand. Nothing happens where nobody knows where
    `before` came from, or where `after` has come from elsewhere already. Raises `StoreError`."""
    if not _may_be_kept(after):
        return
    old, new = _digest(before), _digest(after)
    known = select(texts.c.digest).where(*_of(profile, person), texts.c.digest.in_((old, new)))
    with store.write() as connection:
        if set(connection.scalars(known)) == {old} != {new}:
            row = _row(profile, person, after, store.now()) | {"run_id": None, "source": old}
            connection.execute(insert(texts).values(row))


# Reading


def sources(store: Store, run: Run) -> list[Step]:
    """What the parameters of `run` came from, one step back; empty for what is a person's own."""
    with store.read() as connection:
        return _of_run(connection, run)


def chain(store: Store, run: Run) -> list[Step]:
    """Everything that `run` was made from, each once and the oldest first."""
    found: list[Step] = []
    seen = {run.id}  # whatever the clocks said: nothing is made from itself
    with store.read() as connection:
        waiting = _of_run(connection, run)
        while waiting and len(found) < DEPTH:
            step = max(waiting, key=lambda each: each.at or run.created_at)
            waiting.remove(step)
            if step.key not in seen:
                seen.add(step.key)
                found.append(step)
                waiting += _before(connection, step)
    return found[::-1]


def runs_behind(store: Store, run: Run) -> list[Step]:
    """The runs that the parameters of `run` came from, one run back: a text that was changed by
    hand counts as the text that it was before."""
    found: list[Step] = []
    with store.read() as connection:
        waiting = _of_run(connection, run)
        while waiting and len(found) < DEPTH:
            step = waiting.pop()
            if step.run is not None:
                found.append(step)
            else:
                waiting += _before(connection, step)  # changes older and older: it ends
    return found


def _before(connection: Connection, step: Step) -> list[Step]:
    if step.run is not None:
        return _of_run(connection, step.run)
    if step.change is None:
        return []
    older = texts.c.id < step.change.id
    origins = _origins(connection, step.into, [step.change.source], older)
    return _steps(connection, step.into, {step.param: step.change.source}, origins)


def _of_run(connection: Connection, run: Run) -> list[Step]:
    given = {param: _digest(text) for param, text in _texts(run.params)}
    older = (
        texts.c.at <= run.created_at,
        or_(texts.c.run_id.is_(None), texts.c.run_id < run.id),
    )
    origins = _origins(connection, run, given.values(), *older)
    found = _steps(connection, run, given, origins)
    for param, sha256 in _files(run.params):
        if (made := _made(connection, run, sha256)) is not None:
            found.append(Step(into=run, param=param, run=made))
    return found


def _origins(
    connection: Connection, owner: Run, digests: Collection[str], *older: ColumnElement[bool]
) -> dict[str, RowMapping]:
    """The newest origin of each of these texts, among those of the owner's person: digest → row."""
    if not digests:
        return {}
    mine = (*_of(owner.profile, owner.person), texts.c.digest.in_(set(digests)), *older)
    newest = select(func.max(texts.c.id)).where(*mine).group_by(texts.c.digest)
    found = connection.execute(select(texts).where(texts.c.id.in_(newest)))
    return {row["digest"]: row for row in found.mappings()}


def _steps(
    connection: Connection, into: Run, given: Mapping[str, str], origins: Mapping[str, RowMapping]
) -> list[Step]:
    """The steps that lead to the parameters whose digests these are."""
    wanted = {row["run_id"] for row in origins.values() if row["run_id"]}
    known: dict[str, Run] = {}
    if wanted:
        query = select(*RUN_COLUMNS).where(runs.c.id.in_(wanted))
        known = {row["id"]: as_run(row) for row in connection.execute(query).mappings()}
    found: list[Step] = []
    for param, digest in given.items():
        if (row := origins.get(digest)) is None:
            continue
        if row["run_id"]:
            found.append(Step(into=into, param=param, run=known[row["run_id"]]))
        else:
            change = Change(**{each.name: row[each.name] for each in fields(Change)})
            found.append(Step(into=into, param=param, change=change))
    return found


def _made(connection: Connection, run: Run, sha256: str) -> Run | None:
    """The newest run before `run` that made the file of this hash."""
    query = (
        select(*RUN_COLUMNS)
        .join(results, results.c.run_id == runs.c.id)
        .where(
            results.c.sha256 == sha256,
            results.c.run_id < run.id,
            results.c.at <= run.created_at,
            runs.c.profile == run.profile,
            runs.c.person == run.person,
        )
        .order_by(results.c.run_id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return as_run(row) if row else None


# What a run was given


def _texts(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Its texts, by parameter; several in one parameter are one text of many lines."""
    for param, value in params.items():
        lines = [each for each in several(value) if isinstance(each, str)]
        if any(each.strip() for each in lines):
            yield param, "\n".join(lines)


def _files(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for param, value in params.items():
        for each in several(value):
            facts = cast(dict[str, Any], each) if isinstance(each, dict) else {}
            if isinstance(sha256 := facts.get("upload"), str):
                yield param, sha256


# Rows


def _of(profile: str, person: str) -> tuple[ColumnElement[bool], ...]:
    return (texts.c.profile == profile, texts.c.person == person)


def _row(profile: str, person: str, text: str, at: datetime) -> dict[str, Any]:
    mine = {"profile": profile, "person": person}
    return mine | {"digest": _digest(text), "text": text, "at": at}


def _digest(text: str) -> str:
    """Whatever its spaces and line ends: a form that takes one line, or each line by itself, gives
    them back differently, and changing them alone makes no other text."""
    return hashlib.sha256(" ".join(text.split()).encode(errors="replace")).hexdigest()


def _may_be_kept(text: str) -> bool:
    """Not empty, not too long, and nothing that a database can't hold: a result may say anything,
    and must be kept all the same."""
    whole = "\0" not in text and text.encode(errors="replace").decode() == text
    return whole and bool(text.strip()) and len(text) <= LONGEST
