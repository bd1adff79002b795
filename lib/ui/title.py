"""The tab's title: it says when something has finished, on whatever page one is."""

import streamlit as st

from lib.store import State
from lib.ui import words
from lib.ui.session import Client


def settle() -> None:
    """Draw the whole page again because a run has ended, and not because a person did something."""
    st.session_state["settling"] = True
    st.rerun()


def draw(client: Client, page: str, icon: str) -> None:
    """Set the title for this run of the script. News stays in it until its person does something."""
    st.set_page_config(page_title=_said(client, page), page_icon=icon)


def _said(client: Client, page: str) -> str:
    if not st.session_state.pop("settling", False):
        st.session_state["news"] = []
    news: list[str] = st.session_state.setdefault("news", [])
    news += _ended(client)
    if not news:
        return f"{page} · {words.APP}"
    return f"{news[0] if len(news) == 1 else f'✓ {len(news)} finished'} · {words.APP}"


def _ended(client: Client) -> list[str]:
    """What ended since the last run of the script, each in two words."""
    before: set[str] = st.session_state.get("watched", set())
    now = {run.id for run in client.open_runs()}
    st.session_state["watched"] = now
    ended = [run for run in map(client.run, before - now) if run is not None]
    return [
        f"✓ {words.ready(run.endpoint)}" if run.state is State.DONE else "✕ A run failed"
        for run in ended
        if run.state in (State.DONE, State.FAILED)
    ]
