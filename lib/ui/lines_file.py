"""Lines of text out of a file: a text file line by line, or a column of a table."""

import streamlit as st

from lib.runs.experiments import reading
from lib.runs.experiments.reading import Unreadable
from lib.ui import notes, state
from lib.ui.errors import Advice
from lib.ui.inputs import Spot
from lib.ui.plain import clip

Columns = dict[str, list[str]]
"""Name → what stands in it, without empty cells."""


def draw(spot: Spot) -> None:
    """A place to give a file, and which of its columns to take where there are several."""
    given, refused, count = (f"{what}:{spot.key}" for what in ("lines", "refused", "count"))
    with st.popover("From a file", icon="📄", key=f"{spot.at.id}:from_a_file"):
        file = st.file_uploader(
            "CSV, Excel, JSONL or a text file",
            key=f"{spot.at.id}:{spot.field.name}:lines:{st.session_state.setdefault(count, 0)}",
            help="Of a text file every line is taken, of a table one column.",
        )
        if file is not None:
            st.session_state[count] += 1
            for key in (given, refused):
                st.session_state.pop(key, None)
            try:
                columns = read(file.getvalue(), file.name)
            except Unreadable as error:
                st.session_state[refused] = f"{clip(file.name, 60)}: {error}"
            else:
                st.session_state[given] = columns
                st.session_state[f"{given}:column"] = telling(columns)
                state.fill(spot.at, {spot.field.name: columns[telling(columns)]})
            st.rerun()
        if why := st.session_state.get(refused):
            notes.problem(Advice(why))
        columns: Columns = st.session_state.get(given, {})
        if len(columns) > 1:
            st.selectbox(
                "Which column?",
                list(columns),
                format_func=lambda each: clip(each, 60),
                key=f"{given}:column",
                persist_state="session",
                on_change=_choose,
                args=(spot, columns, f"{given}:column"),
            )


def _choose(spot: Spot, columns: Columns, key: str) -> None:
    state.fill(spot.at, {spot.field.name: columns[st.session_state[key]]})


def read(content: bytes, name: str) -> Columns:
    """The texts of each column, each on one line; a single column needs no name. Raises
    `Unreadable`."""
    table = reading.read(content, name)
    columns = {
        head: [line for cell in table.column(head) if (line := " ".join(cell.split()))]
        for head in table.columns
    }
    columns = {head: some for head, some in columns.items() if some}
    return {"": next(iter(columns.values()))} if len(table.columns) == 1 else columns


def telling(columns: Columns) -> str:
    """The column that most likely holds the texts: the one that says most."""
    return max(columns, key=lambda head: sum(map(len, columns[head])))
