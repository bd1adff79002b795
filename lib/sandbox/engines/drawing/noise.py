"""Smooth noise, along a line and over a plane."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.floating[Any]]


def line(rng: np.random.Generator, length: int, waves: float, octaves: int) -> Field:
    """A curve of `length` points around 0 within about -1 to 1, with `waves` large waves."""
    total = np.zeros(length, np.float32)
    at = np.linspace(0, 1, length, dtype=np.float32)
    weight = 1.0
    for octave in range(octaves):
        knots = max(2, round(waves * 2**octave)) + 1
        total += weight * _smooth(at * (knots - 1), rng.uniform(-1, 1, knots + 1))
        weight *= 0.5
    return total * 0.95


def plane(
    rng: np.random.Generator, size: tuple[int, int], cells: tuple[float, float], octaves: int
) -> Field:
    """Height by width values from 0 to 1; `cells` counts the large blobs across and down."""
    total = np.zeros((size[1], size[0]), np.float32)
    weight = 1.0
    for octave in range(octaves):
        across, down = (max(2, round(count * 2**octave)) + 1 for count in cells)
        knots = rng.random((down, across), np.float32)
        total += weight * resized(knots, size)
        weight *= 0.5
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def resized(field: Field, size: tuple[int, int]) -> Field:
    """The field at another (width, height), smoothly."""
    return np.asarray(Image.fromarray(field).resize(size, Image.Resampling.BICUBIC))


def steps(field: Field, low: float, high: float) -> Field:
    """0 below `low`, 1 above `high`, an S in between."""
    share = np.clip((field - low) / (high - low), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)


def _smooth(at: Field, knots: NDArray[np.float64]) -> Field:
    index = np.minimum(at.astype(np.int64), len(knots) - 2)
    share = at - index
    share = share * share * (3 - 2 * share)
    return (knots[index] * (1 - share) + knots[index + 1] * share).astype(np.float32)
