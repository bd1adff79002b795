"""The frame around every page: navigation by family, colour of the profile, sidebar, title."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from lib.ui import session, sidebar, theme, title, words

# Until `st.navigation` is called for the first time, Streamlit takes a folder called `pages` for
# the older kind of app and runs its files without this frame: the first visitor after a start
# would see an error below any address but the first page's.
PagesManager.uses_pages_directory = False


def draw() -> None:
    """Draw what surrounds the page of this run of the script, and the page itself."""
    client = session.here()
    st.set_page_config(page_title=words.APP, layout="wide")
    pages = {
        told.page: st.Page(told.page, title=told.title, icon=told.icon, url_path=told.title.lower())
        for told in (*words.FAMILIES.values(), words.HISTORY)
    }
    page = st.navigation(list(pages.values()), position="hidden")
    wanted = st.session_state.pop("go_to", None)
    if wanted is not None and pages[wanted] != page:
        st.switch_page(pages[wanted])
    theme.draw(client.profile)
    beside = sidebar.navigation(list(pages.values()))
    page.run()
    # After the page, which may just have started a run.
    sidebar.draw(client, beside, page.title)
    title.draw(client, page.title, page.icon)
