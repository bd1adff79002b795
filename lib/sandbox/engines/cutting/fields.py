"""Small tools for masks: arrays of height by width."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
"""Height by width, or with a last axis more."""
Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]
"""Height by width by red, green and blue."""


def colours(pixels: Pixels) -> Field:
    """Lightness and two opponent colours, each about 0 to 1 or -1 to 1.

    Colour counts twice: shadows change the lightness of a background, less its colour.
    """
    red, green, blue = np.moveaxis(pixels.astype(np.float32) / 255, -1, 0)
    light = (red + green + blue) / 3
    return np.stack([light, 2 * (red - green), red + green - 2 * blue], -1)


def ring(shape: tuple[int, int], width: int) -> Mask:
    """The border of a picture."""
    mask = np.ones(shape, np.bool_)
    mask[width:-width, width:-width] = False
    return mask


def pieces(mask: Mask, least: float) -> Mask:
    """The pieces of a mask that are at least `least` of the largest in size."""
    sizes, owners = _pieces(mask)
    return (sizes >= least * sizes.max())[owners] & mask


def filled(mask: Mask, largest: float = 1) -> Mask:
    """The mask without its holes of at most `largest` of its size."""
    sizes, owners = _pieces(~mask)
    outside = np.unique(owners[ring((mask.shape[0], mask.shape[1]), 1) & ~mask])
    sizes[outside] = mask.size + 1
    return mask | (sizes <= largest * mask.sum())[owners]


def spread(mask: Mask, far: int) -> Mask:
    """The mask and what is at most `far` places from it."""
    return mean(mask.astype(np.float32), far) > 1e-6


def mean(field: Field, radius: int) -> Field:
    """Of each place's square neighbourhood, cut off at the edges of the picture."""
    return _sums(field, radius) / _sums(np.ones(field.shape, np.float32), radius)


def _sums(field: Field, radius: int) -> Field:
    down = _sums_down(field, radius)
    return np.swapaxes(_sums_down(np.swapaxes(down, 0, 1), radius), 0, 1)


def _sums_down(field: Field, radius: int) -> Field:
    rows = len(field)
    total = np.zeros((rows + 1, *field.shape[1:]), np.float64)
    np.cumsum(field, axis=0, out=total[1:])
    places = np.arange(rows)
    upper, lower = np.minimum(places + radius + 1, rows), np.maximum(places - radius, 0)
    return (total[upper] - total[lower]).astype(np.float32)


def _pieces(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """What hangs together: the size of each piece, and each place's piece; 0 is what isn't mask.

    Each place takes the highest number around, and then what the place of that number has taken:
    after a few rounds a piece has one number.
    """
    numbers = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        around = np.pad(numbers, 1)
        highest = np.maximum.reduce(
            [around[1:-1, 1:-1], around[2:, 1:-1], around[:-2, 1:-1], around[1:-1, 2:],
             around[1:-1, :-2]]
        )  # fmt: skip
        taken = np.where(mask, highest, 0)
        taken = np.concatenate([[0], taken.ravel()])[taken]
        if np.array_equal(taken, numbers):
            break
        numbers = taken
    _, owners = np.unique(np.append(0, numbers), return_inverse=True)
    sizes = np.bincount(owners)
    sizes[0] = 0
    return sizes, owners[1:].reshape(mask.shape)
