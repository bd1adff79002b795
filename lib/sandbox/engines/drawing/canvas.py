"""The picture in the making, and the few ways to put colour on it."""

import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from PIL import Image, ImageDraw

from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.drawing.noise import Field
from lib.sandbox.engines.drawing.palettes import Colour, Palette, ramp

Place = TypeVar("Place", float, Field)
Point = tuple[float, float]
_FINE = 2
"""Shapes are drawn this many times as large and reduced, so that their edges are smooth."""


class Canvas:
    """One picture: its size, its light, and a source of chance for each part of it."""

    def __init__(
        self, size: tuple[int, int], seed: int, tags: frozenset[str], palette: Palette, octaves: int
    ) -> None:
        self.width, self.height = size
        self.tags = tags
        self.palette = palette
        self.octaves = octaves
        """How fine the detail goes; more steps, more of it."""
        self.tints: list[Colour] = []
        """The colours that the prompt names."""
        self.picture = Image.new("RGB", size)
        self._seed = seed
        self.unit = min(size)
        """What sizes of things are shares of, in pixels."""
        self.horizon = 0.5
        """Where the sky ends, as a share of the height."""
        self.sun: Point = (0.5, 0.4)
        """Sun or moon, as shares of width and height."""

    @property
    def breadth(self) -> float:
        """How many times as many things stand side by side as in a square; a banner has its end."""
        return min(self.width / self.unit, 4.0)

    @property
    def area(self) -> float:
        """How many times as many things are scattered as in a square."""
        return min(self.width * self.height / self.unit**2, 4.0)

    def random(self, part: str) -> np.random.Generator:
        """The same chance for the same part, however much chance the other parts take."""
        return np.random.default_rng([self._seed, zlib.crc32(part.encode())])

    def y(self, share: Place) -> Place:
        """Shares of the height in pixels."""
        return share * self.height

    def shape(self, *polygons: Sequence[Point]) -> Image.Image:
        """A mask of polygons, in pixels, with smooth edges."""
        whole = Image.new("L", self.picture.size)
        xs = [x for polygon in polygons for x, _ in polygon]
        ys = [y for polygon in polygons for _, y in polygon]
        if not xs:
            return whole
        left, top = max(0, int(min(xs)) - 1), max(0, int(min(ys)) - 1)
        right, bottom = min(self.width, int(max(xs)) + 2), min(self.height, int(max(ys)) + 2)
        if left >= right or top >= bottom:
            return whole
        fine = Image.new("L", ((right - left) * _FINE, (bottom - top) * _FINE))
        pen = ImageDraw.Draw(fine)
        for polygon in polygons:
            pen.polygon([((x - left) * _FINE, (y - top) * _FINE) for x, y in polygon], fill=255)
        whole.paste(fine.reduce(_FINE), (left, top))
        return whole

    def below(self, curve: Field) -> list[Point]:
        """The polygon under a curve that has one height, in pixels, for each column and one more.

        Short pieces between columns would cost time and show nothing: every second will do.
        """
        points = [(float(x), float(curve[x])) for x in range(0, len(curve), 2)]
        return [*points, (self.width, points[-1][1]), (self.width, self.height), (0, self.height)]

    def gradient(self, *stops: tuple[float, Colour]) -> Image.Image:
        """A full picture whose colour changes from top to bottom; stops are shares of height."""
        at = np.linspace(0, 1, self.height, dtype=np.float32)
        column = ramp(at, [colour for _, colour in stops], [share for share, _ in stops])
        return picture(column[:, None, :]).resize(
            (self.width, self.height), Image.Resampling.NEAREST
        )

    def paint(self, colours: Image.Image | Colour, where: Image.Image) -> None:
        """Put colours on where the mask `where` is white."""
        box = where.getbbox()
        if box is None:
            return
        if isinstance(colours, Image.Image):
            part = colours.crop(box)
        else:
            part = Image.new("RGB", (box[2] - box[0], box[3] - box[1]), rgb(colours))
        self.picture.paste(part, box, where.crop(box))

    def veil(self, top: float, bottom: float, strength: float, part: str) -> None:
        """A bank of haze, thickest at `bottom` (shares of height)."""
        low = (max(2, self.width // 8), max(2, self.height // 8))
        at = np.linspace(0, 1, low[1], dtype=np.float32)[:, None]
        inside = noise.steps(at, top, bottom) * (1 - noise.steps(at, bottom, bottom + 0.12))
        uneven = 0.55 + 0.45 * noise.plane(self.random(part), low, (3, 8), 3)
        thick = mask(strength * inside * uneven)
        self.paint(self.palette.haze, thick.resize(self.picture.size, Image.Resampling.BILINEAR))


def rgb(colour: Colour) -> tuple[int, int, int]:
    """A colour as Pillow takes it."""
    red, green, blue = (round(float(value) * 255) for value in np.clip(colour, 0, 1))
    return red, green, blue


def picture(colours: Field) -> Image.Image:
    """Colours from 0 to 1 as a picture."""
    return Image.fromarray(np.uint8(np.clip(colours, 0, 1) * 255 + 0.5))


def mask(shares: Field) -> Image.Image:
    """Shares from 0 to 1 as a mask."""
    return Image.fromarray(np.uint8(np.clip(shares, 0, 1) * 255 + 0.5))
