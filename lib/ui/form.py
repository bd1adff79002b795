"""The form of an endpoint and model, drawn from its fields and nothing else."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.fields import Field
from lib.deapi.models import NO_MODEL, Model
from lib.ui import inputs, notes, prompt, sizes, state, uploads, words
from lib.ui.errors import Advice
from lib.ui.inputs import Spot
from lib.ui.plain import clip, label, number
from lib.ui.session import Client

_SAID_LENGTH = 28


def draw(
    client: Client, at: Endpoint, model: Model, *, without: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    """Draw every field but those `without`, which are asked for elsewhere; returns the values as
    they are now and what is wrong with them."""
    kept = state.values(at)
    if state.to_be_filled(at, model.slug):
        form = fields.fields(at, model, kept)
        adapted = fields.adapt(form, kept)
        _keep_shape(form, kept, adapted)
        inputs.put(at, model.slug, form, adapted)
        kept |= adapted
    else:
        form = _as_chosen(at, model, kept)
    place = _Place(client, at, model, form, kept)
    elsewhere = {at.decided_by, *without}
    here = [each for each in _in_order(at, form) if each.name not in elsewhere]
    place.draw([each for each in here if not words.field(at.id, each.name).advanced])
    folded = [each for each in here if words.field(at.id, each.name).advanced]
    if folded:
        # The line stands above the widgets, so it reads what they are about to say.
        kept |= {field.name: inputs.now(at, model.slug, field) for field in folded}
        with st.expander(_folded_line(at, folded, kept), key=f"advanced:{at.id}"):
            place.draw(folded)
    state.save_draft(client, at, model.slug)
    form = fields.fields(at, model, kept)
    return kept, fields.check(form, kept, at.rules)


def draw_some(client: Client, at: Endpoint, model: Model, names: Collection[str]) -> None:
    """Draw these fields of `model` alone, beside the form of another model of `at`."""
    _draw_some(client, at, model, names, state.values(at))


def draw_own(client: Client, at: Endpoint, model: Model, names: Collection[str]) -> dict[str, Any]:
    """The same for fields that mean something else to each model; the values as they are now, that
    no other model's form hears of."""
    own: dict[str, Any] = st.session_state.setdefault(f"own:{at.id}:{model.slug}", {})
    _hear(at, model, names, own)
    kept = {**state.values(at), **own}
    _draw_some(client, at, model, names, kept)
    own |= {name: kept.get(name) for name in names}
    return {name: own[name] for name in names}


def _hear(at: Endpoint, model: Model, names: Collection[str], own: dict[str, Any]) -> None:
    """Take over what an example or another page has put into the form since, if it suits."""
    now, last = state.values(at), st.session_state.setdefault(f"heard:{at.id}:{model.slug}", {})
    for field in _named(fields.fields(at, model, now), names):
        value = now.get(field.name)
        if last.get(field.name) != value and not fields.check((field,), {field.name: value}):
            own.pop(field.name, None)
        last[field.name] = value


def _draw_some(
    client: Client, at: Endpoint, model: Model, names: Collection[str], kept: dict[str, Any]
) -> None:
    form = _as_chosen(at, model, kept, names)
    here = [each for each in _in_order(at, form) if each.name in names]
    seen: dict[str, Any] = st.session_state.setdefault(f"some:{at.id}:{model.slug}", {})
    for field in here:
        # The same values stand in the forms of other pages: what was changed there shows here.
        if field.name not in seen or seen[field.name] != kept.get(field.name):
            kept |= fields.adapt((field,), kept)
            inputs.put(at, model.slug, (field,), kept)
    _Place(client, at, model, form, kept).draw(here)
    seen |= {each.name: kept.get(each.name) for each in here}


def decide(at: Endpoint) -> None:
    """Draw the field that decides which models there are, where one does, and keep its value."""
    kept = state.values(at)
    for field in fields.fields(at, NO_MODEL, kept):
        if field.name == at.decided_by:
            spot = Spot(at, NO_MODEL.slug, field, words.field(at.id, field.name))
            if state.waits_to_be_filled(at) or spot.key not in st.session_state:
                inputs.put(at, NO_MODEL.slug, (field,), fields.adapt((field,), kept))
            kept[field.name] = DRAW[field.kind](spot)


def _as_chosen(
    at: Endpoint, model: Model, kept: dict[str, Any], names: Collection[str] | None = None
) -> tuple[Field, ...]:
    """The fields as the choices of this moment make them: voices follow the language, each mode
    has its own. What is no longer possible gives way to what is. Only the widgets of `names` are
    looked at, if there are some."""
    for field in _named(fields.fields(at, model, kept), names):
        key = state.widget(at, model.slug, field.name)
        if field.kind in ("choice", "boolean") and key in st.session_state:
            kept[field.name] = st.session_state[key]
    form = fields.fields(at, model, kept)
    for field in _named(form, names):
        value = fields.adapt((field,), kept)[field.name]
        if field.kind == "choice" and value != kept.get(field.name):
            kept[field.name] = value
            st.session_state[state.widget(at, model.slug, field.name)] = value
    return form


def _named(form: tuple[Field, ...], names: Collection[str] | None) -> list[Field]:
    return [each for each in form if names is None or each.name in names]


def _in_order(at: Endpoint, form: tuple[Field, ...]) -> list[Field]:
    """What a person thinks of first stands first; the rest follows as the contract has it."""
    first = words.endpoint(at.id).first
    return sorted(form, key=lambda each: first.index(each.name) if each.name in first else 99)


