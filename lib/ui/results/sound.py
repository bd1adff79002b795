"""Speech or music: its player."""

from collections.abc import Sequence

import streamlit as st

from lib.store import ResultFile, Run
from lib.ui import words
from lib.ui.plain import clip
from lib.ui.results import players
from lib.ui.session import Client


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    label = f"Sound: {clip(words.name(run), 150)}"
    st.html(players.audio(client.url(run, "result"), label=label))
