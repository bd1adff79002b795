"""The store that the settings name: for the server, and for commands beside it."""

from lib.settings import Settings
from lib.store.database import Store


def opened(told: Settings, *, as_it_is: bool = False) -> Store:
    """Opens it; `as_it_is` makes and changes nothing. Raises `StoreError`."""
    database = told.playground_database_url
    return Store(
        told.playground_data_dir,
        told.timezone,
        url=database.get_secret_value() if database else None,
        media_url=told.playground_media_url,
        revision=None if as_it_is else "head",
    )
