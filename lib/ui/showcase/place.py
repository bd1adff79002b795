"""The address of a showcase: which one is shown, and whether somebody presents from it."""

import streamlit as st

from lib.store import Showcase
from lib.ui import session, words

OPENED = "showcase"
_PRESENT = "present"


def opened() -> str:
    """The id of the one that is shown; empty for none."""
    return st.query_params.get(OPENED, "")


def presents() -> bool:
    """Whether nothing is shown but the results."""
    return st.query_params.get(_PRESENT) == "1"


def open_one(showcase_id: str) -> None:
    st.query_params[OPENED] = showcase_id


def close() -> None:
    """Show all of them again."""
    st.query_params.pop(OPENED, None)
    leave()


def present() -> None:
    st.query_params[_PRESENT] = "1"


def leave() -> None:
    """Stop presenting."""
    st.query_params.pop(_PRESENT, None)


def whole(showcase: Showcase) -> str:
    """The address as it can be given to somebody else."""
    return f"{session.origin()}/{words.SHOWCASE.address}?{OPENED}={showcase.id}"
