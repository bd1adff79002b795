"""The Prompt Lab: what is compared and what it costs; the experiments; or one of them."""

from collections.abc import Sequence
from io import BytesIO

import streamlit as st

from lib.runs.experiments.manifest import BadManifest
from lib.store import Favourite, StoreError
from lib.ui import catalogue, errors, library, notes, session, words
from lib.ui.experiment import brought, listing, opened, place, planned, rehearsal, targets
from lib.ui.experiment.place import key
from lib.ui.lab import rows, setup
from lib.ui.session import Client

_REFUSED = key("refused")


def draw() -> None:
    """The whole page."""
    client = session.here()
    st.title(words.LAB.title)
    rehearsal.draw(client)
    if experiment_id := place.opened():
        opened.draw(client, experiment_id)
        return
    view = place.view((place.NEW, place.ALL, place.LIBRARY))
    if view == place.ALL:
        listing.draw(client)
        return
    if view == place.LIBRARY:
        library.draw(client, _use)
        return
    with st.spinner("Asking deAPI for its models …"):
        catalogue.listing(client)
    st.fragment(_new)(client)


def _new(client: Client) -> None:
    """A fragment of its own: what happens in the form redraws the form and its prices alone."""
    left, right = st.columns([5, 6], gap="large")
    plan = place.plan()
    with left:
        if plan is None:
            st.caption(words.LAB.hint)
            asked = setup.draw(client)
        else:
            brought.draw(plan)
            asked = setup.Asked(plan)
        _import(client)
    with right:
        if asked.draft is None:
            notes.empty(
                "What it will cost stands here",
                "Write a prompt: every variant then has its price, before anything is paid.",
            )
        else:
            planned.draw(client, asked.draft, asked.problems)


def _use(chosen: Sequence[Favourite]) -> None:
    """Have prompts of the library be those that are compared, beside what is there."""
    targets.choose(chosen[0].endpoint)
    rows.put([each.text for each in chosen])
    place.put_plan(None)


def _import(client: Client) -> None:
    with st.expander("Take a plan from an export", key=key("import")):
        count = st.session_state.setdefault(key("imports"), 0)
        file = st.file_uploader(
            "The ZIP of an export, or the manifest.json inside", key=key("import", str(count))
        )
        if file is not None:
            st.session_state[key("imports")] += 1
            st.session_state.pop(_REFUSED, None)
            try:
                place.put_plan(client.experiments.read(BytesIO(file.getvalue())))
            except (BadManifest, StoreError) as error:
                st.session_state[_REFUSED] = str(error)
            st.rerun()
        if why := st.session_state.get(_REFUSED):
            notes.problem(errors.Advice(why))
