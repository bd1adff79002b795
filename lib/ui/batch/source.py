"""Where the rows of a batch come from: a file, what is pasted, our examples, or files alone."""

from collections.abc import Sequence

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.media import Upload
from lib.runs.experiments.reading import Table
from lib.ui import words
from lib.ui.experiment.given_table import GivenTable
from lib.ui.plain import safe

PLACE = GivenTable("batch")
FILE = "file"
"""What the column is called that names files, where there is no table."""


def draw(at: Endpoint, uploads: Sequence[Upload], text: str | None) -> Table | None:
    """The places to give a table, or what was given; `text` is the field of an endpoint's own
    words, for which there are examples."""
    table = PLACE.table
    if table is None:
        _ask(at, text)
        return _of_files(uploads)
    count = "1 row" if len(table.rows) == 1 else f"{len(table.rows):,} rows"
    st.html(f'<p class="pg-prompt"><b>{count}</b> from {safe(PLACE.name)}</p>')
    st.button("Take the table away", key="batch:away", on_click=PLACE.away)
    return table


def _ask(at: Endpoint, text: str | None) -> None:
    PLACE.ask(
        "A CSV, Excel, JSONL or text file: each row makes one result",
        "batch:file",
        "Columns become fields: a prompt, a seed, what to avoid, the name of a file. Whatever else "
        "stands in a row is kept beside its result.",
    )
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
            on_click=PLACE.take,
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
            on_click=PLACE.put,
            args=(Table((text,), tuple({text: each} for each in examples)), "our examples"),
        )


def _of_files(uploads: Sequence[Upload]) -> Table | None:
    """A row a file. The same table as long as the files are the same: what was edited stays."""
    if not uploads:
        return None
    names = tuple({FILE: each.name} for each in uploads)
    kept: Table | None = st.session_state.get("batch:files")
    if kept is None or kept.rows != names:
        st.session_state["batch:files"] = Table((FILE,), names)
    return st.session_state["batch:files"]
