"""Small remarks in the page, all in one look."""

import streamlit as st

from lib.ui.errors import Advice
from lib.ui.plain import safe


def html(advice: Advice) -> str:
    """An advice as HTML: the sentence, and the link where it is mended."""
    link = ""
    if advice.link:
        link = (
            f' <a href="{safe(advice.link.url)}" target="_blank" rel="noopener">'
            f"{safe(advice.link.label)}</a>"
        )
    return f"{safe(advice.sentence)}{link}"


def problem(advice: Advice) -> None:
    """Something went wrong, and this is what to do."""
    st.html(f'<p class="pg-problem" role="alert">{html(advice)}</p>')


def empty(title: str, sentence: str) -> None:
    """A place where nothing is yet, and what to do first."""
    st.html(
        f'<div class="pg-empty"><p class="pg-empty-title">{safe(title)}</p>'
        f"<p>{safe(sentence)}</p></div>"
    )
