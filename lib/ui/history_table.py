"""The rows of the history: a thumbnail, what it was, what it cost, and a way in."""

from collections.abc import Sequence

import streamlit as st

from lib.deapi.contract import endpoint
from lib.store import Run, State
from lib.ui import clock, money, words
from lib.ui.plain import clip, safe
from lib.ui.session import Client

TEXT_LENGTH = 140


def draw(client: Client, runs: Sequence[Run], names: dict[str, str]) -> Run | None:
    """Draw a row a run; returns the one whose Show was pressed."""
    opened = None
    with st.container(key="history_rows", gap=None):
        for run in runs:
            with st.container(horizontal=True, vertical_alignment="center", key=f"row:{run.id}"):
                st.html(_row(client, run, names.get(run.model, run.model)), width="stretch")
                if st.button("Show", key=f"show:{run.id}"):
                    opened = run
    return opened


def _row(client: Client, run: Run, model_name: str) -> str:
    title = words.endpoint(run.endpoint).title
    whose = "" if run.person == client.person else run.person
    about = filter(None, (whose, title, model_name, clock.minute(run.created_at)))
    return (
        f'<div class="pg-row">{_thumb(client, run)}'
        f'<div class="pg-row-text"><p class="pg-prompt">'
        f"{safe(clip(words.name(run), TEXT_LENGTH))}</p>"
        f'<p class="pg-small">{safe(" · ".join(about))}</p></div>'
        f'<div class="pg-row-end"><span class="pg-state pg-{run.state.value}">'
        f"{safe(words.STATES[run.state])}</span>"
        f'<span class="pg-price">{_paid(run)}</span></div></div>'
    )


def _thumb(client: Client, run: Run) -> str:
    if run.state is State.DONE and run.thumb:
        source = safe(client.url(run, "thumb"))
        return f'<img class="pg-thumb" src="{source}" alt="" loading="lazy">'
    at = endpoint(run.endpoint)
    sign = words.endpoint(at.id).icon or words.FAMILIES[at.family].icon
    return f'<span class="pg-thumb" aria-hidden="true">{safe(sign)}</span>'


def _paid(run: Run) -> str:
    if run.price is not None:
        return money.paid(run.price, run.price_estimated)
    if run.state in (State.FAILED, State.CANCELLED):
        return "–"
    return f"{money.price(run.reserved)} held"
