"""Choosing a model by what it can do, not by its record."""

from collections.abc import Sequence

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.fields import Field
from lib.deapi.models import Model
from lib.ui import badges, state
from lib.ui.plain import number, safe
from lib.ui.session import Client


def choose(client: Client, at: Endpoint, models: Sequence[Model]) -> Model:
    """The model that the form is for. `models` must not be empty."""
    records = client.records()
    won = badges.badges(records) if len(models) > 1 else {}
    by_slug = {model.slug: model for model in models}
    key = state.model_key(at)
    if st.session_state.get(key) not in by_slug:
        st.session_state[key] = models[0].slug
    if len(by_slug) == 1:
        model = models[0]
        st.html(f'<p class="pg-only">{safe(model.name)}</p>')
    else:
        slug = st.selectbox(
            "Model",
            list(by_slug),
            format_func=lambda each: " · ".join((by_slug[each].name, *won.get((at.id, each), ()))),
            key=key,
            persist_state="session",
            help="Models differ in speed, price, size and style. "
            "What you have written stays when you change it. Good, fast and cheap come from your "
            "own runs.",
        )
        model = by_slug.get(slug, models[0])
    said = abilities(at, model)
    if said:
        chips = "".join(f'<span class="pg-chip">{safe(each)}</span>' for each in said)
        st.html(f'<div class="pg-chips">{chips}</div>')
    for each in records:
        if (each.endpoint, each.model) == (at.id, model.slug):
            st.html(f'<p class="pg-small">{safe(badges.told(each))}</p>')
    return model


def abilities(at: Endpoint, model: Model) -> list[str]:
    """What matters about a model on this endpoint, each in two or three words."""
    form = {field.name: field for field in fields.fields(at, model)}
    said = [_largest(form), _input(form), _range(form.get("steps"), "steps")]
    if "negative_prompt" in form:
        said.append("can avoid things")
    if "guidance" in form:
        said.append("guidance")
    if (styles := form.get("loras")) is not None:
        count = len(styles.loras)
        said.append(f"{count} style" if count == 1 else f"{count} styles")
    return [each for each in said if each]


def _largest(form: dict[str, Field]) -> str:
    width, height = form.get("width"), form.get("height")
    if not width or not height or not width.maximum or not height.maximum:
        return ""
    return f"up to {number(width.maximum)} × {number(height.maximum)}"


def _input(form: dict[str, Field]) -> str:
    for field in form.values():
        if field.kind == "file" and field.max_width and field.max_height:
            return f"takes up to {number(field.max_width)} × {number(field.max_height)}"
    return ""


def _range(field: Field | None, unit: str) -> str:
    if field is None or field.minimum is None or field.maximum is None:
        return ""
    return f"{number(field.minimum)}–{number(field.maximum)} {unit}"
