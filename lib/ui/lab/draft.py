"""What stands in the Lab's form, kept for its person: in another window, or after a crash."""

from contextlib import suppress

import streamlit as st

from lib.store import StoreError
from lib.ui.experiment import targets
from lib.ui.experiment.place import key
from lib.ui.session import Client

_KEPT = (targets.KEY, *(key(each) for each in ("text", "avoid", "hand", "title", "most")))
_NAME, _SAVED = "lab", key("draft")


def restore(client: Client) -> None:
    """Once a session, before the form is drawn: what its person left there."""
    if _SAVED in st.session_state:
        return
    found = client.experiments.form(_NAME)
    for name in _KEPT:
        if name in found:
            st.session_state.setdefault(name, found[name])
    if st.session_state.get(targets.KEY) not in {each.id for each in targets.offered()}:
        st.session_state.pop(targets.KEY, None)
    st.session_state[_SAVED] = found


def save(client: Client) -> None:
    """Keep it as it is now, when it has changed."""
    now = {name: st.session_state[name] for name in _KEPT if st.session_state.get(name)}
    if st.session_state.get(_SAVED) == now:
        return
    with suppress(StoreError):  # what really must be kept says so itself
        client.experiments.save_form(_NAME, now)
    st.session_state[_SAVED] = now
