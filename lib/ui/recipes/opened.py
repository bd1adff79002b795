"""One recipe: what it does, what to put in, what it costs, and what became of it so far."""

from collections.abc import Callable

import streamlit as st

from lib.deapi.errors import DeapiError
from lib.store import StoreError
from lib.store.recipes import LONGEST_TITLE, Recipe
from lib.ui import catalogue, clock, errors, notes
from lib.ui.plain import label, safe
from lib.ui.recipes import ask, going, listing, place, planned
from lib.ui.recipes.place import key
from lib.ui.session import Client

_PROBLEM = key("problem")


def draw(client: Client, recipe_id: str) -> None:
    """Everything about it, or that it is not there."""
    st.button("All recipes", icon="⬅️", key=key("back"), on_click=place.close)
    recipe = client.recipes.get(recipe_id)
    if recipe is None:
        notes.empty(
            "This recipe is not here",
            "It was deleted, or it belongs to somebody who does not share it.",
        )
        return
    st.subheader(label(recipe.title))
    st.html(
        f'<p class="pg-prompt pg-chain">{safe(listing.chain(recipe.steps))}</p>'
        f'<p class="pg-small">{safe(_about(client, recipe))}</p>'
    )
    if client.recipes.is_mine(recipe):
        _change(client, recipe)
    if problem := st.session_state.pop(_PROBLEM, None):
        notes.problem(errors.Advice(problem))
    with st.spinner("Asking deAPI for its models …"):
        found = catalogue.listing(client)
    if isinstance(found, DeapiError):
        notes.problem(errors.advice(found))
    else:
        st.fragment(_new)(client, recipe)
    going.draw(client, recipe)


def _new(client: Client, recipe: Recipe) -> None:
    """A fragment of its own: what is typed redraws the inputs and the prices alone."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        given = ask.draw(client, recipe)
    with right:
        planned.draw(client, recipe, given)


def _about(client: Client, recipe: Recipe) -> str:
    whose = "" if recipe.person == client.person else recipe.person
    shared = "shared with the team" if recipe.shared else ""
    return " · ".join(filter(None, (whose, f"saved {clock.minute(recipe.at)}", shared)))


def _change(client: Client, recipe: Recipe) -> None:
    with st.container(horizontal=True, gap="xsmall", key=key("buttons")):
        with st.popover("Rename", icon="✏️", key=key("rename", recipe.id)):
            name = key("title", recipe.id)
            st.session_state.setdefault(name, recipe.title)
            st.text_input("Its name", key=name, max_chars=LONGEST_TITLE)
            _button("Save the name", "rename_do", lambda: _rename(client, recipe.id, name))
        told = "Stop sharing" if recipe.shared else "Share with the team"
        share = not recipe.shared
        _button(told, "share", lambda: client.recipes.change(recipe.id, shared=share), icon="👥")
        _button("Delete", "delete", lambda: _delete(client, recipe.id), icon="🗑️")


def _button(told: str, name: str, do: Callable[[], None], icon: str | None = None) -> None:
    st.button(told, key=key(name), icon=icon, on_click=_do, args=(do,))


def _do(do: Callable[[], None]) -> None:
    try:
        do()
    except (StoreError, ValueError) as error:
        st.session_state[_PROBLEM] = str(error)


def _rename(client: Client, recipe_id: str, name: str) -> None:
    client.recipes.change(recipe_id, title=st.session_state.get(name) or "")
    st.session_state.pop(name, None)


def _delete(client: Client, recipe_id: str) -> None:
    st.session_state[listing.REMOVED] = client.recipes.remove(recipe_id)
    place.close()
