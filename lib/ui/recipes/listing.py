"""The recipes that there are: one's own, and those that are shared with the team."""

from collections.abc import Sequence

import streamlit as st

from lib.store import StoreError
from lib.store.recipes import Recipe, Step
from lib.ui import clock, errors, notes, words
from lib.ui.plain import clip, safe
from lib.ui.recipes import place
from lib.ui.recipes.place import key
from lib.ui.session import Client

PAGE = 20
REMOVED = key("removed")
"""The one that was deleted last, until something else is done."""
_PROBLEM = key("restore_problem")


def draw(client: Client) -> None:
    st.caption(words.RECIPES.hint)
    _undo(client)
    shown: int = st.session_state.get(key("shown"), PAGE)
    found = client.recipes.page(shown + 1)
    if not found:
        notes.empty(
            "Your recipes will be here",
            "Make a picture, go on with it by a button under it, such as “Remove background”, and "
            "press “Save as a recipe” on what came out.",
        )
        return
    for each in found[:shown]:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"row:recipe:{each.id}"
        ):
            st.html(_row(client, each), width="stretch")
            st.button("Open", key=key("open", each.id), on_click=_open, args=(each.id,))
    if len(found) > shown:
        st.button("Show more", key=key("more"), on_click=_more, args=(shown,), width="stretch")


def chain(steps: Sequence[Step]) -> str:
    """What it does, from its beginning: "✨ Improve a prompt → 🖼️ Make a picture"."""
    return " → ".join(name(each) for each in steps)


def name(step: Step) -> str:
    """A step with its sign."""
    told = words.endpoint(step.endpoint)
    return f"{told.icon} {told.title}".strip()


def _row(client: Client, recipe: Recipe) -> str:
    about = [clock.minute(recipe.at)]
    if recipe.person != client.person:
        about.insert(0, recipe.person)
    elif recipe.shared:
        about.append("shared")
    return (
        '<div class="pg-row"><div class="pg-row-text">'
        f'<p class="pg-prompt">{safe(clip(recipe.title, 120))}</p>'
        f'<p class="pg-small">{safe(chain(recipe.steps))}</p>'
        f'<p class="pg-small">{safe(" · ".join(about))}</p></div></div>'
    )


def _open(recipe_id: str) -> None:
    st.session_state.pop(REMOVED, None)
    place.show(recipe_id)


def _undo(client: Client) -> None:
    if problem := st.session_state.pop(_PROBLEM, None):
        notes.problem(errors.Advice(problem))
    removed: Recipe | None = st.session_state.get(REMOVED)
    if removed is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=key("gone")):
        st.html(f'<p class="pg-small">Deleted “{safe(clip(removed.title, 60))}”.</p>')
        st.button("Undo", key=key("undo"), icon="↩️", on_click=_restore, args=(client, removed))


def _restore(client: Client, removed: Recipe) -> None:
    try:
        client.recipes.restore(removed)
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        st.session_state.pop(REMOVED, None)


def _more(shown: int) -> None:
    st.session_state[key("shown")] = shown + PAGE
