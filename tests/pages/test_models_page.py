"""The models page: what there is, what it costs, how it went, and the way to try it."""

from typing import Any

import pytest

from lib.deapi.contract import ENDPOINTS, Endpoint, endpoint
from lib.deapi.models import Model
from lib.deapi.price_list import PRICE_LIST
from lib.people.who import LOCAL
from lib.store import looks
from lib.ui import state, words
from lib.ui.models_page import NOT_OFFERED
from tests.support.pages import IMAGES, MODELS, START, Page, Playing
from tests.support.sandbox import Sandbox

OF_RUNS = {"Badges", "Runs", "Success", "Time", "Price"}


def test_every_model_of_the_catalogue_is_listed_with_what_it_does(place: Playing) -> None:
    table = Page(MODELS).table
    models = catalogue(place)
    assert list(table["Model"]) == [model.name for model in models]
    for model, does in zip(models, table["Does"], strict=True):
        for at in ENDPOINTS:
            if model in place.models(at) and at.decided_by is None and at.model_param:
                assert words.endpoint(at.id).title in does
    orphans = {model.slug for model in models if model.inference_types == {"vid_rmbg"}}
    assert orphans
    told = {
        model.slug for model, does in zip(models, table["Does"], strict=True) if does == NOT_OFFERED
    }
    assert told == orphans


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("FLUX", lambda model: "flux" in model.name.casefold()),
        ("txt2music", lambda model: "txt2music" in model.inference_types),
        ("japanese", lambda model: any("Japanese" in each.title for each in model.languages)),
        ("film grain", lambda model: any("Film Grain" in each.title for each in model.loras)),
        ("qwen embedding", lambda model: model.slug.startswith("Qwen3_Embedding")),
    ],
)
def test_it_is_searched_by_whatever_is_known_of_a_model(
    place: Playing, said: str, found: Any
) -> None:
    expected = [model.name for model in catalogue(place) if found(model)]
    assert 0 < len(expected) < len(catalogue(place))
    page = Page(MODELS).put("text_input", "models:search", said)
    assert list(page.table["Model"]) == expected


@pytest.mark.usefixtures("place")
def test_a_search_for_nothing_there_is_says_what_to_do() -> None:
    page = Page(MODELS).put("text_input", "models:search", "<b>nothing</b>")
    assert "Look for something else" in page.html


def test_one_kind_shows_those_that_its_form_offers(place: Playing) -> None:
    page = Page(MODELS)
    kinds = page.widget("selectbox", "models:kind").options
    for at in (endpoint("images.edits"), endpoint("audio.transcriptions")):
        assert words.endpoint(at.id).title in kinds
        page.put("selectbox", "models:kind", at.id)
        assert list(page.table["Model"]) == [model.name for model in place.models(at)]
    page.put("selectbox", "models:kind", NOT_OFFERED)
    assert set(page.table["Does"]) == {NOT_OFFERED}


def test_a_chosen_model_tells_everything_that_deapi_says_of_it(place: Playing) -> None:
    page = Page(MODELS)
    model = next(model for model in catalogue(place) if model.loras)
    choose(page, model)
    assert f"In the API: {model.slug} · " in page.html
    for name, value in {**model.limits, **model.defaults}.items():
        assert f"<dt>{name.removeprefix('supports_').replace('_', ' ')}</dt>" in page.html, value
    for lora in model.loras:
        assert lora.name in page.html
    speaker = next(model for model in catalogue(place) if model.languages)
    choose(page, speaker)
    assert list(page.tables[1]["Language"]) == [each.title for each in speaker.languages]


def test_one_that_v2_has_no_endpoint_for_is_said_to_be_so(place: Playing) -> None:
    model = next(model for model in catalogue(place) if model.inference_types == {"vid_rmbg"})
    page = choose(Page(MODELS), model)
    assert "has no endpoint for what it does" in page.html
    assert not page.prices


def test_try_it_opens_the_form_on_that_model(place: Playing, pictures: Endpoint) -> None:
    model = place.models(pictures)[2]
    page = choose(Page(MODELS), model)
    [key] = [key for key in page.pressable if key.startswith(f"offer:model:{model.slug}:")]
    page.press_key(key)
    assert page.title == "Images"
    assert page.state[state.model_key(pictures)] == model.slug


