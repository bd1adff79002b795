"""The images page: a form that fits its model, a price, one run a click, and its result."""

import os
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from PIL import Image

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.store import Run, Settlement, State, ledger
from lib.ui import money, state, words
from lib.ui.session import Client
from lib.ui.state import Press
from tests.conftest import StartSandbox
from tests.support.pages import HISTORY, IMAGES, Page, Playing, playing
from tests.support.sandbox import Sandbox
from tests.unit.ui.catalogue import MODELS

PROMPT = "A red fox in the snow"


@pytest.mark.parametrize("page", [IMAGES, HISTORY])
def test_every_page_draws(place: Playing, page: str) -> None:
    assert Page().go(page).title == {IMAGES: "Images", HISTORY: "History"}[page]


@pytest.mark.parametrize("page", ["lib/settings.py", "pages/nothing.py"])
def test_what_is_no_page_can_not_be_opened(place: Playing, page: str) -> None:
    with pytest.raises(ValueError, match="Could not find"):
        Page().go(page)


# --- the form ------------------------------------------------------------------------------------


def test_values_survive_another_model_and_another_page(
    place: Playing, pictures: Endpoint, model: Model, other: Model
) -> None:
    page = Page().write(pictures, model, PROMPT)
    page.put("number_input", state.widget(pictures, model.slug, "seed"), 42)
    page.put(
        "text_area" if words.field(pictures.id, "negative_prompt").lines > 1 else "text_input",
        state.widget(pictures, model.slug, "negative_prompt"),
        "blur",
    )
    page.choose(pictures, other)
    assert page.widget("text_area", state.widget(pictures, other.slug, "prompt")).value == PROMPT
    assert page.widget("number_input", state.widget(pictures, other.slug, "seed")).value == 42
    page.go(HISTORY).go(IMAGES)
    assert page.widget("selectbox", state.model_key(pictures)).value == other.slug
    page.choose(pictures, model)
    assert page.values(pictures) | {"prompt": PROMPT, "seed": 42, "negative_prompt": "blur"} == (
        page.values(pictures)
    )


def test_another_window_begins_where_this_one_was_left(
    place: Playing, pictures: Endpoint, model: Model, other: Model
) -> None:
    Page().choose(pictures, other).write(pictures, other, PROMPT)
    again = Page()
    assert again.widget("text_area", state.widget(pictures, other.slug, "prompt")).value == PROMPT


def test_a_prompt_that_is_too_long_says_so_and_is_not_sent(
    tmp_path: Path, start_sandbox: StartSandbox, pictures: Endpoint
) -> None:
    strict = start_sandbox(tier="premium", engines="none")
    [raw, *_] = [each.raw for each in MODELS if each.inference_types & {"txt2img"}]
    limited = {
        **raw,
        "info": {**raw["info"], "limits": {**raw["info"]["limits"], "max_prompt": 20}},
    }
    strict.control("PUT", "models", [limited])
    with playing(tmp_path / "data", strict) as place:
        page = Page().write(pictures, place.models(pictures)[0], "x" * 23)
        [problem] = page.problems
        assert "At most 20 characters; this is 3 too long." in problem
        assert page.price is None
        page.press("Run")
        assert not place.runs()


