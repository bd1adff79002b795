"""A picture being edited, and small tools for its pixels."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from lib.sandbox.engines.chance import number
from lib.sandbox.engines.cutout import found
from lib.sandbox.engines.cutting import edges
from lib.sandbox.engines.cutting.fields import Mask, filled, spread
from lib.sandbox.engines.drawing.noise import steps

Pixels = NDArray[np.floating[Any]]
"""Height by width by red, green and blue, from 0 to 1."""
Field = NDArray[np.floating[Any]]
"""Height by width."""

_SKY_SIDE, _SKY_LEAST = 320, 24
_SMOOTH, _CLOUDY = 0.02, 0.05
"""How much a sky changes from place to place at most, at that size; clouds change more."""


@dataclass(frozen=True)
class Sheet:
    """What an edit starts from, and what the looks want to know about it."""

    image: Image.Image
    """RGB."""
    seed: int
    alpha: Image.Image | None = None
    """Of a picture that was cut out before: where its subject is."""

    def random(self, purpose: str) -> np.random.Generator:
        """Chances of its own for each purpose, so that one look doesn't change another."""
        return np.random.default_rng(number(self.seed, purpose))

    @property
    def size(self) -> tuple[int, int]:
        return self.image.size

    @property
    def unit(self) -> float:
        """A thousandth of the shorter side, in pixels: what widths and blurs are counted in."""
        return min(self.size) / 1000

    @cached_property
    def subject(self) -> Field:
        """1 where the subject is, 0 in its background."""
        mask = self.alpha or found(self.image)[0]
        return np.asarray(mask, np.float32) / 255

    @cached_property
    def sky(self) -> Field:
        """1 in the sky: what is smooth and hangs together with the upper edge; often nothing."""
        small = self.image.copy()
        small.thumbnail((_SKY_SIDE, _SKY_SIDE))
        grey = light(pixels(small))
        if min(grey.shape) < _SKY_LEAST:
            return np.zeros((self.size[1], self.size[0]), np.float32)
        changes = blurred(np.abs(np.gradient(grey)[0]) + np.abs(np.gradient(grey)[1]), 1.2)
        reached = _from_above(changes < _SMOOTH)
        if reached.mean() < 0.06:
            return np.zeros((self.size[1], self.size[0]), np.float32)
        clouds = (changes < _CLOUDY) & (grey > np.median(grey[reached]))
        reached = _from_above((changes < _SMOOTH) | clouds)
        whole = spread(filled(reached, largest=0.12), 3)  # the edge itself is no smooth place
        return np.asarray(edges.alpha(whole, small, self.image), np.float32) / 255


def _from_above(smooth: Mask) -> Mask:
    """What is reached from the upper edge, going down and a little aside."""
    reached = np.zeros_like(smooth)
    reached[0] = smooth[0]
    for row in range(1, len(smooth)):
        above = reached[row - 1]
        reached[row] = (above | np.roll(above, 1) | np.roll(above, -1)) & smooth[row]
    return reached


def pixels(image: Image.Image) -> Pixels:
    return np.asarray(image, np.float32) / 255


def image(values: Pixels) -> Image.Image:
    return Image.fromarray((np.clip(values, 0, 1) * 255).round().astype(np.uint8))


def colour(text: str) -> Pixels:
    """`#rrggbb`, as one pixel."""
    return np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


def light(values: Pixels) -> Field:
    """How bright each place looks."""
    return values @ np.array([0.299, 0.587, 0.114], np.float32)


def mixed(first: Pixels, second: Pixels, share: Field | float) -> Pixels:
    """`share` of the second in the first, for all places or each."""
    weight = share[..., None] if isinstance(share, np.ndarray) else share
    return first + (second - first) * weight


def ramp(shades: Field, stops: list[str]) -> Pixels:
    """The colours for shades from 0 to 1, evenly between stops."""
    places = np.linspace(0, 1, len(stops))
    table = np.stack([colour(stop) for stop in stops])
    bands = [np.interp(shades, places, table[:, band]) for band in range(3)]
    return np.stack(bands, -1).astype(np.float32)


def saturated(values: Pixels, by: float) -> Pixels:
    """Colours `by` times as strong; 0 leaves greys."""
    grey = light(values)[..., None]
    return np.maximum(grey + (values - grey) * by, 0)


def contrasted(values: Pixels, by: float) -> Pixels:
    return np.maximum((values - 0.5) * by + 0.5, 0)


def blurred(values: Field, radius: float) -> Field:
    """Height by width, with or without colours; out of range is cut off."""
    whole = Image.fromarray((np.clip(values, 0, 1) * 255).round().astype(np.uint8))
    return np.asarray(whole.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def down(size: tuple[int, int]) -> Field:
    """0 at the upper edge to 1 at the lower, height by 1."""
    return np.linspace(0, 1, size[1], dtype=np.float32)[:, None]


def corners(size: tuple[int, int]) -> Field:
    """0 in the middle to 1 in the corners, softly."""
    across = np.linspace(-1, 1, size[0], dtype=np.float32)[None]
    return steps(np.hypot(across, 2 * down(size) - 1), 0.5, 1.45)
