"""The frame around every page: title, navigation by family, sidebar."""

import streamlit as st

PAGES = {
    "Make": [("pages/images.py", "Images", "images", "🖼️")],
    "Look back": [("pages/history.py", "History", "history", "🗂️")],
}


def draw() -> None:
    """Draw what surrounds the page of this run of the script, and the page itself."""
    st.set_page_config(page_title="deAPI Playground", layout="wide")
    page = st.navigation(
        {
            section: [
                st.Page(path, title=title, url_path=url, icon=icon)
                for path, title, url, icon in pages
            ]
            for section, pages in PAGES.items()
        }
    )
    page.run()
