"""The picture engine: same order, same bytes; another order, another picture."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lib.sandbox.engines import pictures
from lib.sandbox.engines.drawing import words
from tests.unit.sandbox.orders import generation, made, model

PROMPTS = [
    "a sunset over mountains",
    "a misty forest at dawn",
    "a neon-lit street in the rain",
    "a lighthouse and a sailboat at dusk",
    "northern lights over a snowy cabin by a frozen lake",
    "desert dunes under the milky way",
    "hot air balloons over a meadow of flowers",
    "a planet in a galaxy",
    "ein roter Fuchs",
    "🦊",
    "\ud800 half a character",
]


def fingerprint(**params: Any) -> str:
    return hashlib.sha256(pictures.picture(generation(**params)).tobytes()).hexdigest()


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_scene_is_drawn_in_the_size_asked_for_and_is_no_flat_colour(prompt: str) -> None:
    picture = pictures.picture(generation(prompt=prompt, width=320, height=192))
    assert (picture.size, picture.mode) == ((320, 192), "RGB")
    assert len(picture.resize((16, 16)).getcolors() or []) > 20


@pytest.mark.parametrize("size", [(1, 1), (16, 1024), (1024, 16), (131, 67)])
@pytest.mark.parametrize("prompt", PROMPTS[:8])
def test_odd_sizes_are_exact(size: tuple[int, int], prompt: str) -> None:
    picture = pictures.picture(generation(prompt=prompt, width=size[0], height=size[1]))
    assert picture.size == size


def test_the_same_order_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    pictures.render(generation(), here)
    script = (
        "import sys; from pathlib import Path; from lib.sandbox.engines import pictures;"
        "from tests.unit.sandbox.orders import generation;"
        "pictures.render(generation(), Path(sys.argv[1]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-c", script, str(there)], check=True, env=environment)
    names = sorted(path.name for path in here.iterdir())
    assert names == sorted(path.name for path in there.iterdir())
    for name in names:
        assert (here / name).read_bytes() == (there / name).read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "a quiet fjord at night"},
        {"prompt": "a quiet Fjord"},
        {"seed": 8},
        {"seed": 2**63},
        {"steps": 1},
        {"steps": 5},
        {"steps": 30},
        {"guidance": 1.0},
        {"guidance": 7.5},
        {"negative_prompt": "mountains"},
        {"negative_prompt": "low quality"},
        {"loras": [{"name": "PixelArt", "weight": 0.8}]},
        {"loras": [{"name": "nobody-knows-this-look", "weight": 0.8}]},
    ],
    ids=str,
)
def test_every_parameter_shows(change: dict[str, object]) -> None:
    assert fingerprint(**change) != fingerprint()


def test_loras_differ_by_name_and_weight() -> None:
    names = ["PixelArt", "Watercolor", "FilmGrain", "detail-enhancer", "other"]
    looks = [{"name": name, "weight": weight} for name in names for weight in (0.4, 0.9)]
    assert len({fingerprint(loras=[look]) for look in looks}) == len(looks)


def test_models_differ() -> None:
    pictured = {
        hashlib.sha256(pictures.picture(generation(model("txt2img", each))).tobytes()).hexdigest()
        for each in (0, 1, 2)
    }
    assert len(pictured) == 3


def test_what_the_negative_prompt_names_is_not_drawn() -> None:
    assert "mountains" in words.tags("mountains by a lake")
    with_range = pictures.picture(generation(prompt="mountains at noon"))
    without = pictures.picture(generation(prompt="mountains at noon", negative_prompt="mountains"))
    assert with_range.tobytes() != without.tobytes()


def test_a_result_comes_with_other_formats_and_previews_that_become_the_picture(
    tmp_path: Path,
) -> None:
    outputs = pictures.render(generation(width=512, height=384), tmp_path)
    assert Image.open(made(outputs, tmp_path)).format == "PNG"
    formats = {kind: Image.open(tmp_path / name) for kind, name in outputs.alternatives.items()}
    assert {kind: (picture.format, picture.size) for kind, picture in formats.items()} == {
        "jpg": ("JPEG", (512, 384)),
        "webp": ("WEBP", (512, 384)),
    }
    final = Image.open(made(outputs, tmp_path)).resize((384, 288))
    distances = [distance(Image.open(tmp_path / name), final) for name in outputs.previews]
    assert len(distances) == 4
    assert distances == sorted(distances, reverse=True)


def test_the_result_carries_the_sandboxs_mark(tmp_path: Path) -> None:
    order = generation(width=512, height=512)
    outputs = pictures.render(order, tmp_path)
    marked, plain = Image.open(made(outputs, tmp_path)), pictures.picture(order)
    corner = (350, 470, 512, 512)
    assert marked.crop(corner).tobytes() != plain.crop(corner).tobytes()
    assert marked.crop((0, 0, 512, 470)).tobytes() == plain.crop((0, 0, 512, 470)).tobytes()


def test_a_larger_job_takes_longer_but_not_in_step() -> None:
    usual = pictures.seconds(generation(width=768, height=768, steps=4))
    largest = pictures.seconds(generation(width=2048, height=2048, steps=50))
    assert usual == pytest.approx(4)
    assert 8 < largest < 20


def distance(first: Image.Image, second: Image.Image) -> float:
    pairs = zip(first.convert("L").tobytes(), second.convert("L").tobytes(), strict=True)
    return sum(abs(one - other) for one, other in pairs)
