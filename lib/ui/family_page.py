"""The page of a family: choose what to make, fill the form, see the price, run, watch."""

from collections.abc import Sequence

import streamlit as st

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.ui import (
    cards,
    catalogue,
    errors,
    form,
    model_picker,
    notes,
    run_button,
    session,
    state,
    words,
)
from lib.ui.session import Client


def draw(family_id: str) -> None:
    """Everything on the page of `family_id`."""
    client = session.here()
    family = words.family(family_id)
    st.title(words.FAMILIES[family_id].title)
    with st.spinner("Asking deAPI for its models …"):
        catalogue.listing(client)  # at once, except when none is known yet
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.fragment(_form)(client, family_id, family)
    with right:
        cards.draw(client, family)


def _form(client: Client, family_id: str, family: Sequence[Endpoint]) -> None:
    """A fragment of its own: what happens in the form redraws the form alone."""
    at = _endpoint(family_id, family)
    st.caption(words.endpoint(at.id).hint)
    listing = catalogue.listing(client)
    if isinstance(listing, DeapiError):
        notes.problem(errors.advice(listing))
        if st.button("Try again", key=f"try_again:{family_id}"):
            catalogue.ask_again(client)
            st.rerun()
        return
    models = listing.for_endpoint(at)
    if not models:
        notes.empty("No model for this just now", "deAPI offers none at the moment. Look in later.")
        return
    state.restore_draft(client, at)
    model = model_picker.choose(at, models)
    values, problems = form.draw(client, at, model)
    run_button.draw(client, at, model, values, problems)


def _endpoint(family_id: str, family: Sequence[Endpoint]) -> Endpoint:
    key = state.endpoint_key(family_id)
    ids = [each.id for each in family]
    if st.session_state.get(key) not in ids:
        st.session_state[key] = ids[0]
    if len(ids) == 1:
        return family[0]
    chosen = st.segmented_control(
        "What do you want to do?",
        ids,
        format_func=lambda each: words.endpoint(each).title,
        key=key,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return endpoint(chosen or ids[0])
