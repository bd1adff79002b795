"""The specification's price list, beside what deAPI asks today for a usual case of each."""

import streamlit as st

from lib.deapi.catalogue import Listing
from lib.deapi.contract import endpoint
from lib.deapi.price_list import PRICE_LIST, ListPrice
from lib.ui import money, price, typical, words
from lib.ui.plain import safe
from lib.ui.session import Client

ASKED = "price_list:asked"


def draw(client: Client, listing: Listing) -> None:
    asked = st.session_state.get(ASKED, False)
    rows, asking = [], False
    for each in PRICE_LIST:
        now = _now(client, listing, each) if asked else price.Price()
        asking |= now.asking
        rows.append(
            f"<tr><td>{safe(words.endpoint(each.endpoint).title)}</td>"
            f"<td>{safe(_listed(each))}</td><td>{safe(_said(now))}</td></tr>"
        )
    st.html(
        '<table class="pg-table"><thead><tr><th>What</th><th>Price list</th>'
        f"<th>Today</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
    st.caption(
        "The list gives round figures. Today's price is for the first model, with the size and "
        "steps that the list names and our example text or sample file. Every form shows the exact "
        "price of what is in it."
    )
    if not asked:
        st.button("Ask for today's prices", on_click=st.session_state.update, args=({ASKED: True},))
    if asking:
        st.fragment(_look, run_every=0.7)(client, listing)


def _now(client: Client, listing: Listing, of: ListPrice, wait: float = 0.05) -> price.Price:
    at = endpoint(of.endpoint)
    models = listing.for_endpoint(at)
    if not models:
        return price.Price()
    return price.of(client, at, models[0], typical.values(at, models[0], of.like), wait=wait)


def _look(client: Client, listing: Listing) -> None:
    if not any(_now(client, listing, each, 0).asking for each in PRICE_LIST):
        st.rerun()


def _listed(of: ListPrice) -> str:
    if of.usd is None:
        return "depends on size and length: see the form"
    about = "" if of.exact else "about "
    under = f" ({of.conditions})" if of.conditions else ""
    return f"{about}${of.usd:f} for 1 {of.unit}{under}".replace("1 1", "1").replace("x", "×")


def _said(now: price.Price) -> str:
    if now.amount is not None:
        return money.price(now.amount)
    return "asking …" if now.asking else "–"
