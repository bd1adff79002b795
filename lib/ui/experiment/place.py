"""What a session remembers of plans and experiments, by the names of its widgets, and on which
page each is shown."""

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
LAB, COMPARE, BATCH = "", "compare", "batch"
"""The pages that experiments are made on, as `Draft.view` names them."""
VIEWS: Mapping[str, FamilyWords] = {
    LAB: words.LAB,
    COMPARE: words.COMPARE,
    BATCH: words.BATCH,
}
EXTRAS = ("title", "most", "reuse", "shared")
"""What is said of one experiment, beside its plan."""
_PLAN = "lab:plan"
_PAGE = "experiment:page"


def key(*parts: str) -> str:
    """The key of a widget; parts that are empty are left out."""
    return ":".join(("lab", *filter(None, parts)))


def enter(view: str) -> None:
    """Say which page is being drawn; the first thing that each of them does."""
    st.session_state[_PAGE] = view


def here() -> str:
    """The page that is being drawn."""
    return st.session_state.get(_PAGE, LAB)


def _part(page: str | None = None) -> str:
    """The key under which a page, else this one, keeps which part of it is shown."""
    return f"{(here() if page is None else page) or 'lab'}:page"


def view_of(experiment: Experiment) -> str:
    """The page that it was made on; the Lab for one that no page here made."""
    view = str(experiment.plan.get("view", LAB))
    return view if view in VIEWS else LAB


def plan() -> Draft | None:
    """A plan from elsewhere, in the place of the form's: imported, or of an earlier experiment of
    this page."""
    found: Draft | None = st.session_state.get(_PLAN)
    return found if found and found.view == here() else None


def take_plan(draft: Draft | None) -> None:
    """Plan this from now on, on the page that it was made on; or with None what the form asks
    for."""
    st.session_state[_PLAN] = draft
    if draft and draft.view in VIEWS and draft.view != here():
        st.session_state["go_to"] = VIEWS[draft.view].page
        st.session_state[_part(draft.view)] = NEW


def put_plan(draft: Draft | None) -> None:
    """The same from wherever a button says so, with a look at it."""
    take_plan(draft)
    st.query_params.pop(OPENED, None)
    st.session_state[_part()] = NEW


def open_experiment(experiment_id: str, view: str | None = None) -> None:
    """Show this one, under an address of its own, on the page of `view` or this one."""
    if view is not None and view in VIEWS and view != here():
        st.session_state["go_to"] = VIEWS[view].page
        st.session_state["go_with"] = {OPENED: experiment_id}
        return
    st.query_params[OPENED] = experiment_id


def begun(experiment_id: str) -> None:
    """A plan has become this experiment: show it. What was said of it is not said of the next one,
    which would be shared or limited without a word."""
    st.session_state.pop(_PLAN, None)
    for name in EXTRAS:
        st.session_state.pop(key(name, here()), None)
    open_experiment(experiment_id)


def close() -> None:
    """Show all of them again."""
    st.query_params.pop(OPENED, None)
    st.session_state[_part()] = ALL


def view(views: Sequence[str], called: Mapping[str, str] | None = None) -> str:
    """Which part of the page is shown; `called` are names that this page has for some."""
    names = {each: each for each in views} | dict(called or {})
    st.session_state.setdefault(_part(), views[0])
    chosen = st.segmented_control(
        "View",
        views,
        format_func=names.__getitem__,
        key=_part(),
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
