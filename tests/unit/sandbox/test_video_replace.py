"""Video replacement: the reference goes where the subject went."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lib.sandbox.engines.video import encode, frame, movement, read, replace, sound
from lib.sandbox.engines.video.container import Unreadable
from tests.unit.sandbox.videos import (
    TONE,
    difference,
    heard,
    picture,
    square_at,
    stream,
    tone,
    write_video,
)


def reference() -> Image.Image:
    """A bright green figure on nothing, slimmer than what it replaces."""
    image = Image.new("RGBA", (200, 200))
    ImageDraw.Draw(image).ellipse((75, 30, 125, 170), fill=(0, 255, 0, 255))
    return image


def green(pixels: frame.Frame) -> tuple[float, float]:
    """The middle of what is green and wasn't before."""
    rows, columns = np.nonzero(_is_green(pixels) & ~_is_green(np.asarray(picture())))
    return float(columns.mean()), float(rows.mean())


def _is_green(pixels: frame.Frame) -> NDArray[np.bool_]:
    red, green, blue = np.moveaxis(pixels.astype(np.int16), -1, 0)
    return (green > red + 90) & (green > blue + 90)


def test_the_reference_follows_the_subject_which_is_gone(tmp_path: Path) -> None:
    source, target = write_video(tmp_path / "video.mp4", 36), tmp_path / "other.mp4"
    replace.write(source, target, reference())
    shown = list(read.frames(target))
    assert len(shown) == 36
    for number in (4, 12, 18, 24, 31):
        across, down = green(shown[number])
        where = square_at(number / 35)
        assert across == pytest.approx(where[0], abs=8)
        assert down == pytest.approx(where[1], abs=20)
    red = [(each[..., 0] > 190) & (each[..., 1] < 60) & (each[..., 2] < 60) for each in shown[4:32]]
    assert np.mean(red) < 0.002


def test_it_keeps_its_sound_rate_and_size_unless_another_is_asked_for(tmp_path: Path) -> None:
    source = write_video(tmp_path / "video.mp4", 24)
    replace.write(source, tmp_path / "same.mp4", reference())
    replace.write(source, tmp_path / "other.mp4", reference(), width=96, height=128, steps=1)
    for name, size in (("same.mp4", (160, 120)), ("other.mp4", (96, 128))):
        found = stream(tmp_path / name)
        assert (found["frames"], found["fps"], found["size"]) == (24, 24, size)
        seconds, hertz = heard(tmp_path / name)
        assert seconds == pytest.approx(1.0, abs=0.05)
        assert hertz == pytest.approx(TONE, abs=2)


def test_in_a_video_where_nothing_moves_it_stands_in_the_middle(tmp_path: Path) -> None:
    still, source = frame.of(picture()), tmp_path / "video.mp4"
    encode.write(source, [still] * 12, size=(160, 120), fps=24, sound=sound.of(tone(0.5)))
    replace.write(source, tmp_path / "other.mp4", reference())
    *_, last = read.frames(tmp_path / "other.mp4")
    assert green(last)[0] == pytest.approx(80, abs=3)


def test_a_reference_without_transparency_is_cut_out(tmp_path: Path) -> None:
    plain = Image.new("RGB", (200, 200), "white")
    plain.paste(reference(), (0, 0), reference())
    source = write_video(tmp_path / "video.mp4", 24)
    replace.write(source, tmp_path / "other.mp4", plain)
    (*_, first, _, _, _) = read.frames(tmp_path / "other.mp4")
    white = (first > 240).all(-1)
    assert white.mean() < 0.01


def test_the_median_of_frames_is_that_of_each_pixel(tmp_path: Path) -> None:
    source = write_video(tmp_path / "video.mp4", 36)
    behind = movement.background(source, (160, 120), 36, 9)
    assert difference(behind, picture()) < 3


def test_the_same_video_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write_video(tmp_path / "video.mp4", 8)
    for name in ("one.mp4", "two.mp4"):
        replace.write(source, tmp_path / name, reference())
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_broken_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(bytes(100))
    with pytest.raises(Unreadable):
        replace.write(tmp_path / "bad.mp4", tmp_path / "other.mp4", reference())
