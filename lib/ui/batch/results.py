"""The results beside the rows: a virtual table, whose rows open the card of their result."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lib.deapi.contract import Result, endpoint
from lib.runs.experiments import lines
from lib.store import ASKING
from lib.store.experiments import Cell, Experiment
from lib.ui import further, money, run_status, settle_bar, words
from lib.ui.batch import outcome, vectors
from lib.ui.batch.outcome import Outcome
from lib.ui.experiment.place import key
from lib.ui.plain import clip
from lib.ui.session import Client

TICK = 2.5
"""Seconds between two looks at one that goes on."""
_HEIGHT = 560
_TEXT = 1000
"""Characters of a text in the table; the CSV and the card have all of it."""
_WRITTEN: frozenset[Result] = frozenset({*further.TEXTS, "prompt"})


def draw(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    """The table, and what can be taken away of it."""
    found = outcome.of(experiment, cells)
    texts = _texts(client, experiment, found)
    if client.experiments.is_mine(experiment) and any(map(_asks, cells)):
        # All of them in one place: nobody finds two among thousands of rows.
        settle_bar.draw(client)
    _downloads(client, experiment, found)
    frame, config = _frame(client, experiment, found, texts)
    chosen: Any = st.dataframe(
        frame,
        key=f"batch:results:{experiment.id}",
        hide_index=True,
        column_config=config,
        height=_HEIGHT if len(found) > 10 else "auto",
        row_height=56 if "picture" in config else 34,
        on_select="rerun",
        selection_mode="single-row",
        alt="The rows and their results",
    )
    st.caption("Choose a row, by the box before it, to open its result.")
    _open(client, experiment, found, chosen["selection"]["rows"])


def _asks(cell: Cell) -> bool:
    return cell.run is not None and cell.run.state in ASKING


def _open(
    client: Client, experiment: Experiment, found: Sequence[Outcome], rows: Sequence[int]
) -> None:
    """Show the card of a row that has just been chosen."""
    name = f"batch:chosen:{experiment.id}"
    now = next(iter(rows), None)
    if now == st.session_state.get(name):
        return
    st.session_state[name] = now
    run = found[now].run if now is not None and now < len(found) else None
    if run is not None and client.run(run.id) is not None:
        st.session_state[key("card")] = run.id
        st.rerun()


def _texts(client: Client, experiment: Experiment, found: Sequence[Outcome]) -> dict[str, str]:
    """The results that are text, by the ids of their runs. A text does not change, so that one
    that stands in a file is read once."""
    kept: dict[str, str] = st.session_state.setdefault(f"batch:texts:{experiment.id}", {})
    if not found or endpoint(found[0].cell.endpoint).result not in _WRITTEN:
        return kept
    new = [each for each in found if each.run and each.done and each.run.id not in kept]
    kept |= {each.run.id: each.text for each in new if each.run and each.text}
    unread = [each.cell for each in new if each.run and each.run.id not in kept]
    files = client.experiments.results(unread) if unread else {}
    for run in (each.run for each in unread if each.run):
        some = files.get(run.id, [])
        said = client.experiments.text(experiment, run.id, some[0]) if some else None
        kept[run.id] = outcome.read(run, said or "")
    return kept


def _downloads(client: Client, experiment: Experiment, found: Sequence[Outcome]) -> None:
    with st.container(horizontal=True, gap="xsmall", key="batch_downloads"):
        st.download_button(
            "Download as CSV",
            data=partial(_csv, client, experiment),
            file_name=f"batch-{experiment.id[:13]}.csv",
            mime="text/csv",
            key=f"batch:csv:{experiment.id}",
            on_click="ignore",
            help="The rows as they were given, with what became of each",
        )
        if found and endpoint(found[0].cell.endpoint).result == "vectors":
            vectors.draw(client, experiment)


def _csv(client: Client, experiment: Experiment) -> bytes:
    """Of this moment, not of when the page was drawn."""
    found = outcome.of(experiment, client.experiments.table(experiment))
    return outcome.table(found, _labels(experiment, found), _texts(client, experiment, found))


def _labels(experiment: Experiment, found: Sequence[Outcome]) -> dict[str, str]:
    fields, _ = lines.columns([each.line for each in found])
    return {name: _label(str(experiment.plan.get("endpoint")), name) for name in fields}


def _label(endpoint_id: str, name: str) -> str:
    try:
        return words.field(endpoint_id, name).label
    except KeyError:
        return name  # of a plan that somebody brought


# --- the table ------------------------------------------------------------------------------------


def _frame(
    client: Client, experiment: Experiment, found: Sequence[Outcome], texts: dict[str, str]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table and how its columns are shown. Ours are called as here, so that what a file calls
    its own can't be taken for them."""
    fields, beside = lines.columns([each.line for each in found])
    labels = _labels(experiment, found)
    columns: dict[str, list[Any]] = {"row": [each.line.number for each in found]}
    config: dict[str, Any] = {"row": st.column_config.NumberColumn("Row", width="small")}
    for n, name in enumerate(fields):
        columns[f"f{n}"] = [lines.text(each.line.values.get(name)) for each in found]
        config[f"f{n}"] = st.column_config.TextColumn(labels[name])
    for n, name in enumerate(beside):
        columns[f"b{n}"] = [each.line.beside.get(name, "") for each in found]
        config[f"b{n}"] = st.column_config.TextColumn(clip(name, 40))
    _became(found, columns, config)
    _made(client, found, texts, columns, config)
    return pd.DataFrame(columns), config


def _became(
    found: Sequence[Outcome], columns: dict[str, list[Any]], config: dict[str, Any]
) -> None:
    """Where each stands, and what it took."""
    if len({each.cell.variant for each in found}) > 1:
        columns["model"] = [each.model for each in found]
        config["model"] = st.column_config.TextColumn("Model")
    columns["state"] = [each.state for each in found]
    config["state"] = st.column_config.TextColumn("State", width="small")
    if any(each.line.of > 1 for each in found):
        columns["call"] = [f"{each.line.input + 1}, with {each.line.of:,}" for each in found]
        config["call"] = st.column_config.TextColumn("Call", help="Texts of one call share a price")
    columns["price"] = ["" if each.price is None else money.price(each.price) for each in found]
    config["price"] = st.column_config.TextColumn("Price", width="small")
    columns["seconds"] = [
        round(run_status.took(each.run), 1) if each.run and each.done else None for each in found
    ]
    config["seconds"] = st.column_config.NumberColumn("Seconds", width="small")


def _made(
    client: Client,
    found: Sequence[Outcome],
    texts: dict[str, str],
    columns: dict[str, list[Any]],
    config: dict[str, Any],
) -> None:
    """The results themselves: text as text, others as a picture and an address."""
    if not found:
        return
    runs = [each.run if each.done else None for each in found]
    if endpoint(found[0].cell.endpoint).result in _WRITTEN:
        said = [texts.get(run.id, "") if run else "" for run in runs]
        columns["text"] = [each[:_TEXT] for each in said]
        config["text"] = st.column_config.TextColumn("Result", width="large")
        return
    if any(run.thumb for run in runs if run):
        columns["picture"] = [
            client.url(run, "thumb") if run and run.thumb else None for run in runs
        ]
        config["picture"] = st.column_config.ImageColumn("Result", width="small")
    columns["file"] = [client.url(run, "result") if run else None for run in runs]
    config["file"] = st.column_config.LinkColumn("File", display_text="Open", width="small")
