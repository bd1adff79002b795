"""The text that everything starts from, with examples one click away."""

import random

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.ui import inputs, state, words
from lib.ui.inputs import Spot

CHIPS = 4
"""So many examples are shown; the dice knows all of them."""


def draw(spot: Spot) -> str:
    """The field, and below it what one could write into it."""
    written = inputs.text(spot)
    examples = words.endpoint(spot.at.id).examples
    with st.container(horizontal=True, gap="xsmall", key=f"chips:{spot.at.id}"):
        for index, example in enumerate(examples[:CHIPS]):
            st.button(
                example.label,
                key=f"{spot.at.id}:example:{index}",
                on_click=_write,
                args=(spot.at, spot.field.name, example.text),
            )
        st.button(
            "🎲 Surprise me",
            key=f"{spot.at.id}:dice",
            help="Write one of our examples",
            on_click=_surprise,
            args=(spot.at, spot.field.name),
        )
    return written


def _write(at: Endpoint, field: str, text: str) -> None:
    state.fill(at, {field: text})


def _surprise(at: Endpoint, field: str) -> None:
    now = state.values(at).get(field)
    texts = [each.text for each in words.endpoint(at.id).examples if each.text != now]
    _write(at, field, random.choice(texts))
