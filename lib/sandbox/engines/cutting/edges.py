"""From a small, hard mask to the edges of the picture itself."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lib.sandbox.engines.cutting.fields import Field, Mask, Pixels, mean

Colour = NDArray[np.float32]

_EXACT = 4e-4
"""How little of a change in the picture counts as an edge (the guided filter's epsilon)."""

_FEW = 16
"""Pixels that say too little about their colours."""


def alpha(mask: Mask, small: Image.Image, picture: Image.Image) -> Image.Image:
    """The mask at the picture's size, its edges where the picture has them, and soft.

    A guided filter: in each small neighbourhood the mask is told by the picture's shades, a rule
    that then holds for the large picture, too. The shades are those of the one colour in which
    inside and outside differ most.
    """
    colour = _telling(np.asarray(small), mask)
    guide = _shades(small, colour)
    sharp = mask.astype(np.float32)
    radius = max(2, min(mask.shape) // 80)
    average, target = mean(guide, radius), mean(sharp, radius)
    variance = mean(guide * guide, radius) - average * average
    slope = (mean(guide * sharp, radius) - average * target) / (variance + _EXACT)
    shift = target - slope * average
    slope, shift = (_enlarged(mean(each, radius), picture.size) for each in (slope, shift))
    soft = slope * _shades(picture, colour) + shift
    soft = np.clip((soft - 0.15) / 0.7, 0, 1)
    soft *= _enlarged(_near(sharp, radius), picture.size)  # far from the subject there is nothing
    return Image.fromarray((np.clip(soft, 0, 1) * 255).round().astype(np.uint8))


def cleaned(picture: Image.Image, cut: Image.Image) -> Image.Image:
    """The picture with that alpha, and without the background's colour in its soft edges."""
    small = picture.copy()
    small.thumbnail((512, 512), Image.Resampling.BILINEAR)
    weights = np.asarray(cut.resize(small.size, Image.Resampling.BILINEAR), np.float32) / 255
    solid = (weights**2)[:, :, None]
    radius = max(2, min(small.size) // 60)
    pixels = np.asarray(small, np.float32)
    inside = mean(pixels * solid, radius) / np.maximum(mean(solid, radius), 1e-3)
    colour = Image.fromarray(inside.clip(0, 255).astype(np.uint8)).resize(picture.size)
    # Where it is half there, the colour of what is wholly there nearby.
    whole = cut.point([round(255 * min(1.0, value / 250) ** 2) for value in range(256)])
    result = Image.composite(picture, colour, whole)
    result.putalpha(cut)
    return result


def _near(mask: Field, radius: int) -> Field:
    return np.clip(mean(mask, 2 * radius) * 12, 0, 1)


def _telling(pixels: Pixels, mask: Mask) -> Colour:
    """Fisher's discriminant: how to weigh red, green and blue."""
    inside, outside = pixels[mask] / 255, pixels[~mask] / 255
    if min(len(inside), len(outside)) < _FEW:
        return np.full(3, 1 / 3, np.float32)
    spread = np.cov(inside, rowvar=False) + np.cov(outside, rowvar=False) + 0.002 * np.eye(3)
    apart = inside.mean(axis=0) - outside.mean(axis=0)
    weights = np.asarray(np.linalg.inv(spread) @ apart, np.float32)
    return weights / max(float(np.abs(weights).sum()), 1e-6)


def _shades(picture: Image.Image, colour: Colour) -> Field:
    return np.asarray(picture, np.float32) @ colour / 255


def _enlarged(field: Field, size: tuple[int, int]) -> Field:
    image = Image.fromarray(field.astype(np.float32))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR))
