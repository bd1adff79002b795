"""The text that everything starts from, with examples one click away."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lib.deapi.field import Field
from lib.ui import enhance, inputs, lines_file, state, words
from lib.ui.inputs import Spot
from lib.ui.session import Client
from lib.ui.words import Example

CHIPS = 4
"""So many examples are shown; the dice knows all of them."""


def draw(
    client: Client, spot: Spot, values: Mapping[str, Any], form: Sequence[Field]
) -> str | list[str]:
    """The field of a `form`, and below it what one could write into it."""
    several = spot.field.kind == "texts"
    written = inputs.texts(spot) if several else inputs.text(spot)
    examples = _examples(spot, form)
    with st.container(horizontal=True, gap="xsmall", key=f"chips:{spot.at.id}"):
        for index, example in enumerate(examples[:CHIPS]):
            st.button(
                example.label,
                key=f"{spot.at.id}:example:{index}",
                on_click=_write,
                args=(spot, form, example),
            )
        st.button(
            "🎲 Surprise me",
            key=f"{spot.at.id}:dice",
            help="Write one of our examples",
            on_click=_surprise,
            args=(spot, form),
        )
        if several:
            lines_file.draw(spot)
        else:
            enhance.draw(client, spot, {**values, spot.field.name: written})
    return written


def _examples(spot: Spot, form: Sequence[Field]) -> list[Example]:
    """Those that the model can do: where it has languages, in one of them."""
    language = _language(spot, form)
    return [
        each
        for each in words.endpoint(spot.at.id).examples
        if not language or not each.language or _spoken(language, each)
    ]


def _language(spot: Spot, form: Sequence[Field]) -> Field | None:
    """The field in which a model's language is chosen, if there is one."""
    return next(
        (each for each in form if spot.at.param(each.name).listed == "languages[].slug"), None
    )


def _spoken(language: Field, example: Example) -> list[str | int]:
    """The values of `language` that stand for that of an example: en-us and en-gb for English."""
    return [
        each
        for each in language.choices
        if words.is_language(str(each), example.language)
        or words.is_language(language.titles.get(each, ""), example.language)
    ]


def _write(spot: Spot, form: Sequence[Field], example: Example) -> None:
    """Write an example, and have it read in its own language."""
    new = {spot.field.name: _value(spot, example), **example.also}
    language = _language(spot, form)
    if language and example.language:
        spoken = _spoken(language, example)
        if spoken and state.values(spot.at).get(language.name) not in spoken:
            new[language.name] = spoken[0]
    state.fill(spot.at, new)


def _surprise(spot: Spot, form: Sequence[Field]) -> None:
    now = state.values(spot.at).get(spot.field.name)
    others = [each for each in _examples(spot, form) if _value(spot, each) != now]
    if others:
        _write(spot, form, random.choice(others))


def _value(spot: Spot, example: Example) -> str | list[str]:
    return inputs.lines(example.text) if spot.field.kind == "texts" else example.text
