"""How a voice sounds, and the voices of the catalogue."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

Gender = Literal["male", "female"]

_SPEEDS = (0.48, 0.735, 1.0, 1.546, 2.31, 3.0)
_WORDS_A_MINUTE = (88, 131, 175, 262, 350, 437)
"""What to ask eSpeak NG for, to be so many times as fast as at 175; measured."""
WHISPER = 0.95
"""From this breath on, vocal cords rest."""
_RELATIVE_SPREAD = 13.4
"""Semitones between the 10th and 90th percentile, for a pitch range as wide as the pitch."""
_MIDDLE = 0.685
"""Where in that range the median lies."""
_OFFSET = 9
"""eSpeak NG speaks that many hertz lower than its pitch lines say. All three were measured."""


@dataclass(frozen=True, slots=True)
class VoiceTraits:
    """What can be set of a voice. The defaults are a man's, who reads calmly."""

    pitch: float = 112
    """Median, hertz."""
    spread: float = 4.5
    """How far the pitch moves: semitones between its 10th and 90th percentile."""
    tract: float = 1
    """Formants, as multiples of a man's: a shorter throat has higher ones."""
    breath: float = 0
    """0 to 1, a whisper."""
    rough: float = 0
    """0 to 1, a growl."""
    tremor: float = 0
    """0 to 1, very old."""
    tilt: float = 0
    """Decibels an octave: below 0 darker, above brighter."""
    pace: float = 1
    """Speed, as a multiple."""
    colour: tuple[float, ...] = ()
    """The long-term spectrum to be met (`measure.colour`); empty: its own."""


def preset(voice: str, gender: str | None = None) -> VoiceTraits:
    """The voice behind a slug: every slug sounds different, and each always the same.

    Without a gender it is read from slugs like `af_sky` and `bm_lewis`, else drawn.
    """
    low, high = _Draw(voice), _Draw(f"{voice}\0more")
    if (gender or _gender(voice)) == "female":
        pitch, tract = 168 * 1.42 ** low(0), 1.07 + 0.14 * low(1)
    else:
        pitch, tract = 84 * 1.62 ** low(0), 0.92 + 0.13 * low(1)
    return VoiceTraits(
        pitch=pitch,
        spread=3 + 4 * low(2),
        tract=tract,
        breath=max(0, 0.35 * high(0) - 0.1),
        rough=max(0, 0.4 * high(1) - 0.2),
        tilt=3 * (high(2) - 0.5),
        pace=0.92 + 0.16 * low(3),
    )


def words_a_minute(speed: float) -> int:
    """eSpeak NG's rate for a speed; 1 is its usual one."""
    return round(float(np.interp(speed, _SPEEDS, _WORDS_A_MINUTE)))


def variant(traits: VoiceTraits) -> str:
    """The traits as lines of an eSpeak NG variant file.

    Flutter is off: it is the one thing that a fresh process would not begin alike.
    """
    width = traits.spread / _RELATIVE_SPREAD * traits.pitch
    low = traits.pitch + _OFFSET - _MIDDLE * width
    lines = [f"pitch {low:.0f} {low + width:.0f}", "flutter 0", f"roughness {7 * traits.rough:.0f}"]
    tract = round(100 * traits.tract)
    if traits.breath < WHISPER:
        lines += [f"formant {number} {tract} 100 100" for number in range(9)]
        air = 24 * traits.breath
        lines += [
            "breath " + " ".join(f"{share * air:.0f}" for share in (0.8, 1, 1, 0.7, 0.4)),
            f"voicing {100 - 45 * traits.breath:.0f}",
        ]
    else:
        lines += [f"formant 0 {tract} 0 100", f"formant 1 {tract} 80 100"]
        lines += [f"formant {number} {tract} 100 100" for number in range(2, 9)]
        lines += ["breath 75 75 50 40 15 10", "voicing 17"]
    return "\n".join([*lines, "breathw 150 150 200 200 400 400"])


def _gender(voice: str) -> Gender:
    if len(voice) > 2 and voice[2] == "_" and voice[1] in "fm":
        return "female" if voice[1] == "f" else "male"
    return "female" if _Draw(f"{voice}\0gender")(0) < 0.5 else "male"


class _Draw:
    """Numbers from 0 to 1 that follow from a text."""

    def __init__(self, text: str) -> None:
        self._bytes = hashlib.sha256(text.encode("utf-8", "replace")).digest()

    def __call__(self, index: int) -> float:
        return int.from_bytes(self._bytes[4 * index : 4 * index + 4]) / 2**32
