"""Playing a score: every note is made once, and laid down wherever it sounds.

It goes through the piece in chunks, so that of a long one only the result is in memory.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.music import drums, patches
from lib.sandbox.engines.audio.music.beat import Hit
from lib.sandbox.engines.audio.music.patches import RATE
from lib.sandbox.engines.audio.music.score import Note

_CHUNK = 4 * RATE
_TAIL = 12 * RATE
"""How far what begins in a chunk may reach beyond it."""
_ECHO = round(1.5 * RATE)
_KEPT = 400
"""Notes that are kept made."""
_LOUDNESS = 0.17
"""Root mean square of the whole."""
_FADE = 2.5


@dataclass(frozen=True, slots=True)
class Clip:
    """Sound that is there already, such as a spoken line."""

    start: float
    samples: Samples
    loud: float


@dataclass(frozen=True, slots=True)
class _Sound:
    start: int
    samples: Samples | tuple[str, int, int]
    """Itself, or the patch, pitch and length of a note."""
    left: float
    right: float
    echo: float


def played(
    notes: Iterable[Note],
    hits: Iterable[Hit],
    clips: Iterable[Clip],
    *,
    seconds: float,
    space: float,
    noise: float = 0,
) -> Samples:
    """The piece: 2 rows of exactly `seconds` at `patches.RATE`, faded out at its end."""
    length = round(seconds * RATE)
    sounds = sorted([*_notes(notes), *_hits(hits), *_clips(clips)], key=lambda sound: sound.start)
    out = np.zeros((2, length), np.float32)
    desk = _Desk(space)
    at = 0
    for start in range(0, length, _CHUNK):
        while at < len(sounds) and sounds[at].start < start + _CHUNK:
            desk.lay(sounds[at], sounds[at].start - start)
            at += 1
        chunk = desk.taken()
        out[:, start : start + _CHUNK] = chunk[:, : length - start]
    if noise:
        _crackle(out, noise)
    _level(out)
    return out


class _Desk:
    """What sounds from the present chunk on, and its echo in a room."""

    def __init__(self, space: float) -> None:
        self._sound = np.zeros((2, _CHUNK + _TAIL), np.float32)
        self._send = np.zeros(_CHUNK + _TAIL, np.float32)
        self._late = np.zeros((2, _ECHO), np.float32)
        self._size = 1 << (_CHUNK + _ECHO - 1).bit_length()
        self._room = np.fft.rfft(_room(space), self._size)
        self._made: dict[tuple[str, int, int], Samples] = {}

    def lay(self, sound: _Sound, at: int) -> None:
        samples = sound.samples
        if isinstance(samples, tuple):
            samples = self._note(samples)
        samples = samples[: _CHUNK + _TAIL - at]
        end = at + len(samples)
        self._sound[0, at:end] += samples * np.float32(sound.left)
        self._sound[1, at:end] += samples * np.float32(sound.right)
        if sound.echo:
            self._send[at:end] += samples * np.float32(sound.echo)

    def taken(self) -> Samples:
        """The next chunk, finished."""
        chunk = self._sound[:, :_CHUNK].copy()
        wet = np.fft.irfft(np.fft.rfft(self._send[:_CHUNK], self._size) * self._room, self._size)
        wet[:, :_ECHO] += self._late
        self._late = wet[:, _CHUNK : _CHUNK + _ECHO].astype(np.float32)
        for buffer in (self._sound, self._send):
            buffer[..., :_TAIL] = buffer[..., _CHUNK:].copy()
            buffer[..., _TAIL:] = 0
        return chunk + wet[:, :_CHUNK].astype(np.float32)

    def _note(self, name: tuple[str, int, int]) -> Samples:
        if name not in self._made:
            if len(self._made) >= _KEPT:
                self._made.clear()
            patch, midi, milliseconds = name
            self._made[name] = patches.note(patch, midi, milliseconds / 1000)
        return self._made[name]


def _notes(notes: Iterable[Note]) -> Iterable[_Sound]:
    for note in notes:
        name = (note.patch, note.midi, round(1000 * note.seconds))
        deep = note.midi < 46
        yield _sound(note.start, name, note.loud, note.pan, 0 if deep else 1)


def _hits(hits: Iterable[Hit]) -> Iterable[_Sound]:
    for hit in hits:
        yield _sound(hit.start, drums.hit(hit.drum), hit.loud, hit.pan, 0.15)


def _clips(clips: Iterable[Clip]) -> Iterable[_Sound]:
    for clip in clips:
        yield _sound(clip.start, clip.samples, clip.loud, 0, 0.6)


def _sound(
    start: float, samples: Samples | tuple[str, int, int], loud: float, pan: float, echo: float
) -> _Sound:
    angle = (pan + 1) * np.pi / 4
    left, right = loud * float(np.cos(angle)), loud * float(np.sin(angle))
    return _Sound(max(0, round(start * RATE)), samples, left, right, echo * loud)


def _room(space: float) -> Samples:
    """What a room answers to a click, left and right: noise that dies away and grows dull."""
    rng = np.random.default_rng(1)
    at = np.arange(_ECHO) / RATE
    noise = rng.standard_normal((2, _ECHO)) * np.exp(-at / (0.12 + 0.6 * space))
    for _ in range(2):
        noise[:, 1:] = 0.5 * (noise[:, 1:] + noise[:, :-1])
    noise[:, : round(0.018 * RATE)] = 0
    noise *= np.minimum(1, (at[-1] - at) / 0.2)
    noise /= np.sqrt((noise**2).sum(axis=1, keepdims=True))
    return (space * noise).astype(np.float32)


def _crackle(out: Samples, loud: float) -> None:
    """A record's: hiss, and a pop now and then. In place."""
    rng = np.random.default_rng(2)
    hiss = rng.standard_normal(2 * RATE).astype(np.float32) * np.float32(0.12 * loud)
    hiss[rng.integers(0, 2 * RATE, 14)] += np.float32(4 * loud)
    for start in range(0, out.shape[1], len(hiss)):
        part = out[:, start : start + len(hiss)]
        part += hiss[: part.shape[1]]


def _level(out: Samples) -> None:
    """To an even loudness, peaks rounded, the end faded. In place, a piece at a time."""
    parts = _parts(out)
    power = sum(float(np.sum(part**2, dtype=np.float64)) for part in parts) / max(1, out.size)
    gain = np.float32(_LOUDNESS / max(np.sqrt(power), 1e-6))
    for part in parts:
        np.multiply(part, gain, out=part)
        np.tanh(part, out=part)
        part *= np.float32(0.95)
    fade = min(round(_FADE * RATE), out.shape[1] // 4)
    out[:, out.shape[1] - fade :] *= np.linspace(1, 0, fade, dtype=np.float32) ** 2


def _parts(out: Samples) -> Sequence[Samples]:
    step = 10 * RATE
    return [out[:, start : start + step] for start in range(0, out.shape[1], step)]
