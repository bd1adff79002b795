"""The frame around every page: title, navigation by family, colour of the profile, sidebar."""

import streamlit as st

from lib.ui import session, sidebar, theme, title, words


def draw() -> None:
    """Draw what surrounds the page of this run of the script, and the page itself."""
    client = session.here()
    pages = {
        told.page: st.Page(told.page, title=told.title, icon=told.icon, url_path=told.title.lower())
        for told in (*words.FAMILIES.values(), words.HISTORY)
    }
    make = [pages[told.page] for told in words.FAMILIES.values()]
    page = st.navigation({"Make": make, "Look back": [pages[words.HISTORY.page]]})
    wanted = st.session_state.pop("go_to", None)
    if wanted is not None and pages[wanted] != page:
        st.switch_page(pages[wanted])
    st.set_page_config(
        page_title=title.of_the_tab(client, page.title), page_icon=page.icon, layout="wide"
    )
    theme.draw(client.profile)
    sidebar.draw(client)
    page.run()
