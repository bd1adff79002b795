"""Copying a voice: what can be measured of a recording is set on a voice of ours.

Pitch, melody, speed and colour are the recording's; the articulation stays eSpeak NG's. (A vocoder
was tried and made the words unintelligible.)
"""

import re
from pathlib import Path

import numpy as np

from lib.sandbox.engines.audio import decode, measure
from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.voices import VoiceTraits
from lib.sandbox.engines.video.container import Unreadable

_SECONDS = 30.0
"""Of a recording that are listened to; deAPI takes ten."""
_WHISPERED = 0.15
"""Share of voiced frames below which a voice is a whisper."""
_SYLLABLES = 6.1
"""A second, of our own voice at pace 1, as `measure.syllables` counts them."""
_LETTERS = 14.2
"""A second of sound, of our own English at pace 1."""
_MAN = 112.0


def clone(reference: Path, *, text: str | None = None) -> VoiceTraits:
    """The traits of the voice in a recording; `text`, what it says, makes its speed surer.

    Raises `Unreadable` where there is nothing to hear.
    """
    samples, rate = decode.read(reference, seconds=_SECONDS)
    if float(np.abs(samples).max()) < 1e-3:
        raise Unreadable("This recording is silent.")
    pitch = measure.pitch(samples, rate)
    whispered = pitch is None or pitch.voiced < _WHISPERED
    height = _MAN if pitch is None or whispered else pitch.middle
    return VoiceTraits(
        pitch=height,
        spread=4 if pitch is None or whispered else float(np.clip(pitch.spread, 1, 9)),
        tract=float(np.clip((height / _MAN) ** 0.25, 0.86, 1.3)),
        breath=1 if whispered else 0,
        pace=float(np.clip(_pace(samples, rate, text), 0.7, 1.4)),
        colour=tuple(round(float(level), 1) for level in measure.colour(samples, rate)),
    )


def _pace(samples: Samples, rate: int, text: str | None) -> float:
    letters = len(re.sub(r"[\W_]", "", text)) if text and text.isascii() else 0
    if letters:
        return letters / measure.sounding(samples, rate) / _LETTERS
    return measure.syllables(samples, rate) / _SYLLABLES
