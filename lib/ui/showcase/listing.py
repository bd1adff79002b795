"""The showcases that there are, and how the first one is made."""

from collections.abc import Sequence

import streamlit as st

from lib.store import Run, Showcase, StoreError
from lib.ui import clock, errors, notes, words
from lib.ui.plain import clip, safe
from lib.ui.session import Client
from lib.ui.showcase import place

THUMBS = 4
_TITLE = "My starred results"
_PROBLEM = "showcase:problem"


def draw(client: Client) -> None:
    st.title(words.SHOWCASE.title)
    if isinstance(problem := st.session_state.pop(_PROBLEM, None), str):
        notes.problem(errors.Advice(problem))
    starred = client.showcases.starred()
    mine, shared = client.showcases.mine(), client.showcases.shared_with_me()
    if starred:
        _make(client, starred)
    elif not mine:
        notes.empty(
            "Star ★ a result first",
            "Open a result in the History and press its star. What you starred becomes a clean "
            "page here, to present from and to share with the team.",
        )
        told = words.HISTORY
        st.page_link(told.page, label=f"Go to {told.title}", icon=told.icon)
    _rows(client, "Mine", mine)
    _rows(client, "Shared with me", shared)


def _make(client: Client, starred: Sequence[Run]) -> None:
    count = "One result has" if len(starred) == 1 else f"{len(starred)} results have"
    st.button(
        "Make one from my starred results",
        key="showcase:make",
        icon="⭐",
        type="primary",
        help=f"{count} a star now.",
        on_click=_begin,
        args=(client, starred),
    )


def _begin(client: Client, starred: Sequence[Run]) -> None:
    try:
        made = client.showcases.begin(_TITLE, starred)
    except (StoreError, ValueError) as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        place.open_one(made.id)


def _rows(client: Client, title: str, found: Sequence[Showcase]) -> None:
    if not found:
        return
    st.subheader(title)
    for each in found:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"row:showcase:{each.id}"
        ):
            st.html(_row(client, each), width="stretch")
            st.button(
                "Open", key=f"showcase_open:{each.id}", on_click=place.open_one, args=(each.id,)
            )


def _row(client: Client, showcase: Showcase) -> str:
    runs = client.showcases.runs(showcase)
    about = ["1 result" if len(runs) == 1 else f"{len(runs)} results", clock.minute(showcase.at)]
    if showcase.person != client.person:
        about.insert(0, showcase.person)
    elif showcase.shared:
        about.append("shared")
    thumbs = "".join(
        f'<img class="pg-thumb" src="{safe(client.url(run, "thumb"))}" alt="" loading="lazy">'
        for run in [run for run in runs if run.thumb][:THUMBS]
    )
    return (
        '<div class="pg-row"><div class="pg-row-text">'
        f'<p class="pg-prompt">{safe(clip(showcase.title, 140))}</p>'
        f'<p class="pg-small">{safe(" · ".join(about))}</p></div>'
        f'<div class="pg-show-thumbs">{thumbs}</div></div>'
    )
