"""Taking a drawn landscape apart: what is sky, and what stands before it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from lib.sandbox.engines.video.flood import Places, reached

_SIDE = 320
"""The longer side at which edges are looked for, in pixels."""
_STEPS = (9, 6, 4, 2.5)
"""How much colour changes at the edge of the sky, from 255: hard edges first, then hazy ones."""
_FEWEST, _MOST = 0.12, 0.8
"""The share of a landscape that can be its sky; anything else is another kind of picture."""
_FOOT = 0.95
"""How much of the lower edge is ground, at least."""
_FILL = 64
"""The width at which the sky is carried on behind the ground, in pixels."""


@dataclass(frozen=True, slots=True)
class Sky:
    picture: Image.Image
    """Also where something stands before it, softly filled in."""
    where: Image.Image
    """White where it is seen."""
    foot: int
    """The first row from which on there is only ground."""


def sky(picture: Image.Image) -> Sky | None:
    """The sky of a landscape, as large as the picture; None where there seems to be none."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    change = _change(small)
    for step in _STEPS:
        ground = _ground(change < step)
        if _FEWEST <= 1 - ground.mean() <= _MOST and ground[-1].mean() > _FOOT:
            where = _mask(~ground, picture.size)
            box = where.getbbox()
            return Sky(_filled(picture, where), where, picture.height if box is None else box[3])
    return None


def _change(picture: Image.Image) -> NDArray[np.floating[Any]]:
    """How much the colour changes at each pixel; stars, rain and birds aside."""
    pixels = np.asarray(picture.filter(ImageFilter.MedianFilter(3)), np.float32)
    change = np.zeros(pixels.shape[:2], np.float32)
    change[:, 1:] = np.abs(np.diff(pixels, axis=1)).max(-1)
    change[1:] = np.maximum(change[1:], np.abs(np.diff(pixels, axis=0)).max(-1))
    return change


def _ground(smooth: Places) -> Places:
    """What is left when the sky has run down from the upper edge and is shut in from below.

    So a balloon is sky, since it floats in it, and a lighthouse is ground.
    """
    upper, lower = np.zeros_like(smooth), np.zeros_like(smooth)
    upper[0], lower[-1] = True, True
    sky = reached(smooth, upper)
    return reached(~sky, lower)


def _mask(sky: Places, size: tuple[int, int]) -> Image.Image:
    """In full size, its edge a pixel or two wide and on its own side."""
    large = Image.fromarray(np.uint8(sky) * 255).resize(size, Image.Resampling.BICUBIC)
    return large.point([min(255, max(0, round((value - 70) * 2.2))) for value in range(256)])


def _filled(picture: Image.Image, where: Image.Image) -> Image.Image:
    """The sky, with its own colours carried on behind what stands before it."""
    shown = where.filter(ImageFilter.MinFilter(7))
    size = (_FILL, max(2, _FILL * picture.height // picture.width))
    bare = np.asarray(shown.resize(size, Image.Resampling.BOX), np.float32) > 254
    colours = np.asarray(picture.resize(size, Image.Resampling.BOX), np.float32)
    weight = bare.astype(np.float32)[..., None]
    total, known = colours * weight, weight
    result = np.where(bare[..., None], colours, 0)
    while not bare.all():
        total, known = _spread(total), _spread(known)
        new = ~bare & (known[..., 0] > 1e-6)
        result[new] = (total / np.maximum(known, 1e-6))[new]
        bare |= new
    fill = Image.fromarray(np.uint8(np.clip(result, 0, 255)))
    whole = fill.resize(picture.size, Image.Resampling.BICUBIC)
    return Image.composite(picture, whole, shown.filter(ImageFilter.GaussianBlur(2)))


def _spread(values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Each value blended with those around it."""
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)))
    across = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return (across[:-2] + 2 * across[1:-1] + across[2:]) / 16
