"""The frame around every page: navigation by family, colour of the profile, sidebar, title."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.pages_manager import PagesManager

from lib.runs.profiles import SANDBOX
from lib.ui import news, profile, session, sidebar, state, theme, title, words
from lib.ui.words import FamilyWords

# Until `st.navigation` is called for the first time, Streamlit takes a folder called `pages` for
# the older kind of app and runs its files without this frame: the first visitor after a start
# would see an error below any address but the first page's.
PagesManager.uses_pages_directory = False


def pages(there: Sequence[FamilyWords]) -> dict[str, StreamlitPage]:
    """The pages that have an address now: file → page."""
    return {
        told.page: st.Page(
            told.page,
            title=told.title,
            icon=told.icon,
            url_path=told.address,
            default=told is words.START,
        )
        for told in there
    }


def draw() -> None:
    """Draw what surrounds the page of this run of the script, and the page itself."""
    client = session.here()
    profile.begin(client)
    st.set_page_config(layout="wide")
    # The sandbox's page is always there where a sandbox is: a page that goes while it is shown
    # is "not found" to Streamlit.
    there = [*words.PLACES]
    there += [words.SANDBOX] if SANDBOX in client.profiles else []
    there += [words.PEOPLE] if client.is_admin else []
    found = pages(there)
    page = st.navigation(list(found.values()), position="hidden")
    if not client.rehearsing and page == found.get(words.SANDBOX.page):
        st.switch_page(found[there[0].page])
    wanted = st.session_state.pop("go_to", None)
    told = st.session_state.pop("go_with", {})
    if wanted is not None and found[wanted] != page:
        st.switch_page(found[wanted], query_params=told)
    beside = sidebar.navigation(client)
    theme.draw(client.profile)
    page.run()
    if state.presses_left():
        st.toast("Nothing was ordered: the page changed while you pressed. Press again.")
        state.forget_presses()
    # After the page, which may just have started a run.
    now = client.snapshot()
    news.look(client, now)
    sidebar.draw(client, beside, page.title, now)
    title.draw(client, page.title, page.icon)
