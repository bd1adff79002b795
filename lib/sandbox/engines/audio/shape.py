"""What is done to samples once they are there."""

import numpy as np
from numpy.typing import NDArray

from lib.sandbox.engines.audio.measure import BANDS, Samples

_PEAK = 0.89
"""-1 dB."""
_TAPS = 1023
_BLOCK = 1 << 15


def levelled(samples: Samples, peak: float = _PEAK) -> Samples:
    """As loud as may be; silence stays silent."""
    loudest = float(np.abs(samples).max(initial=0))
    return samples * np.float32(peak / loudest) if loudest > 1e-6 else samples


def tilted(samples: Samples, rate: int, tilt: float) -> Samples:
    """Brighter or darker by so many decibels an octave, around 1 kHz."""
    return equalised(samples, rate, tilt * np.log2(BANDS / 1000)) if tilt else samples


def equalised(samples: Samples, rate: int, gains: NDArray[np.float64]) -> Samples:
    """Each of `measure.BANDS` by so many decibels, without delay."""
    size = 2 * _TAPS
    at = np.fft.rfftfreq(size, 1 / rate)
    level = np.interp(np.log(np.maximum(at, 1)), np.log(BANDS), gains)
    response = np.fft.irfft(10 ** (level / 20), size)
    taps = np.roll(response, _TAPS // 2)[:_TAPS] * np.hanning(_TAPS)
    return _filtered(samples, taps)


def trembling(samples: Samples, rate: int, depth: float) -> Samples:
    """Pitch wavering five times a second, by up to 3 % at depth 1; the times stay."""
    if not depth:
        return samples
    at = np.arange(len(samples))
    wave = np.sin(2 * np.pi * 5.1 * at / rate) + 0.4 * np.sin(2 * np.pi * 3.3 * at / rate)
    return np.interp(at + depth * 0.0008 * rate * wave, at, samples).astype(np.float32)


def _filtered(samples: Samples, taps: NDArray[np.float64]) -> Samples:
    """Convolution in blocks; `taps` are centred."""
    size = _BLOCK
    step = size - len(taps) + 1
    spectrum = np.fft.rfft(taps, size)
    out = np.zeros(len(samples) + size, np.float32)
    for start in range(0, len(samples), step):
        block = samples[start : start + step]
        out[start : start + size] += np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)
    delay = len(taps) // 2
    return out[delay : delay + len(samples)]
