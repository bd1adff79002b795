"""Text to video: the frames asked for, the same each time, and alive."""

import hashlib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from lib.sandbox.engines.video import camera, encode, generate, layers, ripple
from lib.sandbox.engines.video.frame import Frame
from lib.sandbox.engines.video.still import Wish, drawn
from tests.unit.sandbox.videos import difference, picture, stream

WIDTH, HEIGHT = 256, 160


def frames(prompt: str = "a sunset over mountains by a lake", *, count: int = 9, **wish: object):
    facts = {"width": WIDTH, "height": HEIGHT, "frames": count, "fps": 12, "seed": 3, **wish}
    return generate.frames(prompt, **facts)


def fingerprint(frames: Iterable[Frame]) -> str:
    return hashlib.sha256(b"".join(frame.tobytes() for frame in frames)).hexdigest()


@pytest.mark.parametrize(
    "prompt",
    [
        "a lake in the mountains at sunset",
        "rain over a neon city",
        "snowfall on a forest, fireflies at night",
        "a planet in a galaxy",
        "ein roter Fuchs",
        "\ud800 half a character 🦊",
    ],
)
def test_every_scene_moves_all_the_time_and_never_jumps(prompt: str) -> None:
    shown = list(frames(prompt))
    assert [frame.shape for frame in shown] == [(HEIGHT, WIDTH, 3)] * 9
    steps = [float(np.abs(one.astype(np.int16) - other).mean()) for one, other in pairwise(shown)]
    assert min(steps) > 0.2
    assert max(steps) < 30


def test_the_video_has_the_frames_size_and_rate_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    encode.write(path, frames(count=17), size=(WIDTH, HEIGHT), fps=12)
    found = stream(path)
    assert (found["frames"], found["size"], found["fps"]) == (17, (WIDTH, HEIGHT), 12)


def test_the_same_wish_is_the_same_video_and_every_parameter_shows() -> None:
    def of(prompt: str = "hills at dawn", **wish: object) -> str:
        return fingerprint(frames(prompt, count=2, **wish))

    assert of() == of()
    others = {
        of(),
        of("a forest at dawn"),
        of("hills at dawn, zoom out"),
        of(seed=4),
        of(steps=30),
        of(guidance=9.0),
        of(negative_prompt="dawn"),
    }
    assert len(others) == 7


def test_one_step_is_no_blur() -> None:
    fast, slow = (next(frames(count=1, steps=steps)) for steps in (1, 30))
    details = [np.abs(np.diff(each.astype(np.int16), axis=1)).mean() for each in (fast, slow)]
    assert details[0] > 0.5 * details[1]


@pytest.mark.parametrize(
    ("words", "move"),
    [
        ("Slowly zoom in on the house", "in"),
        ("the camera pulls back", "out"),
        ("pan to the left", "left"),
        ("tracking right along the shore", "right"),
        ("tilt up to the stars", "up"),
        ("camera moves down", "down"),
        ("static shot", "still"),
    ],
)
def test_the_camera_does_what_the_prompt_says(words: str, move: str) -> None:
    assert {camera.chosen(words, seed) for seed in range(5)} == {move}


def test_left_to_itself_the_camera_moves_by_the_seed() -> None:
    assert len({camera.chosen("a house on the left", seed) for seed in range(40)}) > 2


@pytest.mark.parametrize("move", list(camera.Move))
def test_the_camera_never_leaves_the_picture(move: camera.Move) -> None:
    for way in (
        camera.through((640, 400), move, (0.7, 0.4)),
        camera.into((640, 400), move, (0.7, 0.4)),
    ):
        for progress in np.linspace(0, 1, 21):
            for nearness in (0.4, 1.0):
                left, top, right, foot = way.box(float(progress), nearness)
                assert -1e-6 <= left < right <= 640 + 1e-6
                assert -1e-6 <= top < foot <= 400 + 1e-6
                assert (right - left) / 640 == pytest.approx((foot - top) / 400), "not squeezed"


def test_what_stands_before_the_sky_is_told_from_it() -> None:
    sky = layers.sky(drawn(Wish("a sunset over mountains", 3), (320, 240)))
    assert sky is not None
    where = np.asarray(sky.where)
    assert where[:20].mean() > 250
    assert where[-60:].mean() < 5
    assert layers.sky(picture((320, 240)).resize((4, 3)).resize((320, 240))) is None


def test_water_sways_and_the_land_above_stands() -> None:
    still = drawn(Wish("a lake in the mountains", 3), (320, 240))
    shore = ripple.shore(still)
    assert shore is not None
    pixels = np.asarray(still)
    moved = ripple.rippled(pixels, (0, 0, 320, 240), shore, 1.0)
    assert difference(moved[:shore], pixels[:shore]) == 0
    assert np.abs(moved[shore + 2 :].astype(np.int16) - pixels[shore + 2 :]).mean() > 0.5
