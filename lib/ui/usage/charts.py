"""How usage is drawn: in colours that differ for the colour-blind too, on light and on dark.

In Vega-Lite's own terms: Altair takes a twentieth of a second to say them, for a page that
otherwise takes as long for all of itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

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

Spec = dict[str, Any]


def spending(
    names: Sequence[str],
    parts: Sequence[Part],
    coming: Mapping[date, Decimal],
    period: Period,
    today: date,
    cap: Decimal | None,
) -> Spec:
    """A bar a day or month, stacked by name; what is to come in a lighter one, and the cap as a
    line where it is near."""
    order = [*names, *([TO_COME] if coming else [])]
    drawn = [*parts, *(Part(day, TO_COME, usd, 0) for day, usd in coming.items())]
    rows = [
        {
            "day": times.told(each.day, period),
            "name": each.name,
            "spent": float(each.spent),
            "rank": order.index(each.name),
            "told": money.spent(each.spent),
            "runs": f"{each.count:,}" if each.name != TO_COME else "–",
        }
        for each in drawn
    ]
    days = [times.told(each, period) for each in times.steps(period, today)]
    bars = {
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {
            "x": {
                **_field("day", title=None),
                "scale": {"domain": days, "paddingInner": 0.25},
                "axis": {"labelAngle": 0, "labelOverlap": "greedy", "ticks": False},
            },
            "y": {**_number("spent", "USD"), "axis": {"format": "$,.6~f", "tickCount": 5}},
            "color": _colour(order),
            "order": {"field": "rank", "type": "quantitative"},
            "tooltip": [
                _field(name, title=title)
                for name, title in (
                    *(("day", "When"), ("name", "What")),
                    *(("told", "Spent"), ("runs", "Runs")),
                )
            ],
        },
    }
    line = [] if cap is None else _line(cap, days[0])
    return {"layer": [bars, *line], "height": _HEIGHT}


def near(cap: Decimal | None, parts: Sequence[Part], coming: Mapping[date, Decimal]) -> bool:
    """Whether a line at the cap leaves the bars large enough to read."""
    heights: dict[date, Decimal] = dict(coming)
    for each in parts:
        heights[each.day] = heights.get(each.day, Decimal(0)) + each.spent
    return cap is not None and cap <= _FAR * max(heights.values(), default=Decimal(0))


def _field(name: str, *, title: str | None) -> Spec:
    return {"field": name, "type": "nominal", "title": title}


def _number(name: str, title: str) -> Spec:
    return {"field": name, "type": "quantitative", "title": title}


def _colour(order: Sequence[str]) -> Spec:
    plain = {OTHERS: _DARK, TO_COME: _LIGHT}
    colours = [plain.get(each, _COLOURS[at % len(_COLOURS)]) for at, each in enumerate(order)]
    return {
        **_field("name", title=None),
        "scale": {"domain": [*order], "range": colours},
        "legend": {"orient": "bottom", "columns": 2, "labelLimit": 125},
    }


def _line(cap: Decimal, first: str) -> list[Spec]:
    """The line, and what it is above its beginning."""
    data = {"values": [{"cap": float(cap), "day": first, "told": f"Limit {money.left(cap)}"}]}
    y = {"field": "cap", "type": "quantitative"}
    rule = {"type": "rule", "strokeDash": [6, 4], "strokeWidth": 1.5, "color": _GREY}
    text = {"type": "text", "align": "left", "baseline": "bottom", "dx": -8, "dy": -4}
    said = {"y": y, "x": {"field": "day"}, "text": {"field": "told"}}
    return [
        {"data": data, "mark": rule, "encoding": {"y": y}},
        {"data": data, "mark": {**text, "color": _GREY}, "encoding": said},
    ]


def times_taken(rows: Sequence[tuple[str, float, float]]) -> Spec:
    """A line a model, from the median to the p95, on a scale where short and long ones show."""
    median, p95 = _number("median", "Half within (s)"), _number("p95", "95 of 100 within (s)")
    across: Spec = {
        **_number("median", "seconds"),
        # On a symlog scale the zero has a place; videos take a thousand times as long as texts.
        "scale": {"type": "symlog", "constant": 1, "domainMin": 0, "nice": True},
        "axis": {"values": [0, 1, 3, 10, 30, 100, 300, 1000, 3000], "grid": True},
    }
    blue, orange = _COLOURS[:2]
    span = {"type": "rule", "strokeWidth": 3, "opacity": 0.45, "color": blue}
    end = {"type": "tick", "thickness": 3, "size": 16, "color": orange}
    return {
        "data": {
            "values": [{"model": model, "median": low, "p95": high} for model, low, high in rows]
        },
        "encoding": {
            "y": {
                **_field("model", title=None),
                "sort": [model for model, *_ in rows],
                "axis": {"labelLimit": 150},
            },
            "tooltip": [
                _field("model", title="Model"),
                *({**each, "format": ".1f"} for each in (median, p95)),
            ],
        },
        "layer": [
            {"mark": span, "encoding": {"x": across, "x2": {"field": "p95"}}},
            {
                "mark": {"type": "circle", "size": 130, "opacity": 1, "color": blue},
                "encoding": {"x": across},
            },
            {"mark": end, "encoding": {"x": {**across, "field": "p95"}}},
        ],
        "height": {"step": _ROW},
    }
