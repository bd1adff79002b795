"""What the form as it stands would cost: it follows the form, and never holds it up."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.checks import is_empty
from lib.deapi.contract import Endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.fields import Field
from lib.deapi.models import Model
from lib.ui import money, words
from lib.ui.session import Client

WAIT = 0.4
"""Seconds that one drawing of the form waits for a price that is not there yet."""
LOOK_AGAIN = 0.5
"""Seconds between two looks for it after that."""


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` in USD; else why there is none: an `error`, or it is still being asked for, or
    there is `nothing` to price yet."""

    amount: Decimal | None = None
    error: DeapiError | None = None
    asking: bool = False

    @property
    def nothing(self) -> bool:
        return self.amount is None and self.error is None and not self.asking


def said(now: Price) -> str:
    """A price in a list: "$0.0019", or why there is none, in a word."""
    if now.amount is not None:
        return money.price(now.amount)
    return "asking …" if now.asking else "–"


def of(
    client: Client,
    at: Endpoint,
    model: Model,
    values: Mapping[str, Any],
    *,
    wait: float = WAIT,
    hint: bool = False,
) -> Price:
    """The price of these values, within `wait` seconds; nothing while they can't be sent, nor
    where a price that is only a `hint` would take the place of one that is needed."""
    form = fields.fields(at, model)
    priced = _with_text(at, form, values)
    if fields.check(form, priced, at.rules):
        return Price()
    ask = client.hint if hint else client.quote
    answer = ask(at, fields.request(at, model, priced), wait=wait)
    if answer == "spared":
        return Price()
    if answer is None:
        return Price(asking=True)
    if isinstance(answer, DeapiError):
        return Price(error=answer)
    return Price(amount=answer.price)


def ask_again(client: Client, at: Endpoint, model: Model, values: Mapping[str, Any]) -> None:
    form = fields.fields(at, model)
    client.requote(at, fields.request(at, model, _with_text(at, form, values)))


def look_again(client: Client, at: Endpoint, model: Model, values: Mapping[str, Any]) -> None:
    """Redraw as soon as the price is there."""
    st.fragment(_look, run_every=LOOK_AGAIN)(client, at, model, dict(values))


def _look(client: Client, at: Endpoint, model: Model, values: Mapping[str, Any]) -> None:
    if not of(client, at, model, values, wait=0).asking:
        st.rerun()


def _with_text(
    at: Endpoint, form: tuple[Field, ...], values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The values, with an example in place of a text that is not written yet: the price can then
    stand on the button before the first word. What is sent is priced by itself again."""
    examples = words.endpoint(at.id).examples
    if not examples:
        return values
    text = examples[0].text
    written = {"text": text, "texts": text.splitlines()}
    missing = {
        field.name: written[field.kind]
        for field in form
        if field.kind in written and field.required and is_empty(values.get(field.name))
    }
    return {**values, **missing}
