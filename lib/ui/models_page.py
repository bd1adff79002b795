"""Everything that deAPI offers: searchable, with what it can do, what it costs and how it went."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from lib.deapi.catalogue import Listing
from lib.deapi.contract import Endpoint, endpoint
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
    offers,
    price,
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
    does = uses(listing)
    shown = _filtered(listing, does)
    if not shown:
        notes.empty("No model for that", "Look for something else, or for everything.")
        return
    records = client.records()
    st.caption(_said(len(shown), len(listing.models), records))
    today = _today(client, shown, does)
    chosen = st.dataframe(
        _table(shown, does, records, today),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        # What was chosen among others would be another row.
        key=f"models:table:{hash(tuple(model.slug for model in shown))}",
        column_config=_COLUMNS,
    )
    rows = chosen.selection.rows
    if rows:
        model = shown[rows[0]]
        mine = [each for each in records if each.model == model.slug]
        model_details.draw(client, model, does.get(model.slug, []), mine)


def uses(listing: Listing) -> Mapping[str, list[Endpoint]]:
    """What each model can be tried with, by slug, in the order of the pages; one whose inference
    types no endpoint has is left out. Prompts are improved for a model, not by it: no use of it."""
    found: defaultdict[str, list[Endpoint]] = defaultdict(list)
    for at in (at for family in words.FAMILIES for at in words.family(family)):
        if at.model_param and at.decided_by is None:
            for model in listing.for_endpoint(at):
                found[model.slug].append(at)
    return found


def _today(
    client: Client, shown: Sequence[Model], does: Mapping[str, list[Endpoint]]
) -> Mapping[str, str] | None:
    """What each would cost today with its defaults, by slug, for the first that it can be used
    for; None until somebody asks."""
    key = f"models:today:{client.profile}"
    if not st.session_state.get(key):
        st.button("Ask for today's prices", on_click=st.session_state.update, args=({key: True},))
        return None
    wanted = [
        offers.of(does[model.slug][0], {}, model=model) for model in shown if model.slug in does
    ]
    prices = offers.prices(client, wanted)
    offers.look_again(client, wanted, prices)
    return {
        offer.model.slug: price.said(now)
        for offer, now in zip(wanted, prices, strict=True)
        if offer.model
    }


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


def _filtered(listing: Listing, does: Mapping[str, list[Endpoint]]) -> list[Model]:
    left, right = st.columns([3, 2])
    with left:
        wanted = st.text_input(
            "Search",
            key="models:search",
            placeholder="Name, language, style …",
            icon="🔍",
            persist_state="session",
        )
    kinds = {model.slug: [at.id for at in does.get(model.slug, [])] for model in listing.models}
    there = {kind for some in kinds.values() for kind in some or [NOT_OFFERED]}
    ids = [at.id for family in words.FAMILIES for at in words.family(family) if at.id in there]
    with right:
        kind = st.selectbox(
            "What should it do?",
            [_ANY, *ids, *({NOT_OFFERED} & there)],
            format_func=lambda each: words.endpoint(each).title if each in ids else each,
            key="models:kind",
            persist_state="session",
        )
    return [
        model
        for model in listing.models
        if _says(model, (wanted or "").casefold().split())
        and kind in (_ANY, *(kinds[model.slug] or [NOT_OFFERED]))
    ]


def _says(model: Model, wanted: Sequence[str]) -> bool:
    """Whether every word is somewhere in what is known of the model."""
    known = [model.slug, model.name, *model.inference_types, *(each.title for each in model.loras)]
    for language in model.languages:
        known += [language.slug, language.title, *(voice.title for voice in language.voices)]
    text = " ".join(known).casefold()
    return all(word in text for word in wanted)


def _table(
    models: Sequence[Model],
    does: Mapping[str, list[Endpoint]],
    records: Sequence[Record],
    today: Mapping[str, str] | None,
) -> pd.DataFrame:
    records = [each for each in records if endpoint(each.endpoint).decided_by is None]
    won = badges.badges(records)
    rows = [
        {
            "Model": clip(model.name, 60),
            "Does": ", ".join(_titles(does.get(model.slug, []))) or NOT_OFFERED,
            "Today": (today or {}).get(model.slug, ""),
            **_of_runs([each for each in records if each.model == model.slug], won),
        }
        for model in models
    ]
    silent = [*(_OF_RUNS if not records else []), *(["Today"] if today is None else [])]
    return pd.DataFrame(rows).drop(columns=silent)


def _titles(endpoints: Sequence[Endpoint]) -> list[str]:
    return [words.endpoint(at.id).title for at in endpoints]


def _of_runs(
    records: Sequence[Record], won: Mapping[badges.Key, tuple[str, ...]]
) -> dict[str, object]:
    ended = sum(each.ended for each in records)
    best = max(records, key=lambda each: each.ended, default=None)
    names = {name for each in records for name in won.get((each.endpoint, each.model), ())}
    return {
        "Badges": " · ".join(name for name in badges.NAMES if name in names),
        "Runs": ended,
        "Success": sum(each.done for each in records) / ended if ended else None,
        "Time": seconds(best.seconds) if best and best.seconds is not None else "",
        "Price": money.price(best.price) if best and best.price is not None else "",
    }


_OF_RUNS = ["Badges", "Runs", "Success", "Time", "Price"]
"""Columns that say nothing before the first run."""


_COLUMNS = {
    "Model": st.column_config.TextColumn(width=205),
    "Does": st.column_config.TextColumn(width=235),
    "Today": st.column_config.TextColumn(help="For the first that it does, with its defaults"),
    "Badges": st.column_config.TextColumn(width=130),
    "Runs": st.column_config.NumberColumn(width=50),
    "Success": st.column_config.ProgressColumn(
        format="percent", min_value=0.0, max_value=1.0, width=85
    ),
    "Time": st.column_config.TextColumn(help="The median of your runs"),
    "Price": st.column_config.TextColumn(help="The median of your runs"),
}
