"""Text to speech: eSpeak NG with voices of our own, and the time of every word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lib.sandbox.engines.audio import espeak, kana, measure, shape
from lib.sandbox.engines.audio.languages import language
from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.voices import VoiceTraits, variant, words_a_minute

_STRONGEST = 14.0
"""Decibels that a band is raised or lowered for a colour, at most."""
_SPACELESS = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Scripts whose words no space parts: Han and kana."""
_Time = tuple[int, tuple[float, float]]
"""A place in the text, and from when to when what stands there sounds."""
_PAUSE = 0.3
"""What is said of a text without a word in it: nothing, for so many seconds."""


@dataclass(frozen=True, slots=True)
class Word:
    word: str
    """As it stands in the text, with the punctuation at its ends."""
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Spoken:
    samples: Samples
    rate: int
    words: tuple[Word, ...]


def speak(text: str, *, lang: str, traits: VoiceTraits, speed: float = 1) -> Spoken:
    """`text` in the voice of `traits`; raises `CannotRender`."""
    return speak_all([text], lang=lang, traits=traits, speed=speed)[0]


def speak_all(
    texts: Sequence[str], *, lang: str, traits: VoiceTraits, speed: float = 1
) -> list[Spoken]:
    """Each text on its own, in one voice; sooner than one by one."""
    speaker = language(lang)
    readings = [(kana.read if speaker.code == "ja" else kana.plain)(text) for text in texts]
    said = espeak.say(
        [reading.text for reading in readings],
        voice=speaker.voice,
        variant=variant(traits),
        rate=words_a_minute(speed * traits.pace),
    )
    return [
        Spoken(_voiced(one, traits), one.rate, tuple(_words(text, _times(one, reading))))
        for text, reading, one in zip(texts, readings, said, strict=True)
    ]


def _voiced(said: espeak.Utterance, traits: VoiceTraits) -> Samples:
    samples, rate = said.samples, said.rate
    if not len(samples):
        return np.zeros(round(_PAUSE * rate), np.float32)
    samples = shape.trembling(samples, rate, traits.tremor)
    if traits.colour:
        gains = np.array(traits.colour) - measure.colour(samples, rate)
        samples = shape.equalised(samples, rate, np.clip(gains, -_STRONGEST, _STRONGEST))
    return shape.levelled(shape.tilted(samples, rate, traits.tilt))


def _words(text: str, times: Sequence[_Time]) -> Iterator[Word]:
    """The words of the text, with their times."""
    end = 0.0
    for token in re.finditer(r"\S+", text):
        for left, right in _pieces(token, times):
            if not any(character.isalnum() for character in text[left:right]):
                continue
            inside = [time for at, time in times if left <= at < right]
            start = inside[0][0] if inside else end
            end = max(end, inside[-1][1] if inside else start)
            yield Word(text[left:right], round(start, 3), round(end, 3))


def _times(said: espeak.Utterance, reading: kana.Reading) -> list[_Time]:
    """Where each spoken word stands in the text, and from when to when it sounds."""
    found: list[_Time] = []
    place, start = None, 0
    for mark in (*said.marks, espeak.Mark(len(said.samples), silent=True)):
        if mark.word or mark.silent:
            if place is not None:
                found.append((place, (start / said.rate, mark.sample / said.rate)))
            place, start = (_place(mark.word[0], reading) if mark.word else None), mark.sample
    return found


def _place(at: int, reading: kana.Reading) -> int:
    places = reading.places or (0,)
    return places[min(at, len(places) - 1)]


def _pieces(token: re.Match[str], times: Sequence[_Time]) -> Iterator[tuple[int, int]]:
    """A token whole, or cut where the voice begins a word if its script has no spaces."""
    left, right = token.span()
    if _SPACELESS.search(token[0]):
        for cut in sorted({at for at, _ in times if left < at < right}):
            yield left, cut
            left = cut
    yield left, right
