"""One setting in several values: which, and these."""

from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.field import Field
from lib.deapi.models import Model
from lib.ui import errors, notes, words
from lib.ui.experiment.place import key
from lib.ui.plain import clip, number

_NONE = ""


def draw(
    at: Endpoint, model: Model, *, view: str = "", most: int | None = None
) -> tuple[Field | None, list[Any]]:
    """The field that takes several values, at most `most`, and these."""
    known = {each.name: each for each in fields.fields(at, model) if _can_be_swept(at, each)}
    name = key("swept", view, at.id)
    # What is written here overrides what its person chooses just now: only when it must be.
    if st.session_state.get(name, _NONE) not in (_NONE, *known):
        st.session_state[name] = _NONE
    chosen = st.selectbox(
        "One setting in several values",
        [_NONE, *known],
        format_func=lambda each: words.field(at.id, each).label if each else "None",
        key=name,
        persist_state="session",
    )
    if not chosen:
        return None, []
    field = known[chosen]
    of_kind = _of_choices if field.kind == "choice" else _of_numbers
    values = of_kind(at, field, view, most)
    return (field, values) if values else (None, [])


def named(at: Endpoint, field: Field, value: Any) -> str:
    """What one of the values is called."""
    if field.kind == "choice":
        return words.choice(at.id, field, value)
    return f"{words.field(at.id, field.name).label} {number(value)}"


def _can_be_swept(at: Endpoint, field: Field) -> bool:
    return field.kind in ("choice", "integer", "number") and field.name != at.decided_by


def _of_choices(at: Endpoint, field: Field, view: str, most: int | None) -> list[Any]:
    return st.multiselect(
        "Its values",
        list(field.choices),
        format_func=lambda each: words.choice(at.id, field, each),
        key=key("values", view, at.id, field.name),
        persist_state="session",
        max_selections=most,
    )


def _of_numbers(at: Endpoint, field: Field, view: str, most: int | None) -> list[Any]:
    said = st.text_input(
        "Its values",
        key=key("values", view, at.id, field.name),
        placeholder="4, 8, 12",
        persist_state="session",
        help="Numbers with commas between them.",
    )
    found: list[Any] = []
    for part in said.replace(";", ",").split(","):
        text = part.strip()
        if not text:
            continue
        try:
            value = float(text)
        except ValueError:
            notes.problem(errors.Advice(f"“{clip(text, 20)}” is no number."))
            continue
        found.append(int(value) if value.is_integer() else value)
    once = [each for at_, each in enumerate(found) if each not in found[:at_]]
    if most is not None and len(once) > most:
        notes.problem(errors.Advice(f"These are {len(once)} values. The first {most} are taken."))
    return once[:most]
