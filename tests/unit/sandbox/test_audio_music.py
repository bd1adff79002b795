"""The music engine: tempo, key, metre and length are those asked for, as heard and not as told."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lib.sandbox.engines.audio import encode, measure
from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.music import listen, vocals
from lib.sandbox.engines.audio.music.compose import Music, compose
from lib.sandbox.engines.audio.music.style import styled
from lib.sandbox.engines.audio.music.theory import Key, major, minor, parsed


@cache
def piece(caption: str = "upbeat pop", **asked: Any) -> Music:
    with_usual: dict[str, Any] = {"duration": 20, "seed": 5} | asked
    return compose(caption, **with_usual)


def mono(music: Music) -> Samples:
    return music.samples.mean(axis=1)


def heard(music: Music) -> float:
    found = listen.tempo(mono(music), music.rate)
    assert found is not None
    return found


@pytest.mark.parametrize("bpm", [96, 110, 128])
def test_it_has_the_tempo_asked_for(bpm: int) -> None:
    assert heard(piece(bpm=bpm, keyscale="C major")) == pytest.approx(bpm, rel=0.02)


@pytest.mark.parametrize("keyscale", ["C major", "F# minor", "Eb major", "A minor"])
def test_it_has_the_key_asked_for(keyscale: str) -> None:
    music = piece(keyscale=keyscale)
    assert listen.key(mono(music), music.rate) == parsed(keyscale) == music.key


@pytest.mark.parametrize("duration", [10, 12.345, 31])
def test_it_is_as_long_as_asked_for_and_fades_out(duration: float) -> None:
    music = piece(duration=duration)
    assert music.samples.shape == (round(duration * music.rate), 2)
    last = music.samples[-music.rate // 10 :]
    assert np.abs(last).max() < 0.02
    assert 0.4 < np.abs(music.samples).max() < 1


@pytest.mark.parametrize(("meter", "eighths"), [(2, 4), (3, 6), (4, 8), (6, 6)])
def test_bars_repeat_after_the_metre_asked_for(meter: int, eighths: int) -> None:
    music = piece(bpm=120, timesignature=meter, duration=30)
    low = np.abs(np.fft.irfft(_low(np.fft.rfft(mono(music)), music), len(music.samples)))
    loud = low[: len(low) // 1102 * 1102].reshape(-1, 1102).mean(axis=1)  # 40 a second
    loud -= loud.mean()
    same = np.correlate(loud, loud, "full")[len(loud) - 1 :]
    beats = {count: same[count * 10] for count in range(2, 10)}  # an eighth is ten of them
    bar = {4: (4, 8), 6: (6,), 8: (8, 4)}[eighths]
    assert max(beats, key=lambda count: beats[count]) in bar


def _low(spectrum: np.ndarray, music: Music) -> np.ndarray:
    """Without what is above the bass."""
    at = np.fft.rfftfreq(len(music.samples), 1 / music.rate)
    return np.where(at < 150, spectrum, 0)


def test_the_seed_decides_and_decides_alike() -> None:
    first, other = piece(duration=10), piece(duration=10, seed=6)
    again = compose("upbeat pop", duration=10, seed=5)
    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, other.samples)


def test_the_caption_chooses_tempo_mode_and_instruments() -> None:
    calm, club = piece("calm ambient pads"), piece("driving techno")
    assert calm.bpm < 80 < 120 <= club.bpm
    assert measure.colour(mono(calm), calm.rate)[-1] < measure.colour(mono(club), club.rate)[-1]
    assert not piece("a happy tune").key.minor
    assert piece("a sad tune").key.minor
    assert piece("a waltz").meter == 3
    assert styled("jazz with a piano, no drums").drums == ""
    assert styled("a female singer").gender == "female"


def test_steps_and_guidance_are_heard() -> None:
    usual = piece(duration=12)
    assert not np.array_equal(usual.samples, piece(duration=12, steps=40).samples)
    assert not np.array_equal(usual.samples, piece(duration=12, guidance=0).samples)


def test_lyrics_are_chanted_from_the_beginnings_of_bars() -> None:
    lyrics = "[Verse]\nHello my friend\n(softly)\nthe night is young\n[Chorus]\nLa la la"
    plain, music = piece(bpm=120), piece(bpm=120, lyrics=lyrics, vocal_language="en")
    assert [word.word for word in music.words] == [
        "Hello", "my", "friend", "the", "night", "is", "young", "La", "la", "la",
    ]  # fmt: skip
    for first in (0, 3, 7):
        assert music.words[first].start % 2 == pytest.approx(0, abs=0.06)  # two seconds a bar
    start, end = (round(time * music.rate) for time in (music.words[0].start, music.words[2].end))
    voice = mono(music)[start:end] - mono(plain)[start:end]
    pitch = measure.pitch(voice.astype(np.float32), music.rate)
    assert pitch is not None
    semitones = 12 * np.log2(pitch.middle / 440) + 9
    off = (semitones - music.key.tonic + 6) % 12 - 6
    assert off == pytest.approx(0, abs=0.6)


@pytest.mark.parametrize("lyrics", [None, "", "[Instrumental]", "[inst]", " \n[Intro]\n…"])
def test_instrumental_music_has_no_words(lyrics: str | None) -> None:
    assert vocals.lines(lyrics) == []


def test_a_reference_gives_tempo_key_and_colour(tmp_path: Path) -> None:
    source = piece("driving techno", bpm=124, keyscale="D minor")
    path = tmp_path / "reference.mp3"
    encode.write(source.samples, source.rate, path, "mp3")
    music = piece("calm ambient pads", reference=path)
    assert music.bpm == 124
    assert music.key == minor(2)
    plain = piece("calm ambient pads", bpm=124, keyscale="D minor")
    goal, without, with_it = (measure.colour(mono(one), one.rate) for one in (source, plain, music))
    assert np.abs(with_it - goal).mean() < 0.7 * np.abs(without - goal).mean()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C major", major(0)),
        ("f# minor", minor(6)),
        ("Bb", major(10)),
        ("Am", minor(9)),
        ("C♯ maj", major(1)),
        ("E flat minor", minor(3)),
        ("", None),
        ("fast", None),
        ("H major", None),
    ],
)
def test_keys_are_read_as_people_write_them(text: str, key: Key | None) -> None:
    assert parsed(text) == key


@pytest.mark.parametrize(
    "asked",
    [
        {"bpm": 30, "timesignature": 4},
        {"bpm": 300, "timesignature": 2},
        {"caption": "metal drum and bass 8-bit jazz trap waltz", "timesignature": 6},
        {"caption": "\ud800 ☃", "keyscale": "nonsense", "steps": 100, "guidance": 20},
        {"caption": "epic", "keyscale": "D dorian", "steps": 1, "guidance": 0},
    ],
)
def test_the_ends_of_every_range_are_music(asked: dict[str, Any]) -> None:
    music = piece(**({"duration": 10} | asked))
    assert np.isfinite(music.samples).all()
    assert 0.05 < float(np.sqrt(np.mean(music.samples**2))) < 0.3
