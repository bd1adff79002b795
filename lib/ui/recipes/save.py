"""On a result: keep the chain that led to it, to run it again."""

from collections.abc import Sequence

import streamlit as st

from lib.store import Run, StoreError
from lib.store import Step as Link
from lib.ui import errors, notes, words
from lib.ui.recipes import place
from lib.ui.recipes.place import key
from lib.ui.session import Client

_WHY = (
    "These steps, with their models and settings, can then be run again with other words or "
    "another file."
)
_BY_HAND = "What was changed by hand in between is left out, as it belongs to these words."


def button(client: Client, run: Run, steps: Sequence[Link], *, keys: str = "") -> None:
    """Save what a `done` run was made from; nothing where no run was before it. `keys` tells its
    widgets from those of another drawing of it."""
    if not any(step.run for step in steps):
        return
    box = st.popover(
        "Save as a recipe",
        icon=words.RECIPES.icon,
        key=f"{keys}recipe:{run.id}",
        type="tertiary",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        if saved := st.session_state.get(key("saved", keys, run.id)):
            st.caption("Saved.")
            st.button(
                "Open the recipe",
                key=f"{keys}recipe_open:{run.id}",
                type="primary",
                on_click=place.go,
                args=(saved,),
            )
            return
        _form(client, run, steps, keys)


def _form(client: Client, run: Run, steps: Sequence[Link], keys: str) -> None:
    by_hand = f" {_BY_HAND}" if any(step.change for step in steps) else ""
    st.caption(_WHY + by_hand)
    otherwise = words.endpoint(run.endpoint).title
    with st.form(f"{keys}recipe_form:{run.id}", border=False):
        title = st.text_input(
            "Its name",
            key=f"{keys}recipe_title:{run.id}",
            max_chars=120,
            placeholder=otherwise,
        )
        shared = st.toggle(
            "Share with the team",
            key=f"{keys}recipe_shared:{run.id}",
            help="Everybody may see and run it, each for their own money. Your words go along, "
            "your files don't.",
        )
        pressed = st.form_submit_button(
            "Save", key=f"{keys}recipe_save:{run.id}", type="primary", width="stretch"
        )
    if not pressed:
        return
    try:
        recipe = client.recipes.save(run.id, (title or "").strip() or otherwise, shared=shared)
    except (StoreError, ValueError) as error:
        notes.problem(errors.Advice(str(error)))
        return
    st.session_state[key("saved", keys, run.id)] = recipe.id
    st.rerun()
