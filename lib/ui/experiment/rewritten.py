"""The words that were written: what changed in each prompt, to be edited before it is used."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from lib.deapi.contract import endpoint
from lib.runs.experiments.plan import Draft
from lib.runs.experiments.study import AVOID, with_words
from lib.store import ResultFile, State, StoreError
from lib.store.experiments import Cell, Experiment
from lib.ui import difference, notes
from lib.ui.errors import Advice
from lib.ui.experiment import cell as one
from lib.ui.experiment import place, planned, targets
from lib.ui.experiment.place import key, names
from lib.ui.plain import safe
from lib.ui.results.prompt import Written, parse
from lib.ui.session import Client

Words = dict[tuple[int, int], dict[str, str]]
"""(row, column) → the text and what to avoid, by the names `prompt` and `AVOID`."""


def draw(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    """Every prompt with its changes; below, what it costs to use them."""
    found = _words(client, experiment, cells)
    inputs, variants = names(experiment, "inputs"), names(experiment, "variants")
    texts: Words = {}
    for row in sorted({each.input for each in cells}):
        with st.container(key=f"lab_row:{row}", border=True):
            st.html(f'<p class="pg-prompt"><b>{row + 1}</b> {safe(inputs[row])}</p>')
            some = [each for each in cells if each.input == row]
            for column, each in zip(st.columns(len(some)), some, strict=True):
                with column:
                    _one(client, experiment, each, found.get(each.n), variants[each.variant], texts)
    if client.experiments.is_mine(experiment):
        note = partial(_note, client, cells, found, texts)
        _then(client, experiment, cells, texts, note)


def _words(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> Mapping[int, Written]:
    """What was written for each cell, by its number."""
    files: Mapping[str, list[ResultFile]] = client.experiments.results(cells)
    found: dict[int, Written] = {}
    for each in cells:
        if each.run is None or not (kept := files.get(each.run.id)):
            continue
        written = parse(client.experiments.text(experiment, each.run.id, kept[0]))
        if written is not None:
            found[each.n] = written
    return found


def _one(
    client: Client,
    experiment: Experiment,
    cell: Cell,
    written: Written | None,
    name: str,
    texts: Words,
) -> None:
    """What became of one prompt in one way, the changes marked, and the place to edit it."""
    if written is None:
        st.html(one.html(client, cell, [], name))
        return
    before = str(cell.params.get("prompt", "")), str(cell.params.get(AVOID) or "")
    now = _edited(client, experiment, cell, written)
    st.html(
        f'<p class="pg-small">{safe(name)}</p>{_changes("", before[0], now["prompt"])}'
        f"{_changes('To avoid', before[1], now[AVOID])}"
        f'<p class="pg-cell-end">{safe(one.end(cell))}</p>'
    )
    if client.experiments.is_mine(experiment):
        with st.popover("Edit", icon="✏️", key=key("edit", str(cell.n))):
            for part, said in (("prompt", "The prompt"), (AVOID, "What to avoid")):
                _place(client, experiment, cell, part, said, now[part])
    texts[cell.input, cell.variant] = now


def _place(
    client: Client, experiment: Experiment, cell: Cell, part: str, said: str, now: str
) -> None:
    name = key("edited", experiment.id, str(cell.n), part)
    st.session_state.setdefault(name, now)
    st.text_area(
        said,
        key=name,
        height=150 if part == "prompt" else 70,
        on_change=partial(_save, client, experiment, cell, part, name),
    )


def _edited(client: Client, experiment: Experiment, cell: Cell, written: Written) -> dict[str, str]:
    edits = _edits(client, experiment)
    return {
        "prompt": edits.get(f"{cell.n}:prompt", written.prompt),
        AVOID: edits.get(f"{cell.n}:{AVOID}", written.avoid),
    }


def _edits(client: Client, experiment: Experiment) -> dict[str, str]:
    """Read once a session: afterwards they are as they were saved."""
    name = key("edits", experiment.id)
    if name not in st.session_state:
        st.session_state[name] = client.experiments.edits(experiment)
    return st.session_state[name]


def _save(client: Client, experiment: Experiment, cell: Cell, part: str, name: str) -> None:
    edits = _edits(client, experiment)
    edits[f"{cell.n}:{part}"] = st.session_state[name]
    try:
        client.experiments.save_edits(experiment, edits)
    except StoreError as error:
        st.session_state[key("problem")] = str(error)


def _changes(title: str, before: str, after: str) -> str:
    if not (before or after):
        return ""
    told = f'<p class="pg-words-title">{safe(title)}</p>' if title else ""
    pieces = difference.pieces(before, after)
    return f'{told}<div class="pg-words">{difference.html(pieces, "removed", "added")}</div>'


# --- what they are for ----------------------------------------------------------------------------


def _note(
    client: Client, cells: Sequence[Cell], found: Mapping[int, Written], texts: Words
) -> None:
    """Have what was changed by hand stand in the lineage of what is made of it."""
    for each in cells:
        written, now = found.get(each.n), texts.get((each.input, each.variant))
        if written is None or now is None:
            continue
        for before, after in ((written.prompt, now["prompt"]), (written.avoid, now[AVOID])):
            if before and after and before != after:
                client.edited(before, after)


def _then(
    client: Client,
    experiment: Experiment,
    cells: Sequence[Cell],
    texts: Words,
    note: Callable[[], None],
) -> None:
    """The results that are made of them, once all that can be written is."""
    for each in client.experiments.page():
        if each.plan.get("before") == experiment.id:
            st.button(
                f"See what was made of them: {each.created_at:%d %b, %H:%M}",
                key=key("after", each.id),
                on_click=place.open_experiment,
                args=(each.id,),
            )
    moving = [each for each in cells if each.run is None or each.run.state is not State.DONE]
    if moving and not experiment.ended_at:
        return
    st.subheader("Make something of them")
    try:
        results = _draft(client, experiment)
    except (StoreError, ValueError) as error:
        notes.problem(Advice(str(error)))
        return
    text = targets.text_of(endpoint(results.endpoint))
    if text is None:
        return
    planned.draw(client, with_words(results, text, texts, experiment.id), began=note)


def _draft(client: Client, experiment: Experiment) -> Draft:
    """What the words are for. Raises `ValueError`, and `StoreError`."""
    name = key("then", experiment.id)
    if name not in st.session_state:
        st.session_state[name] = client.experiments.draft(experiment).then
    found = st.session_state[name]
    if found is None:
        raise ValueError("This plan does not say what its words are for.")
    return found
