"""The form: drawn from fields alone, it loses nothing and orders once."""

from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.errors import Invalid, ServerError
from lib.deapi.models import Model
from lib.ui import state, words
from lib.ui.plain import label
from tests.unit.ui.catalogue import PAIRS, name
from tests.unit.ui.fakes import Client

DRAWN = [pair for pair in PAIRS if pair[0].has("prompt")]
PROMPT = "A lighthouse in winter"


def script() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this as a file of its own

    from lib.ui import form, run_button, state  # noqa: PLC0415

    client, at, model = (st.session_state[key] for key in ("client", "at", "model"))
    state.restore_draft(client, at)
    values, problems = form.draw(client, at, model)
    run_button.draw(client, at, model, values, problems, others=True)


def shown(at: Endpoint, model: Model, client: Client | None = None) -> AppTest:
    app = AppTest.from_function(script, default_timeout=30)
    app.session_state["client"] = client or Client()
    app.session_state["at"] = at
    app.session_state["model"] = model
    return quiet(app.run())


def quiet(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def switch(app: AppTest, model: Model) -> AppTest:
    app.session_state["model"] = model
    return quiet(app.run())


def widget(app: AppTest, kind: str, field: str) -> Any:
    """The widget of a field of the form that is shown, by its documented key."""
    key = state.widget(app.session_state["at"], app.session_state["model"].slug, field)
    return next(each for each in getattr(app, kind) if each.key == key)


def prompt(app: AppTest) -> Any:
    return widget(app, "text_area", "prompt")


def button(app: AppTest, start: str) -> Any:
    return next(each for each in app.button if each.label.startswith(start))


def press(app: AppTest, start: str) -> AppTest:
    return quiet(button(app, start).click().run())


def problems(app: AppTest) -> list[str]:
    return [each.value for each in app.html if "pg-problem" in each.value]


def values(app: AppTest) -> dict[str, Any]:
    return app.session_state[f"values:{app.session_state['at'].id}"]


def folded(app: AppTest) -> str:
    return app.expander[0].label


def two_models() -> tuple[Endpoint, Model, Model]:
    """An endpoint, its model with the most fields and its model with the fewest."""
    at = DRAWN[0][0]
    ordered = sorted((m for e, m in DRAWN if e is at), key=lambda m: len(fields.fields(at, m)))
    return at, ordered[-1], ordered[0]


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_a_fresh_form_is_calm_and_lacks_only_what_a_person_must_give(
    pair: tuple[Endpoint, Model],
) -> None:
    at, model = pair
    app = shown(at, model)
    assert problems(app) == []
    form = fields.fields(at, model)
    missing = set(fields.check(form, values(app)))
    assert missing == {
        each.name
        for each in form
        if each.required
        and each.nothing is None
        and each.kind in ("text", "texts", "file", "files")
    }


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_no_widget_stands_for_what_the_model_does_not_have(pair: tuple[Endpoint, Model]) -> None:
    at, model = pair
    app = shown(at, model)
    names = {field.name for field in fields.fields(at, model)} | {state.SHAPE}
    kinds = ("text_area", "text_input", "number_input", "slider", "multiselect", "pills")
    keys = {each.key for kind in kinds for each in getattr(app, kind)}
    own = [key for key in keys if key and not key.startswith("seen:")]
    drawn = {key.split(":")[2] for key in own if key.count(":") >= 2}
    assert drawn <= names


def test_values_survive_a_change_of_model_and_back() -> None:
    at, rich, poor = two_models()
    app = shown(at, rich)
    prompt(app).input(PROMPT).run()
    widget(app, "text_input", "negative_prompt").input("fog").run()
    switch(app, poor)
    assert prompt(app).value == PROMPT
    assert "fog" not in folded(app)
    switch(app, rich)
    assert prompt(app).value == PROMPT
    assert "fog" in folded(app)


def test_a_value_is_moved_into_the_bounds_of_another_model() -> None:
    at, rich, poor = two_models()
    app = shown(at, rich)
    values(app).update(width=10_000, height=10_000, shape="")
    app.session_state[f"fill:{at.id}"] = True
    app.run()
    switch(app, poor)
    form = fields.fields(at, poor)
    assert fields.check(form, values(app) | {"prompt": PROMPT}) == {}


def test_a_shape_stays_that_shape_on_another_model() -> None:
    at, rich, poor = two_models()
    app = shown(at, rich)
    quiet(app.pills[0].set_value("Landscape 16:9").run())
    before = values(app)["width"], values(app)["height"]
    switch(app, poor)
    after = values(app)["width"], values(app)["height"]
    assert values(app)[state.SHAPE] == "Landscape 16:9"
    assert abs(before[0] / before[1] - after[0] / after[1]) < 0.1


def test_an_example_is_one_click_away_and_the_dice_draws_another() -> None:
    at, rich, _ = two_models()
    app = shown(at, rich)
    example = words.endpoint(at.id).examples[0]
    press(app, example.label)
    assert prompt(app).value == example.text
    press(app, "🎲 Surprise me")
    assert prompt(app).value in {each.text for each in words.endpoint(at.id).examples[1:]}


SPEAKERS = [pair for pair in PAIRS if pair[0].id == "audio.speech"]


@pytest.mark.parametrize("pair", SPEAKERS, ids=name)
def test_an_example_is_read_in_its_own_language_with_a_voice_of_that(
    pair: tuple[Endpoint, Model],
) -> None:
    at, model = pair
    spoken = {
        each.label
        for each in words.endpoint(at.id).examples
        if any(words.is_language(one.slug, each.language) for one in model.languages)
    }
    for index, example in enumerate(words.endpoint(at.id).examples):
        app = shown(at, model)
        chips = [each for each in app.button if each.label == label(example.label)]
        assert len(chips) <= (example.label in spoken), index
        if chips:
            quiet(chips[0].click().run())
            chosen = next(one for one in model.languages if one.slug == values(app)["lang"])
            assert words.is_language(chosen.slug, example.language)
            voice = values(app).get("voice")
            assert voice is None or voice in [each.slug for each in chosen.voices]


def test_an_example_leaves_an_accent_that_speaks_it() -> None:
    at, model = next(
        pair
        for pair in SPEAKERS
        if sum(words.is_language(one.slug, "en") for one in pair[1].languages) > 1
    )
    app = shown(at, model)
    british = [one.slug for one in model.languages if words.is_language(one.slug, "en")][1]
    quiet(widget(app, "selectbox", "lang").set_value(british).run())
    press(app, words.endpoint(at.id).examples[0].label)
    assert values(app)["lang"] == british


def test_the_folded_line_says_what_is_set() -> None:
    at, rich, _ = two_models()
    app = shown(at, rich)
    assert "seed" not in folded(app)
    widget(app, "number_input", "seed").set_value(42).run()
    assert "seed 42" in folded(app)


def test_the_price_stands_on_the_button_before_the_first_word() -> None:
    at, rich, _ = two_models()
    app = shown(at, rich)
    assert button(app, "Run").label == "Run · $0.0019"
    assert any("about 500 for $1" in each.value for each in app.caption)


def test_an_empty_form_is_not_sent_and_says_what_is_missing() -> None:
    at, rich, _ = two_models()
    app = press(shown(at, rich), "Run")
    assert app.session_state["client"].orders == []
    assert any("Write something" in each for each in problems(app))


def test_a_press_orders_exactly_what_is_shown_and_renews_the_nonce() -> None:
    at, rich, _ = two_models()
    app = shown(at, rich)
    prompt(app).input(PROMPT).run()
    nonce = app.session_state["orders"].nonces[at.id]
    press(app, "Run")
    [(ordered, what, price)] = app.session_state["client"].orders
    assert (ordered, what["prompt"], price) == (nonce, PROMPT, Decimal("0.0019"))
    assert app.session_state["orders"].nonces[at.id] != nonce
    assert len(quiet(app.run()).session_state["client"].orders) == 1, "a rerun orders nothing"


def test_a_press_before_the_last_one_is_answered_orders_what_the_form_says_by_then() -> None:
    at, rich, _ = two_models()
    app = shown(at, rich)
    prompt(app).input(PROMPT).run()
    seen = app.text_input(key=f"seen:run:{at.id}").value
    press(app, "Run")
    app.text_input(key=f"seen:run:{at.id}").set_value(seen)
    press(app, "Run")
    assert len(app.session_state["client"].orders) == 1, "the second click of two"
    app.text_input(key=f"seen:run:{at.id}").set_value(seen)
    prompt(app).input("Something else")
    press(app, "Run")
    assert [what["prompt"] for _, what, _ in app.session_state["client"].orders] == [
        PROMPT,
        "Something else",
    ]


def test_while_a_price_is_asked_anew_the_last_one_is_the_most_that_is_spent() -> None:
    at, rich, _ = two_models()
    client = Client()
    app = shown(at, rich, client)
    client.price = None
    prompt(app).input(PROMPT).run()
    assert button(app, "Run").label == "Run · at most $0.0019"
    client.now_costs = Decimal("0.0018")
    press(app, "Run")
    assert [price for _, _, price in client.orders] == [Decimal("0.0019")]


def test_a_press_without_a_price_says_that_nothing_was_ordered() -> None:
    at, rich, _ = two_models()
    client = Client()
    app = shown(at, rich, client)
    client.price = ServerError("down", status=500)
    prompt(app).input(PROMPT).run()
    press(app, "Run")
    assert client.orders == []
    assert any("Nothing was ordered" in each for each in problems(app))


def test_a_press_on_the_other_profiles_page_orders_nothing() -> None:
    at, rich, _ = two_models()
    client = Client()
    app = shown(at, rich, client)
    prompt(app).input(PROMPT).run()
    client.profile = "live"  # chosen a moment before, and not yet seen by the browser
    press(app, "Run")
    assert client.orders == []
    assert any("Nothing was ordered" in each for each in problems(app))
    press(app, "Run")
    assert len(client.orders) == 1


def test_a_large_price_takes_a_second_click() -> None:
    at, rich, _ = two_models()
    client = Client()
    client.price = Decimal("0.31")
    app = shown(at, rich, client)
    prompt(app).input(PROMPT).run()
    press(app, "Run")
    assert client.orders == []
    press(app, "Yes, spend $0.31")
    assert [order[2] for order in client.orders] == [Decimal("0.31")]


def test_a_price_that_rose_is_asked_about_with_both_prices() -> None:
    at, rich, _ = two_models()
    client = Client()
    client.now_costs = Decimal("0.00194")
    app = shown(at, rich, client)
    prompt(app).input(PROMPT).run()
    press(app, "Run")
    assert client.orders == []
    asked = " ".join(each.value for each in app.markdown)
    assert "0.00194" in asked
    assert "instead of \\$0.0019." in asked
    press(app, "Run anyway")
    assert [order[2] for order in client.orders] == [Decimal("0.00194")]


def test_not_now_orders_nothing_and_gives_the_button_back() -> None:
    at, rich, _ = two_models()
    client = Client()
    client.price = Decimal("0.31")
    app = shown(at, rich, client)
    prompt(app).input(PROMPT).run()
    press(app, "Run")
    press(app, "Not now")
    assert client.orders == []
    assert button(app, "Run").label == "Run · $0.31"


def test_without_a_price_nothing_can_be_run() -> None:
    at, rich, _ = two_models()
    client = Client()
    client.price = None
    asking = button(shown(at, rich, client), "Run")
    assert asking.disabled
    assert "asking the price" in asking.label
    client.price = ServerError("down", status=500)
    app = shown(at, rich, client)
    assert button(app, "Run").disabled
    assert any("problem on its side" in each for each in problems(app))
    assert button(app, "Ask again")


def test_what_deapi_says_of_a_field_stands_beside_it_until_the_field_changes() -> None:
    at, rich, _ = two_models()
    client = Client()
    app = shown(at, rich, client)
    prompt(app).input(PROMPT).run()
    client.price = Invalid("no", fields={"prompt": ["Too gloomy <b>."]})
    quiet(app.run())
    assert any("Too gloomy &lt;b&gt;." in each for each in problems(app))
    client.price = Decimal("0.0019")
    prompt(app).input("Something sunny").run()
    assert problems(app) == []


def test_the_draft_of_another_window_is_there_again() -> None:
    at, rich, _ = two_models()
    client = Client()
    app = shown(at, rich, client)
    prompt(app).input(PROMPT).run()
    again = shown(at, rich, client)
    assert prompt(again).value == PROMPT
