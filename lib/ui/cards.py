"""My runs of a family, newest first: those that move redraw themselves, the others stand still."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.deapi.contract import Endpoint
from lib.store import Run
from lib.ui import catalogue, news, notes, run_card, run_status, settle_bar, words
from lib.ui.session import Client

KEPT = 6
"""So many of the last runs stay on the page; the others are in History."""
TICK = 1.0
"""Seconds between two looks at runs that move."""


def draw(client: Client, family: Sequence[Endpoint]) -> None:
    """Every card. Only the cards that move are drawn again while they do."""
    open_now = client.open_runs()
    mine = _mine(client, family, open_now)
    if not mine:
        noun = words.endpoint(family[0].id).noun
        notes.empty(
            f"Your {noun}s will appear here",
            "Fill in the form and press Run. You may leave this page while it works: "
            "everything is kept, and History has all of it.",
        )
        return
    names = catalogue.names(client)
    places = {run.id: st.container(border=True, key=f"card:{run.id}") for run in mine}
    moving = [run for run in mine if run_status.moving(run)]
    unsettled = len(settle_bar.waiting(client, open_now))
    for run in mine:
        if run not in moving:
            with places[run.id]:
                name = names.get(run.model, run.model)
                run_card.draw(client, run, name, unsettled=unsettled)
    if moving:
        watched = {run.id: places[run.id] for run in moving}
        st.fragment(_tick, run_every=TICK)(client, watched, names)
    told = words.HISTORY
    st.page_link(told.page, label="Everything you made is in History", icon=told.icon)


def _tick(client: Client, places: dict[str, DeltaGenerator], names: dict[str, str]) -> None:
    """Draw the cards that move; when one has come to rest, the page settles."""
    runs = [*client.seen([*places]).values()]
    if not all(map(run_status.moving, runs)):
        # Not drawn here: what is pressed in a fragment that is gone a moment later is lost.
        news.settle()
    for run in runs:
        with places[run.id]:
            run_card.draw(client, run, names.get(run.model, run.model))


def _mine(client: Client, family: Sequence[Endpoint], every_open: Sequence[Run]) -> list[Run]:
    """What is open, and the last few of the rest, newest first."""
    ids = {each.id for each in family}
    open_now = [run for run in every_open if run.endpoint in ids]
    last = client.recent(KEPT, *family)
    found = {run.id: run for run in (*open_now, *last)}
    ordered = sorted(found.values(), key=lambda run: run.id, reverse=True)
    rest = {run.id for run in [each for each in ordered if each not in open_now][:KEPT]}
    return [run for run in ordered if run in open_now or run.id in rest]
