"""Broken files over HTTP: a clear refusal each, nothing charged, and the server stays alive."""

from itertools import islice
from pathlib import Path

import httpx
import pytest

from lib.deapi.contract import endpoint
from lib.deapi.media import BadMedia, inspect
from tests.support.sandbox import Sandbox, StartSandbox
from tests.unit.deapi.test_media import broken, wav
from tests.unit.ui.catalogue import LISTING

UPSCALE, WRITE_DOWN = endpoint("images.upscales"), endpoint("audio.transcriptions")
MODELS = {at.id: LISTING.for_endpoint(at)[0].slug for at in (UPSCALE, WRITE_DOWN)}
PICTURES = 30


def refused_here(path: Path, content: bytes) -> bool:
    """Whether the playground's own validator lets it through to nobody."""
    path.write_bytes(content)
    try:
        inspect(path, "x.png")
    except BadMedia:
        return True
    return False


def recordings() -> list[bytes]:
    """A sound that is cut, bent, or something else."""
    whole = wav()
    lying = [wav(rate=0), wav(channels=0), wav(channels=65535), wav(bits=0), wav(rate=2**32 - 1)]
    return [whole[:30], whole[:44], b"RIFF" + whole[8:], b"ID3" + bytes(99), b"no sound", *lying]


@pytest.fixture(scope="module")
def upload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken") / "file"


def test_forty_broken_files_are_refused_in_a_sentence_and_cost_nothing(
    start_sandbox: StartSandbox, upload: Path
) -> None:
    sandbox = start_sandbox(engines="none", speed=100, tier="premium")
    every = list(broken())
    step = len(every) // (2 * PICTURES)
    pictures = islice(
        (each for each in every[::step] if each and refused_here(upload, each)), PICTURES
    )
    asked = [(UPSCALE, "image", each) for each in pictures]
    asked += [(WRITE_DOWN, "source_file", each) for each in recordings()]
    assert len(asked) == PICTURES + 10
    with client(sandbox) as http:
        for at, name, content in asked:
            answer = http.post(
                at.path,
                data={"model": MODELS[at.id], "include_ts": "true"},
                files={name: ("file.png" if name == "image" else "file.wav", content)},
            )
            assert answer.status_code == 422, (name, content[:40], answer.text)
            assert answer.json()["errors"][name][0].endswith(".")
        assert http.get("/api/v2/models").status_code == 200
    assert sandbox.charges() == []


def client(sandbox: Sandbox) -> httpx.Client:
    headers = {"Authorization": f"Bearer {sandbox.key}", "Accept": "application/json"}
    return httpx.Client(base_url=sandbox.url, headers=headers, timeout=30, trust_env=False)
