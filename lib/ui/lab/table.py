"""Prompts out of a file: what its columns mean, and the rows that come of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.field import Field
from lib.runs.experiments import mapping
from lib.runs.experiments.plan import Input
from lib.runs.experiments.reading import Table
from lib.ui import notes, words
from lib.ui.errors import Advice
from lib.ui.experiment import targets
from lib.ui.experiment.given_table import GivenTable
from lib.ui.experiment.place import key
from lib.ui.plain import clip, safe

PLACE = GivenTable("lab")
"""The table that stands in the place of the prompts that are written."""
_SHOWN = 3
"""So many rows are shown as they would be sent."""
_ASKED = 12
"""So many columns can be put right."""
_OUT = ""
"""In the place of a field, for a column that is left out."""
KINDS = ("text", "integer", "number", "boolean", "choice")
"""Kinds of fields that a cell of a table can be."""


def ask() -> None:
    """A place to give one."""
    with st.popover("From a file", icon="📄", key=key("from_file")):
        PLACE.ask(
            "A CSV, Excel, JSONL or text file",
            key("file"),
            "A row is a prompt. Other columns can be settings of their own: what to avoid, a seed, "
            "a size.",
        )


def draw(at: Endpoint, form: Sequence[Field], table: Table) -> list[Input]:
    """What the table is, what its columns mean, and its first rows; the rows as they are meant."""
    known = {each.name: each for each in form if each.kind in KINDS}
    count = f"<b>{len(table.rows):,} prompts</b>"
    st.html(f'<p class="pg-prompt">{count} from {safe(PLACE.name)}</p>')
    meaning = columns(at, known, table, targets.text_of(at), str(PLACE.count))
    rows = _rows(at, known, table, meaning)
    st.button("Take the file away", key=key("table_away"), on_click=PLACE.away)
    if targets.text_of(at) not in meaning.values():
        notes.problem(Advice("Say which column holds the prompts."))
        return []
    shown = "".join(f"<li>{_told(at, each)}</li>" for each in rows[:_SHOWN])
    more = f"<li>and {len(rows) - _SHOWN:,} more</li>" if len(rows) > _SHOWN else ""
    st.html(f'<ul class="pg-small">{shown}{more}</ul>')
    return rows


def columns(
    at: Endpoint,
    known: Mapping[str, Field],
    table: Table,
    main: str | None,
    mark: str,
    *,
    out: str = "leave it out",
) -> dict[str, str]:
    """Column → field, as it was guessed and as somebody has put it right. `main` is the field that
    a single column is for; `mark` tells this table from others of the session, and `out` is what
    becomes of a column that goes into no field."""
    guessed = mapping.guess(table.columns, known)
    if main is not None and main not in guessed.values() and len(table.columns) == 1:
        guessed = {table.columns[0]: main}
    found: dict[str, str] = {}
    for column in sorted(table.columns, key=lambda each: each not in guessed)[:_ASKED]:
        options = [_OUT, *known]
        name = key("column", at.id, mark, str(table.columns.index(column)))
        if st.session_state.get(name) not in options:
            st.session_state[name] = guessed.get(column, _OUT)
        chosen = st.selectbox(
            f"Column “{clip(column, 40)}”",
            options,
            format_func=lambda each: words.field(at.id, each).label if each else out,
            key=name,
            persist_state="session",
        )
        if chosen and chosen not in found.values():
            found[column] = chosen
    return found


def _rows(
    at: Endpoint, known: dict[str, Field], table: Table, meaning: dict[str, str]
) -> list[Input]:
    text = targets.text_of(at) or ""
    found: list[Input] = []
    for n, row in enumerate(mapping.mapped(table, meaning), 1):
        values: dict[str, Any] = {
            name: mapping.typed(known[name], said) for name, said in row.items()
        }
        found.append(Input(name=clip(str(values.get(text) or f"Row {n}"), 80), values=values))
    return found


def _told(at: Endpoint, row: Input) -> str:
    """A row as it would be sent."""
    return safe(
        " · ".join(
            f"{words.field(at.id, name).label}: {clip(str(value), 60)}"
            for name, value in row.values.items()
        )
    )
