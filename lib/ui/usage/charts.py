"""How usage is drawn: in colours that differ for the colour-blind too, on light and on dark."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import altair as alt
import pandas as pd

from lib.store.usage import Period
from lib.ui import money
from lib.ui.usage import period as times
from lib.ui.usage.figures import OTHERS, Part

# Okabe and Ito's without yellow and black, which vanish on white and on dark.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1")
_GREY, _DARK, _LIGHT = "#8a979b", "#6b7a80", "#b3bdc0"
"""A line and its words; the others; what is to come."""
TO_COME = "Still to come"
"""What is expected until the end of the month."""
_HEIGHT = 320
_ROW = 34
_FAR = 3
"""A limit so many times above the highest bar would make all of them small: it is told instead."""


def spending(
    names: Sequence[str],
    parts: Sequence[Part],
    coming: Mapping[date, Decimal],
    period: Period,
    today: date,
    cap: Decimal | None,
) -> alt.LayerChart | alt.FacetChart:
    """A bar a day or month, stacked by name; what is to come in a lighter one, and the cap as a
    line where it is near."""
    order = [*names, *([TO_COME] if coming else [])]
    drawn = [*parts, *(Part(day, TO_COME, usd, 0) for day, usd in coming.items())]
    rows = {
        "day": [times.told(each.day, period) for each in drawn],
        "name": [each.name for each in drawn],
        "spent": [float(each.spent) for each in drawn],
        "rank": [order.index(each.name) for each in drawn],
        "told": [money.spent(each.spent) for each in drawn],
        "runs": [f"{each.count:,}" if each.name != TO_COME else "–" for each in drawn],
    }
    days = [times.told(each, period) for each in times.steps(period, today)]
    bars = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X(
                "day:N",
                title=None,
                scale=alt.Scale(domain=days, paddingInner=0.25),
                axis=alt.Axis(labelAngle=0, labelOverlap="greedy", ticks=False),
            ),
            y=alt.Y("spent:Q", title="USD", axis=alt.Axis(format="$,.6~f", tickCount=5)),
            color=_colour(order),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("day:N", title="When"),
                alt.Tooltip("name:N", title="What"),
                alt.Tooltip("told:N", title="Spent"),
                alt.Tooltip("runs:N", title="Runs"),
            ],
        )
    )
    layers = [bars] if cap is None else [bars, *_line(cap, days[0])]
    return alt.layer(*layers).properties(height=_HEIGHT)


def near(cap: Decimal | None, parts: Sequence[Part], coming: Mapping[date, Decimal]) -> bool:
    """Whether a line at the cap leaves the bars large enough to read."""
    heights: dict[date, Decimal] = dict(coming)
    for each in parts:
        heights[each.day] = heights.get(each.day, Decimal(0)) + each.spent
    return cap is not None and cap <= _FAR * max(heights.values(), default=Decimal(0))


def _colour(order: Sequence[str]) -> alt.Color:
    plain = {OTHERS: _DARK, TO_COME: _LIGHT}
    colours = [plain.get(each, _COLOURS[at % len(_COLOURS)]) for at, each in enumerate(order)]
    return alt.Color(
        "name:N",
        title=None,
        scale=alt.Scale(domain=[*order], range=colours),
        legend=alt.Legend(orient="bottom", columns=3, labelLimit=160),
    )


def _line(cap: Decimal, first: str) -> list[alt.Chart]:
    data = pd.DataFrame({"cap": [float(cap)], "day": [first], "told": [f"Limit {money.left(cap)}"]})
    base = alt.Chart(data)
    line = base.mark_rule(strokeDash=[6, 4], strokeWidth=1.5, color=_GREY).encode(y="cap:Q")
    told = base.mark_text(align="left", baseline="bottom", dx=-8, dy=-4, color=_GREY).encode(
        x="day:N", y="cap:Q", text="told:N"
    )
    return [line, told]


def times_taken(rows: Sequence[tuple[str, float, float]]) -> alt.LayerChart | alt.FacetChart:
    """A line a model, from the median to the p95, on a scale where short and long ones show."""
    data = pd.DataFrame(rows, columns=["model", "median", "p95"])
    # The zero has a place on a symlog scale; videos take a thousand times as long as texts.
    across = alt.Scale(type="symlog", constant=1, domainMin=0, nice=True)
    down = alt.Y("model:N", title=None, sort=[*data["model"]], axis=alt.Axis(labelLimit=150))
    base = alt.Chart(data).encode(
        y=down,
        tooltip=[
            alt.Tooltip("model:N", title="Model"),
            alt.Tooltip("median:Q", title="Half within (s)", format=".1f"),
            alt.Tooltip("p95:Q", title="95 of 100 within (s)", format=".1f"),
        ],
    )
    axis = alt.Axis(title="seconds", values=[0, 1, 3, 10, 30, 100, 300, 1000, 3000], grid=True)
    median = alt.X("median:Q", scale=across, axis=axis)
    span = base.mark_rule(strokeWidth=3, opacity=0.45, color=_COLOURS[0]).encode(
        x=median, x2="p95:Q"
    )
    dots = base.mark_circle(size=130, opacity=1, color=_COLOURS[0]).encode(x=median)
    ends = base.mark_tick(thickness=3, size=16, color=_COLOURS[1]).encode(x=alt.X("p95:Q"))
    return alt.layer(span, dots, ends).properties(height=alt.Step(_ROW))
