"""What the start page makes of what somebody says."""

import pytest

from lib.deapi.contract import ENDPOINTS, Endpoint, endpoint
from lib.ui import words
from lib.ui.start_page import MATCHES, answers


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Read this aloud", "audio.speech"),
        ("clean up a photo", "images.upscales"),
        ("remove the background", "images.background-removals"),
        ("subtitles for our meeting", "audio.transcriptions"),
        ("animate a picture", "videos.animations"),
        ("copy the text of a receipt", "images.ocr"),
        ("ENLARGING VIDEOS", "videos.upscales"),
    ],
)
def test_who_says_what_to_do_is_offered_that_with_an_empty_form(said: str, expected: str) -> None:
    found = answers(said)
    assert expected in [each.at.id for each in found]
    assert len(found) <= 3
    assert not any(each.given for each in found)


@pytest.mark.parametrize("at", [at for at in ENDPOINTS if not words.endpoint(at.id).group])
def test_every_endpoint_is_found_by_its_title(at: Endpoint) -> None:
    found = [each.at for each in answers(words.endpoint(at.id).title)]
    assert at in found


def test_a_description_becomes_the_text_of_whatever_can_be_made_of_it() -> None:
    found = {each.at.id: each for each in answers("a lighthouse at dusk")}
    assert found["images.generations"].given == {"prompt": "a lighthouse at dusk"}
    assert found["audio.speech"].given == {"text": "a lighthouse at dusk"}
    assert found["embeddings"].given == {"input": ["a lighthouse at dusk"]}
    assert found["images.generations"].title == words.take_text("images.generations")


def test_what_was_named_stands_first_with_the_text_in_it() -> None:
    first = answers("a song about the rain")[0]
    assert first.at == endpoint("audio.music")
    assert first.given == {"caption": "a song about the rain"}


@pytest.mark.parametrize("said", ["???", "<b>x</b>", "и", "the", "x" * 5000])
def test_anything_else_is_a_text(said: str) -> None:
    found = answers(said)[:MATCHES]
    assert len(found) == MATCHES
    assert all(each.given for each in found)


def test_the_tiles_are_endpoints_with_a_sign() -> None:
    assert all(words.endpoint(endpoint(each).id).icon for each in words.TILES)
    assert len(set(words.TILES)) == len(words.TILES)
