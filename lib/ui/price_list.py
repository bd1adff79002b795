"""The specification's price list, beside what deAPI asks today for a usual case of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.deapi.catalogue import Listing
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.models import Model
from lib.deapi.price_list import PRICE_LIST, ListPrice
from lib.ui import price, typical, words
from lib.ui.plain import safe
from lib.ui.session import Client

ASKED = "price_list:asked"
LOOK_AGAIN = 0.7
"""Seconds between two looks at prices that are on their way."""


def draw(client: Client, listing: Listing) -> None:
    asked = st.session_state.get(ASKED, False)
    cases = [_case(listing, each) for each in PRICE_LIST]
    now = [_now(client, each, 0) if asked else price.Price() for each in cases]
    rows = "".join(
        f"<tr><td>{safe(words.endpoint(each.endpoint).title)}</td>"
        f"<td>{safe(_listed(each))}</td><td>{_today(case, today)}</td></tr>"
        for each, case, today in zip(PRICE_LIST, cases, now, strict=True)
    )
    st.html(
        '<table class="pg-table"><thead><tr><th>What</th><th>Price list</th>'
        f"<th>Today</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    st.caption(
        "The list gives round figures. Today's price is for the first model, with the size and "
        "steps that the list names, or else for the example that stands beside it. Every form "
        "shows the exact price of what is in it."
    )
    if not asked:
        st.button("Ask for today's prices", on_click=st.session_state.update, args=({ASKED: True},))
    if asking := sum(each.asking for each in now):
        st.fragment(_look, run_every=LOOK_AGAIN)(client, cases, asking)


@dataclass(frozen=True, slots=True)
class _Case:
    """What today's price is asked for; no `model` where deAPI has none just now."""

    at: Endpoint
    model: Model | None
    values: Mapping[str, Any]
    example: str = ""
    """How much of it, where the list doesn't say: "96 characters"."""


def _case(listing: Listing, of: ListPrice) -> _Case:
    at = endpoint(of.endpoint)
    model = next(iter(listing.for_endpoint(at)), None)
    if model is None:
        return _Case(at, None, {})
    values = typical.values(at, model, of.like)
    return _Case(at, model, values, "" if of.like else typical.amount(at, values))


def _now(client: Client, case: _Case, wait: float) -> price.Price:
    if case.model is None:
        return price.Price()
    return price.of(client, case.at, case.model, case.values, wait=wait)


def _look(client: Client, cases: Sequence[_Case], asking: int) -> None:
    if sum(_now(client, each, 0).asking for each in cases) < asking:
        st.rerun()


def _listed(of: ListPrice) -> str:
    if of.usd is None:
        return "depends on size and length: see the form"
    about = "" if of.exact else "about "
    under = f" ({of.conditions})" if of.conditions else ""
    return f"{about}${of.usd:f} for 1 {of.unit}{under}".replace("1 1", "1").replace("x", "×")


def _today(case: _Case, now: price.Price) -> str:
    """As HTML."""
    shown = now.amount is not None and case.example
    example = f'<br><span class="pg-small">{safe(case.example)}</span>' if shown else ""
    return f"{safe(price.said(now))}{example}"
