"""Text that was read from a picture, beside that picture. Whatever marks it has stay marks."""

from collections.abc import Sequence

import streamlit as st

from lib.deapi import transcripts
from lib.store import ResultFile, Run
from lib.ui.results import pictures, saved
from lib.ui.session import Client

TALLEST = 460
"""Pixels of a text before it scrolls."""
LONG = 900
"""Characters from which on it has that height."""


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    content = client.text(run.id, files[0])
    if content is None:
        saved.draw(client, run, ())
        return
    given = [each for each in client.given(run) if each.media_type.startswith("image/")]
    if not given:
        _text(content)
        return
    left, right = st.columns([2, 3])
    with left:
        st.html(pictures.beside(client, given[0]))
    with right:
        _text(content)


def _text(content: str) -> None:
    text = transcripts.parse(content).text or "(no text)"
    height = TALLEST if len(text) > LONG or text.count("\n") > LONG / 50 else "content"
    st.code(text, language=None, wrap_lines=True, height=height)
