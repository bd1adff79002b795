"""Showcases: all of them, or the one that the address names."""

from lib.ui import session
from lib.ui.showcase import listing, opened, place


def draw() -> None:
    client = session.here()
    if showcase_id := place.opened():
        opened.draw(client, showcase_id)
    else:
        listing.draw(client)
