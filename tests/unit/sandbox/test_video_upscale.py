"""Video upscale: larger, and otherwise the same."""

from pathlib import Path

import pytest

from lib.sandbox.engines.base import CannotRender
from lib.sandbox.engines.video import bounds, encode, read, upscale
from lib.sandbox.engines.video.container import Unreadable
from tests.unit.sandbox.videos import TONE, difference, heard, moving, stream, write_video


@pytest.mark.parametrize("scale", [2, 3])
def test_every_frame_is_there_and_larger_and_the_sound_is_kept(scale: int, tmp_path: Path) -> None:
    source, target = write_video(tmp_path / "small.mp4", 25), tmp_path / "large.mp4"
    upscale.write(source, target, scale=scale)
    found = stream(target)
    assert (found["frames"], found["fps"]) == (25, 24)
    assert found["size"] == (160 * scale, 120 * scale)
    seconds, hertz = heard(target)
    assert seconds == pytest.approx(25 / 24, abs=0.05)
    assert hertz == pytest.approx(TONE, abs=2)
    for back, sent in zip(read.frames(target, (160, 120)), moving(25), strict=True):
        assert difference(back, sent) < 4


def test_a_video_without_sound_stays_silent(tmp_path: Path) -> None:
    source = write_video(tmp_path / "small.mp4", 3, with_sound=False)
    upscale.write(source, tmp_path / "large.mp4", scale=2)
    assert not read.facts(tmp_path / "large.mp4").has_sound


def test_the_same_video_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write_video(tmp_path / "small.mp4", 5)
    for name in ("one.mp4", "two.mp4"):
        upscale.write(source, tmp_path / name, scale=2)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_what_would_take_too_long_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_video(tmp_path / "small.mp4", 3)
    with pytest.raises(CannotRender, match="more than this sandbox"):
        upscale.write(source, tmp_path / "large.mp4", scale=30)
    monkeypatch.setattr(bounds, "_MAX_WORK", 2 * 320 * 240)
    monkeypatch.setattr(encode, "write", lambda *_, **__: pytest.fail("it began"))
    with pytest.raises(CannotRender):
        upscale.write(source, tmp_path / "large.mp4", scale=2)


def test_a_broken_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(bytes(100))
    with pytest.raises(Unreadable):
        upscale.write(tmp_path / "bad.mp4", tmp_path / "large.mp4", scale=2)
