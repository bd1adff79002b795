"""Audio to video: the sound is heard, and seen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from lib.sandbox.engines.audio import decode, tag
from lib.sandbox.engines.audio import encode as audio
from lib.sandbox.engines.audio.speech import Word
from lib.sandbox.engines.video import frame, read, sound, spectrum, sync
from lib.sandbox.engines.video.container import Unreadable
from tests.unit.sandbox.videos import TONE, difference, heard, picture, stream, tone, write_wav

SIZE = (192, 128)


def write(source: Path, target: Path, frames: int = 24, **more: Any) -> Path:
    facts: dict[str, Any] = {"prompt": "hills at dawn", "seed": 3, "fps": 12, **more}
    sync.write(source, target, width=SIZE[0], height=SIZE[1], frames=frames, **facts)
    return target


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_the_sound_is_cut_or_filled_up_to_the_length_of_the_video(
    seconds: float, tmp_path: Path
) -> None:
    path = write(write_wav(tmp_path / "tone.wav", seconds), tmp_path / "video.mp4")
    assert (stream(path)["frames"], stream(path)["fps"], stream(path)["size"]) == (24, 12, SIZE)
    length, hertz = heard(path)
    assert length == pytest.approx(2.0, abs=0.05)
    assert hertz == pytest.approx(TONE, abs=3)


def test_given_pictures_are_the_first_and_last_frame(tmp_path: Path) -> None:
    tone = write_wav(tmp_path / "tone.wav", 2.0)
    first, last = picture((300, 200), 1), picture((200, 200), 2)
    path = write(tone, tmp_path / "video.mp4", first=first, last=last)
    shown = list(read.frames(path))
    for back, given in ((shown[0], first), (shown[-1], last)):
        fitted = ImageOps.fit(given, SIZE, Image.Resampling.LANCZOS)
        assert difference(back, frame.of(fitted)) < 3


def test_with_a_last_picture_alone_the_scene_turns_into_it(tmp_path: Path) -> None:
    tone = write_wav(tmp_path / "tone.wav", 2.0)
    path = write(tone, tmp_path / "video.mp4", last=picture(SIZE, 2))
    shown = list(read.frames(path))
    assert difference(shown[-1], picture(SIZE, 2)) < 3
    assert difference(shown[0], picture(SIZE, 2)) > 20


def test_bars_stand_where_the_tones_are() -> None:
    samples = np.concatenate([tone(1.0), np.zeros((1, sound.RATE), np.float32)], axis=1)
    heights = spectrum.levels(samples, 24, 12)
    loudest = int(np.argmax(heights[5]))
    edges = np.geomspace(70, 9000, spectrum.BARS + 1)
    assert edges[loudest] - 12 <= TONE <= edges[loudest + 1] + 12
    assert heights[5].max() == pytest.approx(1, abs=0.05)
    assert heights[-1].max() < 0.05, "silence has none"


def test_the_same_order_gives_the_same_bytes(tmp_path: Path) -> None:
    tone = write_wav(tmp_path / "tone.wav", 0.5)
    one, two = (write(tone, tmp_path / name, frames=8) for name in ("one.mp4", "two.mp4"))
    assert one.read_bytes() == two.read_bytes()


def test_what_the_sandbox_said_goes_along_where_all_of_it_is_heard(tmp_path: Path) -> None:
    comment = tag.told(
        tag.Told("Hello there", "en", (Word("Hello", 0, 0.4), Word("there", 0.5, 1)))
    )
    audio.write(tone(1.2)[0], sound.RATE, tmp_path / "said.flac", "flac", comment=comment)
    whole = write(tmp_path / "said.flac", tmp_path / "whole.mp4", frames=24)
    part = write(tmp_path / "said.flac", tmp_path / "part.mp4", frames=8)
    said = tag.read(decode.comment(whole))
    assert said is not None
    assert said.text == "Hello there"
    assert tag.read(decode.comment(part)) is None


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.mp3").write_bytes(b"ID3" + bytes(300))
    with pytest.raises(Unreadable):
        write(tmp_path / "bad.mp3", tmp_path / "video.mp4")
