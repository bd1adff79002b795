"""One experiment: how it goes, its results, the votes on them, and what they say."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from lib.store import Status
from lib.store.experiments import Cell, Experiment
from lib.ui import catalogue, clock, news, notes, run_status
from lib.ui.experiment import grid, outcome, place, progress, rewritten, targets, vote
from lib.ui.experiment.place import key
from lib.ui.plain import label, safe
from lib.ui.session import Client

TICK = 1.5
"""Seconds between two looks at one that goes on."""

View = Callable[[Client, Experiment, Sequence[Cell]], None]

_RESULTS = "Results"
_STILL: Mapping[str, View] = {"Vote blind": vote.draw, "Outcome": outcome.draw}
"""Views that do not move by themselves: who votes must not be disturbed."""


def draw(client: Client, experiment_id: str, results: View = grid.draw, tick: float = TICK) -> None:
    """Everything about it, or that it is not there. `results` draws these while it goes on, every
    `tick` seconds, and afterwards."""
    experiment = head(client, experiment_id)
    if experiment is None:
        return
    cells = client.experiments.table(experiment)
    moving = moves(experiment, cells)
    if experiment.plan.get("then"):
        chosen: View = rewritten.draw
    elif len(place.names(experiment, "variants")) > 1:
        chosen = _STILL.get(_view(), results)
    else:
        chosen = results
    if moving and chosen in (results, rewritten.draw):
        st.fragment(_live, run_every=tick)(client, experiment_id, chosen)
    else:
        _body(client, experiment, cells, chosen)
    grid.shown(client, catalogue.names(client))


def head(client: Client, experiment_id: str) -> Experiment | None:
    """The way back, what it is called and whose it is; None when it is not there. One that was
    made in another view than this page's is shown on its own."""
    st.button("All experiments", icon="⬅️", key=key("back"), on_click=place.close)
    experiment = client.experiments.get(experiment_id)
    if experiment is None:
        notes.empty(
            "This experiment is not here",
            "It belongs to somebody who does not share it, or to the other deAPI: look whether "
            "Sandbox or Live is chosen.",
        )
        return None
    if place.view_of(experiment) != place.here():
        place.open_experiment(experiment_id, place.view_of(experiment))
        st.rerun()
    st.subheader(label(experiment.title))
    st.html(f'<p class="pg-small">{safe(_about(client, experiment))}</p>')
    return experiment


def _about(client: Client, experiment: Experiment) -> str:
    whose = "" if experiment.person == client.person else experiment.person
    shared = "shared with the team" if experiment.shared else ""
    said = (whose, targets.title(experiment.plan), clock.minute(experiment.created_at), shared)
    return " · ".join(filter(None, said))


def _view() -> str:
    return (
        st.segmented_control(
            "View",
            [_RESULTS, *_STILL],
            key=key("view"),
            default=_RESULTS,
            required=True,
            label_visibility="collapsed",
        )
        or _RESULTS
    )


def moves(experiment: Experiment, cells: Sequence[Cell]) -> bool:
    """Whether something will happen without a person."""
    moving = any(each.run is not None and run_status.moving(each.run) for each in cells)
    return experiment.status is Status.RUNNING or moving


def _live(client: Client, experiment_id: str, view: View) -> None:
    """The same again and again, until it has come to rest."""
    experiment = client.experiments.get(experiment_id)
    if experiment is None:
        news.settle()
        return
    cells = client.experiments.table(experiment)
    if not moves(experiment, cells):
        news.settle()
    _body(client, experiment, cells, view)


def _body(client: Client, experiment: Experiment, cells: Sequence[Cell], view: View) -> None:
    if view is not vote.draw:
        st.html(progress.html(client, experiment, cells))
        progress.buttons(client, experiment, cells)
    view(client, experiment, cells)