def test_a_size_off_the_step_says_so_and_is_not_sent(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    form = {field.name: field for field in fields.fields(pictures, model)}
    step = int(form["width"].step or 0)
    assert step > 1
    page = Page().write(pictures, model, PROMPT)
    page.put("button_group", state.widget(pictures, model.slug, state.SHAPE), "Custom")
    page.put("number_input", state.widget(pictures, model.slug, "width"), 10 * step + 1)
    sentence = f"Width: Use a multiple of {step}, for example {10 * step:,}."
    assert [sentence in problem for problem in page.problems] == [True]
    assert page.price is None
    page.press("Run")
    assert not place.runs()


def test_an_empty_form_says_what_is_missing_when_run_is_pressed(
    place: Playing, pictures: Endpoint
) -> None:
    page = Page()
    assert not page.problems
    page.until(lambda: page.price)
    page.press("Run")
    assert len(page.problems) == 1
    assert not place.runs()


# --- price and run -------------------------------------------------------------------------------


def test_the_price_on_the_button_is_what_is_charged(
    place: Playing, live: Sandbox, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, PROMPT)
    price = page.until(lambda: page.price)
    before = len(live.charges())
    page.press("Run")
    [run] = place.runs()
    page.until(lambda: 'class="pg-picture"' in page.html)
    done = place.run(run.id)
    assert (done.state, done.price) == (State.DONE, price)
    [charge] = live.charges()[before:]
    assert (charge["request_id"], Decimal(charge["price"])) == (done.request_id, price)
    assert f'src="/files/{run.id}/result"' in page.html
    assert PROMPT in page.html


def test_the_price_follows_the_form(place: Playing, pictures: Endpoint, model: Model) -> None:
    page = Page().write(pictures, model, PROMPT)
    few = page.until(lambda: page.price)
    page.put("slider", state.widget(pictures, model.slug, "steps"), 10)
    assert page.until(lambda: page.price) > few


def test_a_double_click_makes_one_run(place: Playing, pictures: Endpoint, model: Model) -> None:
    page = Page().write(pictures, model, PROMPT)
    shown = page.until(lambda: page.price)
    nonce = state_nonce(page, pictures)
    page.press("Run")
    # The browser had not yet seen the new button when it sent the second click.
    press(page, pictures, Press("live", nonce, shown, sure=False))
    page.run()
    assert [run.nonce for run in place.runs()] == [nonce]


@pytest.mark.parametrize("when", ["before its run is made", "after"])
def test_a_press_whose_answer_is_broken_off_makes_one_run(
    place: Playing, pictures: Endpoint, model: Model, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    page = Page().write(pictures, model, PROMPT)
    page.until(lambda: page.price)
    submit, breaks = Client.submit, [True]

    def broken_off(*args: Any, **told: Any) -> Run:
        # As Streamlit does it, when another click comes while the first one is being answered.
        if breaks and when != "after":
            breaks.clear()
            st.rerun()
        run = submit(*args, **told)
        if breaks:
            breaks.clear()
            st.rerun()
        return run

    monkeypatch.setattr(Client, "submit", broken_off)
    page.press("Run")
    assert breaks == []
    assert [run.text for run in place.runs()] == [PROMPT]
    page.run()
    assert len(place.runs()) == 1


def test_a_press_that_was_answered_by_a_run_is_not_said_to_be_lost(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, PROMPT)
    page.until(lambda: page.price)
    assert page.press("Run").go(HISTORY).toasts == []
    nonce = state_nonce(page, pictures)
    press(page, pictures, Press("live", nonce, Decimal(1), sure=False))
    assert "Nothing was ordered" in page.run().toasts[0]
    assert page.run().toasts == []
    assert len(place.runs()) == 1


def test_two_clicks_on_two_buttons_make_two_runs(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, PROMPT)
    page.until(lambda: page.price)
    page.press("Run").press("Run")
    assert len({run.nonce for run in place.runs()}) == 2


def test_leaving_the_page_loses_nothing(place: Playing, pictures: Endpoint, model: Model) -> None:
    page = Page().write(pictures, model, PROMPT)
    page.until(lambda: page.price)
    page.press("Run").go(HISTORY)
    [run] = place.runs()
    place.reaches(run.id, State.DONE)
    assert f'src="/files/{run.id}/result"' in Page().html


def test_a_price_that_rose_since_it_was_shown_is_asked_about(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, PROMPT)
    price = page.until(lambda: page.price)
    lower = price / 2
    asked = Press("live", state_nonce(page, pictures), lower, sure=False)
    press(page, pictures, asked)
    page.run()
    assert not place.runs()
    page.press(f"Run anyway · ${price}")
    [run] = place.runs()
    assert run.quote == price


def test_not_now_takes_the_question_back(place: Playing, pictures: Endpoint, model: Model) -> None:
    page = Page().write(pictures, model, PROMPT)
    price = page.until(lambda: page.price)
    asked = Press("live", state_nonce(page, pictures), price / 2, sure=False)
    press(page, pictures, asked)
    page.run().press("Not now")
    assert page.price == price
    assert not place.runs()


def test_a_large_step_takes_a_second_click_and_too_little_money_says_so(
    tmp_path: Path, start_sandbox: StartSandbox, pictures: Endpoint
) -> None:
    poor = start_sandbox(tier="premium", engines="none", speed=100, balance=0.01)
    with playing(tmp_path / "data", poor) as place:
        page = Page().write(pictures, place.models(pictures)[0], PROMPT)
        page.until(lambda: page.price and "$0.01" in page.beside)
        page.press("Run")
        assert not place.runs()
        page.press("Yes, spend")
        page.until(lambda: "not enough money on the account" in page.html)
        [run] = place.runs()
        assert (run.state, run.price) == (State.FAILED, None)
        assert "Nothing was paid" in page.html
    assert not poor.charges()


def test_a_refused_key_is_one_sentence(tmp_path: Path, live: Sandbox) -> None:
    with playing(tmp_path / "data", live, DEAPI_API_KEY="not-the-key"):
        page = Page()
        [problem] = page.problems
        assert "deAPI does not accept this key." in problem
        assert "not-the-key" not in page.html
        assert page.has_button("Try again")


# --- upscales ------------------------------------------------------------------------------------


def test_the_sample_picture_becomes_larger(place: Playing, upscales: Endpoint) -> None:
    page = Page().choose(upscales)
    assert page.price is None
    page.press(words.MEDIA["image"].button)
    price = page.until(lambda: page.price)
    page.press("Run")
    page.until(lambda: 'class="pg-picture"' in page.html)
    [run] = place.runs()
    assert (run.endpoint, run.state) == (upscales.id, State.DONE)
    assert money.price(run.price or Decimal(0)) == money.price(price)


def test_a_result_becomes_the_input_of_an_upscale(
    place: Playing, pictures: Endpoint, upscales: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, PROMPT)
    page.until(lambda: page.price)
    page.press("Run")
    page.until(lambda: page.has_button("Enlarge this"))
    page.press("Enlarge this")
    assert page.state[state.endpoint_key("images")] == upscales.id
    assert page.values(upscales)["image"].format == "PNG"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"just some words", "not a picture we can read"),
        (b"", "empty"),
        (os.urandom(11 * 2**20), "not a picture we can read"),
    ],
    ids=["text", "empty", "noise"],
)
def test_a_file_that_is_no_picture_is_refused_beside_the_field(
    place: Playing, upscales: Endpoint, content: bytes, sentence: str
) -> None:
    page = upload(Page().choose(upscales), upscales, "holiday.png", content)
    [problem] = page.problems
    assert "holiday.png: " in problem
    assert sentence in problem
    assert page.price is None


