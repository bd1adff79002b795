"""The history as pictures: each opens its run on a page of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from lib.store import Mark, Run
from lib.store.marks import NONE
from lib.ui import history_table, run_address, words
from lib.ui.plain import clip, safe
from lib.ui.session import Client

NAME_LENGTH = 60
_KEY = "history:gallery"

_opener = component("gallery_links", js=(Path(__file__).parent / "history_gallery.js").read_text())


def draw(client: Client, runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """All of them in one block of HTML. A link would begin a new session, with other filters: what
    is pressed without any key is opened in this one."""
    said = client.marks.of(runs)
    tiles = "".join(
        _tile(client, run, said.get(run.id, NONE), names.get(run.model, run.model)) for run in runs
    )
    st.html(f'<div class="pg-gallery">{tiles}</div>')
    with st.container(key="gallery_links"):
        _opener(key=_KEY, on_opened_change=_open)


def _tile(client: Client, run: Run, mark: Mark, model_name: str) -> str:
    name = safe(clip(words.name(run), NAME_LENGTH))
    star = '<span class="pg-star" title="Starred">★</span> ' if mark.starred else ""
    state = safe(words.STATES[run.state])
    return (
        f'<a class="pg-shot" href="{safe(run_address.link(run))}"'
        f' title="{safe(clip(words.name(run), 200))}">{history_table.thumb(client, run)}'
        f'<span class="pg-shot-name">{star}{name}</span>'
        f'<span class="pg-shot-about"><span>{safe(model_name)}</span>'
        f'<span class="pg-state pg-{run.state.value}">{state}</span>'
        f'<span class="pg-price">{history_table.paid(run)}</span></span></a>'
    )


def _open() -> None:
    pressed = st.session_state[_KEY].opened
    if isinstance(pressed, str):
        run_address.open_run(pressed)
