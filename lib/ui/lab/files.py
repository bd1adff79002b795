"""Files that each prompt is tried with: several at once, or a ZIP of them."""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.field import Field
from lib.deapi.media import BadMedia, Upload
from lib.runs.experiments.archive import unpacked
from lib.runs.experiments.plan import Input
from lib.runs.experiments.reading import Unreadable
from lib.store import StoreError
from lib.ui import further, notes, uploads, words
from lib.ui.errors import Advice
from lib.ui.experiment.place import key
from lib.ui.plain import clip, safe
from lib.ui.session import Client

MOST = 200
_TOLD = 3


def field(form: Sequence[Field]) -> Field | None:
    """The field of a file that can't be left out."""
    files = [each for each in form if each.kind in ("file", "files")]
    return next((each for each in files if each.required), next(iter(files), None))


def draw(
    client: Client,
    at: Endpoint,
    of: Field,
    why: str = "Every prompt is tried with each of them.",
) -> list[Upload]:
    """The place to give them; those that were given. `why` says what becomes of them."""
    told, name = words.field(at.id, of.name), key("files", at.id, of.name)
    kept: list[Upload] = st.session_state.setdefault(name, [])
    count = st.session_state.setdefault(f"{name}:count", 0)
    given = st.file_uploader(
        f"{told.label}: one or several, or a ZIP of them",
        accept_multiple_files=True,
        key=f"{name}:{count}",
        help=why,
    )
    if given:
        st.session_state[f"{name}:count"] += 1
        with st.spinner("Looking at the files …"):
            files = ((each.name, each) for each in given)
            st.session_state[f"{name}:no"] = _take(client, of, files, kept)
        st.rerun()
    if not kept and of.media:
        sample = words.sample(at.id, of.name, of.media)
        if st.button(sample.button, key=f"{name}:sample", icon="🗂️"):
            with sample.path.open("rb") as content:
                _take(client, of, [(sample.path.name, content)], kept)
            st.rerun()
    for why in st.session_state.get(f"{name}:no", ())[:_TOLD]:
        notes.problem(Advice(why))
    if kept:
        st.html("".join(uploads.facts(each) for each in kept[:8]))
        more = f" and {len(kept) - 8} more" if len(kept) > 8 else ""
        st.button(
            f"Take {'it' if len(kept) == 1 else 'them'} away{safe(more)}",
            key=f"{name}:away",
            on_click=kept.clear,
        )
    return kept


def _take(
    client: Client, of: Field, given: Iterable[tuple[str, BinaryIO]], kept: list[Upload]
) -> list[str]:
    """Keep those that can be read; a sentence for each of the others."""
    refused: list[str] = []
    for name, content in given:
        try:
            if zipfile.is_zipfile(content):
                for inside, stream in unpacked(content):
                    refused += _take(client, of, [(inside, BytesIO(stream.read()))], kept)
                continue
            if len(kept) >= MOST:
                raise Unreadable(f"These are more than {MOST} files. Take fewer at once.")
            kept.append(client.upload(content, name, of.media or "image"))
        except (BadMedia, StoreError, Unreadable) as error:
            refused.append(f"{clip(name, 60)}: {error}")
    return refused


def with_each(
    at: Endpoint, rows: Sequence[Input], of: Field | None, given: Sequence[Upload]
) -> list[Input]:
    """Each row with each file, as one or as several, whichever a model takes; a file's name stands
    in a row's where there are several."""
    if of is None or not given:
        return list(rows)
    return [
        replace(
            row,
            name=f"{row.name} · {clip(upload.name, 40)}" if len(given) > 1 else row.name,
            values={**row.values, **further.with_twin(at, of.name, upload)},
        )
        for row in rows
        for upload in given
    ]
