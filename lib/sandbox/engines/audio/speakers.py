"""Who speaks when, by pitch alone: a man and a woman are told apart, two men are not."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from lib.sandbox.engines.audio import measure
from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.transcript import Segment

_APART = 5.0
"""Semitones between two voices."""


def named(segments: Sequence[Segment], samples: Samples, rate: int) -> tuple[Segment, ...]:
    """The segments with speakers, numbered as they first speak."""
    heights = [_height(segment, samples, rate) for segment in segments]
    known = sorted(height for height in heights if height is not None)
    gap, border = max(((b - a, (a + b) / 2) for a, b in pairwise(known)), default=(0.0, 0.0))
    high = [height is not None and gap > _APART and height > border for height in heights]
    order = list(dict.fromkeys(high))
    return tuple(
        replace(segment, speaker=f"SPEAKER_{order.index(is_high):02d}")
        for segment, is_high in zip(segments, high, strict=True)
    )


def _height(segment: Segment, samples: Samples, rate: int) -> float | None:
    """In semitones; None where too little has a pitch."""
    part = samples[round(segment.start * rate) : round(segment.end * rate)]
    pitch = measure.pitch(part, rate)
    return None if pitch is None else float(12 * np.log2(pitch.middle))
