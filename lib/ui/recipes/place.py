"""What a session remembers of recipes, by the names of its widgets."""

from typing import Any

import streamlit as st

from lib.ui import words

OPENED = "recipe"
"""In the address: the recipe that is shown."""
_GO = "recipes:go"


def key(*parts: object) -> str:
    """The key of a widget."""
    return ":".join(("recipes", *map(str, parts)))


def opened() -> str:
    """The one that is shown, under an address of its own; empty for none."""
    if wanted := st.session_state.pop(_GO, None):
        st.query_params[OPENED] = wanted
    found: Any = st.query_params.get(OPENED, "")
    return found


def show(recipe_id: str) -> None:
    """Show this one, from this page."""
    st.query_params[OPENED] = recipe_id


def go(recipe_id: str) -> None:
    """Show this one, from wherever a button says so."""
    st.session_state[_GO] = recipe_id
    st.session_state["go_to"] = words.RECIPES.page


def close() -> None:
    """Show all of them again."""
    st.query_params.pop(OPENED, None)
