"""Where the rows of a batch come from: a file, what is pasted, our examples, or files alone."""

from collections.abc import Sequence

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.media import Upload
from lib.runs.experiments import reading
from lib.runs.experiments.reading import Table, Unreadable
from lib.ui import notes, words
from lib.ui.errors import Advice
from lib.ui.plain import clip, safe

_GIVEN, _NAME, _REFUSED, COUNT = (
    f"batch:table:{what}" for what in ("given", "name", "no", "count")
)
FILE = "file"
"""What the column is called that names files, where there is no table."""


def draw(at: Endpoint, uploads: Sequence[Upload], text: str | None) -> Table | None:
    """The places to give a table, or what was given; `text` is the field of an endpoint's own
    words, for which there are examples."""
    table: Table | None = st.session_state.get(_GIVEN)
    if table is None:
        _ask(at, text)
        return _of_files(uploads)
    name = clip(st.session_state.get(_NAME, ""), 60)
    count = "1 row" if len(table.rows) == 1 else f"{len(table.rows):,} rows"
    st.html(f'<p class="pg-prompt"><b>{count}</b> from {safe(name)}</p>')
    st.button("Take the table away", key="batch:away", on_click=_away)
    return table


def _ask(at: Endpoint, text: str | None) -> None:
    count = st.session_state.setdefault(COUNT, 0)
    file = st.file_uploader(
        "A CSV, Excel, JSONL or text file: each row makes one result",
        key=f"batch:file:{count}",
        help="Columns become fields: a prompt, a seed, what to avoid, the name of a file. Whatever "
        "else stands in a row is kept beside its result.",
    )
    if file is not None:
        _take(file.getvalue(), file.name)
        st.rerun()
    if why := st.session_state.get(_REFUSED):
        notes.problem(Advice(why))
    with st.container(horizontal=True, gap="xsmall", key="chips:batch"):
        _paste()
        _examples(at, text)


def _paste() -> None:
    with st.popover("Paste rows", icon="📋", key="batch:paste"):
        pasted = st.text_area(
            "Rows out of a spreadsheet, or a line a row",
            key="batch:pasted",
            height=200,
            placeholder="prompt\tseed\na harbour in the morning\t7\na cat by a window\t8",
        )
        st.button(
            "Use these rows",
            key="batch:paste_use",
            on_click=_take,
            args=(pasted.encode(), "pasted.csv"),
            disabled=not pasted.strip(),
        )


def _examples(at: Endpoint, text: str | None) -> None:
    examples = [each.text for each in words.endpoint(at.id).examples if text is not None]
    if text is not None and examples:
        st.button(
            f"{len(examples)} example rows",
            icon="🎲",
            key="batch:examples",
            help="Rows of our own, to see how it goes",
            on_click=_put,
            args=(Table((text,), tuple({text: each} for each in examples)), "our examples"),
        )


def _take(content: bytes, name: str) -> None:
    st.session_state[COUNT] += 1
    st.session_state.pop(_REFUSED, None)
    try:
        _put(reading.read(content, name), name)
    except Unreadable as error:
        st.session_state[_REFUSED] = f"{clip(name, 60)}: {error}"


def _put(table: Table, name: str) -> None:
    st.session_state[_GIVEN] = table
    st.session_state[_NAME] = name


def _away() -> None:
    st.session_state.pop(_GIVEN, None)


def _of_files(uploads: Sequence[Upload]) -> Table | None:
    """A row a file. The same table as long as the files are the same: what was edited stays."""
    if not uploads:
        return None
    names = tuple({FILE: each.name} for each in uploads)
    kept: Table | None = st.session_state.get("batch:files")
    if kept is None or kept.rows != names:
        st.session_state["batch:files"] = Table((FILE,), names)
    return st.session_state["batch:files"]
