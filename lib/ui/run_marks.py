"""A star, tags and a note on a run: each is kept as soon as it is changed."""

from collections.abc import Callable

import streamlit as st

from lib.store import Mark, Run, StoreError
from lib.store.favourites import MOST_TAGS
from lib.store.marks import LONGEST, NONE
from lib.ui import errors, notes
from lib.ui.session import Client

_NOTE_HEIGHT = 110


def draw(client: Client, run: Run) -> None:
    """All three, below each other."""
    mark = client.marks.of([run]).get(run.id, NONE)
    _tags(client, run, mark)
    _note(client, run, mark)
    if isinstance(problem := st.session_state.pop(_problem(run), None), str):
        notes.problem(errors.Advice(problem))


def star(client: Client, run: Run) -> None:
    """A button that has it stand out, or no longer."""
    starred = client.marks.of([run]).get(run.id, NONE).starred
    st.button(
        "★ Starred" if starred else "☆ Star",
        key=f"star:{run.id}",
        help="Take the star away" if starred else "Find it again by its star",
        on_click=_star,
        args=(client, run, not starred),
    )


def _tags(client: Client, run: Run, mark: Mark) -> None:
    key = f"tags:{run.id}"
    there = client.marks.tags()
    st.session_state[key] = list(mark.tags)
    st.multiselect(
        "Tags",
        [*there, *(each for each in mark.tags if each not in there)],
        key=key,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder="Choose some, or type a new one",
        on_change=_retag,
        args=(client, run, key),
    )


def _note(client: Client, run: Run, mark: Mark) -> None:
    key = f"note:{run.id}"
    if _problem(run) not in st.session_state:  # what could not be kept is still there to be mended
        st.session_state[key] = mark.note
    st.text_area(
        "Note",
        key=key,
        height=_NOTE_HEIGHT,
        max_chars=LONGEST,
        placeholder="What is worth knowing about it. The search finds it.",
        on_change=_write,
        args=(client, run, key),
    )


def _star(client: Client, run: Run, starred: bool) -> None:
    _try(run, lambda: client.marks.star(run.id, starred))


def _retag(client: Client, run: Run, key: str) -> None:
    _try(run, lambda: client.marks.retag(run.id, st.session_state[key]))


def _write(client: Client, run: Run, key: str) -> None:
    _try(run, lambda: client.marks.note(run.id, st.session_state[key] or ""))


def _try(run: Run, change: Callable[[], None]) -> None:
    try:
        change()
    except (StoreError, ValueError) as error:
        st.session_state[_problem(run)] = str(error)
    except KeyError:
        st.session_state[_problem(run)] = "This run is not here any more."


def _problem(run: Run) -> str:
    return f"marks:problem:{run.id}"
