"""Better words with one click, beside the field that they stand in, and the way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import ENHANCER, SAMPLER, WRITTEN_FOR, Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.media import Upload
from lib.deapi.models import NO_MODEL, Model
from lib.ui import catalogue, errand, state
from lib.ui.errand import Ended, Errand
from lib.ui.inputs import Spot
from lib.ui.results import prompt as results
from lib.ui.session import Client

AVOID = "negative_prompt"


@dataclass(frozen=True, slots=True)
class _Undo:
    """What the form said before, and the text that a click put in its place."""

    before: Mapping[str, Any]
    now: str


def draw(client: Client, spot: Spot, values: Mapping[str, Any]) -> None:
    """The buttons that write this field: improve what stands there, or think of something.

    `values` are the form's as they are now. Draws nothing where deAPI offers neither.
    """
    text = str(values.get(spot.field.name) or "")
    for each in (_improvement(client, spot, values, text), _idea(spot)):
        if each is not None and (ended := errand.draw(client, each)):
            _put(client, spot, values, ended)
    undo: _Undo | None = st.session_state.get(_key(spot.at))
    if undo is not None and undo.now == text:
        st.button(
            "Undo",
            icon="↩️",
            key=f"undo:{spot.at.id}:button",
            help="Have your own words back",
            on_click=_take_back,
            args=(spot.at, undo),
        )


def _improvement(client: Client, spot: Spot, values: Mapping[str, Any], text: str) -> Errand | None:
    listing = catalogue.listing(client)
    if spot.at.enhanced_as is None or isinstance(listing, DeapiError):
        return None
    at, kind = endpoint(ENHANCER), {"type": spot.at.enhanced_as}
    models = listing.for_endpoint(at, kind)
    if not models:
        return None
    model = next((each for each in models if each.slug == spot.model), models[0])
    return Errand(
        name=f"improve:{spot.at.id}",
        label="Improve",
        icon="✨",
        at=at,
        model=model,
        values=_given(at, model, {**kind, "prompt": text, **_more(at, values)}),
        help="Have your words rewritten with the detail that models like. You can undo it.",
        blocked=None if text.strip() else "Write a few words first.",
    )


def _more(at: Endpoint, values: Mapping[str, Any]) -> dict[str, Any]:
    """What else the form says that is worth knowing: its picture, and what to avoid."""
    place = next(each.name for each in at.files)
    flat = [each for value in values.values() for each in _several(value)]
    pictures = [
        each for each in flat if isinstance(each, Upload) and each.media_type.startswith("image/")
    ]
    return {place: next(iter(pictures), None), AVOID: values.get(AVOID)}


def _given(at: Endpoint, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that would be taken: what is only extra must not stand in the way."""
    form = fields.fields(at, model, values)
    problems = fields.check(form, values)
    required = {each.name for each in form if each.required}
    return {
        name: value for name, value in values.items() if name in required or name not in problems
    }


def _idea(spot: Spot) -> Errand | None:
    at = endpoint(SAMPLER)
    kinds = [
        kind for kind in at.param("type").choices if spot.at.id in WRITTEN_FOR.get(str(kind), ())
    ]
    if not kinds:
        return None
    return Errand(
        name=f"idea:{spot.at.id}",
        label="Get an idea",
        icon="💡",
        at=at,
        model=NO_MODEL,
        values={"type": kinds[0]},
        help="Let deAPI think of something. You can undo it.",
    )


def _put(client: Client, spot: Spot, values: Mapping[str, Any], ended: Ended) -> None:
    """Write what came of it into the form, and remember what stood there."""
    files = client.results([ended.run.id]).get(ended.run.id, [])
    found = results.read(client, ended.run, files)
    if found is None:
        st.toast("No words came back. History has what came.")
        return
    new: dict[str, Any] = {spot.field.name: found.prompt}
    if found.avoid and spot.at.has(AVOID):
        new[AVOID] = found.avoid
    st.session_state[_key(spot.at)] = _Undo({name: values.get(name) for name in new}, found.prompt)
    state.fill(spot.at, new)
    st.rerun()


def _take_back(at: Endpoint, undo: _Undo) -> None:
    state.fill(at, undo.before)
    st.session_state.pop(_key(at), None)


def _key(at: Endpoint) -> str:
    return f"undo:{at.id}"


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
