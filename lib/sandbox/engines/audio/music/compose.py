"""Text to music."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.sandbox.engines.audio import decode, measure, shape
from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.music import beat, listen, player, score, vocals
from lib.sandbox.engines.audio.music.patches import RATE
from lib.sandbox.engines.audio.music.plan import planned
from lib.sandbox.engines.audio.music.style import Style, styled
from lib.sandbox.engines.audio.music.theory import Key, major, minor, parsed
from lib.sandbox.engines.audio.speech import Word

_SLOWEST, _FASTEST = 30, 300
_REFERENCE = 60.0
"""Seconds of a reference that are listened to."""
_STRONGEST = 9.0
"""Decibels that a reference raises or lowers a band, at most."""


@dataclass(frozen=True, slots=True)
class Music:
    samples: Samples
    """(n, 2), of exactly the duration asked for."""
    rate: int
    bpm: int
    key: Key
    meter: int
    words: tuple[Word, ...]
    """Of the lyrics, when they sound."""


@dataclass(frozen=True, slots=True)
class _Reference:
    bpm: float | None
    key: Key
    colour: Samples


def compose(
    caption: str,
    *,
    duration: float,
    seed: int,
    bpm: int | None = None,
    keyscale: str | None = None,
    timesignature: int | None = None,
    lyrics: str | None = None,
    vocal_language: str | None = None,
    steps: int = 8,
    guidance: float = 7,
    reference: Path | None = None,
) -> Music:
    """A piece of `duration` seconds.

    The caption's words choose the instruments, and tempo, key and metre where those are not given;
    `reference` comes before it with its own tempo, key and colour. `bpm` counts quarters; a
    `timesignature` is 2, 3, 4 or 6 (eighths). More `steps` add voices, and the more `guidance`, the
    truer the tune stays to its motif. Raises `CannotRender`.
    """
    style = styled(caption)
    number = int.from_bytes(
        hashlib.sha256(f"{seed}\0{caption}".encode("utf-8", "replace")).digest()
    )
    rng = np.random.default_rng(number)
    model = _heard(reference) if reference else None
    drawn_key, drawn_bpm = _key(style, rng), int(rng.integers(style.tempo[0], style.tempo[1] + 1))
    key = parsed(keyscale) or (model.key if model else drawn_key)
    bpm = bpm or (round(model.bpm) if model and model.bpm else drawn_bpm)
    meter = timesignature if timesignature in (2, 3, 4, 6) else style.meter
    plan = planned(key, min(max(bpm, _SLOWEST), _FASTEST), meter, duration, style, rng)

    detail = min(1.0, max(1, steps).bit_length() / 6)
    faith = 1 - float(np.exp(-max(0.0, guidance) / 4))
    notes = score.written(plan, style, detail=detail, faith=faith, rng=rng)
    hits = beat.beaten(plan, style, detail=detail, rng=rng)
    clips: list[player.Clip] = []
    words: tuple[Word, ...] = ()
    if lines := vocals.lines(lyrics):
        language = vocal_language or "en"
        clips, words = vocals.sung(
            lines, plan, lang=language, gender=style.gender, voice=f"{caption}\0{seed}"
        )
    out = player.played(notes, hits, clips, seconds=duration, space=style.space, noise=style.noise)
    if model:
        _coloured(out, model.colour)
    return Music(out.T, RATE, plan.bpm, key, meter, words)


def _key(style: Style, rng: np.random.Generator) -> Key:
    tonic, is_minor = int(rng.integers(12)), bool(rng.random() < 0.4)
    return (minor if (is_minor if style.minor is None else style.minor) else major)(tonic)


def _heard(path: Path) -> _Reference:
    samples, rate = decode.read(path, rate=RATE // 2, seconds=_REFERENCE)
    return _Reference(
        listen.tempo(samples, rate), listen.key(samples, rate), measure.colour(samples, rate)
    )


def _coloured(out: Samples, colour: Samples) -> None:
    """Towards the colour of a reference, in place."""
    some = out[:, : round(_REFERENCE) * RATE].mean(axis=0)
    gains = np.clip(colour - measure.colour(some, RATE), -_STRONGEST, _STRONGEST)
    for row in out:
        row[:] = shape.equalised(row, RATE, gains)
    loudest = float(np.abs(out).max(initial=1e-6))
    out *= np.float32(min(1.0, 0.97 / loudest))
