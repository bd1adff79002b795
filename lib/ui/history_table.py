"""The rows of the history: a thumbnail, what it was, what it cost, and a way in."""

from collections.abc import Mapping, Sequence

import streamlit as st

from lib.deapi.contract import endpoint
from lib.store import Mark, Run, State
from lib.store.marks import NONE
from lib.ui import clock, money, words
from lib.ui.plain import clip, safe
from lib.ui.session import Client

TEXT_LENGTH, NOTE_LENGTH = 140, 90


def draw(client: Client, runs: Sequence[Run], names: Mapping[str, str]) -> Run | None:
    """Draw a row a run; returns the one whose Show was pressed."""
    opened = None
    said = client.marks.of(runs)
    with st.container(key="history_rows", gap=None):
        for run in runs:
            with st.container(horizontal=True, vertical_alignment="center", key=f"row:{run.id}"):
                name = names.get(run.model, run.model)
                st.html(_row(client, run, said.get(run.id, NONE), name), width="stretch")
                if st.button("Show", key=f"show:{run.id}"):
                    opened = run
    return opened


def _row(client: Client, run: Run, mark: Mark, model_name: str) -> str:
    title = words.endpoint(run.endpoint).title
    whose = "" if run.person == client.person else run.person
    about = filter(None, (whose, title, model_name, clock.minute(run.created_at)))
    star = '<span class="pg-star" title="Starred">★</span> ' if mark.starred else ""
    return (
        f'<div class="pg-row">{thumb(client, run)}'
        f'<div class="pg-row-text"><p class="pg-prompt">'
        f"{star}{safe(clip(words.name(run), TEXT_LENGTH))}</p>"
        f'<p class="pg-small">{safe(" · ".join(about))}</p>{_said(mark)}</div>'
        f'<div class="pg-row-end"><span class="pg-state pg-{run.state.value}">'
        f"{safe(words.STATES[run.state])}</span>"
        f'<span class="pg-price">{paid(run)}</span></div></div>'
    )


def _said(mark: Mark) -> str:
    """Its tags, and how its note begins."""
    chips = "".join(f'<span class="pg-chip">{safe(each)}</span>' for each in mark.tags)
    tags = f'<div class="pg-chips">{chips}</div>' if chips else ""
    note = f'<p class="pg-small">📝 {safe(clip(mark.note, NOTE_LENGTH))}</p>' if mark.note else ""
    return tags + note


def thumb(client: Client, run: Run) -> str:
    """A small picture of the result, else a sign of what it is."""
    if run.state is State.DONE and run.thumb:
        source = safe(client.url(run, "thumb"))
        return f'<img class="pg-thumb" src="{source}" alt="" loading="lazy">'
    at = endpoint(run.endpoint)
    sign = words.endpoint(at.id).icon or words.FAMILIES[at.family].icon
    return f'<span class="pg-thumb" aria-hidden="true">{safe(sign)}</span>'


def paid(run: Run) -> str:
    """What it has cost, or holds."""
    if run.price is not None:
        return money.paid(run.price, run.price_estimated)
    if run.state in (State.FAILED, State.CANCELLED):
        return "–"
    return f"{money.price(run.reserved)} held"
