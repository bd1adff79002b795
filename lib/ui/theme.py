"""The little that Streamlit's theme can't say: our own blocks, and the colour of the profile."""

from functools import cache
from pathlib import Path

import streamlit as st

from lib.ui import words
from lib.ui.plain import safe

_ACCENT = {
    # Light and dark: the accent as a fill under white text, and as text on the page.
    "sandbox": ("#0f766e", "#14857b", "#0f766e", "#4fc3b7"),
    "live": ("#b93c0b", "#c2480f", "#b93c0b", "#ff9a62"),
}


def draw(profile: str) -> None:
    """Dress the page for a profile, with a bar on top that says whose money a click spends."""
    plain(profile)
    name, meaning = words.PROFILES[profile]
    st.html(f'<div class="pg-bar-top"><b>{safe(name)}</b> {safe(meaning)}</div>')


def plain(profile: str = "sandbox") -> None:
    """Dress a page in the colour of a profile."""
    fill_light, fill_dark, text_light, text_dark = _ACCENT[profile]
    # Dialogs stand outside the app's own element, which is the only one that knows the scheme.
    scheme = st.context.theme.type or "light dark"
    accent = (
        f":root{{color-scheme:{scheme};--pg-fill:light-dark({fill_light},{fill_dark});"
        f"--pg-accent:light-dark({text_light},{text_dark})}}"
    )
    st.html(f"<style>{accent}{_css()}</style>")


@cache
def _css() -> str:
    return (Path(__file__).parent / "theme.css").read_text()
