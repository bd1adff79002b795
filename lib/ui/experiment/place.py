"""What a session remembers of experiments, by the names of widgets, and where each is shown."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lib.runs.experiments.plan import Draft
from lib.store.experiments import Experiment
from lib.ui import words
from lib.ui.words import FamilyWords

OPENED = "experiment"
"""In the address: the experiment that is shown."""
NEW, ALL, LIBRARY = "New experiment", "Experiments", "Library"
"""Parts of the page."""
COMPARE = "compare"
"""The view (`Draft.view`) of a comparison; the Lab's own experiments have none."""
VIEWS: Mapping[str, FamilyWords] = {"": words.LAB, COMPARE: words.COMPARE}
"""The page of each view."""
_PLAN = "lab:plan"


def key(*parts: str) -> str:
    """The key of a widget; parts that are empty are left out."""
    return ":".join(("lab", *filter(None, parts)))


def view_of(experiment: Experiment) -> str:
    """The view that it was made in; the Lab's for one that no page here made."""
    return _known(str(experiment.plan.get("view", "")))


def plan(of: str = "") -> Draft | None:
    """A plan of this view from elsewhere, in the place of the form's: imported, or of an earlier
    experiment."""
    found: Draft | None = st.session_state.get(_PLAN)
    return found if found is not None and _known(found.view) == of else None


def put_plan(draft: Draft | None) -> None:
    """Plan this on the page of its view, or with None what the form asks for."""
    st.session_state[_PLAN] = draft
    st.query_params.pop(OPENED, None)
    if draft is None or not _known(draft.view):
        st.session_state[key("page")] = NEW
    if draft is not None:
        _go(draft.view)


def open_experiment(experiment_id: str, of: str = "") -> None:
    """Show this one, under an address of its own on the page of its view."""
    st.query_params[OPENED] = experiment_id
    _go(of, {OPENED: experiment_id})


def begun(experiment_id: str, of: str = "") -> None:
    """A plan has become this experiment: show it, and begin the next one with an empty form."""
    st.session_state.pop(_PLAN, None)
    st.session_state.pop(key("title", of), None)
    open_experiment(experiment_id, of)


def close(of: str = "") -> None:
    """Show all of them again."""
    st.query_params.pop(OPENED, None)
    if not of:
        st.session_state[key("page")] = ALL


def _known(view: str) -> str:
    return view if view in VIEWS else ""


def _go(of: str, told: Mapping[str, str] | None = None) -> None:
    """Have the frame show the page of a view, with this in its address (lib/ui/frame.py)."""
    st.session_state["go_to"] = VIEWS[_known(of)].page
    st.session_state["go_with"] = told or {}


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
