"""What stands beside every page: which deAPI, how much money, what is running."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page

from lib.deapi.catalogue import Listing
from lib.deapi.contract import endpoint
from lib.deapi.errors import Forbidden
from lib.store import Run
from lib.ui import errors, money, run_status, title, words
from lib.ui.plain import clip, safe, seconds
from lib.ui.session import Client

TICK = 1.0
SHOWN = 5
OLD_AFTER = 15 * 60.0
"""Seconds after which the age of the list of models is worth a word."""


def navigation(pages: Sequence[Page]) -> DeltaGenerator:
    """The way to every page; returns the place below it for `draw`."""
    with st.sidebar:
        st.html(f'<p class="pg-app">{safe(words.APP)}</p>')
        with st.container(gap="xsmall", key="navigation"):
            for page in pages:
                st.page_link(page, width="stretch")
        return st.container()


def draw(client: Client, beside: DeltaGenerator, page: str) -> None:
    """Which deAPI, the money and what runs, in the place that `navigation` left for it; `page` is
    the title of the one that is shown."""
    with beside:
        _profile(client)
        ticking = any(run_status.moving(run) for run in client.open_runs())
        st.fragment(_live, run_every=TICK if ticking else None)(client, page, ticking)
        _catalogue(client)


def _profile(client: Client) -> None:
    if len(client.profiles) > 1:
        st.segmented_control(
            "Where runs go",
            client.profiles,
            key="profile",
            required=True,
            default=client.profile,
            format_func=lambda each: words.PROFILES[each][0],
            on_change=lambda: client.choose(st.session_state["profile"]),
            width="stretch",
            persist_state="session",
        )
    name, meaning = words.PROFILES[client.profile]
    st.html(
        f'<div class="pg-profile"><span class="pg-badge">{safe(name)}</span>'
        f"<span>{safe(meaning)}</span></div>"
    )


def _live(client: Client, page: str, ticking: bool) -> None:
    """Money and runs; looks again by itself while something moves."""
    runs = client.open_runs()
    st.html(f"{_money(client)}{_running(client, runs)}")
    here = Counter(endpoint(run.endpoint).family for run in runs)
    for family, count in here.items():
        told = words.FAMILIES[family]
        if told.title != page:
            st.page_link(told.page, label=f"{count} in {told.title}", icon=told.icon)
    if ticking and not _same(runs):
        title.settle()


def _same(runs: list[Run]) -> bool:
    """Whether what was open when the page was drawn still is."""
    return {run.id for run in runs} >= st.session_state.get("watched", set())


def _money(client: Client) -> str:
    spent = client.spent()
    rows = [
        ("Balance", _balance(client)),
        ("Spent today", money.spent(spent.day_posted)),
        ("Spent this month", money.spent(spent.month_posted)),
    ]
    if spent.month_held:
        rows.append(("On hold", money.spent(spent.month_held)))
    lines = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in rows)
    return f'<dl class="pg-money">{lines}</dl>'


def _balance(client: Client) -> str:
    now = client.balance()
    if now is None:
        return "…"
    if now.amount is None:
        return "hidden from this key" if isinstance(now.error, Forbidden) else "not known"
    return money.left(now.amount) + (" (old)" if now.error else "")


def _running(client: Client, runs: list[Run]) -> str:
    if not runs:
        return ""
    items = "".join(
        f"<li><span>{safe(clip(words.name(run), 40))}</span>"
        f"<span>{safe(run_status.sentence(run, client.delay(run)))}</span></li>"
        for run in runs[:SHOWN]
    )
    more = f"<li>and {len(runs) - SHOWN} more</li>" if len(runs) > SHOWN else ""
    return f'<p class="pg-running-title">Open runs</p><ul class="pg-running">{items}{more}</ul>'


def _catalogue(client: Client) -> None:
    """A word about the list of models, only when something is worth one."""
    listing = client.listing()
    if not isinstance(listing, Listing):
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
        st.toast(f"New: {safe(clip(', '.join(names), 120))}", icon="✨")
    if listing.removed:
        gone = clip(", ".join(sorted(listing.removed)), 120)
        st.toast(f"No longer offered: {safe(gone)}", icon="👋")
