"""Looking into videos that strangers send."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from lib.sandbox.engines.video import previews, read, sound
from lib.sandbox.engines.video.container import Unreadable
from tests.unit.sandbox.videos import TONE, difference, moving, write_video, write_wav


def test_the_facts_are_those_of_the_file(tmp_path: Path) -> None:
    facts = read.facts(write_video(tmp_path / "video.mp4", 36))
    assert facts == read.Facts(160, 120, 36, Fraction(24), has_sound=True)
    assert facts.seconds == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("video.avi", "mpeg4", "yuv420p"),
        ("video.mpg", "mpeg2video", "yuv420p"),
        ("video.webm", "libvpx", "yuv420p"),
        ("video.mov", "prores_ks", "yuv422p10le"),
        ("video.wmv", "wmv2", "yuv420p"),
    ],
)
def test_other_kinds_of_files_are_read_as_well(
    name: str, codec: str, pixels: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 120, pixels
        stream.bit_rate = 2_000_000
        for number, pixels_of in enumerate(moving(20)):
            frame = av.VideoFrame.from_ndarray(pixels_of, "rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    facts = read.facts(path)
    assert (facts.size, facts.frames, facts.fps) == ((160, 120), 20, 25)
    frames = list(read.frames(path))
    assert len(frames) == 20
    assert difference(frames[-1], list(moving(20))[-1]) < 8


def test_frames_come_in_the_size_asked_for(tmp_path: Path) -> None:
    path = write_video(tmp_path / "video.mp4", 5)
    assert [frame.shape for frame in read.frames(path, (64, 48))] == [(48, 64, 3)] * 5


def test_a_video_that_was_filmed_lying_is_read_upright(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.set_display_rotation(90)
        lying = np.zeros((120, 160, 3), np.uint8)
        lying[:, :40] = 255  # a white bar at the left: lower edge once it stands
        for _ in range(3):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(lying, "rgb24")))
        out.mux(stream.encode())
    assert read.facts(path).size == (120, 160)
    (first, *_) = read.frames(path)
    assert first.shape == (160, 120, 3)
    assert first[-20:].mean() > 200
    assert first[:100].mean() < 50


def _png(path: Path) -> None:
    Image.new("RGB", (20, 20)).save(path, "PNG")


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\0" * 5000),
        lambda path: path.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
        lambda path: path.write_text(f"ffconcat version 1.0\nfile '{path.parent / 'good.mp4'}'\n"),
        lambda path: path.write_bytes((path.parent / "good.mp4").read_bytes()[:900]),
        lambda path: path.mkdir(),
        lambda path: write_wav(path, 0.2),
        lambda _: None,
        _png,
    ],
    ids=["empty", "zeros", "playlist", "concat", "head", "folder", "sound", "missing", "picture"],
)
def test_what_is_no_video_is_refused_in_one_way(make, tmp_path: Path) -> None:
    write_video(tmp_path / "good.mp4", 3)
    make(tmp_path / "bad.mp4")
    with pytest.raises(Unreadable):
        read.facts(tmp_path / "bad.mp4")
    with pytest.raises(Unreadable):
        list(read.frames(tmp_path / "bad.mp4"))


def test_of_a_file_that_breaks_off_the_beginning_is_read(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mp4", 24).read_bytes()
    (tmp_path / "part.mp4").write_bytes(whole[: len(whole) * 3 // 4])
    assert 1 <= len(list(read.frames(tmp_path / "part.mp4"))) < 24


def test_frames_that_would_fill_the_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "video.mp4", 3)
    monkeypatch.setattr(read, "_MAX_PIXELS", 100 * 100)
    with pytest.raises(Unreadable, match="too large"):
        read.facts(path)


def test_a_clip_of_sound_is_cut_and_filled_up(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "tone.wav", 1.0)
    short, long = sound.clip(path, 0.5), sound.clip(path, 2.0)
    assert (short.shape, long.shape) == ((1, sound.RATE // 2), (1, 2 * sound.RATE))
    assert np.abs(long[0, : sound.RATE]).max() > 0.3
    assert np.abs(long[0, sound.RATE + 100 :]).max() == 0
    tones = np.abs(np.fft.rfft(short[0]))
    assert np.argmax(tones) * 2 == pytest.approx(TONE, abs=2)


def test_previews_come_out_of_coarse_blocks(tmp_path: Path) -> None:
    path = write_video(tmp_path / "video.mp4", 10)
    names = previews.previews(path, tmp_path)
    assert len(names) == 4
    details = [
        np.abs(np.diff(np.asarray(Image.open(tmp_path / n), float), axis=1)).mean() for n in names
    ]
    assert details[0] < details[1] < details[-1]
    last = np.asarray(Image.open(tmp_path / names[-1]))
    assert difference(last, list(moving(10))[-1]) < 8, "the last still is the last frame"
