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
    state.restore_draft(client, at)
    form.decide(at)
    models = listing.for_endpoint(at, state.values(at))
    if not models:
        notes.empty("No model for this just now", "deAPI offers none at the moment. Look in later.")
        return
    model = model_picker.choose(client, at, models) if at.model_param else models[0]
    values, problems = form.draw(client, at, model)
    run_button.draw(client, at, model, values, problems, others=len(models) > 1)


def _endpoint(family_id: str, family: Sequence[Endpoint]) -> Endpoint:
    """The one that was chosen: side by side those that most people look for, and each group of
    others as one more choice, with its own beneath."""
    groups: dict[str, list[str]] = {}
    for each in family:
        groups.setdefault(words.endpoint(each.id).group, []).append(each.id)
    offered = groups.pop("", [])
    key = state.endpoint_key(family_id)
    now = st.session_state.get(key)
    for group, ids in groups.items():
        if now in ids:  # opened from elsewhere
            st.session_state[f"{key}:{group}"] = now
            st.session_state[key] = group
    chosen = _one_of([*offered, *groups], key, "What do you want to do?")
    if chosen in groups:
        st.caption(words.GROUPS[chosen].why)
        chosen = _one_of(groups[chosen], f"{key}:{chosen}", words.GROUPS[chosen].title)
    return endpoint(chosen)


def _one_of(options: Sequence[str], key: str, label: str) -> str:
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    if len(options) == 1:
        return options[0]
    chosen = st.pills(
        label,
        options,
        format_func=_title,
        key=key,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return chosen or options[0]


def _title(of: str) -> str:
    return words.GROUPS[of].title if of in words.GROUPS else words.endpoint(of).title
