"""Better words with one click, beside the field that they stand in, and the way back."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import ENHANCER, SAMPLER, WRITTEN_FOR, Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.models import NO_MODEL, Model
from lib.deapi.values import files_in
from lib.ui import catalogue, errand, inputs, lineage, state, words
from lib.ui.errand import Ended, Errand
from lib.ui.inputs import Spot
from lib.ui.results import prompt as results
from lib.ui.session import Client

AVOID = "negative_prompt"


@dataclass(frozen=True, slots=True)
class _Undo:
    """What the form said before, and what a click put in its place."""

    before: Mapping[str, Any]
    now: Mapping[str, Any]


def draw(client: Client, spot: Spot, values: Mapping[str, Any]) -> None:
    """The buttons that write this field: improve what stands there, or think of something.

    `values` are the form's as they are now. Draws nothing where deAPI offers neither.
    """
    text = str(values.get(spot.field.name) or "")
    better = _improvement(client, spot, values, text)
    if better is not None and (ended := errand.draw(client, better)):
        _put(client, spot, values, ended)
    _ideas(client, spot, values)
    done = _done(spot.at)
    if done and done[-1].now[spot.field.name] == text:
        st.button(
            "Undo",
            icon="↩️",
            key=f"undo:{spot.at.id}:button",
            help="Have the words back that stood here before",
            on_click=_take_back,
            args=(spot.at,),
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
        first=partial(lineage.note, client, spot.at, values),
    )


def _more(at: Endpoint, values: Mapping[str, Any]) -> dict[str, Any]:
    """What else the form says that is worth knowing: its picture, and what to avoid."""
    place = next(each.name for each in at.files)
    files = files_in(values.values())
    pictures = [each for each in files if each.media_type.startswith("image/")]
    return {place: next(iter(pictures), None), AVOID: values.get(AVOID)}


def _given(at: Endpoint, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that would be taken: what is only extra must not stand in the way."""
    form = fields.fields(at, model, values)
    problems = fields.check(form, values)
    required = {each.name for each in form if each.required}
    return {
        name: value for name, value in values.items() if name in required or name not in problems
    }


def _ideas(client: Client, spot: Spot, values: Mapping[str, Any]) -> None:
    """Something to begin with: about anything, or about what a person asks for."""
    at = endpoint(SAMPLER)
    kinds = at.param("type").choices
    kind = next((each for each in kinds if spot.at.id in WRITTEN_FOR.get(str(each), ())), None)
    if kind is None:
        return
    asked = [
        Spot(at, f"for:{spot.at.id}", field, words.field(at.id, field.name))
        for field in fields.fields(at, NO_MODEL, {"type": kind})
        if field.kind == "text"
    ]
    name = f"idea:{spot.at.id}"
    box = None
    if not errand.busy(client, name):
        # What is closed asks for no price; while it works, its place says so.
        box = st.popover("Get an idea", icon="💡", key=f"ideas:{spot.at.id}", on_change="rerun")
        if not box.open:
            return
    with box or nullcontext():
        about = {each.field.name: _about(each, drawn=box is not None) for each in asked}
        idea = Errand(
            name=name,
            label="Get an idea",
            icon="💡",
            at=at,
            model=NO_MODEL,
            values={"type": kind, **{part: said for part, said in about.items() if said}},
            help="Let deAPI think of something. You can undo it.",
        )
        if ended := errand.draw(client, idea):
            _put(client, spot, values, ended)


def _about(spot: Spot, *, drawn: bool) -> str:
    said = inputs.text(spot) if drawn else st.session_state.get(spot.key)
    return (said or "").strip()


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
    _done(spot.at).append(_Undo({name: values.get(name) for name in new}, new))
    state.fill(spot.at, new)
    st.rerun()


def _take_back(at: Endpoint) -> None:
    """The last click, but for what somebody has written over since."""
    undo, now = _done(at).pop(), state.values(at)
    state.fill(
        at, {name: old for name, old in undo.before.items() if now.get(name) == undo.now[name]}
    )


def _done(at: Endpoint) -> list[_Undo]:
    """What the clicks of this session have put into a form, the last one last."""
    return st.session_state.setdefault(f"undo:{at.id}", [])
