"""One widget a kind of field. Each is filled through session state and never by `value=`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.fields import Field
from lib.ui import sizes, state, words
from lib.ui.plain import label, number
from lib.ui.words import FieldWords

WEIGHT = 1.0
"""A style at the strength it was made for. deAPI documents no bounds; the slider ends at twice."""
_WEIGHT_ENDS = (0.0, 2.0)
_SLIDER_STOPS = 400
_FEW = 4
"""So many choices stand side by side."""
_SEEDS = 2**31 - 1
"""Seeds that the dice draws, well inside what a browser's number holds."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a field is drawn, and with which words."""

    at: Endpoint
    model: str
    field: Field
    words: FieldWords

    @property
    def key(self) -> str:
        return state.widget(self.at, self.model, self.field.name)


def put(at: Endpoint, model: str, form: tuple[Field, ...], values: Mapping[str, Any]) -> None:
    """Fill the widgets of a form, before they are drawn."""
    for field in form:
        key, value = state.widget(at, model, field.name), values.get(field.name)
        if field.kind == "loras":
            weights = {each["name"]: each["weight"] for each in value or []}
            st.session_state[key] = list(weights)
            for name, weight in weights.items():
                st.session_state[f"{key}:{name}"] = float(weight)
        elif field.random is not None and value == field.random:
            st.session_state[key] = None
        elif field.kind == "texts":
            st.session_state[key] = "\n".join(value or [])
        elif field.kind not in ("file", "files"):  # an uploader can't be filled
            st.session_state[key] = value
        if field.name == "width":
            shape = state.values(at).get(state.SHAPE)
            st.session_state[state.widget(at, model, state.SHAPE)] = shape


def now(at: Endpoint, model: str, field: Field) -> Any:
    """What the widget of a field holds, before it is drawn."""
    key = state.widget(at, model, field.name)
    held = st.session_state.get(key)
    if field.kind == "loras":
        weights = {name: st.session_state.get(f"{key}:{name}", WEIGHT) for name in held or []}
        return [{"name": name, "weight": weight} for name, weight in weights.items()]
    if field.kind == "texts":
        return lines(held or "")
    return field.random if held is None else held


def lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def text(spot: Spot) -> str:
    """Text in one line, in as many as its words ask for, or one that is often meant."""
    if spot.words.suggested:
        return _often_meant(spot)
    st.session_state.setdefault(spot.key, "")
    told: dict[str, Any] = {
        "key": spot.key,
        "help": spot.words.help,
        "placeholder": spot.words.placeholder,
        "persist_state": "session",
    }
    if spot.words.lines == 1:
        return st.text_input(spot.words.label, **told) or ""
    return st.text_area(spot.words.label, height=28 + 26 * spot.words.lines, **told) or ""


def _often_meant(spot: Spot) -> str:
    """What most people mean, to pick from; anything else can be typed."""
    named = spot.words.suggested
    held = st.session_state.get(spot.key)
    st.session_state[spot.key] = held or None
    return (
        st.selectbox(
            spot.words.label,
            [*named, *({held} - named.keys() if held else ())],
            index=None,
            format_func=lambda each: named.get(each, each),
            accept_new_options=True,
            placeholder=spot.words.placeholder or "Choose or type …",
            key=spot.key,
            help=spot.words.help,
            persist_state="session",
        )
        or ""
    )


def texts(spot: Spot) -> list[str]:
    """Several texts, a line each."""
    found = lines(text(spot))
    if found:
        most = f" of at most {number(spot.field.max_items)}" if spot.field.max_items else ""
        st.caption(f"{len(found)} {'line' if len(found) == 1 else 'lines'}{most}")
    return found


def lyrics_or_nothing(spot: Spot) -> str:
    """A text that may also be none, for which deAPI has a word of its own."""
    nothing = spot.field.nothing or ""
    key = f"{spot.key}:nothing"
    st.session_state[spot.key] = st.session_state.get(spot.key) or ""
    st.session_state.setdefault(key, st.session_state[spot.key] in ("", nothing))
    if st.toggle(spot.words.nothing, key=key, persist_state="session"):
        return nothing
    if st.session_state[spot.key] == nothing:
        st.session_state[spot.key] = ""
    return text(spot)


def boolean(spot: Spot) -> bool:
    st.session_state[spot.key] = bool(st.session_state.get(spot.key))
    return st.toggle(spot.words.label, key=spot.key, help=spot.words.help, persist_state="session")


def number_field(spot: Spot) -> int | float | None:
    """A slider where both ends are known and near, a dice where chance may choose, or a number."""
    field = spot.field
    if field.random is not None:
        return _seed(spot)
    as_type = int if field.kind == "integer" else float
    step = field.step or _step(field)
    told: dict[str, Any] = {
        "key": spot.key,
        "help": spot.words.help,
        "step": as_type(step),
        "persist_state": "session",
    }
    low, high = field.minimum, field.maximum
    # A slider always says a number, so it is not for what may be left out.
    given = field.required or field.default is not None
    if given and low is not None and high is not None and (high - low) / step <= _SLIDER_STOPS:
        ends = {"min_value": as_type(low), "max_value": as_type(high)}
        return st.slider(spot.words.label, **ends, **told)
    # Without bounds of its own: what is typed is kept, and `check` says what is wrong with it.
    told["format"] = "%d" if as_type is int else "%g"
    return st.number_input(spot.words.label, value=None, **told)


