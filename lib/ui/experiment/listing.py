"""The experiments that there are: one's own, and those that are shared with the team."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lib.store import Status
from lib.store.experiments import Experiment
from lib.ui import clock, money, notes
from lib.ui.experiment import place, targets
from lib.ui.experiment.place import key
from lib.ui.plain import clip, safe
from lib.ui.session import Client

PAGE = 12
_LOOKED = 60
"""So many are looked through for those of one view."""

STATUS = {
    Status.RUNNING: "Running",
    Status.PAUSED: "Paused",
    Status.STOPPED: "Stopped",
    Status.DONE: "Done",
}
"""How a list calls it."""


def draw(client: Client) -> None:
    """All of them, or what to do first."""
    shown: int = st.session_state.get(key("shown"), PAGE)
    found = client.experiments.page(shown + 1)
    if not found:
        notes.empty(
            "Your experiments will be here",
            "Write a few prompts, choose what to compare, and look at the price. The results stand "
            "beside each other here, and you can vote on them without knowing which is which.",
        )
        return
    st.subheader("Experiments")
    _rows(client, found[:shown])
    if len(found) > shown:
        st.button("Show more", key=key("more"), on_click=_more, args=(shown,), width="stretch")


def recent(client: Client, view: str, title: str, count: int) -> None:
    """The last ones of one view, if there are any."""
    found = [each for each in client.experiments.page(_LOOKED) if place.view_of(each) == view]
    if found:
        st.subheader(title)
        _rows(client, found[:count])


def _rows(client: Client, found: Sequence[Experiment]) -> None:
    for each in found:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"row:experiment:{each.id}"
        ):
            st.html(_row(client, each), width="stretch")
            st.button(
                "Open",
                key=key("open", each.id),
                on_click=place.open_experiment,
                args=(each.id, place.view_of(each)),
            )


def _size(plan: Mapping[str, Any]) -> str:
    """How large it is: of a batch its rows, of which some may be sent together."""
    inputs, variants = plan.get("inputs", []), len(plan.get("variants", []))
    if plan.get("view") != place.BATCH:
        return f"{len(inputs)} × {variants}"
    count = sum(max(len(each.get("beside", [])), 1) for each in inputs)
    rows = "1 row" if count == 1 else f"{count:,} rows"
    return f"Batch of {rows}" + (f" × {variants}" if variants > 1 else "")


def _row(client: Client, experiment: Experiment) -> str:
    plan = experiment.plan
    about = [
        targets.title(plan),
        _size(plan),
        clock.minute(experiment.created_at),
    ]
    if view := place.view_of(experiment):
        about.insert(0, place.VIEWS[view].title)
    if experiment.person != client.person:
        about.insert(0, experiment.person)
    elif experiment.shared:
        about.append("shared")
    held = f"{money.price(experiment.held)} held" if experiment.held else ""
    return (
        '<div class="pg-row"><div class="pg-row-text">'
        f'<p class="pg-prompt">{safe(clip(experiment.title, 140))}</p>'
        f'<p class="pg-small">{safe(" · ".join(about))}</p></div>'
        f'<div class="pg-row-end"><span class="pg-state">{STATUS[experiment.status]}</span>'
        f'<span class="pg-price">{safe(held)}</span></div></div>'
    )


def _more(shown: int) -> None:
    st.session_state[key("shown")] = shown + PAGE
