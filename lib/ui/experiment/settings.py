"""What is the same for all that a plan makes: the models, the settings, the seed."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.field import Field
from lib.deapi.models import Model
from lib.ui import form, state, words
from lib.ui.experiment.place import key
from lib.ui.session import Client

SEED = "seed"
_SEEDS = 2**31 - 1
WHY = "With the same seed only what you compare differs. Another one makes other results."


def first(offered: Sequence[Model]) -> Model:
    """The first of those chosen, before they are drawn."""
    chosen = st.session_state.get(key("models"), [])
    return next((each for each in offered if each.slug in chosen[:1]), offered[0])


def models(offered: Sequence[Model], why: str) -> list[Model]:
    """Those that are chosen, at least one of those `offered`; `why` says what several are for."""
    by_slug = {each.slug: each for each in offered}
    at = key("models")
    kept = [each for each in st.session_state.get(at, []) if each in by_slug]
    st.session_state[at] = kept or [offered[0].slug]
    chosen = st.multiselect(
        "Models",
        list(by_slug),
        format_func=lambda each: by_slug[each].name,
        key=at,
        persist_state="session",
        help=why,
    )
    return [by_slug[each] for each in chosen] or [offered[0]]


def draw(
    client: Client, at: Endpoint, model: Model, without: Collection[str]
) -> tuple[dict[str, Any], list[str]]:
    """The settings that somebody has changed, and what is wrong with them: what is left as it is
    follows each model. `without` are asked for elsewhere."""
    state.restore_draft(client, at)
    with st.expander("Settings, the same for all", key=key("settings")):
        st.caption(
            f"They are those of {words.endpoint(at.id).title}. What you leave as it is follows "
            "each model's own."
        )
        values, problems = form.draw(client, at, model, without=without)
    wrong = [
        f"{words.field(at.id, name).label}: {told}"
        for name, told in problems.items()
        if name not in without
    ]
    return changed(at, model, values, without), wrong


def changed(
    at: Endpoint, model: Model, values: Mapping[str, Any], without: Collection[str] = ()
) -> dict[str, Any]:
    """The settings that somebody has changed: what is left as it is follows each model."""
    form = fields.fields(at, model, values)
    usual = fields.adapt(form, {})
    return {
        each.name: values.get(each.name)
        for each in form
        if each.name not in without and values.get(each.name) != usual[each.name]
    }


def seed(at: Endpoint, models: Sequence[Model], swept: Field | None = None, why: str = WHY) -> int:
    """One for all, so that only what is compared differs; drawn once, and to be changed where one
    of `models` takes one that is not `swept`. `why` says what it is good for."""
    drawn: int = st.session_state.setdefault(key("seed"), random.randint(0, _SEEDS))
    seeded = any(each.random is not None for model in models for each in fields.fields(at, model))
    if not seeded or (swept and swept.random is not None):
        return drawn
    typed = st.number_input(
        "Seed, the same for all",
        min_value=0,
        step=1,
        key=key("seed"),
        persist_state="session",
        help=why,
    )
    return int(typed)
