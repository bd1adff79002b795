"""The address of a run: which one has the page for itself, and how one gets there and back."""

import streamlit as st

from lib.store import Run
from lib.ui import session, words

OPENED = "run"


def opened() -> str:
    """The id of the one that is shown; empty for none."""
    return st.query_params.get(OPENED, "")


def open_run(run_id: str) -> None:
    """Show this one, whatever was shown of it before."""
    st.session_state.pop("history:opened", None)
    st.query_params[OPENED] = run_id


def close() -> None:
    """Show all of them again."""
    st.query_params.pop(OPENED, None)


def link(run: Run) -> str:
    """The address within the History."""
    return f"?{OPENED}={run.id}"


def whole(run: Run) -> str:
    """The address as it can be given to somebody else."""
    return f"{session.origin()}/{words.HISTORY.address}{link(run)}"
