"""Finding what moves in a video whose camera stands still."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from lib.sandbox.engines.video import read
from lib.sandbox.engines.video.flood import Places, reached
from lib.sandbox.engines.video.frame import Frame, Size

_SIDE = 160
"""The longer side at which movement is looked for, in pixels."""
_LEAST_CHANGE = 22.0
"""Of a colour, from 255: less is noise."""
_LEAST_SHARE = 0.002
"""Of the frame: what moves there is a leaf, not a subject."""
_MOST_SHARE = 0.6
"""Of the frame: where so much changes, it is the camera that moves."""
_TREMBLE = 0.25
"""Seconds over which a subject's place is smoothed."""
_BREATH = 1.2
"""Seconds over which its size is."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Where it is in a frame, as shares of the frame's width and height."""

    across: float
    foot: float
    width: float
    height: float


_MIDDLE = Subject(0.5, 0.92, 0.36, 0.7)


def background(path: Path, size: Size, frames: int, samples: int) -> Frame:
    """What is seen where nothing stands before it: the median of some frames over the whole time.

    `samples` is odd.
    """
    wanted = {round(part * (frames - 1)) for part in np.linspace(0, 1, samples)}
    some = [frame for number, frame in enumerate(read.frames(path, size)) if number in wanted]
    return _median(some)


def subjects(path: Path, behind: Frame, fps: float) -> tuple[list[Subject], bool]:
    """Where the subject is in each frame, and whether it was found at all.

    Where it stands still for a moment it is where it was; in a video without one, or with a camera
    that moves, it is in the middle.
    """
    height, width = behind.shape[:2]
    small = small_size((width, height))
    still = shrunk(behind, small)
    found: list[tuple[float, float, float, float] | None] = []
    shares: list[float] = []
    for frame in read.frames(path, small):
        places = changed(frame, still)
        shares.append(float(places.mean()))
        found.append(_box(places))
    if not any(found) or float(np.median(shares)) > _MOST_SHARE:
        return [_MIDDLE] * len(found), False
    return _smoothed(_filled(found), fps), True


def small_size(size: Size) -> Size:
    share = min(1.0, _SIDE / max(size))
    return max(8, round(size[0] * share)), max(8, round(size[1] * share))


def shrunk(frame: Frame, size: Size) -> Frame:
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BOX))


def changed(frame: Frame, behind: Frame) -> Places:
    """Where a small frame differs from what is behind the subject, noise aside."""
    change = np.abs(frame.astype(np.int16) - behind).max(-1)
    soft = Image.fromarray(change.astype(np.uint8)).filter(ImageFilter.MedianFilter(3))
    noise = float(np.median(change))
    return np.asarray(soft.filter(ImageFilter.BoxBlur(1))) > max(_LEAST_CHANGE, 3 * noise)


def _median(frames: Sequence[Frame]) -> Frame:
    """Of each pixel. By swaps between whole frames: that is ten times as fast as a sort of each."""
    rows = [frame.copy() for frame in frames]
    for turn in range(len(rows)):
        for first in range(turn % 2, len(rows) - 1, 2):
            lower = np.minimum(rows[first], rows[first + 1])
            np.maximum(rows[first], rows[first + 1], out=rows[first + 1])
            rows[first] = lower
    return rows[len(rows) // 2]


def _box(places: Places) -> tuple[float, float, float, float] | None:
    """Left, top, right and lower edge of the largest thing, as shares; None where it is small."""
    # Joined over small gaps: a striped shirt is one thing.
    joined = np.asarray(
        Image.fromarray(places.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(7))
    )
    left = joined > 0
    best: Places | None = None
    while left.any() and (best is None or left.sum() > best.sum()):
        start = np.zeros_like(left)
        start[np.unravel_index(int(np.argmax(left)), left.shape)] = True
        thing = reached(left, start)
        left &= ~thing
        thing &= places
        if best is None or thing.sum() > best.sum():
            best = thing
    if best is None or best.mean() < _LEAST_SHARE:
        return None
    rows, columns = np.nonzero(best.any(1))[0], np.nonzero(best.any(0))[0]
    height, width = best.shape
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )


def _filled(boxes: Sequence[tuple[float, float, float, float] | None]) -> NDArray[np.float64]:
    """The last box known where there is none; before the first, that."""
    last = next(box for box in boxes if box is not None)
    filled: list[tuple[float, float, float, float]] = []
    for box in boxes:
        last = box or last
        filled.append(last)
    return np.array(filled)


def _smoothed(boxes: NDArray[np.float64], fps: float) -> list[Subject]:
    left, top, right, foot = boxes.T
    return [
        Subject(*(float(value) for value in values))
        for values in zip(
            _mean((left + right) / 2, _TREMBLE * fps),
            _mean(foot, _TREMBLE * fps),
            _mean(right - left, _BREATH * fps),
            _mean(foot - top, _BREATH * fps),
            strict=True,
        )
    ]


def _mean(values: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    """Of each value and those around it."""
    reach = int(length / 2)
    padded = np.pad(values, reach, "edge")
    return np.convolve(padded, np.full(2 * reach + 1, 1 / (2 * reach + 1)), "valid")
