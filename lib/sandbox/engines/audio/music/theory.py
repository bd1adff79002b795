"""Keys, scales and chords."""

import re
from dataclasses import dataclass

_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
_SHORT = {
    "maj": "major",
    "min": "minor",
    "m": "minor",
    "ionian": "major",
    "aeolian": "minor",
    "": "major",
}
_KEY = re.compile(r"\s*([A-Ga-g])\s*([#♯b♭]|sharp|flat)?[\s-]*([a-z]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Key:
    tonic: int
    """Semitones above C, 0 to 11."""
    scale: tuple[int, ...] = _SCALES["major"]

    @property
    def minor(self) -> bool:
        return self.scale[2] == 3

    def pitch(self, degree: int, octave: int = 4) -> int:
        """The MIDI number of a degree of the scale, 0 being the tonic of that octave."""
        turn, step = divmod(degree, len(self.scale))
        return 12 * (octave + 1 + turn) + self.tonic + self.scale[step]

    def chord(self, degree: int, size: int = 3) -> tuple[int, ...]:
        """The degrees of the chord of thirds on a degree."""
        return tuple(degree + 2 * number for number in range(size))


def major(tonic: int) -> Key:
    return Key(tonic % 12)


def minor(tonic: int) -> Key:
    return Key(tonic % 12, _SCALES["minor"])


def parsed(keyscale: str | None) -> Key | None:
    """`C major`, `F# minor`, `Bb`, `Am`, `D dorian`; None for what is no key."""
    found = _KEY.fullmatch((keyscale or "").strip())
    if not found:
        return None
    letter, sign, word = found[1].lower(), (found[2] or "").lower(), found[3]
    name = "minor" if word == "m" else word.lower()
    name = _SHORT.get(name, name)
    if name not in _SCALES:
        return None
    shift = {"": 0, "#": 1, "♯": 1, "sharp": 1}.get(sign, -1)
    return Key((_NOTES[letter] + shift) % 12, _SCALES[name])


def hertz(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))
