"""A result that can't be shown, only saved: what it is, and that it is there."""

from collections.abc import Sequence

import streamlit as st

from lib.store import ResultFile, Run
from lib.ui.plain import safe, size
from lib.ui.session import Client


def draw(_client: Client, _run: Run, files: Sequence[ResultFile]) -> None:
    if not files:
        st.html('<p class="pg-small">Its file is no longer here.</p>')
        return
    kept = files[0]
    st.html(
        f'<p class="pg-saved"><b>{safe(kept.name.rpartition(".")[2].upper())}</b> '
        f"A file of {size(kept.size)} ({safe(kept.media_type)}). Save it to look at it.</p>"
    )
