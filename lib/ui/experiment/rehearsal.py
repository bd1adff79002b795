"""On the sandbox a comparison is a rehearsal, and has to say so."""

import streamlit as st

from lib.ui.session import Client


def draw(client: Client) -> None:
    """Say it where it is one."""
    if client.rehearsing:
        st.html(
            '<p class="pg-small"><span class="pg-mark">Sandbox</span> This is a rehearsal: the '
            "sandbox's own small programs make the results, so it measures no model.</p>"
        )
