"""Usage: what was spent on what, and how the runs did, in the time and of the person chosen."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

import streamlit as st

from lib.people.who import LOCAL
from lib.store.usage import Period, Record
from lib.ui import catalogue, limits, money, notes, session, words
from lib.ui.plain import safe
from lib.ui.session import Client
from lib.ui.usage import models, spent
from lib.ui.usage import period as times
from lib.ui.usage.figures import success

_EVERYBODY = ""
"""Among names, of which none is empty."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one wants to see: whose (None: everybody's), and of which days."""

    whose: str | None
    period: Period


def draw() -> None:
    """The whole page."""
    client = session.here()
    st.title(words.USAGE.title)
    if not client.page(client.filters(person=None), limit=1):
        _nothing_yet()
        return
    asked = _asked(client)
    if asked is None:
        return
    names = catalogue.names(client)
    records = client.usage.records(asked.whose, asked.period)
    total = spent.total(client, asked.whose, asked.period)
    if client.rehearsing:
        st.html('<p class="pg-small">Play money: nothing of this was paid.</p>')
    if not records and not total:
        notes.empty("Nothing in this time", "Choose a longer one to see what there was.")
        return
    _totals(client, asked, total, records)
    spent.draw(client, asked.whose, asked.period, names)
    models.draw(records, names)


def _nothing_yet() -> None:
    notes.empty(
        "Nothing to add up yet",
        "Make your first picture: what it cost, and how long, will be here.",
    )
    first = next(iter(words.FAMILIES.values()))
    st.page_link(first.page, label=f"Go to {first.title}", icon=first.icon)


# --- what is asked -------------------------------------------------------------------------------


def _asked(client: Client) -> _Asked | None:
    """The row of choices; None while one is in the middle of choosing dates."""
    today = client.usage.today()
    with st.container(horizontal=True, vertical_alignment="bottom", key="usage_choices"):
        choice = st.segmented_control(
            "Time",
            times.CHOICES,
            default=times.MONTH,
            required=True,
            wrap=True,
            key="usage:time",
            persist_state="session",
        )
        period = _own(today) if choice == times.OWN else times.chosen(choice, today)
        whose = _whose(client)
    return None if period is None else _Asked(whose, period)


def _own(today: date) -> Period | None:
    """The days that one chooses oneself; None between the first and the last."""
    picked = st.date_input(
        "From and to",
        (today - timedelta(days=29), today),
        max_value=today,
        key="usage:dates",
        persist_state="session",
        width=260,
    )
    days = cast(tuple[date, ...], picked)
    return Period(first=days[0], last=days[1]) if len(days) == 2 else None


def _whose(client: Client) -> str | None:
    """An admin chooses; without accounts everybody is who is here, and a member sees their own."""
    if client.person == LOCAL:
        return None
    if not client.is_admin:
        return client.person
    told = {_EVERYBODY: "Everybody", client.person: "Me"}
    names = [*told, *client.people()]
    chosen = st.selectbox(
        "Whose",
        names,
        format_func=lambda each: told.get(str(each), str(each)),
        key="usage:whose",
        persist_state="session",
        width=220,
    )
    return chosen or None


# --- the line of totals --------------------------------------------------------------------------


def _totals(client: Client, asked: _Asked, total: Decimal, records: list[Record]) -> None:
    went_well = success(records)
    usage = client.usage
    rows = [
        ("Spent", money.spent(total)),
        ("Average a day", money.price(total / times.days(asked.period))),
        ("Runs", f"{sum(each.count for each in records):,}"),
        ("Went well", "–" if went_well is None else models.share(went_well)),
        ("By the end of this month", f"about {money.price(usage.projected(asked.whose), 2)}"),
        *((limits.title(use), limits.row(use)) for use in usage.left(asked.whose)),
    ]
    told = "".join(
        f"<div><dt>{safe(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in rows
    )
    st.html(f'<dl class="pg-totals">{told}</dl>')
