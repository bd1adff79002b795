"""The last draft of each endpoint, kept for its person: what stood in the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lib.store.database import Store, put
from lib.store.tables import drafts


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A form as it was left. It belongs to no profile: rehearse in the sandbox, then pay."""

    person: str
    endpoint: str
    model: str
    values: dict[str, Any]
    at: datetime


def save(store: Store, person: str, endpoint: str, model: str, values: Mapping[str, Any]) -> None:
    """Puts this draft in the place of the last one of that person and endpoint."""
    row = {"model": model, "values": dict(values), "at": store.now()}
    key = {"person": person, "endpoint": endpoint}
    with store.write() as connection:
        put(connection, drafts, key, row)


def load(store: Store, person: str, endpoint: str) -> Draft | None:
    """The last draft, or `None` when there is none."""
    query = select(drafts).where(drafts.c.person == person, drafts.c.endpoint == endpoint)
    with store.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    return Draft(**{str(name): value for name, value in row.items()}) if row else None