def test_a_picture_that_is_too_heavy_is_refused_beside_the_field(
    place: Playing, upscales: Endpoint
) -> None:
    noise = Image.frombytes("RGB", (1000, 3700), os.urandom(3_700_000 * 3))
    target = BytesIO()
    noise.save(target, "PNG", compress_level=0)
    page = upload(Page().choose(upscales), upscales, "heavy.png", target.getvalue())
    [problem] = page.problems
    assert "This file has 10.6 MB; at most 10 MB are accepted." in problem
    assert page.price is None


# --- runs that wait for a person -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "settled", "posted"),
    [
        ("Count as paid", Settlement.PAID, Decimal("0.0019")),
        ("It wasn't charged", Settlement.FREE, Decimal(0)),
    ],
)
def test_an_unknown_run_is_settled_by_its_person(
    place: Playing,
    pictures: Endpoint,
    model: Model,
    label: str,
    settled: Settlement,
    posted: Decimal,
) -> None:
    run = place.unknown(pictures, model, PROMPT)
    page = Page()
    assert "no clear answer came" in page.html
    page.press(label)
    now = place.run(run.id)
    assert (now.state, now.settled) == (State.FAILED, settled)
    spent = ledger.spent(place.store, now.profile, now.person)
    assert (spent.month_posted, spent.month_held) == (posted, 0)
    assert "Settled by you" in page.html
    assert not page.has_button(label)


def test_an_unknown_run_may_be_sent_again_at_a_price_that_was_agreed_to(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    run = place.unknown(pictures, model, PROMPT, price="0.0001")
    page = Page()
    page.press("Send again · $0.0001")
    assert [each.id for each in place.runs()] == [run.id]  # it costs more now, so it is asked
    page.press("Run anyway · $0.00265")
    old, new = place.runs()
    assert (old.id, old.state) == (run.id, State.UNKNOWN)
    assert place.reaches(new.id, State.DONE).text == PROMPT


def test_sending_a_dear_run_again_takes_a_second_click(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    run = place.unknown(pictures, model, PROMPT, price="0.31")
    page = Page()
    page.press("Send again · $0.31")
    assert [each.id for each in place.runs()] == [run.id]
    page.press("Yes, spend $0.31")
    assert len(place.runs()) == 2


def test_a_price_that_rose_while_waiting_is_asked_about_on_the_card(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    run = place.dearer(pictures, model, PROMPT, "0.0001", "0.00265")
    page = Page()
    assert "The price is now $0.00265 instead of $0.0001." in page.html
    page.press("Run anyway · $0.00265")
    old, new = place.runs()
    assert (old.id, old.state) == (run.id, State.CANCELLED)
    assert place.reaches(new.id, State.DONE).text == PROMPT


def test_a_waiting_run_may_be_cancelled(place: Playing, pictures: Endpoint, model: Model) -> None:
    run = place.waiting(pictures, model, PROMPT)
    page = Page().press("Cancel")
    assert place.run(run.id).state is State.CANCELLED
    assert "Nothing was paid" in page.html


def state_nonce(page: Page, at: Endpoint) -> str:
    """The nonce of the Run button that is shown."""
    return page.state["orders"].nonces[at.id]


def press(page: Page, at: Endpoint, pressed: Press) -> None:
    """A click that the page has yet to answer."""
    page.state["orders"].presses[at.id] = pressed


def upload(page: Page, at: Endpoint, file: str, content: bytes) -> Page:
    [key] = [key for key in page.keys if key.startswith(f"{at.id}:image:upload:")]
    page.widget("file_uploader", key).upload(file, content)
    return page.run()


def test_a_result_that_waits_for_its_next_try_is_fetched_when_its_person_wants_it(
    place: Playing, live: Sandbox, pictures: Endpoint, model: Model
) -> None:
    """By itself it would be tried for the seventh time after a minute."""
    broken = {"fault": "status", "status": 503, "method": "GET", "path": "/files/*", "times": 6}
    live.control("POST", "faults", [broken])
    page = Page().write(pictures, model, PROMPT)
    page.until(lambda: page.price)
    page.press("Run · ")
    [run] = place.runs()

    def presses() -> bool:
        if page.has_button("Try now"):
            assert "Paid $0.00265" in page.html
            assert "Next try at" in page.html
            page.press("Try now")
        return place.run(run.id).state is State.DONE

    page.until(presses)
    live.control("DELETE", "faults")
    assert place.run(run.id).keep_tries == 6
