"""What stands beside every page: which deAPI, how much money, what is running."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.deapi.catalogue import Listing
from lib.deapi.contract import endpoint
from lib.deapi.errors import DeapiError, Forbidden
from lib.store import Run
from lib.ui import (
    account,
    bell,
    books,
    catalogue,
    errors,
    limits,
    money,
    news,
    profile,
    run_status,
    words,
)
from lib.ui.plain import clip, label, safe, seconds
from lib.ui.session import Client
from lib.ui.snapshot import Snapshot

TICK = 1.0
SHOWN = 5
OLD_AFTER = 15 * 60.0
"""Seconds after which the age of the list of models is worth a word."""


def navigation(client: Client) -> DeltaGenerator:
    """The way to every page and to the other deAPI; returns the place below it for `draw`."""
    with st.sidebar:
        st.html(f'<p class="pg-app">{safe(words.APP)}</p>')
        with st.container(gap="xsmall", key="navigation"):
            here = (words.SANDBOX,) if client.rehearsing else ()
            here += (words.PEOPLE,) if client.is_admin else ()
            for told in (*words.PLACES, *here):
                st.page_link(told.page, label=told.title, icon=told.icon, width="stretch")
        profile.draw(client)
        return st.container()


def draw(client: Client, beside: DeltaGenerator, page: str, now: Snapshot) -> None:
    """The money and what runs, in the place that `navigation` left for it; `page` is
    the title of the one that is shown."""
    with beside:
        ticking = ticks(now)
        bell.draw(client)
        st.fragment(_live, run_every=TICK if ticking else None)(client, page, ticking)
        _catalogue(client)
        account.draw(client)


def ticks(now: Snapshot) -> bool:
    """Whether something goes on by itself, and is worth another look every second."""
    return any(map(run_status.moving, now.runs)) or bool(now.experiments or now.recipes)


def _live(client: Client, page: str, ticking: bool) -> None:
    """Money and runs; looks again by itself while something moves."""
    now = client.snapshot()
    st.html(_money(client, now))
    if page != words.HISTORY.title and (told := books.differ(client)):
        st.page_link(words.HISTORY.page, label=label(told), icon="⚠️")
    if now.runs:
        st.html(_running(client, now.runs))
    here = Counter(endpoint(run.endpoint).family for run in now.runs)
    for family, count in here.items():
        told = words.FAMILIES[family]
        if told.title != page:
            st.page_link(told.page, label=f"{count} in {told.title}", icon=told.icon)
    if ticking and news.something_ended(client, now):
        news.settle()


def _money(client: Client, now: Snapshot) -> str:
    rows = [
        ("Balance", _balance(client)),
        ("Spent today", money.spent(now.spent.day_posted)),
        ("Spent this month", money.spent(now.spent.month_posted)),
    ]
    if now.held:
        rows.append(("On hold", money.spent(now.held)))
    rows += [(limits.title(use), limits.row(use)) for use in now.uses]
    lines = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in rows)
    return f'<dl class="pg-money">{lines}</dl>{_why(client)}{limits.notices(now.uses)}'


def _why(client: Client) -> str:
    """Why there is no balance, where that is for good."""
    now = client.balance()
    if now is None or not isinstance(now.error, Forbidden):
        return ""
    return '<p class="pg-small">This key may not see the balance.</p>'


def _balance(client: Client) -> str:
    now = client.balance()
    if now is None:
        return "…"
    if now.amount is None:
        return "hidden" if isinstance(now.error, Forbidden) else "not known"
    return money.left(now.amount) + (" (old)" if now.error else "")


def _running(client: Client, runs: Sequence[Run]) -> str:
    items = "".join(
        f"<li><span>{safe(clip(words.name(run), 40))}</span>"
        f"<span>{safe(run_status.sentence(run, client.delay(run)))}</span></li>"
        for run in runs[:SHOWN]
    )
    more = f"<li>and {len(runs) - SHOWN} more</li>" if len(runs) > SHOWN else ""
    return f'<p class="pg-running-title">Open runs</p><ul class="pg-running">{items}{more}</ul>'


def _catalogue(client: Client) -> None:
    """A word about the list of models, only when something is worth one."""
    listing = catalogue.listing(client)
    if isinstance(listing, DeapiError):
        return  # the page itself says so
    age = (datetime.now(UTC) - listing.fetched_at).total_seconds()
    if listing.error is not None and age > OLD_AFTER:
        why = errors.advice(listing.error).sentence
        st.html(f'<p class="pg-small">The list of models is {seconds(age)} old. {safe(why)}</p>')
    _came_and_went(listing)


def _came_and_went(listing: Listing) -> None:
    key = (listing.fetched_at, listing.added, listing.removed)
    if not (listing.added or listing.removed) or st.session_state.get("told_models") == key:
        return
    st.session_state["told_models"] = key
    names = sorted(model.name for model in listing.models if model.slug in listing.added)
    if names:
        st.toast(f"New: {label(clip(', '.join(names), 120))}", icon="✨")
    if listing.removed:
        gone = clip(", ".join(sorted(listing.removed)), 120)
        st.toast(f"No longer offered: {label(gone)}", icon="👋")
