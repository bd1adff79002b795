"""When each person opened the bell last, so that a new window knows what they have not seen."""

from datetime import datetime

from sqlalchemy import select

from lib.store.database import Store, put
from lib.store.tables import bells


def opened(store: Store, profile: str, person: str) -> datetime | None:
    """Until when a person has seen what ended on a profile; None before their first visit."""
    query = select(bells.c.at).where(bells.c.profile == profile, bells.c.person == person)
    with store.read() as connection:
        return connection.execute(query).scalar_one_or_none()


def open_at(store: Store, profile: str, person: str, at: datetime) -> None:
    """Note that they have seen all that ended until then. Raises `StoreError`."""
    with store.write() as connection:
        put(connection, bells, {"profile": profile, "person": person}, {"at": at})
