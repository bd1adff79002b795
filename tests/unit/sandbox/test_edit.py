"""The edit engine: the prompt shows, every parameter shows, and the same order gives the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lib.sandbox.engines.drawing.scene import drawn
from lib.sandbox.engines.edit import edited
from lib.sandbox.engines.editing.looks import LOOKS
from lib.sandbox.engines.editing.wishes import wishes

SIZE = (192, 144)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("edit") / "scene.png"
    drawn("a cabin by a lake in a forest, day", "", SIZE, 3, 4).save(path)
    return path


@pytest.fixture
def ball(tmp_path: Path) -> Path:
    """A red ball before a plain wall."""
    picture = Image.new("RGB", SIZE, "#d9d4c8")
    ImageDraw.Draw(picture).ellipse((56, 32, 136, 112), fill="#c33b2e")
    path = tmp_path / "ball.png"
    picture.save(path)
    return path


def colours(picture: Image.Image) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The mean red, green and blue."""
    return np.asarray(picture.convert("RGB"), np.float64).mean(axis=(0, 1))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Of an average channel, in levels."""
    first, second = (np.asarray(each.convert("RGB"), np.float64) for each in (one, other))
    return float(np.abs(first - second).mean())


@pytest.mark.parametrize(
    "prompt", [*LOOKS, "a rabbit on a train", "ein roter Fuchs", "🦊", "\ud800"]
)
def test_any_prompt_shows_and_the_same_order_gives_the_same(scene: Path, prompt: str) -> None:
    with Image.open(scene) as source:
        result = edited([scene], prompt)
        assert (result.size, result.mode) == (SIZE, "RGB")
        assert difference(result, source) > 2.5
    assert len(result.resize((16, 12)).getcolors() or []) > 8
    assert edited([scene], prompt).tobytes() == result.tobytes()


def test_the_prompt_steers_light_colour_and_background(scene: Path, ball: Path) -> None:
    plain = colours(edited([scene], "sharp"))
    assert colours(edited([scene], "at night")).mean() < 0.6 * plain.mean()
    assert colours(edited([scene], "dark", negative="dark")).mean() > 0.8 * plain.mean()
    warm, cold = colours(edited([scene], "warm light")), colours(edited([scene], "cold"))
    assert warm[0] - warm[2] > cold[0] - cold[2] + 30
    grey = np.asarray(edited([scene], "black and white"), np.int16)
    assert np.abs(grey[..., 0] - grey[..., 2]).max() < 12
    blue = edited([ball], "make the ball blue")
    assert difference(blue.crop((0, 0, 30, 30)), Image.open(ball).crop((0, 0, 30, 30))) < 12
    red, _, most = colours(blue.crop((80, 60, 110, 90)))
    assert most > red + 60
    cut = edited([ball], "remove the background")
    assert cut.mode == "RGBA"
    assert cut.getpixel((96, 72))[3] == 255  # pyright: ignore[reportIndexIssue, reportOptionalSubscript]
    assert cut.getpixel((5, 5))[3] == 0  # pyright: ignore[reportIndexIssue, reportOptionalSubscript]
    assert colours(edited([ball], "on a green background").crop((0, 0, 20, 20)))[1] > 120


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"steps": 1},
        {"steps": 40},
        {"guidance": 2.0},
        {"guidance": 20.0},
        {"negative": "blurry"},
        {"loras": [("PixelArt", 0.8)]},
        {"model": "another"},
    ],
    ids=str,
)
def test_every_parameter_shows(scene: Path, other: dict[str, Any]) -> None:
    usual = {"seed": 1, "steps": 4, "model": "one"}
    assert edited([scene], "autumn", **{**usual, **other}).tobytes() != (
        edited([scene], "autumn", **usual).tobytes()
    )


def test_several_pictures_become_one_of_the_size_asked_for(scene: Path, ball: Path) -> None:
    for prompt in ("side by side", "double exposure", "put the ball in front of the lake", "?"):
        for size in (None, (160, 160), (64, 200)):
            result = edited([ball, scene, ball], prompt, size=size)
            assert size is None or result.size == size
            assert result.mode == "RGB"
    assert edited([ball, scene], "side by side").size == (2 * SIZE[0], SIZE[1])
    assert edited([ball, scene], "stacked").size == (SIZE[0], 2 * SIZE[1])
    before = edited([ball, scene], "put the ball in front of the lake")
    with Image.open(scene) as place:
        assert difference(before.crop((0, 0, 40, 40)), place.crop((0, 0, 40, 40))) < 12
    assert colours(before)[0] > colours(edited([scene], "put the ball"))[0] + 8


def test_what_is_said_is_understood() -> None:
    assert wishes("a rainy night, oil painting").looks == ("night", "rain", "oil")
    assert wishes("no snow, without blur").looks == ("sharpen",)
    assert wishes("a foggy night", "fog").looks == ("night", "contrast")
    assert wishes("Aquarell, Schnee").looks == ("winter", "watercolor")
    assert wishes('write "Hello World" on it').caption == "Hello World"
    assert wishes("blur the background").backdrop == "blurred"
    assert wishes("put it on a beach").backdrop == "scene"
    assert wishes("rotate it to the left").turn == 90
    assert wishes("xyzzy").is_nothing
