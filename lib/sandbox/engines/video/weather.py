"""What falls or floats before the picture."""

from abc import ABC, abstractmethod

import numpy as np
from PIL import Image, ImageDraw

from lib.sandbox.engines.video import chance
from lib.sandbox.engines.video.frame import Size


class Weather(ABC):
    """So many things, each with its place, its depth (0 far, 1 near) and its own beat."""

    count: int
    tint: tuple[int, int, int]

    def __init__(self, size: Size, seed: int) -> None:
        rng = chance.of(type(self).__name__, seed)
        self.size = size
        self.unit = min(size)
        many = round(self.count * size[0] / self.unit)
        self.x, self.y, self.depth, self.beat = rng.random((4, many))

    def on(self, picture: Image.Image, seconds: float, strength: float = 1.0) -> None:
        """Draw it as it is after so many seconds, by a strength from 0 to 1."""
        light = self.light(seconds)
        if strength < 1:
            light = light.point([round(value * strength) for value in range(256)])
        picture.paste(self.tint, (0, 0), light)

    @abstractmethod
    def light(self, seconds: float) -> Image.Image:
        """A mask: how much of it is at each place."""


class Rain(Weather):
    count = 230
    tint = (214, 226, 240)

    def light(self, seconds: float) -> Image.Image:
        image = Image.new("L", self.size)
        pen = ImageDraw.Draw(image)
        width, height = self.size
        length = self.unit * (0.03 + 0.05 * self.depth)
        fallen = (self.y + seconds * (1.1 + 1.3 * self.depth)) % 1.0
        across = self.x * width * 1.2 - fallen * height * 0.12
        down = fallen * (height + 2 * length) - length
        thick = max(1, self.unit // 500)
        for x, y, long, depth in zip(across, down, length, self.depth, strict=True):
            pen.line((x, y, x - 0.12 * long, y + long), round(45 + 85 * depth), thick)
        return image


class _Glowing(Weather):
    """Small round soft things."""

    smallest: float
    largest: float

    @abstractmethod
    def places(self, seconds: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where each is across and down, in shares of the size, and how bright (0 to 1)."""

    def light(self, seconds: float) -> Image.Image:
        reach = int(3 * self.largest * self.unit) + 2
        width, height = self.size
        light = np.zeros((height + 4 * reach, width + 4 * reach), np.float32)
        side = np.arange(-reach, reach + 1, dtype=np.float32)
        across, down, bright = self.places(seconds)
        spread = self.unit * (self.smallest + (self.largest - self.smallest) * self.depth**2)
        for x, y, strength, radius in zip(
            across % 1 * (width + 2 * reach),
            down % 1 * (height + 2 * reach),
            bright,
            spread,
            strict=True,
        ):
            left, top = int(x), int(y)
            column = np.exp(-(((side - (y - top)) / radius) ** 2))
            row = np.exp(-(((side - (x - left)) / radius) ** 2)) * strength
            spot = light[top : top + 2 * reach + 1, left : left + 2 * reach + 1]
            np.maximum(spot, column[:, None] * row, out=spot)
        seen = light[2 * reach : 2 * reach + height, 2 * reach : 2 * reach + width]
        return Image.fromarray(np.uint8(seen * 255))


class Snow(_Glowing):
    count = 150
    tint = (255, 255, 255)
    smallest, largest = 0.0016, 0.0062

    def places(self, seconds: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        sway = 0.012 * np.sin(seconds * (0.8 + self.beat) + 40 * self.beat)
        down = self.y + seconds * (0.05 + 0.13 * self.depth)
        return self.x + sway + 0.02 * seconds * self.depth, down, 0.45 + 0.45 * self.beat


class Fireflies(_Glowing):
    count = 26
    tint = (255, 226, 130)
    smallest, largest = 0.0024, 0.005

    def places(self, seconds: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        across = self.x + 0.03 * np.sin(seconds * (0.5 + self.beat) + 30 * self.beat)
        down = 0.5 + 0.48 * self.y + 0.02 * np.cos(seconds * (0.9 - 0.4 * self.beat) + 9 * self.x)
        glow = 0.5 + 0.5 * np.sin(seconds * (1.2 + 1.4 * self.beat) + 50 * self.y)
        return across, down, 0.95 * glow**2


class Motes(_Glowing):
    """Pollen or dust in the light."""

    count = 30
    tint = (255, 246, 224)
    smallest, largest = 0.0014, 0.0034

    def places(self, seconds: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        across = self.x + seconds * (0.006 + 0.012 * self.depth)
        down = self.y + 0.02 * np.sin(seconds * (0.4 + 0.5 * self.beat) + 30 * self.beat)
        return across, down, 0.16 + 0.34 * self.beat**2


def named(tags: frozenset[str], size: Size, seed: int) -> Weather | None:
    """The weather of a scene with these tags (`drawing.words`)."""
    if tags & {"rain"}:
        return Rain(size, seed)
    if tags & {"snowfall", "snow"}:
        return Snow(size, seed)
    if not tags & {"forest", "hills", "lake"}:
        return None
    return Fireflies(size, seed) if tags & {"night", "dusk"} else Motes(size, seed)
