"""The bell beside every page: what has finished or waits, and the browser's own notice of it."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from lib.ui import news
from lib.ui.plain import label
from lib.ui.session import Client

_HERE = Path(__file__).parent

_notices = component(
    "notices",
    html='<button type="button" hidden></button>',
    css=(_HERE / "results" / "copy.css").read_text(),
    js=(_HERE / "bell.js").read_text(),
)


def draw(client: Client) -> None:
    """How much is new, and what; the browser is asked to tell where it may."""
    found, unread = news.kept(client), news.unread(client)
    told = f"{unread} new" if unread else "Nothing new"
    with st.popover(told, icon="🔔", key="bell", on_change="rerun", width="stretch") as box:
        if box.open:
            news.read(client)
            for each in found:
                st.page_link(
                    each.page,
                    label=label(f"{each.said}: {each.about}"),
                    query_params=each.params,
                    width="stretch",
                )
            if not found:
                st.caption("What finishes or needs you while you are elsewhere is listed here.")
            _notices(key="notices:ask", data={"ask": "Tell me in the browser, too", "news": []})
    # What is inside a closed popover is not there to tell anything.
    fresh = [{"id": each.id, "said": each.said, "about": each.about} for each in news.fresh(client)]
    _notices(key="notices", data={"ask": "", "news": fresh})
