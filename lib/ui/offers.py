"""What could be done next, as buttons that open a form, each with the price of exactly that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.models import Model
from lib.ui import catalogue, money, price, state, typical, words
from lib.ui.plain import label, safe
from lib.ui.session import Client

COLUMNS = 3
LOOK_AGAIN = 0.7
"""Seconds between two looks at prices that are on their way."""
WAIT = 0.3
"""Seconds that drawing all offers waits for their prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An endpoint and what its form begins with, for a `model` or for the first that there is.
    `title` stands on the button."""

    at: Endpoint
    title: str
    hint: str
    icon: str = ""
    given: Mapping[str, Any]
    model: Model | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What an offer costs, or why it can't be taken up with what was given."""

    price: price.Price
    problem: str = ""


def draw(client: Client, offers: Sequence[Offer], name: str, *, hints: bool = False) -> None:
    """A grid of offers; `name` tells their buttons from those of another grid. Prices that are
    only `hints` give way where deAPI answers few price calls (`Client.hint`)."""
    found = _all(client, offers, WAIT, hints)
    drawn = list(zip(offers, found, strict=True))
    for start in range(0, len(drawn), COLUMNS):
        row = drawn[start : start + COLUMNS]
        for place, (offer, what) in zip(st.columns(COLUMNS), row, strict=False):
            with place:
                _tile(offer, what, name)
    look_again(client, offers, [each.price for each in found], hints=hints)


def prices(client: Client, offers: Sequence[Offer]) -> list[price.Price]:
    """What each costs, as far as that is known within a moment."""
    return [each.price for each in _all(client, offers, WAIT, hints=False)]


def look_again(
    client: Client,
    offers: Sequence[Offer],
    prices: Sequence[price.Price],
    *,
    hints: bool = False,
) -> None:
    """Redraw when one more of the `prices` that are still on their way is there."""
    if asking := sum(each.asking for each in prices):
        st.fragment(_look, run_every=LOOK_AGAIN)(client, offers, asking, hints)


def _all(client: Client, offers: Sequence[Offer], wait: float, hints: bool) -> list[_Found]:
    """What each costs, within `wait` seconds for all of them: every one is asked for before the
    first is waited for."""
    found = [_find(client, offer, 0, hints) for offer in offers]
    until = monotonic() + wait
    return [
        _find(client, offer, max(0.0, until - monotonic()), hints) if each.price.asking else each
        for offer, each in zip(offers, found, strict=True)
    ]


def _tile(offer: Offer, found: _Found, name: str) -> None:
    with st.container(
        border=True, height="stretch", key=f"tile:{name}:{offer.at.id}:{offer.title}"
    ):
        st.button(
            label(offer.title),
            icon=offer.icon or None,
            key=f"offer:{name}:{offer.at.id}:{offer.title}",
            type="secondary",
            width="stretch",
            disabled=bool(found.problem),
            on_click=state.open_form,
            args=(offer.at, offer.given, offer.model and offer.model.slug),
        )
        said = safe(found.problem or offer.hint)
        st.html(f'<p class="pg-small">{said}</p><p class="pg-tile-price">{_said(found.price)}</p>')


def _said(found: price.Price) -> str:
    if found.amount is not None:
        many = money.per_dollar(found.amount)
        more = f" <span>· {safe(many)}</span>" if many else ""
        return f"{safe(money.price(found.amount))}{more}"
    return "asking the price …" if found.asking else ""


def _find(client: Client, offer: Offer, wait: float, hint: bool) -> _Found:
    listing = catalogue.listing(client)
    if isinstance(listing, DeapiError):
        return _Found(price.Price())
    models = listing.for_endpoint(offer.at, offer.given)
    if not models:
        return _Found(price.Price(), "deAPI offers no model for this just now.")
    model = offer.model or models[0]
    form = fields.fields(offer.at, model, offer.given)
    values = typical.values(offer.at, model, offer.given)
    problems = fields.check([each for each in form if each.name in offer.given], values)
    if problems:
        return _Found(price.Price(), next(iter(problems.values())))
    return _Found(price.of(client, offer.at, model, values, wait=wait, hint=hint))


def _look(client: Client, offers: Sequence[Offer], asking: int, hints: bool) -> None:
    if sum(each.price.asking for each in _all(client, offers, 0, hints)) < asking:
        st.rerun()


def of(
    at: Endpoint, given: Mapping[str, Any], title: str = "", model: Model | None = None
) -> Offer:
    """The offer of an endpoint in its own words."""
    told = words.endpoint(at.id)
    return Offer(
        at=at,
        title=title or told.title,
        hint=told.hint,
        icon=told.icon,
        given=given,
        model=model,
    )
