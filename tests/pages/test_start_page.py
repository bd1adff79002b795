"""The start page: say it, drop a file, or take one of what most people come for."""

import hashlib
from pathlib import Path

import pytest

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.terms import Media
from lib.ui import further, words
from lib.ui.start_page import KINDS
from tests.conftest import StartSandbox
from tests.support.pages import START, Page, playing

SAMPLES = {kind: words.MEDIA[kind].path for kind in KINDS}


@pytest.mark.usefixtures("place")
def test_the_app_opens_on_it() -> None:
    page = Page(START)
    assert page.title == "What do you want to make?"
    assert page.links[0] == words.START.title


@pytest.mark.usefixtures("place")
def test_each_tile_says_what_it_is_for_and_what_it_costs() -> None:
    page = Page(START)
    page.until(lambda: len(page.prices) == len(words.TILES))
    for each in words.TILES:
        assert page.has_button(words.endpoint(each).title)
        assert words.endpoint(each).hint in page.html


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("of", words.TILES)
def test_a_tile_opens_its_form(of: str) -> None:
    told = words.endpoint(of)
    page = Page(START).press(told.title)
    assert page.title == words.FAMILIES[endpoint(of).family].title
    assert told.hint in page.captions


@pytest.mark.usefixtures("place")
def test_a_description_stands_in_the_form_that_it_opens(pictures: Endpoint) -> None:
    page = Page(START).put("text_input", "start:said", "  **A** <b>red</b> fox ")
    page.press(words.take_text(pictures.id))
    assert page.title == "Images"
    assert page.values(pictures)["prompt"] == "**A** <b>red</b> fox"


@pytest.mark.usefixtures("place")
def test_saying_what_to_do_offers_that_alone() -> None:
    page = Page(START).put("text_input", "start:said", "read this aloud")
    offered = [key for key in page.pressable if key.startswith("offer:")]
    assert offered == ["offer:said:audio.speech:Read a text aloud"]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("media", KINDS)
def test_a_file_is_shown_with_all_that_takes_it_and_the_price_of_each(media: Media) -> None:
    page = dropped(SAMPLES[media])
    assert SAMPLES[media].name in page.html
    takers = further.takers(media)
    offered = {key for key in page.pressable if key.startswith("offer:file:")}
    assert offered == {f"offer:file:{each.at.id}:{each.label}" for each in takers}
    page.until(lambda: len(page.prices) == len(takers))


@pytest.mark.usefixtures("place")
def test_the_form_has_the_file_in_it_at_the_price_that_was_offered() -> None:
    at, picture = endpoint("images.background-removals"), SAMPLES["image"]
    page = dropped(picture)
    takers = [each.at.id for each in further.takers("image")]
    page.until(lambda: len(page.prices) == len(takers))
    offered = page.prices[takers.index(at.id)]
    page.press_key(f"offer:file:{at.id}:{words.take(at.id, 'image')}")
    assert page.values(at)["image"].sha256 == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert page.until(lambda: page.price) == offered


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("report.pdf", "This is no picture, recording or video."),
        ("photo.jpg", "not a picture"),
        ("talk.mp3", "not a recording"),
        ("clip.mp4", "not a video"),
    ],
)
def test_a_file_that_nobody_can_read_is_said_so_and_another_may_follow(name: str, why: str) -> None:
    page = Page(START).drop(f"<b>{name}", b"%PDF-1.7 nothing of the kind")
    [problem] = page.problems
    assert f"&lt;b&gt;{name}: " in problem
    assert why in problem
    page.drop(SAMPLES["image"].name, SAMPLES["image"].read_bytes())
    assert not page.problems
    assert SAMPLES["image"].name in page.html


@pytest.mark.usefixtures("place")
def test_a_recording_called_like_a_picture_is_a_recording() -> None:
    page = Page(START).drop("photo.jpg", SAMPLES["audio"].read_bytes())
    assert not page.problems
    assert page.has_button(words.take("audio.transcriptions", "source_file"))
    assert not page.has_button(words.take("images.upscales", "image"))


@pytest.mark.usefixtures("place")
def test_another_file_may_be_chosen() -> None:
    page = dropped(SAMPLES["image"]).press("Choose another file")
    assert SAMPLES["image"].name not in page.html
    assert page.has_button(words.endpoint(words.TILES[0]).title)


def test_without_prices_the_page_is_there_all_the_same(
    tmp_path: Path, start_sandbox: StartSandbox
) -> None:
    gone = start_sandbox(tier="premium", engines="none")
    with playing(tmp_path / "data", gone) as place:
        place.models(endpoint(words.TILES[0]))
        gone.process.kill()
        page = Page(START)
        assert not page.prices
        page.press(words.endpoint(words.TILES[-1]).title)
        assert words.endpoint(words.TILES[-1]).hint in page.captions


def test_where_deapi_answers_few_price_calls_they_are_left_to_the_form(
    tmp_path: Path, start_sandbox: StartSandbox
) -> None:
    basic = start_sandbox(tier="basic", engines="none")
    at = endpoint("images.generations")
    with playing(tmp_path / "data", basic):
        page = Page(START)
        page.until(lambda: "asking the price" not in page.html)
        page.put("text_input", "start:said", "a red fox on a hill")
        page.until(lambda: "asking the price" not in page.html)
        assert sum("price" in each["path"] for each in basic.requests()) == 1
        page.press(words.take_text(at.id))
        assert page.until(lambda: page.price)


def dropped(file: Path) -> Page:
    return Page(START).drop(file.name, file.read_bytes())
