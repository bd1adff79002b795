"""The tab's title: it says when something has finished or waits, on whatever page one is."""

import streamlit as st

from lib.ui import news, words
from lib.ui.session import Client


def draw(client: Client, page: str, icon: str) -> None:
    """Set the tab's title; news stays in it until its person does something."""
    st.set_page_config(page_title=_said(client, page), page_icon=icon)


def _said(client: Client, page: str) -> str:
    found = news.fresh(client)
    if not found:
        return f"{page} · {words.APP}"
    told = found[0].said if len(found) == 1 else f"{len(found)} new"
    sign = "✕" if told == news.FAILED else "?" if told.endswith(news.WAITS) else "✓"
    return f"{sign} {told} · {words.APP}"