def choice(spot: Spot) -> Any:
    """One of a list: side by side when they are few."""
    field = spot.field
    options = list(field.choices)
    told: dict[str, Any] = {
        "key": spot.key,
        "help": spot.words.help,
        "persist_state": "session",
        "format_func": lambda each: words.choice(spot.at.id, field, each),
    }
    if len(options) <= _FEW and not field.open:
        told["format_func"] = lambda each: label(words.choice(spot.at.id, field, each))
        return st.segmented_control(spot.words.label, options, required=field.required, **told)
    held = st.session_state.get(spot.key)
    if held not in options and not (field.open and held):
        st.session_state[spot.key] = field.default
    return st.selectbox(
        spot.words.label,
        options,
        index=0 if field.required and not field.open else None,
        placeholder=spot.words.placeholder or "Choose …",
        accept_new_options=field.open,
        **told,
    )


def loras(spot: Spot) -> list[dict[str, Any]]:
    """Several styles, and how strong each is."""
    titles: dict[str, str] = {lora.name: lora.title for lora in spot.field.loras}
    chosen = st.multiselect(
        spot.words.label,
        list(titles),
        format_func=lambda name: titles[name],
        key=spot.key,
        help=spot.words.help,
        placeholder=spot.words.placeholder,
        persist_state="session",
    )
    return [{"name": name, "weight": _weight(spot, name, titles[name])} for name in chosen]


def size(
    width: Spot, height: Spot, kept: Mapping[str, Any]
) -> tuple[str, tuple[int | None, int | None]]:
    """A shape, or two exact numbers; returns the shape's name and the size in pixels."""
    presets = sizes.presets(width.field, height.field)
    key = state.widget(width.at, width.model, state.SHAPE)
    if st.session_state.get(key) not in (*presets, sizes.CUSTOM):
        now = kept.get(width.field.name), kept.get(height.field.name)
        st.session_state[key] = sizes.shape_of(width.field, height.field, now)
    shape = st.pills(
        "Shape",
        [*presets, sizes.CUSTOM],
        key=key,
        required=True,
        persist_state="session",
        help="Every shape uses a size this model likes; Custom takes exact numbers.",
    )
    if shape in presets:
        chosen = presets[shape]
        st.session_state[width.key], st.session_state[height.key] = chosen
        st.caption(f"{chosen[0]} × {chosen[1]} pixels")
        return shape, chosen
    left, right = st.columns(2)
    with left:
        wide = _side(width, kept)
    with right:
        high = _side(height, kept)
    st.caption(_limits(width.field, height.field))
    return sizes.CUSTOM, (wide, high)


def _side(spot: Spot, kept: Mapping[str, Any]) -> int | None:
    st.session_state.setdefault(spot.key, kept.get(spot.field.name))
    return st.number_input(
        spot.words.label,
        value=None,
        step=int(spot.field.step or 1),
        key=spot.key,
        help=spot.words.help,
        persist_state="session",
    )


def _limits(width: Field, height: Field) -> str:
    said: list[str] = []
    if width.maximum and height.maximum:
        low = f"{width.minimum or 1} × {height.minimum or 1}"
        said.append(f"From {low} to {width.maximum} × {height.maximum} pixels")
    if width.step and width.step > 1:
        said.append(f"in steps of {width.step}")
    return ", ".join(said) or "In pixels"


def _seed(spot: Spot) -> int | None:
    """A number, or nothing for a surprise."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.number_input(
            spot.words.label,
            value=None,
            step=1,
            format="%d",
            key=spot.key,
            help=spot.words.help,
            placeholder=spot.words.placeholder,
            persist_state="session",
        )
        st.button(
            "🎲",
            key=f"{spot.key}:dice",
            help="Draw a number, to have the same result again later",
            on_click=_draw_seed,
            args=(spot.key,),
        )
    return spot.field.random if typed is None else int(typed)


def _draw_seed(key: str) -> None:
    st.session_state[key] = a_seed()


def a_seed() -> int:
    """One that nobody has thought of."""
    return random.randint(0, _SEEDS)


def _weight(spot: Spot, name: str, title: str) -> float:
    key = f"{spot.key}:{name}"
    st.session_state.setdefault(key, WEIGHT)
    low, high = _WEIGHT_ENDS
    st.session_state[key] = min(max(st.session_state[key], low), high)
    return st.slider(
        f"Strength of {label(title)}", low, high, step=0.05, key=key, persist_state="session"
    )


def _step(field: Field) -> float:
    if field.kind == "integer":
        return 1
    span = (field.maximum or 1) - (field.minimum or 0)
    return 0.1 if span <= 10 else 0.5 if span <= 100 else 1
