"""Water that doesn't lie still."""

import math

import numpy as np
from PIL import Image

from lib.sandbox.engines.video.camera import Box
from lib.sandbox.engines.video.frame import Frame

_BETWEEN = (0.5, 0.72)
"""Where the drawn scenes have their shore, as shares of the height."""
_CLEAR = 1.5
"""How much of a line across the whole picture it must be, in colour steps."""
_STRENGTH = 0.0045
"""How far the nearest water sways, as a share of the frame's smaller side."""


def shore(picture: Image.Image) -> int | None:
    """The row at which the water begins: a line from edge to edge; None where there is none."""
    grey = np.asarray(picture.convert("L"), np.float32)
    change = np.median(np.abs(np.diff(grey, axis=0)), axis=1)
    first, last = (round(len(grey) * share) for share in _BETWEEN)
    row = first + int(np.argmax(change[first:last]))
    return row + 1 if change[row] >= _CLEAR else None


def rippled(frame: Frame, box: Box, row: int, seconds: float) -> Frame:
    """The frame with its water moving; `row` is the shore in the still that `box` shows."""
    height, width = frame.shape[:2]
    top = math.ceil((row - box[1]) / (box[3] - box[1]) * height) + 1
    if not 0 < top < height - 2:
        return frame
    near = np.linspace(0, 1, height - top, dtype=np.float32)
    waves = 40 * near**0.6  # the farther, the closer together
    sway = np.sin(waves * 2.1 - 2.6 * seconds) + 0.6 * np.sin(waves * 5.3 + 3.7 * seconds)
    shift = sway * (0.12 + 0.88 * near) * min(frame.shape[:2]) * _STRENGTH / 1.6
    edge = int(np.abs(shift).max()) + 2
    wide = np.pad(frame[top:], ((0, 0), (edge, edge), (0, 0)), "edge")
    moved = frame.copy()
    # Row by row: to pick the pixels with one index for all of them takes four times as long.
    for number, pixels in enumerate(shift):
        whole = math.floor(pixels)
        part = np.uint16((pixels - whole) * 256)
        first = edge + whole
        one, two = (wide[number, at : at + width] for at in (first, first + 1))
        moved[top + number] = (one * (np.uint16(256) - part) + two * part) >> 8
    return moved
