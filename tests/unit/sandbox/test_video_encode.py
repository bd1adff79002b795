"""Writing videos: what is asked for comes out, byte for byte the same each time."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from lib.sandbox.engines.base import CannotRender
from lib.sandbox.engines.mark import mark
from lib.sandbox.engines.video import encode, frame, read, sound
from tests.unit.sandbox.videos import TONE, difference, heard, moving, picture, stream, tone


@pytest.mark.parametrize(
    ("size", "fps", "frames"),
    [((160, 120), 24, 25), ((66, 34), Fraction(30000, 1001), 7), ((320, 64), 16, 1)],
)
def test_a_browser_plays_it_in_the_size_and_rate_and_length_asked_for(
    size: tuple[int, int], fps: Fraction | int, frames: int, tmp_path: Path
) -> None:
    path = tmp_path / "video.mp4"
    assert encode.write(path, moving(frames, size), size=size, fps=fps) == frames
    found = stream(path)
    assert "sandbox" in found.pop("comment")
    assert found == {
        "codec": "h264",
        "profile": "High",
        "pixels": "yuv420p",
        "size": size,
        "fps": fps,
        "frames": frames,
    }
    written = path.read_bytes()
    assert 0 < written.find(b"moov") < written.find(b"mdat"), "it must start before it is all there"


@pytest.mark.parametrize("channels", [1, 2])
def test_the_sound_is_beside_the_pictures(channels: int, tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    track = sound.of(tone(2.0, channels))
    encode.write(path, moving(48), size=(160, 120), fps=24, sound=track)
    seconds, hertz = heard(path)
    assert seconds == pytest.approx(2.0, abs=0.05)
    assert hertz == pytest.approx(TONE, abs=2)


def test_the_same_frames_and_sound_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.mp4", "two.mp4"):
        track = sound.of(tone(1.0))
        encode.write(tmp_path / name, moving(24), size=(160, 120), fps=24, sound=track)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_colours_come_back_as_they_went_in(tmp_path: Path) -> None:
    still = frame.of(picture((320, 240)))
    encode.write(tmp_path / "video.mp4", [still] * 3, size=(320, 240), fps=24)
    (*_, back) = read.frames(tmp_path / "video.mp4")
    assert difference(back, still) < 2.5
    lighter = back.astype(np.int16) - still
    assert np.abs(lighter[:-40].mean((0, 1))).max() < 1.0, "no tint"


def test_every_frame_carries_the_mark(tmp_path: Path) -> None:
    still = picture((320, 240))
    encode.write(tmp_path / "video.mp4", [frame.of(still)] * 5, size=(320, 240), fps=24)
    marked, corner = np.asarray(mark(still), np.int16), (slice(-24, None), slice(-70, None))
    for back in read.frames(tmp_path / "video.mp4"):
        assert np.abs(back[corner] - marked[corner]).mean() < 6
        assert np.abs(back[corner] - frame.of(still)[corner].astype(np.int16)).mean() > 6


def test_frames_are_taken_one_by_one(tmp_path: Path) -> None:
    class Failed(CannotRender):
        pass

    def breaking():
        yield from moving(3)
        raise Failed("no more")

    with pytest.raises(Failed):
        encode.write(tmp_path / "video.mp4", breaking(), size=(160, 120), fps=24)


def test_what_cannot_be_a_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with pytest.raises(ValueError, match="even"):
        encode.write(path, moving(1, (81, 40)), size=(81, 40), fps=24)
    with pytest.raises(ValueError, match="a frame of"):
        encode.write(path, moving(1), size=(80, 40), fps=24)
    with pytest.raises(ValueError, match="needs a frame"):
        encode.write(path, [], size=(80, 40), fps=24)
