"""Sound files: what is written comes back, and what is broken is called broken."""

import random
from pathlib import Path

import numpy as np
import pytest

from lib.sandbox.engines.audio import decode, encode
from lib.sandbox.engines.base import CannotRender

RATE = 22_050


def chirp(seconds: float = 1.5) -> np.ndarray:
    """A tone that rises from 200 Hz to 2 kHz."""
    at = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * (200 * at + 600 * at**2))).astype(np.float32)


@pytest.mark.parametrize("format_", encode.FORMATS)
def test_sound_comes_back_from_every_format_with_its_comment(tmp_path: Path, format_: str) -> None:
    path = tmp_path / f"sound.{format_}"
    note = '{"text":"héllo, 世界"}' + "x" * 70_000
    encode.write(chirp(), RATE, path, format_, sample_rate=48_000, comment=note)

    samples, rate = decode.read(path, rate=RATE)
    facts = decode.facts(path)
    assert (rate, facts.rate, facts.channels, facts.moving) == (RATE, 48_000, 1, False)
    assert facts.seconds == pytest.approx(1.5, abs=0.01)
    assert len(samples) / rate == pytest.approx(1.5, abs=0.05)
    assert np.corrcoef(samples[: len(chirp())], chirp()[: len(samples)])[0, 1] > 0.98
    assert decode.comment(path) == note


@pytest.mark.parametrize("format_", encode.FORMATS)
def test_the_same_samples_give_the_same_bytes(tmp_path: Path, format_: str) -> None:
    stereo = np.stack([chirp(), chirp()[::-1]], axis=1)
    for name in ("one", "two"):
        encode.write(stereo, RATE, tmp_path / name, format_)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert decode.facts(tmp_path / "one").channels == 2
    assert decode.comment(tmp_path / "one") == encode.MADE_BY


def test_a_rate_that_the_codec_lacks_becomes_the_next_one_up(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp3"
    encode.write(chirp(), RATE, path, "mp3", sample_rate=40_000)
    assert decode.facts(path).rate == 44_100


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    encode.write(chirp(), RATE, path, "wav")
    samples, rate = decode.read(path, seconds=0.25)
    assert len(samples) == pytest.approx(0.25 * rate, abs=1)


def test_broken_files_are_read_or_refused_with_a_sentence(tmp_path: Path) -> None:
    draw = random.Random(4)
    path = tmp_path / "sound"
    sentences: list[str] = []
    for format_ in encode.FORMATS:
        encode.write(chirp(0.3), RATE, path, format_)
        whole = path.read_bytes()
        for _ in range(6):
            broken = bytearray(whole)
            for _ in range(draw.randrange(1, 60)):
                broken[draw.randrange(min(len(broken), 2000))] = draw.randrange(256)
            path.write_bytes(broken[: draw.randrange(len(broken))])
            for look in (decode.facts, decode.read, decode.comment):
                try:
                    look(path)
                except CannotRender as fault:
                    sentences.append(str(fault))
    assert sentences
    assert all(sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {}\n",
        "",
    ],
)
def test_a_list_that_names_another_file_opens_nothing(tmp_path: Path, text: str) -> None:
    other = tmp_path / "other.wav"
    encode.write(chirp(), RATE, other, "wav")
    path = tmp_path / "sound.mp3"
    path.write_text(text.format(other))
    with pytest.raises(CannotRender):
        decode.read(path)
