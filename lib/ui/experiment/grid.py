"""The results beside each other: a row a prompt, a column a variant."""

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from lib.store import ResultFile, State
from lib.store.experiments import Cell, Experiment
from lib.ui import run_card
from lib.ui.experiment import cell as one
from lib.ui.experiment.place import key, names
from lib.ui.plain import safe
from lib.ui.session import Client

PAGE = 10
BESIDE = 4
"""So many results stand side by side at most."""


def draw(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    """The rows that are shown, and a way to more."""
    rows = sorted({each.input for each in cells})
    shown: int = st.session_state.get(key("rows", experiment.id), PAGE)
    by_row = {row: [each for each in cells if each.input == row] for row in rows[:shown]}
    drawn = [each for some in by_row.values() for each in some]
    files = client.experiments.results(drawn)
    seen = client.seen([each.run.id for each in drawn if each.run])
    inputs = names(experiment, "inputs")
    for row, some in by_row.items():
        with st.container(key=f"lab_row:{row}", border=True):
            st.html(f'<p class="pg-prompt"><b>{row + 1}</b> {safe(inputs[row])}</p>')
            _cells(client, experiment, some, files, seen)
    if len(rows) > shown:
        st.button(
            f"Show more of {len(rows):,}",
            key=key("more_rows"),
            on_click=_more,
            args=(experiment.id, shown),
            width="stretch",
        )


def _cells(
    client: Client,
    experiment: Experiment,
    cells: Sequence[Cell],
    files: Mapping[str, list[ResultFile]],
    seen: Collection[str],
) -> None:
    """`seen` are the runs whose card may be shown."""
    variants = names(experiment, "variants")
    wide = min(len(variants), BESIDE)
    for start in range(0, len(cells), wide):
        line = cells[start : start + wide]
        for column, each in zip(st.columns(wide), line, strict=False):
            kept = files.get(each.run.id, []) if each.run else []
            with column:
                st.html(one.html(client, each, kept, variants[each.variant]))
                if each.run is not None and each.run.id in seen:
                    st.button("Show", key=key("show", str(each.n)), on_click=show, args=(each,))


def shown(client: Client, model_names: Mapping[str, str]) -> None:
    """The whole card of the cell whose Show was pressed, over the page."""
    run = client.run(st.session_state.get(key("card"), ""))
    if run is None:
        return
    dialog = st.dialog("Result", width="large", on_dismiss=_close)
    dialog(run_card.draw)(client, run, model_names.get(run.model, run.model))


def show(cell: Cell) -> None:
    """Have `shown` show the whole card of this one; called by buttons."""
    st.session_state[key("card")] = cell.run.id if cell.run else ""
    st.rerun()


def _close() -> None:
    st.session_state.pop(key("card"), None)


def _more(experiment_id: str, shown: int) -> None:
    st.session_state[key("rows", experiment_id)] = shown + PAGE


def done(cells: Sequence[Cell]) -> list[Cell]:
    """Those with a result to look at."""
    runs = ((each, each.run) for each in cells)
    return [
        each
        for each, run in runs
        if run is not None and run.state is State.DONE and run.deleted_at is None
    ]
