"""Which deAPI this session talks to: chosen in the sidebar, and kept over a reload."""

import streamlit as st

from lib.ui import words
from lib.ui.plain import safe
from lib.ui.session import Client

KEY = "profile"


def begin(client: Client) -> None:
    """Take up the choice of this session, or a new one where its person left off.

    After a restart everybody begins with the first profile, which costs nothing.
    """
    if KEY not in st.session_state:
        last = _last_choices().get(client.person)
        st.session_state[KEY] = last if last in client.profiles else client.profile
    client.choose(st.session_state[KEY])


def draw(client: Client) -> None:
    """The choice, where there is one, and what it means."""
    if len(client.profiles) > 1:
        st.segmented_control(
            "Where runs go",
            client.profiles,
            key=KEY,
            required=True,
            format_func=lambda each: words.PROFILES[each][0],
            on_change=_choose,
            args=(client,),
            width="stretch",
            persist_state="session",
        )
    name, meaning = words.PROFILES[client.profile]
    st.html(
        f'<div class="pg-profile"><span class="pg-badge">{safe(name)}</span>'
        f"<span>{safe(meaning)}</span></div>"
    )


def switch(client: Client, to: str) -> None:
    """Choose another one, as a click on it does."""
    st.session_state[KEY] = to
    _choose(client)


def _choose(client: Client) -> None:
    _last_choices()[client.person] = st.session_state[KEY]


@st.cache_resource(show_spinner=False)
def _last_choices() -> dict[str, str]:
    """Person → the profile they chose last, as long as the server runs."""
    return {}
