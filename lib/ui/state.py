"""What a browser session remembers between two runs of the script, beside its widgets.

Each endpoint has one dict of values, whatever the model: the widgets of a model are filled from it
and read back into it, so that changing the model or the page keeps what is still valid. Widgets
have keys of their own per model (`endpoint:model:field`), because Streamlit resets a widget whose
bounds change under the same key.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.fields import fields
from lib.store import Run, StoreError
from lib.ui import words
from lib.ui.session import Client

Made = TypeVar("Made")
"""A run, or an experiment."""

SHAPE = "shape"
"""Beside the fields: which preset of sizes was chosen."""


@dataclass(frozen=True, slots=True)
class Press:
    """A click on a Run button: the profile it was drawn for, its nonce, the price in USD that stood
    on it (if any did), and whether it was the second click that a large price takes."""

    profile: str
    nonce: str
    shown: Decimal | None
    sure: bool


# --- the form of an endpoint ---------------------------------------------------------------------


def values(at: Endpoint) -> dict[str, Any]:
    """The values of an endpoint's form; change them through `fill` where a widget shows them."""
    return st.session_state.setdefault(f"values:{at.id}", {})


def widget(at: Endpoint, model: str, field: str) -> str:
    """The key of a field's widget."""
    return f"{at.id}:{model}:{field}"


def fill(at: Endpoint, new: Mapping[str, Any]) -> None:
    """Put values into the form from outside its widgets: an example, the dice, another run."""
    values(at).update(new)
    filled(at).update(new)
    st.session_state[f"fill:{at.id}"] = True


def filled(at: Endpoint) -> dict[str, Any]:
    """What was put last into each field of the form from outside its widgets."""
    return st.session_state.setdefault(f"filled:{at.id}", {})


def waits_to_be_filled(at: Endpoint) -> bool:
    """Whether `fill` was called since the widgets were last filled."""
    return st.session_state.get(f"fill:{at.id}", False)


def to_be_filled(at: Endpoint, model: str) -> bool:
    """Whether the widgets must be filled from the values once: after `fill`, or for a model that
    was not shown before this."""
    changed = st.session_state.get(f"drawn:{at.id}") != model
    st.session_state[f"drawn:{at.id}"] = model
    return st.session_state.pop(f"fill:{at.id}", False) or changed


def restore_draft(client: Client, at: Endpoint) -> None:
    """Once a session: the form as its person left it, in whatever window that was."""
    if st.session_state.setdefault(f"restored:{at.id}", False):
        return
    st.session_state[f"restored:{at.id}"] = True
    if draft := client.draft(at):
        model, kept = draft
        st.session_state.setdefault(model_key(at), model)
        fill(at, kept)
        st.session_state[f"draft:{at.id}"] = (model, dict(values(at)))


def save_draft(client: Client, at: Endpoint, model: str) -> None:
    """Keep the form as it is now, when it has changed since."""
    now = (model, dict(values(at)))
    if st.session_state.get(f"draft:{at.id}") == now:
        return
    with suppress(StoreError):  # a draft is a nicety; what really must be kept says so itself
        client.save_draft(at, *now)
    st.session_state[f"draft:{at.id}"] = now


# --- what is chosen on a family's page -----------------------------------------------------------


def endpoint_key(family: str) -> str:
    return f"endpoint:{family}"


def model_key(at: Endpoint) -> str:
    return f"model:{at.id}"


def open_form(at: Endpoint, new: Mapping[str, Any], model: str | None = None) -> None:
    """Show the form of an endpoint with these values, from whatever page this is called."""
    st.session_state[f"restored:{at.id}"] = True  # the draft of earlier gives way to these
    fill(at, new)
    st.session_state[endpoint_key(at.family)] = at.id
    if model is not None:
        st.session_state[model_key(at)] = model
    st.session_state.pop("history:opened", None)
    st.session_state["go_to"] = words.FAMILIES[at.family].page


def use_again(client: Client, run: Run) -> None:
    """Show the form with the settings of a run, and nothing but these.

    What its model doesn't let a person choose was sent for the contract's sake, and is no setting.
    """
    at, params = endpoint(run.endpoint), client.params(run)
    model = next((each for each in client.models(at) if each.slug == run.model), None)
    chosen = {field.name for field in fields(at, model)} if model else set(params)
    form = [param.name for param in at.params if param.role == "value"]
    values(at).pop(SHAPE, None)
    settings = {name: params.get(name) if name in chosen else None for name in form}
    open_form(at, settings, run.model)


# --- the buttons that spend money ----------------------------------------------------------------


@dataclass(slots=True)
class _Orders:
    """What these buttons remember, by their names: the nonce of the next run, the click that waits
    for its answer, and what the last run was about."""

    nonces: dict[str, str] = field(default_factory=dict[str, str])
    presses: dict[str, Press] = field(default_factory=dict[str, Press])
    made: dict[str, str] = field(default_factory=dict[str, str])


def nonce(name: str) -> str:
    """The nonce of a button that spends money: it makes one run, however often it is pressed."""
    return _orders().nonces.setdefault(name, uuid4().hex)


def renew_nonce(name: str) -> None:
    """The button's run is made: the next press is meant to make another one."""
    _orders().nonces[name] = uuid4().hex


def press(name: str, pressed: Press) -> None:
    """Have the drawing that follows answer this click on the button of that nonce."""
    _orders().presses[name] = pressed


def pressed(name: str) -> Press | None:
    """The click that waits for an answer. It waits until `answered` or `order`: Streamlit breaks
    a drawing off, at any look into the session's state, when another click came meanwhile."""
    return _orders().presses.get(name)


def answered(name: str) -> None:
    """Its click has had its answer."""
    _orders().presses.pop(name, None)


def order(name: str, about: str, make: Callable[[], Made]) -> Made:
    """Answer the click by what `make` orders, with all that is remembered of it; what
    `make` raises is raised. In between nothing looks into the session's state."""
    orders = _orders()
    made = make()
    orders.made[name] = about
    orders.nonces[name] = uuid4().hex
    orders.presses.pop(name, None)
    return made


def last_order(name: str) -> str | None:
    """What the last run of this button was about."""
    return _orders().made.get(name)


def presses_left() -> bool:
    """Whether clicks wait for an answer."""
    return bool(_orders().presses)


def forget_presses() -> None:
    """Drop clicks whose button is no longer on the page: one that is answered when somebody comes
    back would spend money that nobody expects to."""
    _orders().presses.clear()


def _orders() -> _Orders:
    return st.session_state.setdefault("orders", _Orders())
