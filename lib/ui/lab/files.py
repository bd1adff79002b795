"""Files that each prompt is tried with: several at once, or a ZIP of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.field import Field
from lib.deapi.media import BadMedia, Upload
from lib.runs.experiments.archive import is_zip, unpacked
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
            for inside, part in _within(name, content):
                try:
                    kept.append(_kept(client, of, inside, part, len(kept)))
                except (BadMedia, StoreError, Unreadable) as error:
                    refused.append(f"{clip(inside, 60)}: {error}")
        except Unreadable as error:
            refused.append(f"{clip(name, 60)}: {error}")
    return refused


def _within(name: str, content: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """It, or the files in it where it is a ZIP. Raises `Unreadable`."""
    if not is_zip(content):
        yield name, content
        return
    for inside, stream in unpacked(content):
        yield inside, BytesIO(stream.read())


def _kept(client: Client, of: Field, name: str, content: BinaryIO, count: int) -> Upload:
    """Raises `BadMedia`, `StoreError`, and `Unreadable` where there are `count` already or it is a
    ZIP again, which might hold another without end."""
    if count >= MOST:
        raise Unreadable(f"These are more than {MOST} files. Take fewer at once.")
    if is_zip(content):
        raise Unreadable("This is a ZIP in a ZIP. Pack its files themselves.")
    return client.upload(content, name, of.media or "image")


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
