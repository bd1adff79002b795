"""The rows as they would be sent: what is wrong with each, and the places to mend or drop it.

The table is a virtual one: the browser draws the rows that are in sight, and no row has a widget.
An edit changes the rows that are kept here, which are what is planned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.field import Field
from lib.runs.experiments.plan import Cell, Draft, Input
from lib.runs.experiments.reading import Table
from lib.ui import words
from lib.ui.batch.values import Values
from lib.ui.experiment import planned
from lib.ui.plain import clip, numbers, safe
from lib.ui.session import Client

WRONG, ROW, DROP = "wrong", "row", "drop"
READY, DROPPED = "Ready", "Dropped"
_TOLD = 100
"""So many sentences about bad rows are told above the table."""
LOW, TALL = 34, 68
"""Pixels of a row, and of one whose cells wrap, as they do above 64: while rows are there to be
mended, what is wrong with each is read in its cell."""
_HEIGHT = {LOW: 420, TALL: 500}
_KEPT = "batch:rows"


@dataclass(slots=True)
class Rows:
    """The rows of a table as they are now. Their columns are called `column(n)`, because what a
    file calls its own may be anything; `version` counts what was changed by anything but the editor
    itself, and `only` are the places of the rows that are shown, if not all are."""

    table: Table
    frame: pd.DataFrame
    version: int = 0
    only: list[int] | None = None
    wrong: dict[int, str] = field(default_factory=dict[int, str])
    """By its place, what is wrong with a row that is not dropped."""

    @property
    def dropped(self) -> int:
        return self.frame[DROP].tolist().count(True)

    @property
    def shown(self) -> list[int]:
        return [*range(len(self.frame))] if self.only is None else self.only


def column(n: int) -> str:
    return f"c{n}"


def of(table: Table) -> Rows:
    """Those of `table`, as they were edited if it is the one of before."""
    kept: Rows | None = st.session_state.get(_KEPT)
    if kept is None or kept.table is not table:
        version = kept.version + 1 if kept else 0
        kept = st.session_state[_KEPT] = Rows(table, _frame(table), version)
    return kept


def _frame(table: Table) -> pd.DataFrame:
    columns = {column(n): table.column(name) for n, name in enumerate(table.columns)}
    return pd.DataFrame({**columns, DROP: [False] * len(table.rows)})


def apply(rows: Rows, edits: Mapping[int, Mapping[str, object]]) -> None:
    """Put what the editor says into the rows: by the place where a row is shown, column → value."""
    shown = rows.shown
    for place, changes in edits.items():
        for name, value in changes.items():
            told = bool(value) if name == DROP else "" if value is None else str(value)
            rows.frame.loc[shown[int(place)], name] = told


def draw(
    client: Client, at: Endpoint, form: Mapping[str, Field], base: Draft, rows: Rows, values: Values
) -> list[Input]:
    """The table with what is wrong; the rows that are ready. `base` is the plan without any rows.
    Raises `TooManyCells` and `DeapiError`."""
    places, given = _given(rows, values)
    cells = planned.cells(client, replace(base, inputs=given))
    rows.wrong = _wrong(at, places, cells, values)
    _told(rows)
    _editor(at, form, rows, values)
    _buttons(rows)
    return [each for place, each in zip(places, given, strict=True) if place not in rows.wrong]


def _given(rows: Rows, values: Values) -> tuple[list[int], list[Input]]:
    """The places of the rows that are not dropped, and what each gives."""
    columns = rows.table.columns
    texts = [rows.frame[column(n)].tolist() for n in range(len(columns))]
    kept = [place for place, gone in enumerate(rows.frame[DROP].tolist()) if not gone]
    told = (
        {name: each[place] for name, each in zip(columns, texts, strict=True)} for place in kept
    )
    return kept, [values.row(place, each) for place, each in zip(kept, told, strict=True)]


def _wrong(
    at: Endpoint, places: Sequence[int], cells: Sequence[Cell], values: Values
) -> dict[int, str]:
    """One sentence a bad row, whatever number of models would refuse it."""
    found: dict[int, dict[str, None]] = {}
    for each in cells:
        place = places[each.input]
        for name, told in each.problems.items():
            said = values.missing.get(place, {}).get(name, told)
            found.setdefault(place, {})[f"{_label(at, name)}: {said}"] = None
    return {place: " ".join(told) for place, told in found.items()}


def _label(at: Endpoint, name: str) -> str:
    try:
        return words.field(at.id, name).label.rstrip("?")
    except KeyError:
        return name.capitalize()  # the model itself


# --- on the screen --------------------------------------------------------------------------------


def _told(rows: Rows) -> None:
    count, gone = len(rows.frame), rows.dropped
    ready = count - gone - len(rows.wrong)
    what = "row is" if count == 1 else "rows are"
    dropped = f", {gone:,} dropped" if gone else ""
    st.html(
        f'<p class="pg-total" role="status"><b>{ready:,} of {count:,}</b> {what} ready{dropped}</p>'
    )
    if rows.wrong:
        # To be reached by the keyboard too: a long list scrolls.
        st.html(f'<ul class="pg-problem pg-bad-rows" tabindex="0">{_listed(rows.wrong)}</ul>')


def _listed(wrong: Mapping[int, str]) -> str:
    """Each sentence once, with the rows that it is about: of many bad rows most are so alike."""
    about: dict[str, list[int]] = {}
    for place, told in wrong.items():
        about.setdefault(told, []).append(place + 1)
    some = [
        f"<li>{'Row' if len(found) == 1 else 'Rows'} {numbers(found)}: {safe(clip(told, 300))}</li>"
        for told, found in [*about.items()][:_TOLD]
    ]
    if rest := sum(len(found) for found in [*about.values()][_TOLD:]):
        what = "row, told" if rest == 1 else "rows, each told"
        some.append(f"<li>and {rest:,} more {what} in the table</li>")
    return "".join(some)


def _editor(at: Endpoint, form: Mapping[str, Field], rows: Rows, values: Values) -> None:
    """With a fixed number of rows, so that an edit leaves the place that one has scrolled to."""
    shown = rows.shown
    frame = rows.frame.iloc[shown].reset_index(drop=True)
    gone = frame[DROP].tolist()
    told = [
        DROPPED if away else rows.wrong.get(place, READY)
        for place, away in zip(shown, gone, strict=True)
    ]
    frame.insert(0, WRONG, told)
    frame.insert(1, ROW, [place + 1 for place in shown])
    mapped = {
        column(n): values.meaning[name]
        for n, name in enumerate(rows.table.columns)
        if name in values.meaning
    }
    text = st.column_config.TextColumn
    config = {
        WRONG: text("What is wrong", pinned=True, width=230, disabled=True),
        ROW: st.column_config.NumberColumn("Row", width="small", disabled=True, format="%d"),
        DROP: st.column_config.CheckboxColumn("Drop", width="small"),
        **{
            name: text(words.field(at.id, of).label, width="large" if _is_long(form[of]) else None)
            for name, of in mapped.items()
        },
    }
    name, high = f"batch:editor:{rows.version}", TALL if rows.wrong else LOW
    st.data_editor(
        frame[[*config]],
        key=name,
        hide_index=True,
        column_order=[WRONG, ROW, *mapped, DROP],
        column_config=config,
        height=_HEIGHT[high] if (len(shown) + 1) * high > _HEIGHT[high] else "auto",
        row_height=high,
        on_change=_edited,
        args=(rows, name),
        alt="The rows as they would be sent",
    )


def _is_long(field: Field) -> bool:
    return field.kind in ("text", "texts")


def _edited(rows: Rows, name: str) -> None:
    apply(rows, st.session_state[name]["edited_rows"])


def _buttons(rows: Rows) -> None:
    count, gone = len(rows.wrong), rows.dropped
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="batch_bar"):
        if count:
            said = "Drop the bad row" if count == 1 else f"Drop the {count:,} bad rows"
            st.button(said, icon="🧹", key="batch:drop", on_click=_drop, args=(rows,))
        if gone:
            said = (
                "Put the dropped row back" if gone == 1 else f"Put the {gone:,} dropped rows back"
            )
            st.button(said, icon="↩️", key="batch:back", on_click=_put_back, args=(rows,))
        if rows.only is not None:
            st.button("Show all rows", key="batch:all", on_click=_show, args=(rows, None))
        elif 0 < count < len(rows.frame):
            some = [*rows.wrong]
            st.button("Show the bad rows only", key="batch:only", on_click=_show, args=(rows, some))


def _drop(rows: Rows) -> None:
    rows.frame.loc[[*rows.wrong], DROP] = True
    _show(rows, None)


def _put_back(rows: Rows) -> None:
    rows.frame[DROP] = False
    _show(rows, None)


def _show(rows: Rows, only: list[int] | None) -> None:
    rows.only = only
    rows.version += 1
