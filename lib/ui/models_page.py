"""Everything that deAPI offers: searchable, with what it can do, what it costs and how it went."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from lib.deapi.catalogue import Listing
from lib.deapi.contract import ENDPOINTS, Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.models import Model
from lib.store import Record, StoreError, looks
from lib.ui import (
    badges,
    catalogue,
    errors,
    model_details,
    money,
    notes,
    price_list,
    session,
    words,
)
from lib.ui.plain import clip, safe, seconds
from lib.ui.session import Client

NEWS = 8
"""So many names are told of what came or went."""
_ANY = "Everything"
NOT_OFFERED = "Not offered by deAPI v2"
"""What a model does whose inference types no endpoint has (rules.md, Fields)."""


def draw() -> None:
    client = session.here()
    st.title(words.MODELS.title)
    listing = catalogue.listing(client)
    if isinstance(listing, DeapiError):
        notes.problem(errors.advice(listing))
        return
    _news(client, listing)
    whole, prices = st.tabs(["All models", "Price list"], key="models:tabs", on_change="rerun")
    if whole.open:
        with whole:
            _catalogue(client, listing)
    if prices.open:
        with prices:
            price_list.draw(client, listing)


def _news(client: Client, listing: Listing) -> None:
    """What came and went since the last visit: it stands until the next one."""
    names = {model.slug: model.name for model in listing.models}
    key = f"models:news:{client.profile}"
    if key not in st.session_state:
        try:
            st.session_state[key] = looks.news(client.last_look(), names)
            client.look_at_models(names)
        except StoreError:
            st.session_state[key] = ([], [])
    came, went = st.session_state[key]
    for said, some in (("New since your last look", came), ("Gone since then", went)):
        if some:
            more = f" and {len(some) - NEWS} more" if len(some) > NEWS else ""
            told = ", ".join(some[:NEWS]) + more
            st.html(f'<p class="pg-small"><b>{said}:</b> {safe(told)}</p>')


def _catalogue(client: Client, listing: Listing) -> None:
    shown = _filtered(listing)
    if not shown:
        notes.empty("No model for that", "Look for something else, or for everything.")
        return
    records = client.records()
    st.caption(_said(len(shown), len(listing.models), records))
    chosen = st.dataframe(
        _table(shown, records),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="models:table",
        column_config=_COLUMNS,
    )
    rows = chosen.selection.rows
    if rows and rows[0] < len(shown):
        model = shown[rows[0]]
        mine = [each for each in records if each.model == model.slug]
        model_details.draw(client, model, endpoints_of(listing, model), mine)


def _said(shown: int, there: int, records: Sequence[Record]) -> str:
    count = f"{there} models" if shown == there else f"{shown} of {there} models"
    figures = (
        "Success, time and price are of your own runs. Good: "
        f"{badges.GOOD:.0%} of at least {badges.SURE} went well. Fast and cheap: the best of those "
        f"that did the same at least {badges.ENOUGH} times."
    )
    return (
        f"{count}. Choose a row for everything about a model, and to try it."
        f"{' ' + figures if records else ''}"
    )


def _filtered(listing: Listing) -> list[Model]:
    left, right = st.columns([3, 2])
    with left:
        wanted = st.text_input(
            "Search",
            key="models:search",
            placeholder="Name, language, style …",
            icon="🔍",
            persist_state="session",
        )
    ids = [at.id for at in ENDPOINTS if at.model_param and listing.for_endpoint(at)]
    with right:
        kind = st.selectbox(
            "What should it do?",
            [_ANY, *ids, *([NOT_OFFERED] if _not_offered(listing) else [])],
            format_func=lambda each: words.endpoint(each).title if each in ids else each,
            key="models:kind",
            persist_state="session",
        )
    return [
        model
        for model in listing.models
        if _says(model, (wanted or "").casefold().split()) and kind in _kinds(listing, model)
    ]


def _kinds(listing: Listing, model: Model) -> set[str]:
    """What a choice of "What should it do?" has to be for the model to be among them."""
    return {_ANY, *([at.id for at in endpoints_of(listing, model)] or [NOT_OFFERED])}


def _not_offered(listing: Listing) -> bool:
    return any(not endpoints_of(listing, model) for model in listing.models)


def _says(model: Model, wanted: Sequence[str]) -> bool:
    """Whether every word is somewhere in what is known of the model."""
    known = [model.slug, model.name, *model.inference_types, *(each.title for each in model.loras)]
    for language in model.languages:
        known += [language.slug, language.title, *(voice.title for voice in language.voices)]
    text = " ".join(known).casefold()
    return all(word in text for word in wanted)


def endpoints_of(listing: Listing, model: Model) -> list[Endpoint]:
    """What a model can be tried with, in the order of the pages."""
    shown = (at for family in words.FAMILIES for at in words.family(family))
    return [
        at
        for at in shown
        if at.decided_by is None and at.model_param and model in listing.for_endpoint(at)
    ]


def _table(models: Sequence[Model], records: Sequence[Record]) -> pd.DataFrame:
    # Prompts are improved for a model, not by what it is sold for.
    records = [each for each in records if endpoint(each.endpoint).decided_by is None]
    won = badges.badges(records)
    rows = [
        _row(model, [each for each in records if each.model == model.slug], won) for model in models
    ]
    table = pd.DataFrame(rows)
    return table if records else table.drop(columns=_OF_RUNS)


def _row(
    model: Model, records: Sequence[Record], won: Mapping[badges.Key, tuple[str, ...]]
) -> dict[str, object]:
    ended = sum(each.ended for each in records)
    best = max(records, key=lambda each: each.ended, default=None)
    names = {name for each in records for name in won.get((each.endpoint, each.model), ())}
    return {
        "Model": clip(model.name, 60),
        "Does": ", ".join(_does(model)) or NOT_OFFERED,
        "Badges": sorted(names),
        "Your runs": ended,
        "Success": sum(each.done for each in records) / ended if ended else None,
        "Time": seconds(best.seconds) if best and best.seconds is not None else "",
        "Price": money.price(best.price) if best and best.price is not None else "",
    }


_OF_RUNS = ["Badges", "Your runs", "Success", "Time", "Price"]
"""Columns that say nothing before the first run."""


def _does(model: Model) -> list[str]:
    return [
        words.endpoint(at.id).title
        for at in ENDPOINTS
        if at.decided_by is None and set(at.inference_types) & model.inference_types
    ]


_COLUMNS = {
    "Model": st.column_config.TextColumn(width="medium"),
    "Does": st.column_config.TextColumn(width=260),
    "Badges": st.column_config.ListColumn(width=160),
    "Your runs": st.column_config.NumberColumn(width="small"),
    "Success": st.column_config.ProgressColumn(
        format="percent", min_value=0.0, max_value=1.0, width="small"
    ),
    "Time": st.column_config.TextColumn(help="The median of your runs"),
    "Price": st.column_config.TextColumn(help="The median of your runs"),
}
