"""Presenting: the page without anything around the results, until Escape or a small cross."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from lib.ui.showcase import place

_HERE = Path(__file__).parent
_CSS = (_HERE / "present.css").read_text()
_escape = component("showcase_escape", js=(_HERE / "present.js").read_text())


def button() -> None:
    """The way into it."""
    st.button(
        "Present",
        key="showcase:present",
        type="primary",
        help="Only the title and the results. Esc brings the rest back.",
        on_click=place.present,
    )


def draw() -> None:
    """Hide what is around, and offer the way back."""
    st.html(f"<style>{_CSS}</style>")
    st.button(
        "Stop presenting",
        key="showcase_leave",
        icon=":material/close:",
        type="tertiary",
        on_click=place.leave,
    )
    with st.container(key="showcase_escape"):
        _escape(key="showcase:escape", on_left_change=place.leave)
