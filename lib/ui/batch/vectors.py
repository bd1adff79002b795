"""The vectors of a batch of embeddings, one beside each text, as files."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import streamlit as st

from lib.runs.experiments import lines
from lib.store.experiments import Experiment
from lib.ui import similarity
from lib.ui.batch import outcome
from lib.ui.session import Client
from lib.ui.similarity import Vectors

_Write = Callable[[Sequence[str], Vectors], bytes]


def draw(client: Client, experiment: Experiment) -> None:
    """The buttons; nothing is read until one is pressed."""
    forms: tuple[tuple[str, str, str, _Write], ...] = (
        ("Vectors as CSV", "csv", "text/csv", similarity.as_csv),
        ("Vectors for NumPy (NPZ)", "npz", "application/zip", similarity.as_npz),
    )
    for label, suffix, media_type, write in forms:
        st.download_button(
            label,
            data=partial(_content, client, experiment, write),
            file_name=f"vectors-{experiment.id[:13]}.{suffix}",
            mime=media_type,
            key=f"batch:vectors:{suffix}:{experiment.id}",
            on_click="ignore",
            help="Each text with its vector, in the order of the rows",
        )


def _content(client: Client, experiment: Experiment, write: _Write) -> bytes:
    found = together(client, experiment)
    return write(*found) if found else b""


def together(client: Client, experiment: Experiment) -> tuple[list[str], Vectors] | None:
    """The texts that have a vector, and these, in the order of the rows; None without any. With
    several models only the first one's: vectors of different models have nothing in common."""
    cells = [each for each in client.experiments.table(experiment) if each.variant == 0]
    files = client.experiments.results(cells)
    texts: dict[int, list[str]] = {}
    for each in outcome.of(experiment, cells):
        said = next(map(lines.text, each.line.values.values()), "")
        texts.setdefault(each.cell.n, []).append(said)
    told: list[str] = []
    parts: list[Vectors] = []
    for cell in cells:
        kept = files.get(cell.run.id, []) if cell.run else []
        if not kept or cell.run is None:
            continue
        vectors = similarity.read(client.experiments.content(experiment, cell.run.id, kept[0]))
        if len(vectors) == len(texts[cell.n]):
            told += texts[cell.n]
            parts.append(vectors)
    return (told, np.concatenate(parts)) if parts else None