def test_no_price_is_asked_for_until_somebody_wants_one(place: Playing, live: Sandbox) -> None:
    page = Page(START)
    page.until(lambda: len(page.prices) == len(words.TILES))
    before = prices_asked(live)
    page.go(MODELS)
    assert "Today" not in page.table
    assert prices_asked(live) == before
    page.press("Ask for today")
    page.until(lambda: "asking …" not in set(page.table["Today"]))
    for does, price in zip(page.table["Does"], page.table["Today"], strict=True):
        assert price.startswith("$") is (does != NOT_OFFERED)
    assert before < prices_asked(live) <= before + len(catalogue(place))


def test_a_chosen_model_has_its_price_without_being_asked(
    place: Playing, live: Sandbox, pictures: Endpoint
) -> None:
    page = choose(Page(MODELS), place.models(pictures)[0])
    assert page.until(lambda: page.prices)


@pytest.mark.usefixtures("place")
def test_the_price_list_stands_beside_what_each_costs_today() -> None:
    page = Page(MODELS)
    page.state["models:tabs"] = "Price list"
    page.run()
    assert page.html.count("<tr><td>") == len(PRICE_LIST)
    assert "about $0.0019 for 1 image (512×512, 4 steps)" in page.html
    assert "$0.77 for 1M characters" in page.html
    page.press("Ask for today")
    page.until(lambda: "asking …" not in page.html)
    assert "<td>–</td>" not in page.html


def test_before_the_first_run_nothing_is_said_of_runs(place: Playing) -> None:
    assert not OF_RUNS & set(Page(MODELS).table)
    assert place.runs() == []


def test_the_record_of_a_model_comes_from_my_own_runs(
    place: Playing, pictures: Endpoint, model: Model, other: Model
) -> None:
    for number in range(5):
        place.done(pictures, model, f"A fox {number}", "0.0010")
    for number in range(3):
        place.done(pictures, other, f"A fox {number}", "0.0030")
    page = Page(MODELS)
    row = page.table.set_index("Model").loc[model.name]
    assert (row["Runs"], row["Success"], row["Price"]) == (5, 1.0, "$0.001")
    assert {"good", "cheap"} <= set(row["Badges"].split(" · "))
    assert "good" not in page.table.set_index("Model").loc[other.name]["Badges"]
    choose(page, model)
    assert "Make a picture: 5 of 5 runs went well" in page.html


def test_the_picker_shows_the_badges_and_how_many_runs_they_speak_of(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    for number in range(5):
        place.done(pictures, model, f"A fox {number}", "0.0010")
    page = Page(IMAGES)
    assert f"{model.name} · good" in page.widget("selectbox", state.model_key(pictures)).options
    assert "5 of 5 runs went well" in page.html


def test_what_came_and_went_since_my_last_look_is_told_until_the_next(place: Playing) -> None:
    profile = place.engine.profiles[0]
    names = {model.slug: model.name for model in catalogue(place)}
    new = catalogue(place)[0]
    seen = {slug: name for slug, name in names.items() if slug != new.slug}
    looks.save(place.store, profile, LOCAL, {**seen, "old": "<i>Old</i> one"})
    page = Page(MODELS)
    assert f"<b>New since your last look:</b> {new.name}" in page.html
    assert "<b>Gone since then:</b> &lt;i&gt;Old&lt;/i&gt; one" in page.html
    assert "New since your last look" in page.go(IMAGES).go(MODELS).html
    assert looks.load(place.store, profile, LOCAL) is not None
    assert "your last look" not in Page(MODELS).html


def test_the_first_look_has_no_news(place: Playing) -> None:
    assert "your last look" not in Page(MODELS).html
    look = looks.load(place.store, place.engine.profiles[0], LOCAL)
    assert look
    assert set(look.models) == {model.slug for model in catalogue(place)}


def catalogue(place: Playing) -> tuple[Model, ...]:
    return place.engine.listing(place.engine.profiles[0]).models


def choose(page: Page, model: Model) -> Page:
    """Click the row of a model, as far as AppTest can."""
    row = list(page.table["Model"]).index(model.name)
    page.state[page.table_key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return page.run()


def prices_asked(sandbox: Sandbox) -> int:
    return sum("price" in each["path"] for each in sandbox.requests())
