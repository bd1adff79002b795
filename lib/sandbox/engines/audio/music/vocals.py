"""The lyrics, chanted: each line on one note of the key, from the beginning of a bar."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lib.sandbox.engines.audio import speech
from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.music.patches import RATE
from lib.sandbox.engines.audio.music.plan import Plan
from lib.sandbox.engines.audio.music.player import Clip
from lib.sandbox.engines.audio.music.theory import hertz
from lib.sandbox.engines.audio.speech import Spoken, Word
from lib.sandbox.engines.audio.voices import preset

_LOUD = 0.8
_MONOTONE = 0.5
"""Semitones."""
_MOST = 400
"""Lines; more don't fit into ten minutes."""


def lines(lyrics: str | None) -> list[str]:
    """What is to be sung, without marks such as `[Verse]`; nothing of `[Instrumental]`."""
    plain = re.sub(r"\[[^\]]*\]|\([^)]*\)", "\n", lyrics or "")
    return [line.strip() for line in plain.splitlines() if re.search(r"\w", line)][:_MOST]


def sung(
    lyrics: Sequence[str], plan: Plan, *, lang: str, gender: str | None, voice: str
) -> tuple[list[Clip], tuple[Word, ...]]:
    """The lines that fit into the piece, and their words with the times in it."""
    clips: list[Clip] = []
    words: list[Word] = []
    free = 0.0
    spoken = _spoken(lyrics, plan, lang, gender, voice)
    verses = [bar.start for bar in plan.bars if bar.section > 0 and not bar.last]
    for line in spoken:
        start = next((start for start in verses if start >= free), None)
        length = len(line.samples) / line.rate
        if start is None or start + length > plan.bars[-1].start + plan.bar:
            break
        clips.append(Clip(start, _doubled(line.samples), _LOUD))
        words += [
            replace(word, start=round(start + word.start, 3), end=round(start + word.end, 3))
            for word in line.words
        ]
        free = start + length
    return clips, tuple(words)


def _spoken(
    lyrics: Sequence[str], plan: Plan, lang: str, gender: str | None, voice: str
) -> list[Spoken]:
    """Lines on the tonic and on the fifth, by turns."""
    found: list[Spoken] = []
    traits = preset(voice, gender)
    lowest = 53 if traits.pitch > 155 else 43
    for turn, degree in enumerate((0, 4)):
        midi = plan.key.pitch(degree)
        midi += -12 * ((midi - lowest) // 12)
        chanting = replace(traits, pitch=hertz(midi), spread=_MONOTONE)
        found += speech.speak_all(lyrics[turn::2], lang=lang, traits=chanting)
    half = (len(lyrics) + 1) // 2
    order = [index // 2 + half * (index % 2) for index in range(len(lyrics))]
    return [found[index] for index in order]


def _doubled(samples: Samples) -> Samples:
    """From the voice's rate to the music's, which is twice that."""
    assert RATE == 44_100
    at = np.arange(2 * len(samples)) / 2
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
