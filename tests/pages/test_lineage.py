"""What a result was made from, on its card: the chain, its prices, the way back to each step."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lib.deapi.contract import Endpoint, endpoint
from lib.store import Run, State, runs
from lib.ui import money, state
from lib.ui.plain import label
from tests.support.pages import IMAGES, Page, Playing, given
from tests.support.sandbox import Sandbox, sandboxes

ENHANCER = endpoint("prompts.enhancements")
CUTS = endpoint("images.background-removals")
TEXT = "a harbour in the morning"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One with its real engine: each picture and each text has to be one of its own."""
    with sandboxes(tmp_path_factory.mktemp("live")) as start:
        yield start(tier="premium", speed=100, balance=1000)


def test_a_picture_tells_of_its_better_prompt_the_price_of_that_and_the_change_by_hand(
    place: Playing, pictures: Endpoint
) -> None:
    page, better = improved(place, pictures)
    changed = f"{better}, seen from a hill"
    page.write(pictures, place.models(pictures)[0], changed)
    page, picture = pressed(place, page)
    first = place.runs()[0]
    assert first.price
    assert steps(page, picture) == [
        label(f"Improve a prompt {money.price(first.price)}"),
        "changed by hand",
    ]
    assert "Made from: your words →" in page.html
    page.press_key(step(page, picture, 1))
    assert page.values(pictures)["prompt"] == changed
    page.press_key(step(page, picture, 0))
    assert page.title == "Prompts"
    assert page.values(ENHANCER)["prompt"] == TEXT


def test_what_is_changed_and_improved_again_keeps_all_its_steps(
    place: Playing, pictures: Endpoint
) -> None:
    page, better = improved(place, pictures)
    page.write(pictures, place.models(pictures)[0], f"{better}, seen from a hill")
    page = improve(page, pictures)
    page, picture = pressed(place, page)
    assert [each.split()[0] for each in steps(page, picture)] == ["Improve", "changed", "Improve"]


def test_words_that_took_the_place_of_better_ones_were_not_made_from_them(
    place: Playing, pictures: Endpoint
) -> None:
    page, _ = improved(place, pictures)
    page.write(pictures, place.models(pictures)[0], "two old robots who play chess")
    page.put(
        "text_input", state.widget(pictures, place.models(pictures)[0].slug, "negative_prompt"), ""
    )
    page, picture = pressed(place, page)
    assert steps(page, picture) == []
    assert "Made from" not in page.html


def test_a_cut_out_tells_of_the_picture_it_was_made_from(
    place: Playing, pictures: Endpoint
) -> None:
    page = Page(IMAGES).write(pictures, place.models(pictures)[0], TEXT)
    page, picture = pressed(place, page)
    page.press_key(f"take:{CUTS.id}:image:{picture.id}")
    page, cut = pressed(place, page)
    assert cut.endpoint == CUTS.id
    assert picture.price
    [told] = steps(page, cut)
    assert told == label(f"Make a picture {money.price(picture.price)}")
    assert "Made from: your words →" in page.html
    page.press_key(step(page, cut, 0))
    assert page.values(pictures)["prompt"] == TEXT


def test_another_persons_identical_words_are_no_source(place: Playing, pictures: Endpoint) -> None:
    model = place.models(pictures)[0]
    theirs = place.sending(ENHANCER, place.models(ENHANCER)[0], "a pier", person="bob")
    theirs = given(runs.settle_inline(place.store, theirs, ""))
    assert runs.keep(place.store, theirs, [], thumb=False, written=[TEXT])
    page, picture = pressed(place, Page(IMAGES).write(pictures, model, TEXT))
    assert steps(page, picture) == []


def improved(place: Playing, at: Endpoint) -> tuple[Page, str]:
    """The form with TEXT made better, and how it reads then."""
    page = improve(Page(IMAGES).write(at, place.models(at)[0], TEXT), at)
    return page, page.values(at)["prompt"]


def improve(page: Page, at: Endpoint) -> Page:
    before = page.values(at)["prompt"]
    page.until(lambda: page.has_button("Improve · "))
    page.press("Improve · ")
    page.until(lambda: page.values(at)["prompt"] != before)
    return page


def pressed(place: Playing, page: Page) -> tuple[Page, Run]:
    """The page with the card of what was run, and its run."""
    page.until(lambda: page.price)
    page.press("Run · ")
    run = place.reaches(place.runs()[-1].id, State.DONE)
    page.until(lambda: f"/files/{run.id}/download" in page.html)
    return page, run


def step(page: Page, run: Run, n: int) -> str:
    """The key of a step on the card of `run`."""
    return _steps(page, run)[n].key


def steps(page: Page, run: Run) -> list[str]:
    """What the steps on the card of `run` are called, from the oldest."""
    return [each.label for each in _steps(page, run)]


def _steps(page: Page, run: Run) -> list[Any]:
    ours = re.compile(rf"step:.*:{run.id}")
    return [each for each in page._app.button if ours.fullmatch(each.key or "")]
