"""A video: its player, with a still of it until it plays."""

from collections.abc import Sequence

import streamlit as st

from lib.store import ResultFile, Run
from lib.ui import words
from lib.ui.plain import clip
from lib.ui.results import players
from lib.ui.session import Client


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    kept = files[0]
    st.html(
        players.video(
            client.url(run, "result"),
            width=kept.width,
            height=kept.height,
            poster=client.url(run, "thumb") if run.thumb else None,
            label=f"Video: {clip(words.name(run), 150)}",
        )
    )
