"""Hearing tempo and key in samples."""

import numpy as np
from numpy.typing import NDArray

from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.music.theory import Key, major, minor

_USUAL = 115.0
"""Beats a minute; of the tempos that would explain what is heard, those near it are likelier."""
_HOP = 0.01
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
"""How often each semitone above the tonic occurs: Krumhansl and Kessler's profiles (1982)."""


def tempo(samples: Samples, rate: int) -> float | None:
    """Beats a minute, from how the onsets repeat; None where nothing begins regularly."""
    onsets = _onsets(samples, rate)
    if len(onsets) < 300 or not onsets.any():
        return None
    size = 1 << (2 * len(onsets) - 1).bit_length()
    same = np.fft.irfft(np.abs(np.fft.rfft(onsets, size)) ** 2)[: len(onsets)]
    lags = np.arange(round(60 / 300 / _HOP), min(round(60 / 30 / _HOP), len(onsets) // 3))
    near = np.exp(-0.5 * (np.log2(60 / (lags * _HOP) / _USUAL) / 0.65) ** 2)
    worth = near * sum(
        same[lags * turn] / turn for turn in (1, 2, 4) if lags[-1] * turn < len(same)
    )
    if worth.max() <= 0.05 * same[0]:
        return None
    return 60 / (_finer(same, int(lags[worth.argmax()])) * _HOP)


def key(samples: Samples, rate: int) -> Key:
    """The likeliest key, major or minor."""
    shares = _shares(samples, rate)
    fits = [
        (float(np.corrcoef(np.roll(shares, -tonic), profile)[0, 1]), number, tonic)
        for tonic in range(12)
        for number, profile in enumerate((_MAJOR, _MINOR))
    ]
    _, number, tonic = max(fits)
    return (major, minor)[number](tonic)


def _onsets(samples: Samples, rate: int) -> NDArray[np.float64]:
    """How much louder each hundredth of a second is than the one before, over all bands."""
    hop, length = round(_HOP * rate), round(0.04 * rate)
    if len(samples) < length + hop:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]
    window = np.hanning(length)
    edges = np.unique(np.geomspace(2, length // 2, 24).astype(int))
    bands = np.concatenate(
        [
            np.log1p(
                30
                * np.add.reduceat(
                    np.abs(np.fft.rfft(frames[a : a + 500] * window)), edges[:-1], axis=1
                )
            )
            for a in range(0, len(frames), 500)
        ]
    )
    rise = np.maximum(np.diff(bands, axis=0), 0).sum(axis=1)
    return np.maximum(rise - np.convolve(rise, np.ones(40) / 40, "same"), 0)


def _finer(same: NDArray[np.float64], lag: int) -> float:
    """The lag, from the longest multiple of it that still stands out: less than a frame off."""
    best = float(lag)
    for turns in (2, 4, 8, 16):
        middle, reach = round(best * turns), turns
        if middle + reach + 1 >= len(same) // 2:
            break
        part = same[middle - reach : middle + reach + 1]
        best = (middle - reach + int(part.argmax())) / turns
    return best


def _shares(samples: Samples, rate: int) -> NDArray[np.float64]:
    """How much of each of the twelve semitones sounds."""
    length = 1 << round(np.log2(rate * 0.19))
    window = np.hanning(length)
    at = np.fft.rfftfreq(length, 1 / rate)
    heard = (at > 60) & (at < 1800)
    semitone = np.round(12 * np.log2(np.maximum(at, 1) / 440) + 69).astype(int) % 12
    total = np.zeros(12)
    for start in range(0, max(1, len(samples) - length), length // 2):
        block = samples[start : start + length]
        level = np.abs(np.fft.rfft(block * window[: len(block)], length))
        total += np.bincount(semitone[heard], np.sqrt(level[heard]) * _peaks(level)[heard], 12)
    return total


def _peaks(level: NDArray[np.float64]) -> NDArray[np.bool_]:
    inner = np.zeros(len(level), bool)
    inner[1:-1] = (level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])
    return inner
