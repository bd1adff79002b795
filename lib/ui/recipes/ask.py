"""What a person puts into a recipe: the words and files that it begins with."""

from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

import streamlit as st

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.fields import Field, fields
from lib.deapi.media import BadMedia, Upload
from lib.deapi.models import NO_MODEL
from lib.deapi.values import files_in
from lib.runs.recipes.planned import Given
from lib.store import Run, StoreError
from lib.store.recipes import Recipe, Step
from lib.ui import catalogue, errors, from_results, inputs, notes, uploads, words
from lib.ui.inputs import Spot
from lib.ui.plain import clip, safe
from lib.ui.recipes.place import key
from lib.ui.session import Client


def draw(client: Client, recipe: Recipe) -> Given:
    """A field for each input; what they hold."""
    found: dict[tuple[int, str], Any] = {}
    several = sum(bool(step.inputs) for step in recipe.steps) > 1
    for n, step in enumerate(recipe.steps):
        begins = client.recipes.begins_with(step) if step.inputs else {}
        if several and step.inputs:
            st.html(f'<p class="pg-only">{safe(words.endpoint(step.endpoint).title)}</p>')
        for name in step.inputs:
            where = key("input", recipe.id, n, name)
            if endpoint(step.endpoint).param(name).is_file:
                found[n, name] = _files(client, step, name, begins.get(name), where)
            else:
                found[n, name] = _text(step, name, begins.get(name), where)
    if not found:
        st.caption("It begins with nothing of yours: run it as it is.")
    return found


# --- words ----------------------------------------------------------------------------------------


def _text(step: Step, name: str, begins: object, where: str) -> str | list[str] | None:
    told, param = words.field(step.endpoint, name), endpoint(step.endpoint).param(name)
    was = "\n".join(map(str, begins)) if isinstance(begins, list) else str(begins or "")
    st.session_state.setdefault(where, was)
    said = st.text_area(
        told.label,
        key=where,
        help=told.help,
        placeholder=told.placeholder,
        height=28 + 26 * max(2, told.lines),
        persist_state="session",
    )
    if param.type == "string|array":
        return inputs.lines(said or "") or None
    return (said or "").strip() or None


# --- files ----------------------------------------------------------------------------------------


def _files(client: Client, step: Step, name: str, begins: object, where: str) -> Any:
    """One file or several, as the parameter takes it: those that it was saved with until others are
    given."""
    now: list[Upload] = st.session_state.setdefault(where, files_in([begins]))
    at = endpoint(step.endpoint)
    several = at.param(name).type == "file[]"
    for n, upload in enumerate(now):
        others = [each for place, each in enumerate(now) if place != n]
        _given(client, upload, words.field(at.id, name).label, where, n, others, several)
    if several or not now:
        _more(client, at, step, name, where, now)
    if several:
        return now or None
    return now[0] if now else None


def _given(
    client: Client,
    upload: Upload,
    label: str,
    where: str,
    n: int,
    others: list[Upload],
    several: bool,
) -> None:
    """The file at the place `n`; without it there are the `others`."""
    with st.container(border=True, key=f"{where}:given:{n}"):
        uploads.show(client, upload, f"{label}: {upload.name}")
        st.html(uploads.facts(upload))
        st.button(
            "Remove" if several else "Choose another",
            key=f"{where}:{n}:remove",
            on_click=st.session_state.update,
            args=({where: others},),
        )


def _more(
    client: Client, at: Endpoint, step: Step, name: str, where: str, now: list[Upload]
) -> None:
    """A place for one file more than there are, while the model takes it."""
    field = _field(client, at, step, name)
    if field is None:
        if not now:
            st.caption("The model that takes this file is not offered any more.")
    elif field.max_items is None or len(now) < field.max_items:
        _asked(client, Spot(at, step.model, field, words.field(at.id, name)), where, now)


def _field(client: Client, at: Endpoint, step: Step, name: str) -> Field | None:
    listing = catalogue.listing(client)
    models = () if isinstance(listing, DeapiError) else listing.models
    model = next((each for each in models if each.slug == step.model), None)
    if at.model_param is None:
        model = NO_MODEL
    form = fields(at, model, step.params) if model else ()
    return next((each for each in form if each.name == name), None)


def _asked(client: Client, spot: Spot, where: str, before: list[Upload]) -> None:
    """A place for a file from the computer, a sample of ours, or a result, behind those that were
    there `before`."""
    media = spot.field.media or "image"
    count = st.session_state.setdefault(f"{where}:count", 0)
    file = st.file_uploader(spot.words.label, key=f"{where}:{count}", help=spot.words.help)
    st.caption(uploads.accepted(spot.field))

    def given(content: BinaryIO, name: str) -> NoReturn:
        _take(where, before, lambda: client.upload(content, name, media), name)

    def mine(run: Run) -> NoReturn:
        _take(where, before, lambda: client.result_as_upload(run.id, media), words.name(run))

    if file is not None:
        given(file, file.name)
    with st.container(horizontal=True, gap="xsmall"):
        sample = words.sample(spot.at.id, spot.field.name, media)
        if st.button(sample.button, key=f"{where}:sample", icon="🗂️"):
            with sample.path.open("rb") as content:
                given(content, sample.path.name)
        from_results.draw(client, spot, mine, keys=f"{where}:")
    if why := st.session_state.get(f"{where}:no"):
        notes.problem(errors.Advice(why))


def _take(where: str, before: list[Upload], find: Callable[[], Upload], name: str) -> NoReturn:
    """Put the file in, or remember why not; and begin again with an empty uploader."""
    st.session_state.pop(f"{where}:no", None)
    try:
        with st.spinner("Looking at the file …"):
            st.session_state[where] = [*before, find()]
    except (BadMedia, StoreError) as error:
        st.session_state[f"{where}:no"] = f"{clip(name, 60)}: {error}"
    except (KeyError, FileNotFoundError):
        st.session_state[f"{where}:no"] = f"{clip(name, 60)}: its file is no longer here."
    except OSError:
        st.session_state[f"{where}:no"] = errors.advice({"kind": "OSError"}).sentence
    st.session_state[f"{where}:count"] += 1
    st.rerun()
