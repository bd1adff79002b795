"""What a session remembers of the Lab, by the names of its widgets."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from lib.runs.experiments.plan import Draft
from lib.store.experiments import Experiment

OPENED = "experiment"
"""In the address: the experiment that is shown."""
NEW, ALL, LIBRARY = "New experiment", "Experiments", "Library"
"""Parts of the page."""
_PLAN = "lab:plan"


def key(*parts: str) -> str:
    """The key of a widget."""
    return ":".join(("lab", *parts))


def plan() -> Draft | None:
    """A plan from elsewhere, in the place of the form's: imported, or of an earlier experiment."""
    return st.session_state.get(_PLAN)


def take_plan(draft: Draft | None) -> None:
    """Plan this from now on, or with None what the form asks for."""
    st.session_state[_PLAN] = draft


def put_plan(draft: Draft | None) -> None:
    """The same from wherever a button says so, with a look at it."""
    take_plan(draft)
    st.query_params.pop(OPENED, None)
    st.session_state[key("page")] = NEW


def open_experiment(experiment_id: str) -> None:
    """Show this one, under an address of its own."""
    st.query_params[OPENED] = experiment_id


def begun(experiment_id: str) -> None:
    """A plan has become this experiment: show it, and begin the next one with an empty form."""
    st.session_state.pop(_PLAN, None)
    st.session_state.pop(key("title"), None)
    open_experiment(experiment_id)


def close() -> None:
    """Show all of them again."""
    st.query_params.pop(OPENED, None)
    st.session_state[key("page")] = ALL


def view(views: Sequence[str]) -> str:
    """Which part of the page is shown."""
    st.session_state.setdefault(key("page"), views[0])
    chosen = st.segmented_control(
        "View",
        views,
        key=key("page"),
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return chosen or views[0]


def opened() -> str:
    """The one that is shown; empty for none."""
    found: Any = st.query_params.get(OPENED, "")
    return found


def names(experiment: Experiment, what: str) -> list[str]:
    """What its `inputs` or `variants` are called."""
    return [str(each.get("name", "")) for each in experiment.plan.get(what, [])]
