"""What prompts can be for here, and how the ways to word one are called."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.deapi.contract import ENHANCER, Endpoint, rewriters
from lib.runs.experiments.study import HAND, WRITTEN
from lib.ui import further, words
from lib.ui.experiment.place import key

KEY = key("target")
"""Of the widget that says what the prompts are for."""


def offered() -> list[Endpoint]:
    """The endpoints that make something to look at or to listen to out of one text, in the order
    of the pages."""
    return [
        at
        for family in words.FAMILIES
        for at in words.family(family)
        if at.result in further.MEDIA and text_of(at) is not None
    ]


def choose(endpoint_id: str) -> None:
    """Have the prompts be for this, if they can be; called by buttons."""
    if endpoint_id in {each.id for each in offered()}:
        st.session_state[KEY] = endpoint_id


def text_of(at: Endpoint) -> str | None:
    """The field that the prompt goes into."""
    param = further.text_param(at)
    return param.name if param is not None and param.type == "string" else None


def wordings(at: Endpoint) -> list[str]:
    """The ways to word a prompt for `at`."""
    return [WRITTEN, *(each.id for each in rewriters(at)), HAND]


def named(wording: str) -> str:
    """What a way to word a prompt is called."""
    if wording in _NAMES:
        return _NAMES[wording]
    return words.GROUPS[words.endpoint(wording).group].one


_NAMES = {WRITTEN: "As written", HAND: "By hand", ENHANCER: "Improved"}


def title(plan: Mapping[str, Any]) -> str:
    """What the plan of an experiment is for."""
    then = plan.get("then")
    told = words.endpoint(str((then or plan).get("endpoint"))).title
    return f"Words for: {told}" if then else told
