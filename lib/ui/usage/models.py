"""How the models did: what they cost beside their quotes, how long they took, how often it went
well. What tells most stands next to the model's name, where a phone shows it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from lib.store.usage import TIMED, Record
from lib.ui import words
from lib.ui.plain import safe
from lib.ui.usage import charts, figures, numbers

_DRAWN = 12
"""So many models have a line in the chart of times: those with the most runs."""
_SHARE = st.column_config.NumberColumn(format="percent")
_WELL = st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent")
_SECONDS = st.column_config.NumberColumn(format="%.1f s")
_TIMES = st.column_config.NumberColumn(format="%.2f ×")


def draw(records: Sequence[Record], models: Mapping[str, str]) -> None:
    """A section each; those without anything to say are left out."""
    named = [
        (figures.model(each.model, models), words.endpoint(each.endpoint).title, each)
        for each in sorted(records, key=lambda each: (-each.count, each.endpoint, each.model))
    ]
    _prices(named)
    _times(named)
    _success(named)


def share(of: float) -> str:
    """`97%`, and never 100% where anything failed."""
    return "over 99%" if 0.99 < of < 1 else f"{of:.0%}"


Named = Sequence[tuple[str, str, Record]]
"""Model and endpoint as people know them, and how it did."""


def _prices(named: Named) -> None:
    told = figures.against_quote([record for *_, record in named])
    if not told:
        return
    st.subheader("Price against quote")
    st.html(f"<p>{safe(told)}</p>")
    rows = [
        (
            *(model, float(record.paid / record.quoted - 1), record.quoted, record.paid),
            *(record.ratio, record.worst, what),
        )
        for model, what, record in named
        if record.quoted
    ]
    looks = {
        "Difference": _SHARE,
        "Quoted (USD)": numbers.USD,
        "Paid (USD)": numbers.USD,
        "On average": _TIMES,
        "At worst": _TIMES,
    }
    names = ("Model", *looks, "What")
    numbers.table(names, rows, told="Quoted and paid by model", looks=looks)
    numbers.download("prices", names, rows)


def _times(named: Named) -> None:
    timed = [
        (model, record.median, record.p95, what)
        for model, what, record in named
        if record.median is not None and record.p95 is not None
    ]
    if not timed:
        return
    st.subheader("How long it took")
    st.caption(
        f"The dot is what half of the runs took at most, the tick what 95 of 100 did; of each "
        f"model its newest {TIMED} that went well."
    )
    models = [model for model, *_ in timed]
    lines = [
        (model if models.count(model) == 1 else f"{model} · {what}", median, p95)
        for model, median, p95, what in timed[:_DRAWN]
    ]
    st.vega_lite_chart(
        charts.times_taken(sorted(lines, key=lambda line: line[1])),
        theme="streamlit",
        alt="What half and 95 of 100 runs of each model took at most. The numbers follow.",
    )
    looks = {"Half within": _SECONDS, "95 of 100 within": _SECONDS}
    names = ("Model", *looks, "What")
    numbers.table(names, timed, told="Seconds by model", looks=looks)
    numbers.download("times", names, timed)


def _success(named: Named) -> None:
    st.subheader("How often it went well")
    st.caption(
        "Failed is what ended without a result, whatever the reason. What was cancelled or still "
        "goes on counts as neither."
    )
    rows = [
        (model, record.success, record.count, record.done, record.failed, what)
        for model, what, record in named
    ]
    looks = {"Went well": _WELL}
    names = ("Model", *looks, "Runs", "Done", "Failed", "What")
    numbers.table(names, rows, told="How many runs went well by model", looks=looks)
    numbers.download("success", names, rows)
