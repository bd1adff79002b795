"""A prompt before and after, with the words that changed, and the way to where it is used."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.deapi.contract import Endpoint, endpoint, written_for
from lib.store import ResultFile, Run
from lib.ui import difference, further, state, words
from lib.ui.difference import Change
from lib.ui.plain import label
from lib.ui.results import copy, saved
from lib.ui.session import Client


@dataclass(frozen=True, slots=True)
class Written:
    """The new prompt, and what to avoid; empty for nothing."""

    prompt: str
    avoid: str


def read(client: Client, run: Run, files: Sequence[ResultFile]) -> Written | None:
    """What was written, or None when its file is gone or says nothing."""
    return parse(client.text(run.id, files[0]) if files else None)


def parse(content: str | None) -> Written | None:
    """The same of what its file says."""
    try:
        facts: Any = json.loads(content or "")
    except ValueError:
        return None
    if not isinstance(facts, dict) or not isinstance(facts.get("prompt"), str):
        return None
    avoid = facts.get("negative_prompt")
    return Written(facts["prompt"], avoid if isinstance(avoid, str) else "")


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    found = read(client, run, files)
    if found is None:
        saved.draw(client, run, files)
        return
    before = run.params.get("prompt")
    if isinstance(before, str):
        _beside(before, found.prompt)
    else:
        st.html(_words("", (difference.Piece("kept", found.prompt),), "added"))
    if found.avoid:
        st.html(_words("To avoid", (difference.Piece("kept", found.avoid),), "added"))
    with st.container(horizontal=True, gap="xsmall"):
        for at in written_for(endpoint(run.endpoint), run.params):
            if further.text_param(at) is None:
                continue  # deAPI improves words for it, and takes none there
            st.button(
                label(f"Use it: {words.endpoint(at.id).title}"),
                key=f"use:{at.id}:{run.id}",
                type="primary",
                on_click=_use,
                args=(client, run, found, at),
            )
        copy.draw(found.prompt, f"copy:{run.id}")
        if found.avoid:
            copy.draw(found.avoid, f"copy_avoid:{run.id}", "Copy what to avoid")


def _beside(before: str, after: str) -> None:
    pieces = difference.pieces(before, after)
    left, right = st.columns(2)
    with left:
        st.html(_words("Yours", pieces, "removed"))
    with right:
        st.html(_words("Improved", pieces, "added"))


def _words(title: str, pieces: Sequence[difference.Piece], side: Change) -> str:
    told = f'<p class="pg-words-title">{title}</p>' if title else ""
    return f'{told}<div class="pg-words">{difference.html(pieces, side)}</div>'


def _use(client: Client, run: Run, found: Written, at: Endpoint) -> None:
    """Open the form with the prompt, what to avoid, and the picture that it is about."""
    param = further.text_param(at)
    if param is None:
        return
    values: dict[str, Any] = {param.name: further.as_given(param, found.prompt)}
    if found.avoid and at.has("negative_prompt"):
        values["negative_prompt"] = found.avoid
    pictures = [each for each in client.given(run) if each.media_type.startswith("image/")]
    place = next((each for each in at.files if each.media == "image"), None)
    if pictures and place:
        values |= further.with_twin(at, place.name, pictures[0])
    state.open_form(at, values)
