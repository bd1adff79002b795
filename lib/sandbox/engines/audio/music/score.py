"""Writing the notes of a piece: chords, bass, figures, melody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lib.sandbox.engines.audio.music.plan import Bar, Plan
from lib.sandbox.engines.audio.music.style import Style

_LONGEST = 9.0
"""Seconds of one note."""
_STRUMMED = ("keys", "stab", "strings", "brass")
"""Patches that play a chord at once; the others one note after the other."""


@dataclass(frozen=True, slots=True)
class Note:
    start: float
    seconds: float
    patch: str
    midi: int
    loud: float
    pan: float = 0
    """-1 left to 1 right."""


def written(
    plan: Plan, style: Style, *, detail: float, faith: float, rng: np.random.Generator
) -> list[Note]:
    """All notes. `detail` from 0 to 1 adds voices; with less `faith` the tune wanders more."""
    tune = _Tune(plan, faith, rng)
    figures = [_figure(plan, style, rng) for _ in range(3)]
    notes: list[Note] = []
    middle: tuple[int, ...] = ()
    for number, bar in enumerate(plan.bars):
        chord = _pitches(plan, style, bar)
        middle = _near(chord, middle)
        following = plan.bars[min(number + 1, len(plan.bars) - 1)]
        notes += _held(plan, style, bar, middle)
        notes += _bass(plan, style, bar, following)
        if bar.last:
            continue
        if style.figure and (bar.energy > 0.45 or not style.chords or bar.section == 0):
            notes += _figured(plan, style, bar, middle, figures[bar.section % 3])
        if bar.energy > 0.6:
            notes += _melody(plan, style, bar, tune.bar(number), detail)
    return notes


def at(plan: Plan, style: Style, bar: Bar, slot: float) -> float:
    """When an eighth of a bar comes; every other one is late where it swings."""
    late = style.swing if slot % 2 == 1 else 0
    return bar.start + (slot + late) * plan.eighth


def _pitch(plan: Plan, bar: Bar, degree: int, octave: int) -> int:
    """With the leading note that a minor key's dominant takes."""
    raised = plan.key.minor and bar.chord == 4 and degree % 7 == 6 and plan.key.scale[6] == 10
    return plan.key.pitch(degree, octave) + raised


def _pitches(plan: Plan, style: Style, bar: Bar) -> tuple[int, ...]:
    size = 4 if style.sevenths and not bar.last else 3
    return tuple(_pitch(plan, bar, degree, 3) for degree in plan.key.chord(bar.chord, size))


def _near(chord: Sequence[int], before: Sequence[int]) -> tuple[int, ...]:
    """The chord in the octaves nearest to the one before: voices move by steps."""
    goal = float(np.mean(before)) if before else 60.0
    return tuple(sorted(round((goal - pitch) / 12) * 12 + pitch for pitch in chord))


def _held(plan: Plan, style: Style, bar: Bar, chord: Sequence[int]) -> Iterator[Note]:
    """The chord that lies under a bar, twice in it if the instrument fades."""
    if not style.chords:
        if not bar.last:
            return
        style = replace(style, chords=style.figure)
    parts = 2 if style.chords == "fuzz" and bar.energy > 0.6 and not bar.last else 1
    seconds = min(plan.bar / parts, _LONGEST)
    for part in range(parts):
        for voice, pitch in enumerate(chord):
            start = bar.start + part * plan.bar / parts
            loud = 0.3 + 0.12 * bar.energy
            yield Note(start, seconds, style.chords, pitch, loud, (voice - 1) * 0.4)


def _bass(plan: Plan, style: Style, bar: Bar, following: Bar) -> Iterator[Note]:
    root = _pitch(plan, bar, bar.chord, 2)
    root -= 12 if root > 43 else 0
    walk = "long" if bar.last or bar.energy < 0.45 else style.bass
    for slot, length, shift in _walked(walk, plan, following.chord - bar.chord):
        pitch = root + (shift if shift in (0, 12) else _pitch(plan, bar, bar.chord + shift, 2)
                        - _pitch(plan, bar, bar.chord, 2))  # fmt: skip
        seconds = min(length * plan.eighth, _LONGEST)
        yield Note(at(plan, style, bar, slot), seconds, style.low, pitch, 0.75)


