"""How the person of a showcase arranges it: order, title, who sees it, and what it says."""

from collections.abc import Callable, Sequence

import streamlit as st

from lib.store import Run, Showcase, StoreError
from lib.store.showcases import LONGEST
from lib.ui import errors, notes, words
from lib.ui.plain import clip, label, safe
from lib.ui.results import copy
from lib.ui.session import Client
from lib.ui.showcase import place

_PROBLEM = "showcase:problem"
_NAME = 70


def draw(client: Client, showcase: Showcase, runs: Sequence[Run]) -> None:
    """All of it, folded until it is wanted."""
    if isinstance(problem := st.session_state.get(_PROBLEM), str):
        notes.problem(errors.Advice(problem))
    with st.expander("Arrange", key="showcase:arrange", icon="🎛️"):
        _about(client, showcase)
        with st.container(key="showcase_rows", gap=None):
            for n, run in enumerate(runs):
                _row(client, showcase, run, first=n == 0, last=n == len(runs) - 1)
        with st.container(horizontal=True, gap="xsmall"):
            _add_button(client, showcase, runs)
            _delete_button(client, showcase)
    st.session_state.pop(_PROBLEM, None)


def _about(client: Client, showcase: Showcase) -> None:
    title, shared, prices = (f"showcase:{each}:{showcase.id}" for each in ("t", "s", "p"))
    if _PROBLEM not in st.session_state:  # what could not be kept is still there to be mended
        st.session_state[title] = showcase.title
    st.session_state[shared], st.session_state[prices] = showcase.shared, showcase.prices
    st.text_input(
        "Title",
        key=title,
        max_chars=LONGEST,
        on_change=_try,
        args=(lambda: client.showcases.retitle(showcase.id, st.session_state[title] or ""),),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.toggle(
            "Shared with the team",
            key=shared,
            help="Everybody who signs in here may then see it and its results.",
            on_change=_try,
            args=(lambda: client.showcases.share(showcase.id, st.session_state[shared]),),
        )
        st.toggle(
            "Show prices",
            key=prices,
            on_change=_try,
            args=(lambda: client.showcases.show_prices(showcase.id, st.session_state[prices]),),
        )
        copy.draw(place.whole(showcase), f"showcase:address:{showcase.id}", "Copy address")


def _row(client: Client, showcase: Showcase, run: Run, *, first: bool, last: bool) -> None:
    name = clip(words.name(run), _NAME)
    desk = client.showcases
    ways: tuple[tuple[str, str, bool, Callable[[], None]], ...] = (
        ("Up", "up", first, lambda: desk.move(showcase.id, run.id, by=-1)),
        ("Down", "down", last, lambda: desk.move(showcase.id, run.id, by=1)),
        ("First", "first", first, lambda: desk.move(showcase.id, run.id, to=0)),
        ("Take out", "out", False, lambda: desk.remove(showcase.id, run.id)),
    )
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key=f"showcase_row:{run.id}"
    ):
        st.html(f'<div class="pg-row">{_thumb(client, run)}<span>{safe(name)}</span></div>')
        for told, what, off, do in ways:
            st.button(
                told,
                key=f"showcase_{what}:{run.id}",
                disabled=off,
                on_click=_try,
                args=(do,),
            )


def _thumb(client: Client, run: Run) -> str:
    if not run.thumb:
        return ""
    return f'<img class="pg-thumb" src="{safe(client.url(run, "thumb"))}" alt="" loading="lazy">'


def _add_button(client: Client, showcase: Showcase, runs: Sequence[Run]) -> None:
    """The starred results that are not in it, looked up when somebody asks."""
    box = st.popover("Add a starred one", key="showcase:add", icon="⭐", on_change="rerun")
    if not box.open:
        return
    there = {run.id for run in runs}
    with box:
        found = [run for run in client.showcases.starred() if run.id not in there]
        if not found:
            st.caption("Everything that you starred is here. Star another result in the History.")
        for run in found:
            st.button(
                label(clip(words.name(run), _NAME)),
                key=f"showcase_add:{run.id}",
                help=label(words.endpoint(run.endpoint).title),
                width="stretch",
                on_click=_try,
                args=(lambda run=run: client.showcases.add(showcase.id, run.id),),
            )


def _delete_button(client: Client, showcase: Showcase) -> None:
    with st.popover("Delete", key="showcase:delete", icon=":material/delete:"):
        st.html("<p>Its address leads nowhere then. The results stay in the History.</p>")
        st.button(
            "Delete this showcase",
            key="showcase:delete_now",
            type="primary",
            width="stretch",
            on_click=_delete,
            args=(client, showcase),
        )


def _delete(client: Client, showcase: Showcase) -> None:
    def delete() -> None:
        client.showcases.delete(showcase.id)
        place.close()
        st.toast("Deleted.")

    _try(delete)


def _try(change: Callable[[], None]) -> None:
    """Do it, or say on the page that is drawn next why it was not done."""
    try:
        change()
    except (StoreError, ValueError) as error:
        st.session_state[_PROBLEM] = str(error)
    except KeyError:
        st.session_state[_PROBLEM] = "This is not here any more, or not yours to change."
