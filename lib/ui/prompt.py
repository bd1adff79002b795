"""The text that everything starts from, with examples one click away."""

import random
from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.ui import enhance, inputs, state, words
from lib.ui.inputs import Spot
from lib.ui.session import Client
from lib.ui.words import Example

CHIPS = 4
"""So many examples are shown; the dice knows all of them."""


def draw(client: Client, spot: Spot, values: Mapping[str, Any]) -> str | list[str]:
    """The field, and below it what one could write into it."""
    several = spot.field.kind == "texts"
    written = inputs.texts(spot) if several else inputs.text(spot)
    examples = words.endpoint(spot.at.id).examples
    with st.container(horizontal=True, gap="xsmall", key=f"chips:{spot.at.id}"):
        for index, example in enumerate(examples[:CHIPS]):
            st.button(
                example.label,
                key=f"{spot.at.id}:example:{index}",
                on_click=_write,
                args=(spot, example),
            )
        st.button(
            "🎲 Surprise me",
            key=f"{spot.at.id}:dice",
            help="Write one of our examples",
            on_click=_surprise,
            args=(spot,),
        )
        if not several:
            enhance.draw(client, spot, {**values, spot.field.name: written})
    return written


def _write(spot: Spot, example: Example) -> None:
    state.fill(spot.at, {spot.field.name: _value(spot, example), **example.also})


def _surprise(spot: Spot) -> None:
    now = state.values(spot.at).get(spot.field.name)
    examples = words.endpoint(spot.at.id).examples
    _write(spot, random.choice([each for each in examples if _value(spot, each) != now]))


def _value(spot: Spot, example: Example) -> str | list[str]:
    return inputs.lines(example.text) if spot.field.kind == "texts" else example.text
