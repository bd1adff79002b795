"""What a picture shows, as far as its colours tell."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from lib.sandbox.engines.opened import opaque, opened

_SIDE = 64
_COLOURS = (
    ("black", (18, 18, 20)),
    ("white", (245, 245, 242)),
    ("grey", (128, 130, 132)),
    ("red", (190, 40, 40)),
    ("red", (105, 22, 28)),
    ("orange", (225, 125, 40)),
    ("yellow", (235, 205, 70)),
    ("green", (60, 120, 60)),
    ("green", (28, 62, 36)),
    ("teal", (30, 130, 135)),
    ("blue", (45, 95, 180)),
    ("blue", (24, 42, 98)),
    ("sky blue", (140, 190, 230)),
    ("purple", (110, 60, 150)),
    ("pink", (230, 150, 180)),
    ("brown", (105, 70, 45)),
    ("beige", (215, 195, 165)),
)
_LEAST = 0.14
"""The share of a picture that a colour must have to be named."""


class Seen(NamedTuple):
    shape: str
    """portrait, landscape or square."""
    light: str
    """bright, dark or evenly lit."""
    contrast: str
    """strong or soft."""
    colours: tuple[str, ...]
    """The one or two most frequent, most frequent first."""

    @property
    def words(self) -> str:
        return f"{self.light}, {self.shape} format, mainly {' and '.join(self.colours)}"


def seen(path: Path) -> Seen:
    picture = opaque(opened(path))
    width, height = picture.size
    pixels = np.asarray(picture.resize((_SIDE, _SIDE)), np.float64).reshape(-1, 3)
    light = pixels @ np.array([0.299, 0.587, 0.114]) / 255
    average, spread = float(light.mean()), float(light.std())
    return Seen(
        shape=_shape(width / height),
        light="bright" if average > 0.64 else "dark" if average < 0.32 else "evenly lit",
        contrast="strong" if spread > 0.24 else "soft",
        colours=_colours(pixels),
    )


def _shape(ratio: float) -> str:
    return "landscape" if ratio > 1.1 else "portrait" if ratio < 1 / 1.1 else "square"


def _colours(pixels: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> tuple[str, ...]:
    centres = np.array([centre for _, centre in _COLOURS], np.float64)
    nearest = ((pixels[:, None] - centres[None]) ** 2).sum(axis=-1).argmin(axis=1)
    shares: dict[str, float] = {}
    for (name, _), count in zip(
        _COLOURS, np.bincount(nearest, minlength=len(centres)), strict=True
    ):
        shares[name] = shares.get(name, 0) + count / len(pixels)
    most, second = sorted(shares, key=lambda name: -shares[name])[:2]
    return (most, second) if shares[second] > _LEAST else (most,)