class _Place:
    """Draws fields one below the other and says beside each what is wrong with it."""

    def __init__(
        self,
        client: Client,
        at: Endpoint,
        model: Model,
        form: tuple[Field, ...],
        kept: dict[str, Any],
    ) -> None:
        self._client = client
        self._at = at
        self._model = model
        self._by_name = {field.name: field for field in form}
        self._kept = kept
        # The text that examples are for: the first one that a person must give.
        texts = (each for each in form if each.required and each.kind in ("text", "texts"))
        self._main = next(texts, None) if words.endpoint(at.id).examples else None

    def draw(self, some: list[Field]) -> None:
        for field in some:
            if field.name == "height" and "width" in self._by_name:
                continue  # drawn together with the width
            if field.name == "width" and "height" in self._by_name:
                self._size(field, self._by_name["height"])
                continue
            self._one(field)

    def _one(self, field: Field) -> None:
        spot = self._spot(field)
        if field.kind == "file":
            self._kept[field.name] = uploads.draw(self._client, spot, self._kept.get(field.name))
        elif field.kind == "files":
            given = self._kept.get(field.name) or []
            self._kept[field.name] = uploads.draw_several(self._client, spot, given)
        elif field.nothing is not None:
            self._kept[field.name] = inputs.lyrics_or_nothing(spot)
        elif field is self._main:
            self._kept[field.name] = prompt.draw(
                self._client, spot, self._kept, list(self._by_name.values())
            )
        else:
            self._kept[field.name] = DRAW[field.kind](spot)
        self._lasting(field)
        if spot.words.hint:
            st.caption(label(spot.words.hint))
        self._problem(field)

    def _lasting(self, field: Field) -> None:
        """How long it will last, where frames are counted."""
        count = self._kept.get(field.name)
        by = field.rate or ""
        rate = self._kept.get(by) or self._model.defaults.get(by)
        if by and isinstance(count, int) and isinstance(rate, int) and rate > 0:
            st.caption(f"{count / rate:.1f} seconds at {rate} frames a second")

    def _size(self, width: Field, height: Field) -> None:
        spots = self._spot(width), self._spot(height)
        shape, size = inputs.size(*spots, self._kept)
        self._kept[state.SHAPE] = shape
        self._kept[width.name], self._kept[height.name] = size
        self._problem(width, f"{spots[0].words.label}: ")
        self._problem(height, f"{spots[1].words.label}: ")

    def _spot(self, field: Field) -> Spot:
        return Spot(self._at, self._model.slug, field, words.field(self._at.id, field.name))

    def _problem(self, field: Field, before: str = "") -> None:
        if field.kind in ("file", "files") and (why := uploads.refusal(self._at, field.name)):
            notes.problem(Advice(why))
            return
        value = self._kept.get(field.name)
        empty = value is None or value == "" or value == []
        if empty and not st.session_state.get(f"tried:{self._at.id}"):
            return  # an empty form is not a mistake until Run was pressed
        sentence = fields.check((field,), {field.name: value}).get(field.name)
        sentence = sentence or refused(self._at).get((field.name, repr(value)))
        if sentence:
            notes.problem(Advice(before + sentence))


DRAW: Mapping[str, Callable[[Spot], Any]] = {
    "text": inputs.text,
    "texts": inputs.texts,
    "boolean": inputs.boolean,
    "integer": inputs.number_field,
    "number": inputs.number_field,
    "choice": inputs.choice,
    "loras": inputs.loras,
}


def refused(at: Endpoint) -> dict[tuple[str, str], str]:
    """What deAPI itself has said about a field, while it still has the value it was said of."""
    return st.session_state.setdefault(f"refused:{at.id}", {})


def refuse(at: Endpoint, problems: Mapping[str, str]) -> bool:
    """Remember what deAPI says about fields; True when that is news for the form."""
    known, kept = refused(at), state.values(at)
    new = {(name, repr(kept.get(name))): text for name, text in problems.items() if name in kept}
    changed = any(known.get(key) != text for key, text in new.items())
    known |= new
    return changed


def _keep_shape(form: tuple[Field, ...], kept: dict[str, Any], adapted: dict[str, Any]) -> None:
    """A chosen shape stays that shape on another model, with that model's own numbers."""
    by_name = {field.name: field for field in form}
    if "width" not in by_name or "height" not in by_name:
        return
    width, height = by_name["width"], by_name["height"]
    chosen = sizes.presets(width, height).get(str(kept.get(state.SHAPE)))
    if chosen:
        adapted["width"], adapted["height"] = chosen
    else:
        size = adapted["width"], adapted["height"]
        kept[state.SHAPE] = sizes.shape_of(width, height, size)


def _folded_line(at: Endpoint, folded: list[Field], kept: Mapping[str, Any]) -> str:
    """What is set inside: "Advanced · 4 steps · seed 42 · avoid: blur"."""
    said = ["Advanced"]
    for field in folded:
        value, how = kept.get(field.name), words.field(at.id, field.name).said
        if how and value not in (None, "", [], field.random):
            said.append(label(clip(how.format(_told(field, value)), _SAID_LENGTH)))
    return " · ".join(said)


def _told(field: Field, value: Any) -> str:
    if field.kind == "loras":
        titles: dict[str, str] = {lora.name: lora.title for lora in field.loras}
        return ", ".join(titles[each["name"]] for each in value)
    return number(value) if isinstance(value, int | float) else str(value)
