"""A drawn still brought to life: the camera moves, clouds drift, water sways, snow falls."""

import math

import numpy as np
from PIL import Image

from lib.sandbox.engines.video import camera, chance, frame, layers, ripple, weather
from lib.sandbox.engines.video.frame import Size
from lib.sandbox.engines.video.layers import Sky
from lib.sandbox.engines.video.still import Wish, drawn

_ROOM = 1.22
"""How much larger than the video its still is drawn, for the camera to have room."""
_FAR = 0.42
"""How much the sky moves with the camera, against the ground."""
_DRIFT = 0.012
"""How far clouds drift each way, as a share of the width."""
_LANDSCAPES = frozenset({"mountains", "forest", "city", "lake", "sea", "desert", "hills"})
_WITH_WATER = frozenset({"lake", "sea", "city"})


class Alive:
    """The scene of a wish, and what it looks like at any moment."""

    def __init__(self, wish: Wish, size: Size) -> None:
        still = drawn(wish, (round(size[0] * _ROOM), round(size[1] * _ROOM)))
        number = chance.number(wish.prompt, wish.seed)
        self._size = size
        self._still = still
        outdoors = bool(wish.tags & _LANDSCAPES)
        self._sky = layers.sky(still) if outdoors else None
        self._shore = ripple.shore(still) if wish.tags & _WITH_WATER else None
        self._weather = weather.named(wish.tags, size, number) if outdoors else None
        rng = chance.of("alive", number)
        focus = (0.5 + float(rng.uniform(-0.2, 0.2)), 0.58 if self._sky else 0.5)
        move = camera.chosen(wish.prompt, number)
        self._camera = camera.through(still.size, move, focus)
        self._wind = float(rng.choice([-1.0, 1.0]))
        self._warmth = float(rng.choice([-1.0, 1.0]))
        self._glow = None if self._sky else _Glow(rng)

    def at(self, progress: float, seconds: float) -> Image.Image:
        """After a share of the whole time (0 to 1), which is so many seconds from the start."""
        box = self._camera.box(progress)
        picture = camera.seen(self._still, box, self._size)
        if self._sky is not None:
            self._paint(self._sky, picture, box, progress)
        if self._glow is not None:
            picture = self._glow.on(picture, progress)
        picture = _lit(picture, progress, self._warmth)
        if self._weather is not None:
            self._weather.on(picture, seconds)
        if self._shore is not None:
            moved = ripple.rippled(frame.of(picture), box, self._shore, seconds)
            picture = Image.fromarray(moved)
        return picture

    def _paint(self, sky: Sky, picture: Image.Image, box: camera.Box, progress: float) -> None:
        """Put the sky, which moves less, behind the ground; only as far down as it reaches."""
        width, height = self._size
        rows = min(height, math.ceil((sky.foot - box[1]) / (box[3] - box[1]) * height))
        if rows > 0:
            far = self._drifting(self._camera.box(progress, _FAR), progress)
            share, size = rows / height, (width, rows)
            where = camera.seen(sky.where, _upper(box, share), size)
            picture.paste(camera.seen(sky.picture, _upper(far, share), size), (0, 0), where)

    def _drifting(self, box: camera.Box, progress: float) -> camera.Box:
        """Moved by the wind, but never off the still."""
        width = self._still.width
        shift = self._wind * _DRIFT * (2 * progress - 1) * width
        shift = min(max(shift, -box[0]), width - box[2])
        return box[0] + shift, box[1], box[2] + shift, box[3]


def _upper(box: camera.Box, share: float) -> camera.Box:
    return box[0], box[1], box[2], box[1] + (box[3] - box[1]) * share


class _Glow:
    """Soft light that wanders over a picture without a sky."""

    def __init__(self, rng: np.random.Generator) -> None:
        field = rng.random((6, 12), np.float32)
        self._light = Image.fromarray(np.uint8(field * 200)).resize(
            (192, 96), Image.Resampling.BICUBIC
        )

    def on(self, picture: Image.Image, progress: float) -> Image.Image:
        left = 96 * progress
        light = self._light.resize(
            picture.size, Image.Resampling.BILINEAR, box=(left, 0, left + 96, 96)
        )
        return Image.composite(picture.point(_BRIGHTER), picture, light)


_BRIGHTER = [min(255, round(255 * (value / 255) ** 0.8)) for value in range(256)] * 3


def _lit(picture: Image.Image, progress: float, warmth: float) -> Image.Image:
    """The light of the hour: it changes by a little over the whole."""
    hour = math.sin((progress - 0.5) * math.pi)
    gains = (1 + 0.02 * warmth * hour, 1.0, 1 - 0.03 * warmth * hour)
    bright = 1 + 0.025 * hour
    return picture.point([min(255, round(v * bright * gain)) for gain in gains for v in range(256)])
