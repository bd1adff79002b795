"""The page of recipes: all of them, or one at its address."""

import streamlit as st

from lib.ui import session, words
from lib.ui.recipes import listing, opened, place


def draw() -> None:
    """The whole page."""
    client = session.here()
    st.title(words.RECIPES.title)
    if recipe_id := place.opened():
        opened.draw(client, recipe_id)
    else:
        listing.draw(client)
