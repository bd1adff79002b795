"""The form of a piece: its bars, their chords and how much happens in them."""

from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from lib.sandbox.engines.audio.music.style import Style
from lib.sandbox.engines.audio.music.theory import Key

_MAJOR = ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (0, 3, 5, 4), (0, 5, 1, 4))
_MINOR = ((0, 3, 4, 0), (0, 5, 3, 4), (0, 6, 5, 4), (0, 3, 5, 4), (0, 5, 0, 4))
_BEATS = {2: 2, 3: 3, 4: 4, 6: 3}
"""Quarters in a bar, by time signature; six is six eighths."""
_STRONG = {2: (0,), 3: (0,), 4: (0, 4), 6: (0, 3)}
_VERSES = (0.65, 1.0, 0.75, 1.0, 0.5, 1.0)
"""How much happens, section by section, after the introduction."""
_FIRST, _LAST = 0.4, 0.45


@dataclass(frozen=True, slots=True)
class Bar:
    start: float
    chord: int
    """The degree it stands on."""
    energy: float
    section: int
    last: bool = False
    """The piece ends in it."""


@dataclass(frozen=True, slots=True)
class Plan:
    key: Key
    bpm: int
    meter: int
    eighth: float
    """Seconds."""
    bars: tuple[Bar, ...]

    @property
    def slots(self) -> int:
        """Eighths in a bar."""
        return 2 * _BEATS[self.meter]

    @property
    def strong(self) -> tuple[int, ...]:
        """The eighths with an accent."""
        return _STRONG[self.meter]

    @property
    def bar(self) -> float:
        return self.slots * self.eighth


def planned(
    key: Key, bpm: int, meter: int, duration: float, style: Style, rng: np.random.Generator
) -> Plan:
    """A plan for so many seconds; the last whole bar and what is left after it are the end."""
    eighth = 30 / bpm
    length = 2 * _BEATS[meter] * eighth
    count = int(np.ceil(duration / length - 1e-9))
    whole = max(1, int(duration / length + 1e-9))
    energies, sections = _form(whole)
    verse, chorus = _progressions(key, style, rng)
    bars = [
        Bar(
            start=number * length,
            chord=0 if number >= whole - 1 else (verse, chorus)[energies[number] >= 1][number % 4],
            energy=energies[min(number, whole - 1)],
            section=sections[min(number, whole - 1)],
            last=number >= whole - 1,
        )
        for number in range(count)
    ]
    return Plan(key, bpm, meter, eighth, tuple(bars))


def _form(bars: int) -> tuple[list[float], list[int]]:
    """The energy and the section of each bar."""
    length = 8 if bars >= 32 else 4
    intro = 0 if bars < 4 else min(length, max(1, bars // 8))
    outro = 1 if bars < 16 else length // 2
    middle = max(0, bars - intro - outro)
    energies, sections = [_FIRST] * intro, [0] * intro
    for number, energy in enumerate(islice(cycle(_VERSES), middle // length + 1), start=1):
        energies += [energy] * length
        sections += [number] * length
    energies = energies[: intro + middle] + [_LAST] * outro
    sections = sections[: intro + middle] + [99] * outro
    return energies, sections


def _progressions(
    key: Key, style: Style, rng: np.random.Generator
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    choices = _MINOR if key.minor else _MAJOR
    if style.sevenths:
        choices = choices[1:]
    first = int(rng.integers(len(choices)))
    second = (first + 1 + int(rng.integers(len(choices) - 1))) % len(choices)
    return choices[first], choices[second]
