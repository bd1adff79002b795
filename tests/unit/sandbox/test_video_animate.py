"""Image to video: from the first picture to the last."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from lib.sandbox.engines.video import animate, encode, frame, read
from tests.unit.sandbox.videos import difference, picture, stream

SIZE = (160, 96)
PROMPTS = ["", "zoom out", "pan left", "static shot", "snow falls"]


def frames(first: Image.Image, last: Image.Image | None = None, prompt: str = "", count: int = 11):
    return list(
        animate.frames(
            first, width=160, height=96, frames=count, fps=12, prompt=prompt, seed=3, last=last
        )
    )


def fitted(picture: Image.Image):
    return frame.of(ImageOps.fit(picture, SIZE, Image.Resampling.LANCZOS))


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("size", [(900, 400), (64, 200), SIZE])
def test_the_first_picture_is_the_first_frame_pixel_by_pixel(
    prompt: str, size: tuple[int, int]
) -> None:
    first = picture(size)
    shown = frames(first, prompt=prompt)
    assert np.array_equal(shown[0], fitted(first))
    assert len(shown) == 11
    assert difference(shown[-1], shown[0]) > 0.3, "it moves"


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_last_picture_is_the_last_frame_pixel_by_pixel(prompt: str) -> None:
    first, last = picture((300, 300), 1), picture((200, 500), 2)
    shown = frames(first, last, prompt)
    assert np.array_equal(shown[0], fitted(first))
    assert np.array_equal(shown[-1], fitted(last))
    half = [difference(shown[5], fitted(each)) for each in (first, last)]
    assert min(half) > 5, "in between it is neither"


def test_they_still_are_in_the_file(tmp_path: Path) -> None:
    first, last = picture((300, 300), 1), picture((200, 500), 2)
    path = tmp_path / "video.mp4"
    encode.write(path, frames(first, last, count=25), size=SIZE, fps=12)
    back = list(read.frames(path))
    assert len(back) == 25
    assert stream(path)["fps"] == 12
    assert difference(back[0], fitted(first)) < 3
    assert difference(back[-1], fitted(last)) < 3


def test_the_same_pictures_and_seed_give_the_same_frames() -> None:
    first = picture((300, 300))
    one, other = frames(first, prompt="snow"), frames(first, prompt="snow")
    assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


def test_transparent_places_are_white() -> None:
    (only,) = frames(Image.new("RGBA", (50, 50), (255, 0, 0, 0)), count=1)
    assert only.min() == 255
