"""What was spent, day by day: the bars, and their numbers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

import streamlit as st

from lib.people.who import LOCAL
from lib.store.usage import Period
from lib.ui import money
from lib.ui.plain import safe
from lib.ui.session import Client
from lib.ui.usage import charts, figures, numbers
from lib.ui.usage import period as times
from lib.ui.usage.figures import SPLITS, ZERO, Part, Split


def total(client: Client, whose: str | None, period: Period) -> Decimal:
    """USD spent in all of the period."""
    return sum((each.spent for each in client.usage.spending(whose, period, "person")), ZERO)


def draw(client: Client, whose: str | None, period: Period, models: Mapping[str, str]) -> None:
    """Bars by day or month, with the limit and what is to come, and their numbers below."""
    by_month = times.monthly(period)
    step = "month" if by_month else "day"
    st.subheader(f"Spent by {step}")
    split = _split(several=whose is None and client.person != LOCAL)
    parts = figures.named(client.usage.spending(whose, period, figures.by(split)), split, models)
    if not parts:
        st.html('<p class="pg-small">Nothing was spent in this time.</p>')
        return
    names, portions = figures.portions(parts, period)
    today = client.usage.today()
    coming = figures.to_come(client.usage.to_come(whose), period, today)
    caps = client.usage.caps(whose)
    cap = caps.month if by_month else caps.day
    near = charts.near(cap, portions, coming)
    st.vega_lite_chart(
        charts.spending(names, portions, coming, period, today, cap if near else None),
        theme="streamlit",
        alt=f"Bars of what was spent, split up by {SPLITS[split].lower()}. The numbers follow.",
    )
    if cap is not None and not near:
        told = f"The limit of {money.left(cap)} a {step} is far above these bars."
        st.html(f'<p class="pg-small">{safe(told)}</p>')
    _numbers(split, parts, portions, period)


def _split(*, several: bool) -> Split:
    there = [each for each in SPLITS if each != "person" or several]
    chosen = st.segmented_control(
        "Split up by",
        there,
        format_func=lambda each: SPLITS[each],
        default="family",
        required=True,
        key="usage:split" if several else "usage:split:own",
        persist_state="session",
    )
    return cast(Split, chosen)


def _numbers(split: Split, parts: list[Part], portions: list[Part], period: Period) -> None:
    spent = "Spent (USD)"
    looks = {spent: numbers.USD}
    numbers.table(
        (SPLITS[split], spent, "Runs"),
        figures.sums(parts),
        told="What was spent on each in all of this time",
        looks=looks,
    )
    step = "month" if times.monthly(period) else "day"
    with st.expander(f"The numbers by {step}", key="usage:by_step"):
        # A row each: names are no columns, as a column has to have one of its own.
        numbers.table(
            (step.capitalize(), SPLITS[split], spent, "Runs"),
            [
                (times.told(each.day, period), each.name, each.spent, each.count)
                for each in sorted(portions, key=lambda each: each.day, reverse=True)
            ],
            told=f"What was spent on each by {step}",
            looks=looks,
        )
        numbers.download(
            f"spent-by-{split}",
            ("Day", SPLITS[split], spent, "Runs"),
            [(each.day.isoformat(), each.name, each.spent, each.count) for each in parts],
        )
