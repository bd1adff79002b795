"""Finding the spaces between words where a recogniser leaves them out.

Its letters come with places that are right to about half a letter. The picture of the line shows
the gaps exactly, so each wide gap becomes a space between the two letters nearest to it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_NARROWEST, _WIDEST = 0.14, 0.28
"""Of what counts as a space, in line heights; between them each line finds its own."""
_IN_NUMBERS = 0.27
"""Between two digits; those stand in cells of one width, a 1 far from its neighbours."""
_OPENING, _CLOSING = "([{„«¿¡", ")]},.;:!?»%"


def spaced(letters: str, places: Sequence[float], line: Image.Image) -> str:
    """`letters` with spaces. `places` are their middles, in pixels of the picture of the line."""
    inner = [(left + right) / 2 for left, right in pairwise(places)]
    before: set[int] = set()
    for middle, width in _gaps(line):
        nearest = min(range(len(inner)), key=lambda i: abs(inner[i] - middle), default=None)
        if nearest is not None and _parts(letters[nearest], letters[nearest + 1], width):
            before.add(nearest + 1)
    return "".join(f" {letter}" if at in before else letter for at, letter in enumerate(letters))


def _parts(left: str, right: str, width: float) -> bool:
    """Whether a gap parts words; around some signs a wide gap does not."""
    if left.isdigit() and right.isdigit():
        return width >= _IN_NUMBERS
    return not (left.isspace() or right.isspace() or left in _OPENING or right in _CLOSING)


def _gaps(line: Image.Image) -> list[tuple[float, float]]:
    """The gaps between words: their middles in pixels, their widths in line heights."""
    runs = _empty_runs(_ink(line))
    if not runs:
        return []
    widths = np.array([end - start for start, end in runs]) / line.height
    least = _threshold(widths)
    return [
        ((start + end) / 2, float(width))
        for (start, end), width in zip(runs, widths, strict=True)
        if width >= least
    ]


def _threshold(widths: NDArray[np.float64]) -> float:
    """In the widest step from a gap between letters to one between words."""
    steps = np.sort(np.concatenate([widths, [_NARROWEST, _WIDEST]]))
    steps = steps[(steps >= _NARROWEST) & (steps <= _WIDEST)]
    widest = int(np.argmax(np.diff(steps)))
    return float(steps[widest] + steps[widest + 1]) / 2


def _ink(line: Image.Image) -> NDArray[np.bool_]:
    """For each column, whether something is written in it."""
    grey = np.asarray(line.convert("L"), np.float32)
    paper = np.median(grey)
    darkest, lightest = np.percentile(grey, (2, 98))
    contrast = max(paper - darkest, lightest - paper, 1.0)
    marks = np.abs(grey - paper) > 0.4 * contrast
    return np.asarray(marks.sum(axis=0) >= max(1, round(line.height * 0.03)))


def _empty_runs(ink: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where nothing is written, between the first and the last letter."""
    written: NDArray[Any] = np.flatnonzero(ink)
    return [(int(left) + 1, int(right)) for left, right in pairwise(written) if right > left + 1]
