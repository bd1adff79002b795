"""One showcase: its title and its results, large, and nothing that keeps from looking at them."""

from collections.abc import Sequence

import streamlit as st

from lib.store import Run, Showcase
from lib.ui import catalogue, notes, profile, words
from lib.ui.plain import label, safe
from lib.ui.session import Client
from lib.ui.showcase import arrange, place, present, tile


def draw(client: Client, showcase_id: str) -> None:
    """All of it. Who may not see it is told what everybody is told of one that never was."""
    showcase = client.showcases.get(showcase_id)
    presenting = showcase is not None and place.presents()
    if not presenting:
        st.button(
            "All showcases",
            key="showcase:back",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=place.close,
        )
    if showcase is None:
        _not_here(client, showcase_id)
        return
    runs = client.showcases.runs(showcase)
    with st.container(key="showcase"):
        st.title(label(showcase.title), anchor=False)
        if presenting:
            present.draw()
        else:
            _controls(client, showcase, runs)
        _grid(client, showcase, runs)


def _controls(client: Client, showcase: Showcase, runs: Sequence[Run]) -> None:
    if showcase.person != client.person:
        st.html(f'<p class="pg-small">Shown by {safe(showcase.person)}</p>')
    if runs:
        present.button()
    if client.showcases.is_mine(showcase):
        arrange.draw(client, showcase, runs)


def _grid(client: Client, showcase: Showcase, runs: Sequence[Run]) -> None:
    if not runs:
        notes.empty("Nothing in it", "Add a result with a star under “Arrange”.")
        return
    files, names = client.showcases.results(runs), catalogue.names(client)
    with st.container(key="showcase_grid"):
        for run in runs:
            name = names.get(run.model, run.model)
            tile.draw(client, showcase, run, files.get(run.id, []), name)


def _not_here(client: Client, showcase_id: str) -> None:
    there = client.showcases.elsewhere(showcase_id)
    if there is None or there not in client.profiles:
        notes.empty("Not here", "There is no such showcase, or it is not shared with you.")
        return
    name = words.PROFILES[there][0]
    now = words.PROFILES[client.profile][0]
    notes.empty(f"This showcase is in {name}", f"You look at {now} now.")
    st.button(
        f"Show it in {name}",
        key="showcase:switch",
        on_click=profile.switch,
        args=(client, there),
    )
