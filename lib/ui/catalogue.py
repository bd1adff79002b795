"""The list of models, asked for at most once a while when there is none to be had."""

import time

import streamlit as st

from lib.deapi.catalogue import Listing
from lib.deapi.errors import DeapiError
from lib.ui.session import Client

PATIENCE = 15.0
"""Seconds for which a failure stands: who has no list at all waits long for it, and a page has
several parts that would each wait."""


def listing(client: Client) -> Listing | DeapiError:
    """The catalogue, or why none can be had."""
    failed: tuple[DeapiError, float] | None = st.session_state.get(_key(client))
    if failed is not None and time.monotonic() - failed[1] < PATIENCE:
        return failed[0]
    found = client.listing()
    if isinstance(found, DeapiError):
        st.session_state[_key(client)] = (found, time.monotonic())
    return found


def ask_again(client: Client) -> None:
    """Forget that there was none."""
    st.session_state.pop(_key(client), None)


def names(client: Client) -> dict[str, str]:
    """Slug → the name that people know a model by; empty without a catalogue."""
    found = listing(client)
    if isinstance(found, DeapiError):
        return {}
    return {model.slug: model.name for model in found.models}


def _key(client: Client) -> str:
    return f"no_models:{client.profile}"
