"""What a sound looks like: its pitches as bars, frame by frame."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lib.sandbox.engines.video.frame import Size
from lib.sandbox.engines.video.sound import RATE, Samples

Levels = NDArray[np.floating[Any]]

BARS = 36
_WINDOW = 4096
_LOWEST, _HIGHEST = 70.0, 9000.0
"""Hertz."""
_RANGE = 48.0
"""Decibels from the loudest of the whole sound down to a bar of nothing."""
_SINKS = 0.72
"""What is left of a bar a frame later, when nothing is heard any more."""
_FINE = 2


def levels(samples: Samples, frames: int, fps: float) -> Levels:
    """For each frame the height of each bar, from 0 to 1; low tones first."""
    mono = np.pad(samples.mean(axis=0), _WINDOW)
    window = np.hanning(_WINDOW).astype(np.float32)
    edges = np.geomspace(_LOWEST, _HIGHEST, BARS + 1) * _WINDOW / RATE
    loud = np.zeros((frames, BARS), np.float32)
    for number in range(frames):
        at = min(round(number / fps * RATE), samples.shape[1]) + _WINDOW // 2
        tones = np.abs(np.fft.rfft(mono[at : at + _WINDOW] * window))
        for bar in range(BARS):
            low = int(edges[bar])
            loud[number, bar] = tones[low : max(low + 1, int(edges[bar + 1]))].max()
    loudest = max(float(loud.max()), 1e-3)
    heights = np.clip(1 + 20 * np.log10(np.maximum(loud / loudest, 1e-6)) / _RANGE, 0, 1)
    for number in range(1, frames):
        heights[number] = np.maximum(heights[number], heights[number - 1] * _SINKS)
    return heights


class Bars:
    """Bars across the lower part of a frame, over a soft shade."""

    def __init__(self, size: Size) -> None:
        self._size = size
        width, height = size
        self._rows = round(height * 0.36)
        shade = np.sin(np.linspace(0, np.pi, self._rows)).clip(0) ** 0.8 * 105
        column = Image.fromarray(shade.astype(np.uint8)[:, None])
        self._shade = column.resize((width, self._rows), Image.Resampling.NEAREST)

    def on(self, picture: Image.Image, heights: Levels, strength: float = 1.0) -> None:
        """Draw them, by a strength from 0 (not at all) to 1."""
        if strength <= 0:
            return
        share = [round(value * strength) for value in range(256)]
        at = (0, self._size[1] - self._rows - round(self._size[1] * 0.04))
        picture.paste((8, 10, 20), at, self._shade.point(share))
        picture.paste((255, 255, 255), at, self._drawn(heights).point(share))

    def _drawn(self, heights: Levels) -> Image.Image:
        width, rows = self._size[0] * _FINE, self._rows * _FINE
        image = Image.new("L", (width, rows))
        pen = ImageDraw.Draw(image)
        step = width * 0.86 / BARS
        thick = max(2.0, step * 0.52)
        for number, level in enumerate(heights):
            left = width * 0.07 + number * step + (step - thick) / 2
            half = thick / 2 + float(level) * (rows * 0.42 - thick / 2)
            box = (left, rows / 2 - half, left + thick, rows / 2 + half)
            pen.rounded_rectangle(box, thick / 2, fill=round(120 + 120 * float(level)))
        return image.reduce(_FINE)
