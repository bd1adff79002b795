"""One model: what it can be tried with and for how much, its limits, voices and styles."""

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.store import Record
from lib.ui import badges, model_picker, notes, offers, words
from lib.ui.offers import Offer
from lib.ui.plain import number, safe
from lib.ui.session import Client


def draw(
    client: Client, model: Model, endpoints: Sequence[Endpoint], records: Sequence[Record]
) -> None:
    """`endpoints` are those that it can be tried with, `records` how it did on them so far."""
    types = ", ".join(sorted(model.inference_types))
    st.html(
        f'<h3>{safe(model.name)}</h3><p class="pg-small">In the API: {safe(model.slug)} · '
        f"{safe(types)}</p>"
    )
    for each in records:
        told = f"{words.endpoint(each.endpoint).title}: {badges.told(each)}"
        st.html(f'<p class="pg-small">{safe(told)}</p>')
    if not endpoints:
        notes.empty(
            "Nothing to try it with",
            "deAPI lists this model, but its API v2 has no endpoint for what it does.",
        )
    offers.draw(
        client,
        [
            Offer(
                at=at,
                title=f"Try it: {words.endpoint(at.id).title}",
                hint=" · ".join(model_picker.abilities(at, model)) or words.endpoint(at.id).hint,
                given={},
                model=model,
            )
            for at in endpoints
        ],
        f"model:{model.slug}",
    )
    if endpoints:
        st.caption("Prices are for its defaults; the form shows the price of what you set.")
    features = [(_said(name), "yes" if has else "no") for name, has in model.features.items()]
    limits = [(_said(name), _value(value)) for name, value in model.limits.items()]
    defaults = [(_said(name), _value(value)) for name, value in model.defaults.items()]
    for place, (title, facts) in zip(
        st.columns(3),
        (("Limits", limits), ("What it can do", features), ("Defaults", defaults)),
        strict=True,
    ):
        with place:
            _facts(title, facts)
    if model.languages:
        _languages(model)
    if model.loras:
        _facts("Styles", [(each.title, each.name) for each in model.loras])


def _facts(title: str, facts: Iterable[tuple[str, str]]) -> None:
    rows = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in facts)
    body = f'<dl class="pg-facts">{rows}</dl>' if rows else '<p class="pg-small">Nothing said.</p>'
    st.html(f'<p class="pg-only">{safe(title)}</p>{body}')


def _languages(model: Model) -> None:
    st.html(f'<p class="pg-only">Languages · {len(model.languages)}</p>')
    st.dataframe(
        pd.DataFrame(
            {
                "Language": [each.title for each in model.languages],
                "Code": [each.slug for each in model.languages],
                "Voices": [
                    ", ".join(voice.title for voice in each.voices) for each in model.languages
                ],
            }
        ),
        hide_index=True,
    )


def _said(name: str) -> str:
    """`max_video_duration_seconds` as one reads it."""
    return name.removeprefix("supports_").replace("_", " ")


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    return (
        number(value)
        if isinstance(value, int | float) and not isinstance(value, bool)
        else str(value)
    )
