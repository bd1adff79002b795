"""The page Compare: what is compared and what it costs; or one comparison, in step."""

import streamlit as st

from lib.ui import catalogue, notes, session, words
from lib.ui.compare import opened, setup
from lib.ui.experiment import brought_in, listing, place, planned, rehearsal
from lib.ui.experiment.place import COMPARE
from lib.ui.session import Client

RECENT = 6
"""So many comparisons of before are listed."""


def draw() -> None:
    """The whole page."""
    client = session.here()
    place.enter(COMPARE)
    st.title(words.COMPARE.title)
    rehearsal.draw(client)
    if experiment_id := place.opened():
        opened.draw(client, experiment_id)
        return
    with st.spinner("Asking deAPI for its models …"):
        catalogue.listing(client)
    st.fragment(_new)(client)
    listing.recent(client, COMPARE, "Comparisons", RECENT)


def _new(client: Client) -> None:
    """A fragment of its own: what happens in the form redraws the form and its prices alone."""
    left, right = st.columns([5, 6], gap="large")
    plan = place.plan()
    with left:
        if plan is None:
            st.caption(words.COMPARE.hint)
            plan = setup.draw(client)
        else:
            brought_in.draw(plan)
    with right:
        if plan is None:
            notes.empty(
                "What it will cost stands here",
                "Say what to make, and of which models: each of them then has its price, before "
                "anything is paid.",
            )
        else:
            planned.draw(client, plan)
