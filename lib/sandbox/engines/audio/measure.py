"""What can be heard in samples: pitch, speed, colour."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.floating[Any]]
"""From -1 to 1; of one voice."""

BANDS = np.geomspace(110, 8000, 20)
"""Middles of the bands of a colour, a third of an octave each."""
LOWEST, HIGHEST = 60.0, 500.0
"""Pitches that a voice may have."""
_HOP = 0.01
_FRAME = 0.05
_BREATH = 0.2
_CLEAR = 0.55
"""How much of itself a frame must repeat to count as voiced."""
_OCTAVE_COST = 0.02
_QUIET = 0.05
"""Frames below this share of the loudest are not looked at."""


@dataclass(frozen=True, slots=True)
class Pitch:
    middle: float
    """The median."""
    spread: float
    """How far it moves: semitones between the 10th and the 90th percentile."""
    voiced: float
    """The share of the sounding frames that have a pitch."""


def pitch(samples: Samples, rate: int) -> Pitch | None:
    """The pitch of a voice; None where nothing repeats itself."""
    frames = _frames(samples, rate)
    if not len(frames):
        return None
    heights = _heights(frames, rate)
    found = heights[heights > 0]
    if len(found) < 5:
        return None
    low, middle, high = np.percentile(found, [10, 50, 90])
    return Pitch(float(middle), float(12 * np.log2(high / low)), len(found) / len(frames))


def colour(samples: Samples, rate: int) -> NDArray[np.float64]:
    """The long-term spectrum: decibels in each of `BANDS`, around their own mean.

    Bands that the recording does not have (a telephone's ends at 3.4 kHz) are 40 below the loudest.
    """
    frames = _frames(samples, rate)
    if not len(frames):
        return np.zeros(len(BANDS))
    window = np.hanning(frames.shape[1])
    power = np.zeros(frames.shape[1] // 2 + 1)
    for start in range(0, len(frames), 512):
        power += (np.abs(np.fft.rfft(frames[start : start + 512] * window)) ** 2).sum(axis=0)
    at = np.fft.rfftfreq(frames.shape[1], 1 / rate)
    near = np.exp(-0.5 * (np.log2(np.maximum(at, 1)[None, :] / BANDS[:, None]) / 0.16) ** 2)
    level = 10 * np.log10((near @ power) / near.sum(axis=1) + 1e-12)
    level = np.maximum(level, level.max() - 40)
    return level - level.mean()


def sounding(samples: Samples, rate: int) -> float:
    """Seconds of it that are not silence; a breath between two sounds counts as sound."""
    loud = np.flatnonzero(_loud(_windows(samples, rate)))
    gaps = np.minimum(np.diff(loud) * _HOP, _BREATH)
    return max(float(gaps.sum()), _HOP)


def syllables(samples: Samples, rate: int) -> float:
    """How many a second of sound there are: hills of the loudness between 200 and 2,000 Hz."""
    hop = max(1, round(0.01 * rate))
    count = len(samples) // hop
    if count < 20:
        return 0
    spectrum = np.fft.rfft(samples[: count * hop])
    at = np.fft.rfftfreq(count * hop, 1 / rate)
    spectrum[(at < 200) | (at > 2000)] = 0
    band = np.fft.irfft(spectrum, count * hop).reshape(count, hop)
    hills = np.convolve(np.sqrt(np.mean(band**2, axis=1)), np.hanning(13) / 6, "same")
    loud = hills > 0.12 * hills.max()
    inner = hills[1:-1]
    tops = 1 + np.flatnonzero((inner > hills[:-2]) & (inner >= hills[2:]) & loud[1:-1])
    found, last = 0, -1
    for top in tops:
        dip = hills[last:top].min() if last >= 0 else 0
        if dip < 0.85 * hills[top]:
            found, last = found + 1, int(top)
    return found / max(float(loud.sum()) * 0.01, 0.1)


def _frames(samples: Samples, rate: int) -> Samples:
    """Overlapping frames, one a row, those that are loud enough."""
    frames = _windows(samples, rate)
    return frames[_loud(frames)]


def _windows(samples: Samples, rate: int) -> Samples:
    length, hop = round(_FRAME * rate), round(_HOP * rate)
    if len(samples) < length:
        return np.zeros((0, length), np.float32)
    return np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]


def _loud(frames: Samples) -> NDArray[np.bool_]:
    loudness = np.sqrt(np.mean(frames**2, axis=1))
    return loudness > max(_QUIET * float(loudness.max(initial=0)), 1e-4)


def _heights(frames: Samples, rate: int) -> NDArray[np.float64]:
    """The pitch of each frame by autocorrelation, 0 where it has none."""
    length = frames.shape[1]
    window = np.hanning(length)
    size = 1 << (2 * length - 1).bit_length()
    own = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)[: length // 2]
    found = np.zeros(len(frames))
    for start in range(0, len(frames), 512):
        block = frames[start : start + 512]
        block = (block - block.mean(axis=1, keepdims=True)) * window
        power = np.abs(np.fft.rfft(block, size)) ** 2
        same = np.fft.irfft(power)[:, : length // 2]
        same /= np.maximum(same[:, :1], 1e-12)
        found[start : start + 512] = _best(same * (own[0] / own), rate)
    return found


def _best(same: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    lags: NDArray[np.int64] = np.arange(same.shape[1], dtype=np.int64)
    short, long = int(rate / HIGHEST), min(int(rate / LOWEST) + 1, same.shape[1] - 2)
    cost = np.zeros(len(lags))
    cost[1:] = _OCTAVE_COST * np.log2(lags[1:] / short)
    peaks = np.zeros(same.shape, bool)
    inner = same[:, 1:-1]
    peaks[:, 1:-1] = (inner >= same[:, :-2]) & (inner > same[:, 2:])
    worth = np.where(peaks, same - cost, -1)[:, short : long + 1]
    lag = short + worth.argmax(axis=1)
    row = np.arange(len(same))
    before, at, after = same[row, lag - 1], same[row, lag], same[row, lag + 1]
    bend = before - 2 * at + after
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (before - after) / np.where(bend, bend, 1), 0)
    return np.where(at > _CLEAR, rate / (lag + np.clip(shift, -0.5, 0.5)), 0)
