"""The instruments that play notes: one cycle of a wave, an envelope, and how they change."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.music.theory import hertz

RATE = 44_100
_CYCLE = 2048
_HIGHEST = 14_000
"""Hertz; no overtone lies above."""


@dataclass(frozen=True, slots=True)
class Patch:
    slope: float = 1.0
    """Overtone n is n ** -slope as loud as the first."""
    odd: bool = False
    """Odd overtones only, as of a clarinet."""
    attack: float = 0.005
    decay: float = 0.3
    """Seconds to fall to a third."""
    hold: float = 0.0
    """The share that stays until the note ends."""
    release: float = 0.1
    detune: float = 0.0
    """Semitones between three strings."""
    damp: float = 0.0
    """How many times sooner the overtones die than the first."""
    vibrato: float = 0.0
    """Semitones."""
    drive: float = 0.0
    partials: tuple[tuple[float, float], ...] = ()
    """Ratio and loudness, of what has no harmonic overtones: bells."""
    gain: float = 1.0


PATCHES: Mapping[str, Patch] = {
    "pad": Patch(1.35, attack=0.35, decay=4, hold=0.8, release=0.7, detune=0.09, gain=0.5),
    "strings": Patch(
        1.1, attack=0.16, decay=4, hold=0.85, release=0.35, detune=0.07, vibrato=0.1, gain=0.45
    ),
    "organ": Patch(1.7, odd=True, attack=0.02, decay=9, hold=0.95, release=0.12, gain=0.45),
    "fuzz": Patch(
        1.0, attack=0.01, decay=3, hold=0.7, release=0.12, detune=0.06, drive=3, gain=0.3
    ),
    "pluck": Patch(1.05, decay=0.28, release=0.15, damp=2, gain=0.8),
    "guitar": Patch(1.0, decay=0.6, release=0.2, damp=4, detune=0.02, gain=0.75),
    "piano": Patch(1.35, decay=0.9, release=0.25, damp=2, detune=0.015, gain=0.85),
    "keys": Patch(2.0, decay=0.8, release=0.2, damp=4, detune=0.03, gain=0.95),
    "bell": Patch(
        attack=0.002,
        decay=0.9,
        release=0.6,
        partials=((1, 1), (2.76, 0.35), (5.4, 0.15), (8.9, 0.06)),
        damp=1,
        gain=0.6,
    ),
    "stab": Patch(0.95, decay=0.16, release=0.08, damp=2, detune=0.1, gain=0.6),
    "chip": Patch(0.9, odd=True, decay=1.5, hold=0.6, release=0.03, gain=0.4),
    "lead": Patch(1.15, attack=0.02, decay=0.8, hold=0.5, release=0.15, vibrato=0.12, gain=0.55),
    "flute": Patch(2.4, attack=0.06, decay=3, hold=0.85, release=0.15, vibrato=0.16, gain=0.7),
    "brass": Patch(1.1, attack=0.05, decay=1.5, hold=0.7, release=0.12, vibrato=0.08, gain=0.45),
    "bass": Patch(1.8, decay=0.6, hold=0.3, release=0.08, damp=2, gain=1.0),
    "upright": Patch(2.0, decay=0.45, release=0.1, damp=3, gain=1.1),
    "synth": Patch(1.1, decay=0.5, hold=0.4, release=0.06, damp=2, detune=0.05, drive=1, gain=0.7),
    "boom": Patch(3.0, decay=1.4, hold=0.2, release=0.3, drive=1.5, gain=1.0),
}


def note(name: str, midi: int, seconds: float) -> Samples:
    """One note of a patch, its release included."""
    patch = PATCHES[name]
    length = round((seconds + patch.release) * RATE)
    at = np.arange(length, dtype=np.float32) / np.float32(RATE)
    envelope = _envelope(patch, at, seconds)
    wave = _bell(patch, midi, at) if patch.partials else _string(patch, midi, at)
    wave *= envelope
    if patch.drive:
        wave = np.tanh(wave * (1 + patch.drive)) * envelope**0.2
    return (wave * np.float32(patch.gain)).astype(np.float32)


def _envelope(patch: Patch, at: Samples, seconds: float) -> Samples:
    fall = patch.hold + (1 - patch.hold) * np.exp(-at / np.float32(patch.decay))
    rise = np.minimum(at / np.float32(patch.attack), 1)
    end = np.clip((np.float32(seconds + patch.release) - at) / np.float32(patch.release), 0, 1)
    return (fall * rise * end * end).astype(np.float32)


def _string(patch: Patch, midi: int, at: Samples) -> Samples:
    """Overtones, each string a little beside the others; the bright part may die sooner."""
    shifts = (-patch.detune, 0.0, patch.detune) if patch.detune else (0.0,)
    count = max(1, min(40, int(_HIGHEST / hertz(midi))))
    bright, plain = _cycle(patch.slope, patch.odd, count), _cycle(patch.slope + 1, patch.odd, count)
    fade = np.exp(at * np.float32(-patch.damp / patch.decay)) if patch.damp else None
    sway = np.float32(0)
    if patch.vibrato:
        depth = patch.vibrato * np.minimum(at / 0.4, 1)
        sway = depth * np.sin(np.float32(2 * np.pi * 5.3) * at)
    out = np.zeros(len(at), np.float32)
    for number, shift in enumerate(shifts):
        turns = hertz(midi + shift) * at.astype(np.float64) + 0.31 * number
        if patch.vibrato:
            turns += sway * (hertz(midi) * 0.0578 / (2 * np.pi * 5.3))
        index = (turns * _CYCLE).astype(np.int64) & (_CYCLE - 1)
        out += bright[index] if fade is None else plain[index] * (1 - fade) + bright[index] * fade
    return out / np.float32(len(shifts) ** 0.7)


def _bell(patch: Patch, midi: int, at: Samples) -> Samples:
    out = np.zeros(len(at), np.float32)
    for ratio, loudness in patch.partials:
        pitch = hertz(midi) * ratio
        if pitch < _HIGHEST:
            fade = np.exp(at * np.float32(-(ratio - 1) * patch.damp))
            out += np.float32(loudness) * fade * np.sin(np.float32(2 * np.pi * pitch) * at)
    return out


@cache
def _cycle(slope: float, odd: bool, count: int) -> Samples:
    turn = np.arange(_CYCLE) / _CYCLE
    numbers = range(1, count + 1, 2 if odd else 1)
    wave = sum((np.sin(2 * np.pi * n * turn) * n**-slope for n in numbers), np.zeros(_CYCLE))
    return (wave / np.abs(wave).max()).astype(np.float32)
