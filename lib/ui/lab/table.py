"""Prompts out of a file: what its columns mean, and the rows that come of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.field import Field
from lib.runs.experiments import mapping, reading
from lib.runs.experiments.plan import Input
from lib.runs.experiments.reading import Table, Unreadable
from lib.ui import notes, words
from lib.ui.errors import Advice
from lib.ui.experiment import targets
from lib.ui.experiment.place import key
from lib.ui.plain import clip, safe

_GIVEN, _NAME, _REFUSED, _COUNT = (
    key(f"table:{what}") for what in ("given", "name", "no", "count")
)
_SHOWN = 3
"""So many rows are shown as they would be sent."""
_ASKED = 12
"""So many columns can be put right."""
_OUT = ""
"""In the place of a field, for a column that is left out."""
KINDS = ("text", "integer", "number", "boolean", "choice")
"""Kinds of fields that a cell of a table can be."""


def given() -> Table | None:
    """The table that stands in the place of the prompts that are written."""
    return st.session_state.get(_GIVEN)


def ask() -> None:
    """A place to give one."""
    with st.popover("From a file", icon="📄", key=key("from_file")):
        count = st.session_state.setdefault(_COUNT, 0)
        file = st.file_uploader(
            "A CSV, Excel, JSONL or text file",
            key=key("file", str(count)),
            help="A row is a prompt. Other columns can be settings of their own: what to avoid, a "
            "seed, a size.",
        )
        if file is not None:
            st.session_state[_COUNT] += 1
            st.session_state.pop(_REFUSED, None)
            try:
                _take(reading.read(file.getvalue(), file.name), file.name)
            except Unreadable as error:
                st.session_state[_REFUSED] = f"{clip(file.name, 60)}: {error}"
            st.rerun()
        if why := st.session_state.get(_REFUSED):
            notes.problem(Advice(why))


def _take(table: Table, name: str) -> None:
    st.session_state[_GIVEN] = table
    st.session_state[_NAME] = name


def draw(at: Endpoint, form: Sequence[Field], table: Table) -> list[Input]:
    """What the table is, what its columns mean, and its first rows; the rows as they are meant."""
    known = {each.name: each for each in form if each.kind in KINDS}
    name = clip(st.session_state.get(_NAME, ""), 60)
    st.html(f'<p class="pg-prompt"><b>{len(table.rows):,} prompts</b> from {safe(name)}</p>')
    meaning = columns(at, known, table, targets.text_of(at), str(st.session_state[_COUNT]))
    rows = _rows(at, known, table, meaning)
    st.button("Take the file away", key=key("table_away"), on_click=away)
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


def away() -> None:
    """Have the prompts be written again."""
    st.session_state.pop(_GIVEN, None)
