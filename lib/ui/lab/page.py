"""The Prompt Lab: what is compared and what it costs; the experiments; or one of them."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from lib.store import Favourite
from lib.ui import catalogue, library, notes, session, words
from lib.ui.experiment import brought_in, listing, opened, place, planned, rehearsal, targets
from lib.ui.lab import draft, rows, setup
from lib.ui.session import Client


def draw() -> None:
    """The whole page."""
    client = session.here()
    place.enter(place.LAB)
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
            draft.restore(client)
            asked = setup.draw(client)
        else:
            brought_in.draw(plan)
            asked = setup.Asked(plan)
        brought_in.ask(client)
    with right:
        if asked.draft is None:
            notes.empty(
                "What it will cost stands here",
                "Write a prompt: every variant then has its price, before anything is paid.",
            )
        else:
            kept = partial(draft.save, client)
            planned.draw(client, asked.draft, asked.problems, began=kept)
    draft.save(client)


def _use(chosen: Sequence[Favourite]) -> None:
    """Have prompts of the library be those that are compared, beside what is there."""
    targets.choose(chosen[0].endpoint)
    rows.put([each.text for each in chosen])
    place.put_plan(None)
