"""What a session remembers of the Lab, by the names of its widgets."""

from typing import Any

import streamlit as st

from lib.runs.experiments.plan import Draft
from lib.store.experiments import Experiment

OPENED = "experiment"
"""In the address: the experiment that is shown."""
_PLAN = "lab:plan"


def key(*parts: str) -> str:
    """The key of a widget."""
    return ":".join(("lab", *parts))


def plan() -> Draft | None:
    """A plan from elsewhere, in the place of the form's: imported, or of an earlier experiment."""
    return st.session_state.get(_PLAN)


def put_plan(draft: Draft | None) -> None:
    """Plan this, or with None what the form asks for."""
    st.session_state[_PLAN] = draft
    st.query_params.pop(OPENED, None)


def open_experiment(experiment_id: str) -> None:
    """Show this one, under an address of its own."""
    st.query_params[OPENED] = experiment_id


def close() -> None:
    """Show all of them again."""
    st.query_params.pop(OPENED, None)


def opened() -> str:
    """The one that is shown; empty for none."""
    found: Any = st.query_params.get(OPENED, "")
    return found


def names(experiment: Experiment, what: str) -> list[str]:
    """What its `inputs` or `variants` are called."""
    return [str(each.get("name", "")) for each in experiment.plan.get(what, [])]
