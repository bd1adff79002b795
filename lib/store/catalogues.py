"""The last catalogue of each profile, so that a start without a network still has a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lib.store.database import Store, put
from lib.store.tables import catalogues


@dataclass(frozen=True, kw_only=True)
class StoredCatalogue:
    """The models of a profile as deAPI sent them."""

    models: list[dict[str, Any]]
    fetched_at: datetime


def save(
    store: Store, profile: str, models: Sequence[Mapping[str, Any]], fetched_at: datetime
) -> None:
    """Puts this catalogue in the place of the profile's last one."""
    row = {"models": [dict(model) for model in models], "fetched_at": fetched_at}
    with store.write() as connection:
        put(connection, catalogues, {"profile": profile}, row)


def load(store: Store, profile: str) -> StoredCatalogue | None:
    """The last catalogue, or `None` when none was ever fetched."""
    query = select(catalogues.c.models, catalogues.c.fetched_at).where(
        catalogues.c.profile == profile
    )
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    return StoredCatalogue(models=row.models, fetched_at=row.fetched_at) if row else None
