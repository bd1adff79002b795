"""The instruments that are hit. Each is made once and sounds the same every time."""

from functools import cache

import numpy as np

from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.music.patches import RATE


@cache
def hit(name: str) -> Samples:
    """One hit of `kick`, `snare`, `rim`, `hat`, `open`, `ride`, `shaker`, `clap` or `timpani`."""
    match name:
        case "kick":
            return _drum(46, 120, 0.16, seconds=0.35) + 0.1 * _noise(0.35, 0.008, 2500)
        case "timpani":
            return _drum(73, 8, 0.7, seconds=1.4) * 0.9
        case "snare":
            return 0.5 * _drum(185, 60, 0.07, seconds=0.3) + 0.6 * _noise(0.3, 0.085, 1200)
        case "rim":
            return 0.5 * _drum(820, 200, 0.02, seconds=0.08) + 0.3 * _noise(0.08, 0.02, 3000)
        case "clap":
            late = np.roll(_noise(0.3, 0.09, 1500), round(0.012 * RATE))
            return 0.5 * (late + _noise(0.3, 0.02, 1500))
        case "open":
            return 0.4 * _noise(0.4, 0.14, 7000)
        case "ride":
            return 0.3 * _noise(0.5, 0.2, 6000)
        case "shaker":
            return 0.35 * _noise(0.12, 0.035, 5000) * np.hanning(round(0.12 * RATE)).astype("f4")
        case _:
            return 0.42 * _noise(0.08, 0.022, 7500)


def _drum(pitch: float, bend: float, decay: float, *, seconds: float) -> Samples:
    """A skin: its pitch falls from `pitch` + `bend` at once."""
    at = np.arange(round(seconds * RATE)) / RATE
    turns = pitch * at - bend * 0.03 * np.exp(-at / 0.03)
    wave = np.sin(2 * np.pi * turns) * np.exp(-at / decay) * _ends(len(at))
    return wave.astype(np.float32)


def _noise(seconds: float, decay: float, above: float) -> Samples:
    """Noise without what is below a frequency."""
    length = round(seconds * RATE)
    noise = np.fft.rfft(np.random.default_rng(length).standard_normal(length))
    at = np.fft.rfftfreq(length, 1 / RATE)
    noise *= 1 / (1 + (above / np.maximum(at, 1)) ** 4)
    wave = np.fft.irfft(noise, length)
    wave *= np.exp(-np.arange(length) / (decay * RATE)) * _ends(length) / np.abs(wave).max()
    return wave.astype(np.float32)


def _ends(length: int) -> Samples:
    """A millisecond up, ten down: no clicks."""
    at = np.arange(length) / RATE
    end = length / RATE - at
    return np.minimum(np.minimum(at / 0.001, 1), np.minimum(end / 0.01, 1)).astype(np.float32)