def _walked(walk: str, plan: Plan, ahead: int) -> list[tuple[int, float, int]]:
    """Eighth, length in eighths and what is played: 0 the root, 12 its octave, else degrees up."""
    slots = range(plan.slots)
    match walk:
        case "long":
            return [(0, plan.slots, 0)]
        case "drive":
            return [(slot, 0.9, 0) for slot in slots]
        case "off":
            return [(0, 0.8, 0), *((slot, 0.8, 0) for slot in slots if slot % 2)]
        case "octaves":
            return [(slot, 0.8, 12 if slot % 2 else 0) for slot in slots]
        case "walk":
            steps = (0, 2, 4, (ahead + 8) % 7 if ahead else 5)
            return [(slot, 1.8, steps[slot // 2 % 4]) for slot in slots if slot % 2 == 0]
        case _:
            strong = [(slot, 1.8, 0) for slot in plan.strong]
            return [*strong, (plan.slots - 1, 0.9, 4)]


def _figure(plan: Plan, style: Style, rng: np.random.Generator) -> list[tuple[int, int]]:
    """A rhythm for a section: eighths, and which note of the chord sounds (-1: all)."""
    if style.figure in _STRUMMED:
        slots = [slot for slot in range(1, plan.slots) if rng.random() < 0.4]
        return [(slot, -1) for slot in (0, *slots)]
    shape = ((0, 1, 2, 1), (0, 2, 1, 2), (2, 1, 0, 1), (0, 1, 2, 3))[rng.integers(4)]
    return [
        (slot, shape[slot % 4]) for slot in range(plan.slots) if slot == 0 or rng.random() < 0.85
    ]


def _figured(
    plan: Plan, style: Style, bar: Bar, chord: Sequence[int], figure: Sequence[tuple[int, int]]
) -> Iterator[Note]:
    for slot, voice in figure:
        loud = (0.42 if slot in plan.strong else 0.32) * (0.6 + 0.4 * bar.energy)
        start = at(plan, style, bar, slot)
        if voice < 0:
            for number, pitch in enumerate(chord):
                strum = 0.008 * number
                yield Note(start + strum, 1.4 * plan.eighth, style.figure, pitch, 0.7 * loud, 0.25)
        else:
            pitch = (*chord, chord[0] + 12)[voice] + 12
            yield Note(start, 1.6 * plan.eighth, style.figure, pitch, loud, 0.35 - 0.2 * voice)


class _Tune:
    """A motif of two bars that comes back over every chord, a little changed."""

    def __init__(self, plan: Plan, faith: float, rng: np.random.Generator) -> None:
        self._plan, self._rng = plan, rng
        self._change = 0.5 * (1 - faith)
        self._motifs = [[self._drawn() for _ in range(2)] for _ in range(2)]

    def bar(self, number: int) -> list[tuple[int, float, int]]:
        """Eighth, length in eighths and degree (0: the tonic), for a bar."""
        bar = self._plan.bars[number]
        motif = self._motifs[bar.energy >= 1][number % 2]
        ends = [slot for slot, _ in motif[1:]] + [self._plan.slots]
        notes: list[tuple[int, float, int]] = []
        for (slot, step), end in zip(motif, ends, strict=True):
            if self._rng.random() < self._change:
                step += int(self._rng.integers(-2, 3))
            degree = self._fitting(bar, step) if slot in self._plan.strong else step
            if number % 4 == 3 and end == self._plan.slots:
                degree = self._fitting(bar, 0)  # a phrase ends at rest
            notes.append((slot, min(end - slot, 4), degree))
        return notes

    def _drawn(self) -> list[tuple[int, int]]:
        """Eighths and degrees: a walk in small steps that prefers the accents."""
        motif: list[tuple[int, int]] = []
        step = int(self._rng.choice([0, 2, 4]))
        for slot in range(self._plan.slots):
            likely = 0.95 if slot in self._plan.strong else 0.6 if slot % 2 == 0 else 0.3
            if self._rng.random() < likely:
                motif.append((slot, step))
                step += int(self._rng.choice([-2, -1, -1, 0, 1, 1, 2]))
                step = min(max(step, -3), 8)
        return motif or [(0, step)]

    def _fitting(self, bar: Bar, degree: int) -> int:
        """The nearest degree that belongs to the bar's chord."""
        chord = {(bar.chord + third) % 7 for third in (0, 2, 4)}
        return min(
            range(degree - 3, degree + 4), key=lambda d: (d % 7 not in chord, abs(d - degree))
        )


def _melody(
    plan: Plan, style: Style, bar: Bar, tune: list[tuple[int, float, int]], detail: float
) -> Iterator[Note]:
    for slot, length, degree in tune:
        pitch = _pitch(plan, bar, degree, 5 if plan.key.tonic < 7 else 4)
        start, seconds = at(plan, style, bar, slot), 0.9 * length * plan.eighth
        lead = Note(start, min(seconds, _LONGEST), style.lead, pitch, 0.5, -0.15)
        yield lead
        # An echo, three eighths later.
        yield replace(lead, start=start + 3 * plan.eighth, loud=0.25 * detail, pan=0.5)
        if detail > 0.7 and bar.energy >= 1 and slot in plan.strong:
            third = _pitch(plan, bar, degree - 2, 5 if plan.key.tonic < 7 else 4)
            yield replace(lead, midi=third, loud=0.24, pan=0.3)
