"""What the sandbox asks over HTTP is what the price list says, and each call has its pool."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import httpx
import pytest

from lib.deapi import wire
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.models import Model
from tests.support.sandbox import Sandbox, StartSandbox, sandboxes
from tests.unit.ui.catalogue import LISTING


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandboxes(tmp_path_factory.mktemp("prices")) as start:
        yield start(engines="none", speed=1000, balance=1000)


def call(
    sandbox: Sandbox, at: Endpoint, path: str, params: Mapping[str, Any], encoding: Any
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {sandbox.key}", "Accept": "application/json"}
    with wire.encoded(encoding, params) as sent:
        return httpx.request(at.method, sandbox.url + path, headers=headers, timeout=30, **sent)


def model(at: Endpoint, scale: int | None = None) -> Model:
    """The first model of an endpoint, or the one that enlarges so many times."""
    some = LISTING.for_endpoint(at)
    return next(each for each in some if scale is None or f"x{scale}" in each.slug.lower())


PICTURE = {"prompt": "a fox", "steps": 4, "guidance": 1, "seed": 7}
FILM = {"prompt": "a fox", "width": 512, "height": 512, "guidance": 1, "steps": 1, "seed": 7}
SONG = {
    "caption": "calm piano",
    "lyrics": "[Instrumental]",
    "inference_steps": 8,
    "guidance_scale": 7,
    "seed": 7,
    "format": "mp3",
}
ROWS: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "a picture of 512": ("images.generations", {**PICTURE, "width": 512, "height": 512}, "0.0019"),
    "one of 1024": ("images.generations", {**PICTURE, "width": 1024, "height": 1024}, "0.0037"),
    "an edit": ("images.edits", PICTURE, "0.0066"),
    "four seconds of video": ("videos.generations", {**FILM, "frames": 120, "fps": 30}, "0.0056"),
    "an animation": ("videos.animations", {**FILM, "frames": 120, "fps": 30}, "0.0056"),
    "a minute of music": ("audio.music", {**SONG, "duration": 60}, "0.0009"),
    "an hour of speech": (
        "audio.transcriptions",
        {"duration_seconds": 3600, "include_ts": False},
        "0.021",
    ),
    "a cut-out of 1920 × 1080": (
        "images.background-removals",
        {"width": 1920, "height": 1080},
        "0.00046",
    ),
}


@pytest.mark.parametrize(("at_id", "params", "usd"), ROWS.values(), ids=ROWS.keys())
def test_a_row_of_the_price_list_is_what_is_asked(
    sandbox: Sandbox, at_id: str, params: Mapping[str, Any], usd: str
) -> None:
    at = endpoint(at_id)
    sent = {**params, "model": model(at).slug}
    answer = call(sandbox, at, at.price_path, sent, at.price_encoding)
    assert answer.status_code == 200, answer.text
    assert wire.price_of(answer.json()) == Decimal(usd)


def test_a_million_characters_of_speech_cost_what_the_list_says(sandbox: Sandbox) -> None:
    at = endpoint("audio.speech")
    speaker = model(at)
    language = speaker.languages[0]
    sent = {
        "count_text": 1000,
        "model": speaker.slug,
        "lang": language.slug,
        "voice": language.voices[0].slug,
        "speed": 1,
        "format": "mp3",
        "sample_rate": speaker.listed("available_ratios")[0],
    }
    answer = call(sandbox, at, at.price_path, sent, at.price_encoding)
    assert answer.status_code == 200, answer.text
    assert wire.price_of(answer.json()) * 1000 == Decimal("0.77")


def test_both_versions_count_in_one_pool_and_prices_in_their_own(
    start_sandbox: StartSandbox,
) -> None:
    basic = start_sandbox(tier="basic", engines="none")
    at = endpoint("embeddings")
    sent = {"input": ["a fox"], "model": model(at).slug}
    codes = [
        call(basic, at, path, sent, at.encoding).status_code for path in (at.path, *at.v1_paths) * 6
    ]
    allowed = codes.index(429)
    assert codes[:allowed] == [200] * allowed
    assert set(codes[allowed:]) == {429}
    assert allowed == 10
    price = call(basic, at, at.price_path, sent, at.price_encoding)
    assert price.status_code == 200
