"""Broken files over real HTTP: each is refused at its field, none is charged, the sandbox lives."""

import random

import httpx
import pytest

from lib.deapi.contract import MODELS, endpoint
from lib.deapi.terms import Media
from tests.conftest import StartSandbox
from tests.support.broken import MAY_PLAY, broken

SAMPLES = 20
"""Of each kind: 40 in all."""


@pytest.mark.parametrize(
    ("name", "field", "media", "type_"),
    [
        ("images.upscales", "image", "image", "img_upscale"),
        ("videos.upscales", "video", "video", "vid_upscale"),
    ],
)
def test_broken_files_are_refused_at_their_field_and_cost_nothing(
    start_sandbox: StartSandbox, name: str, field: str, media: Media, type_: str
) -> None:
    sandbox = start_sandbox(engines="none", speed=100)
    surely = [content for why, content in broken(media) if why not in MAY_PLAY]
    at, chosen = endpoint(name), random.Random(6).sample(surely, SAMPLES)
    headers = {"Authorization": f"Bearer {sandbox.key}", "Accept": "application/json"}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=20) as api:
        offered = api.get(MODELS.path, params={"filter[inference_types]": type_}).json()["data"]
        for n, content in enumerate(chosen):
            data = {"model": offered[0]["slug"]}
            answer = api.post(at.path, data=data, files={field: (f"{n}.png", content)})
            assert answer.status_code == 422, (n, content[:40])
            [said] = answer.json()["errors"][field]
            assert said.endswith(".")
    assert sandbox.process.running
    assert sandbox.charges() == []
