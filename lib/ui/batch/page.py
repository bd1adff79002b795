"""Batch: what is made of the rows and what that costs; the batches; or one of them."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lib.deapi.errors import DeapiError
from lib.runs.experiments import packing
from lib.runs.experiments.plan import Draft, Input, TooManyCells
from lib.ui import catalogue, errors, notes, session, words
from lib.ui.batch import results, rows, setup
from lib.ui.batch.setup import Asked
from lib.ui.experiment import brought_in, listing, opened, place, planned, rehearsal
from lib.ui.session import Client


def draw() -> None:
    """The whole page."""
    client = session.here()
    place.enter(place.BATCH)
    st.title(words.BATCH.title)
    rehearsal.draw(client)
    if experiment_id := place.opened():
        opened.draw(client, experiment_id, results.draw, results.TICK)
        return
    if place.view((place.NEW, place.ALL), {place.NEW: "New batch"}) == place.ALL:
        listing.draw(client)
        return
    with st.spinner("Asking deAPI for its models …"):
        catalogue.listing(client)
    st.fragment(_new)(client)


def _new(client: Client) -> None:
    """A fragment of its own: an edit redraws the form, the rows and the price alone."""
    brought = place.plan()
    if brought is not None:
        brought_in.draw(brought)
        _price(client, brought)
        return
    asked = setup.draw(client)
    if asked is None:
        notes.empty(
            "Your rows will be here",
            "Give a table, paste one, or take our example rows. You see each row as it would be "
            "sent, and what all of it costs, before anything is paid.",
        )
        brought_in.ask(client)
        return
    st.subheader("The rows as they would be sent")
    try:
        ready = rows.draw(
            client, asked.at, asked.values.known, asked.base, rows.of(asked.table), asked.values
        )
    except TooManyCells as error:
        notes.problem(errors.Advice(str(error)))
        return
    except DeapiError as error:
        notes.problem(errors.advice(error))
        return
    if ready:
        _price(client, replace(asked.base, inputs=_sent(asked, ready)), asked.problems)
    else:
        notes.empty("No row is ready", "Mend one in the table, or say what its columns mean.")


def _price(client: Client, draft: Draft, problems: Sequence[str] = ()) -> None:
    left, _ = st.columns([6, 5], gap="large")
    with left:
        planned.draw(client, draft, problems)


def _sent(asked: Asked, ready: list[Input]) -> list[Input]:
    """The rows as they are sent: texts that one call takes together go together."""
    fields = [asked.values.known[each] for each in asked.values.meaning.values()]
    if len(fields) != 1 or fields[0].kind != "texts":
        return ready
    calls = packing.together(ready, fields[0])
    few = "one call" if len(calls) == 1 else f"{len(calls):,} calls"
    st.caption(f"{len(ready):,} texts go together in {few}, as many as the limits allow.")
    return calls
