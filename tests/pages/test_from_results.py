"""One's own results as the files of other runs, chosen in the form."""

import pytest

from lib.deapi.contract import Endpoint, endpoint
from lib.store import Run, State, files
from lib.ui import words
from tests.support.pages import Page, Playing

TRANSCRIPTS = endpoint("audio.transcriptions")
SPEECH = endpoint("audio.speech")


def test_a_result_is_chosen_without_a_download_and_an_upload(
    place: Playing, pictures: Endpoint, upscales: Endpoint
) -> None:
    run = made(place, pictures)
    page = opened(Page().choose(upscales), upscales, "image")
    page.press_key(f"{upscales.id}:image:mine:{run.id}")
    given, kept = page.values(upscales)["image"], files.result_name(run.id, "0.png")
    assert given.path.read_bytes() == files.content(place.store, kept)
    assert given.name in page.html


def test_a_field_offers_what_it_takes_and_nothing_else(
    place: Playing, pictures: Endpoint, upscales: Endpoint
) -> None:
    picture, sound = made(place, pictures), made(place, SPEECH)
    page = opened(Page().choose(upscales), upscales, "image")
    assert offered(page, upscales) == [picture.id]
    page = opened(Page().choose(TRANSCRIPTS), TRANSCRIPTS, "source_file")
    assert offered(page, TRANSCRIPTS) == [sound.id]


@pytest.mark.usefixtures("place")
def test_before_the_first_result_it_says_where_they_come_from(upscales: Endpoint) -> None:
    page = opened(Page().choose(upscales), upscales, "image")
    assert any("What you make will be found here" in each for each in page.captions)


def test_one_whose_file_is_gone_is_said_so(
    place: Playing, pictures: Endpoint, upscales: Endpoint
) -> None:
    run = made(place, pictures)
    place.store.media.delete(files.result_name(run.id, "0.png"))
    page = opened(Page().choose(upscales), upscales, "image")
    page.press_key(f"{upscales.id}:image:mine:{run.id}")
    [problem] = [each for each in page.problems if "no longer here" in each]
    assert not page.values(upscales).get("image")
    assert run.text[:20] in problem


def opened(page: Page, at: Endpoint, field: str) -> Page:
    """Open the list of results, as far as AppTest can."""
    page.state[f"{at.id}:{field}:mine"] = True
    return page.run()


def offered(page: Page, at: Endpoint) -> list[str]:
    return [
        key.rpartition(":")[2]
        for key in page.pressable
        if key.startswith(at.id) and ":mine:" in key
    ]


def made(place: Playing, at: Endpoint) -> Run:
    """A run of the first example, done."""
    page = Page().choose(at).press_key(f"{at.id}:example:0")
    page.until(lambda: page.price)
    page.press("Run · ")
    run = place.runs()[-1]
    assert words.name(run)
    return place.reaches(run.id, State.DONE)
