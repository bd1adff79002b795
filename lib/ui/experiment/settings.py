"""Settings that are the same for a whole experiment: what somebody has changed, and the seed."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.field import Field
from lib.deapi.models import Model
from lib.ui.experiment.place import key

SEED = "seed"
_SEEDS = 2**31 - 1


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


def seed(at: Endpoint, models: Sequence[Model], swept: Field | None) -> int:
    """One for all, so that only what is compared differs; drawn once."""
    st.session_state.setdefault(key("seed"), random.randint(0, _SEEDS))
    seeded = any(each.random is not None for model in models for each in fields.fields(at, model))
    if not seeded or (swept and swept.random is not None):
        return st.session_state[key("seed")]
    typed = st.number_input(
        "Seed, the same for all",
        min_value=0,
        step=1,
        key=key("seed"),
        persist_state="session",
        help="With the same seed only what you compare differs. Another one makes other results.",
    )
    return int(typed)
