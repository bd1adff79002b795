"""Which models a person has seen, so that the next look can say what came and went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lib.store.database import Store, put
from lib.store.tables import looks


@dataclass(frozen=True, kw_only=True)
class Look:
    """The models of a profile as one person saw them last: slug → name."""

    models: dict[str, str]
    at: datetime


def load(store: Store, profile: str, person: str) -> Look | None:
    """The last look, or `None` when this is the first."""
    query = select(looks.c.models, looks.c.at).where(
        looks.c.profile == profile, looks.c.person == person
    )
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    return Look(models=row.models, at=row.at) if row else None


def save(store: Store, profile: str, person: str, models: Mapping[str, str]) -> None:
    """Puts this look in the place of the last one."""
    row = {"models": dict(models), "at": store.now()}
    key = {"profile": profile, "person": person}
    with store.write() as connection:
        put(connection, looks, key, row)


def news(look: Look | None, now: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The names of the models that came and of those that went since `look`, sorted; nothing is
    news at the first look."""
    if look is None:
        return [], []
    came = [name for slug, name in now.items() if slug not in look.models]
    went = [name for slug, name in look.models.items() if slug not in now]
    return sorted(came), sorted(went)
