"""A skyline, in layers, with its lights on when it is dark."""

import numpy as np
from PIL import Image, ImageDraw

from lib.sandbox.engines.drawing.canvas import Canvas, rgb
from lib.sandbox.engines.drawing.palettes import Colour, mixed

_NARROWEST = 4.0
"""Pixels; smaller buildings would be dust, and thousands of them."""


def skyline(canvas: Canvas) -> None:
    """Three rows of buildings on the horizon."""
    for layer in range(3):
        nearness = layer / 2
        rng = canvas.random(f"city {layer}")
        base = canvas.y(canvas.horizon)
        tint = mixed(canvas.palette.far, canvas.palette.near, 0.2 + 0.75 * nearness)
        tint = mixed(tint, canvas.palette.haze, 0.42 * (1 - nearness))
        row = _Row(canvas, rng, tint, nearness)
        x = -0.02 * canvas.width
        while x < canvas.width:
            x += row.building(x, base)
        canvas.paint(row.colours, row.shape)
        if layer < 2:
            canvas.veil(canvas.horizon - 0.16, canvas.horizon, 0.4, f"city veil {layer}")


class _Row:
    """One row of buildings, drawn as colours and the shape they fill."""

    def __init__(
        self, canvas: Canvas, rng: np.random.Generator, tint: Colour, nearness: float
    ) -> None:
        self.shape = Image.new("L", canvas.picture.size)
        self.colours = canvas.gradient(
            (0.0, tint), (canvas.horizon, mixed(tint, canvas.palette.haze, 0.25 * (1 - nearness)))
        )
        self._canvas = canvas
        self._rng = rng
        self._nearness = nearness
        self._mask = ImageDraw.Draw(self.shape)
        self._paint = ImageDraw.Draw(self.colours)
        self._middle = float(rng.uniform(0.3, 0.7))

    def building(self, x: float, base: float) -> float:
        """Draw one at `x`; how wide it is with the gap after it."""
        unit, rng = self._canvas.unit, self._rng
        wide = unit * float(rng.uniform(0.032, 0.075)) * (0.75 + 0.5 * self._nearness)
        wide = max(wide, _NARROWEST)
        off = (x / self._canvas.width - self._middle) / 0.32
        hill = 0.35 + 0.65 * float(np.exp(-(off**2)))
        tall = (
            self._canvas.height
            * hill
            * float(rng.uniform(0.09, 0.36))
            * (1 - 0.38 * self._nearness)
        )
        top = base - tall
        self._mask.rectangle((x, top, x + wide, base + 2), fill=255)
        self._roof(x, wide, top, tall)
        self._side(x, wide, top, base)
        self._windows(x, wide, top, base)
        return wide * float(rng.uniform(0.9, 1.12))

    def _roof(self, x: float, wide: float, top: float, tall: float) -> None:
        kind = int(self._rng.integers(0, 5))
        if kind == 0:  # a mast
            middle, thin = x + wide / 2, max(1.0, self._canvas.unit * 0.0022)
            self._mask.rectangle((middle - thin, top - tall * 0.22, middle + thin, top), fill=255)
        elif kind == 1:  # set back once
            self._mask.rectangle(
                (x + wide * 0.22, top - tall * 0.1, x + wide * 0.78, top), fill=255
            )
        elif kind == 2:  # a point
            spire = [(x, top), (x + wide / 2, top - wide * 0.9), (x + wide, top)]
            self._mask.polygon(spire, fill=255)

    def _side(self, x: float, wide: float, top: float, base: float) -> None:
        """The side away from the sun is a little darker."""
        dark = mixed(self._canvas.palette.near, self._canvas.palette.far, 0.35)
        left = x if self._canvas.sun[0] > x / self._canvas.width else x + wide * 0.68
        box = tuple(round(value) for value in (left, top, left + wide * 0.32, base))
        self._paint.rectangle(box, fill=rgb(mixed(self._at(box), dark, 0.3)))

    def _at(self, box: tuple[int, ...]) -> Colour:
        x = min(max(box[0], 0), self._canvas.width - 1)
        y = min(max(box[1], 0), self._canvas.height - 1)
        return np.array(self.colours.getpixel((x, y)), np.float32) / 255

    def _windows(self, x: float, wide: float, top: float, base: float) -> None:
        unit, lights = self._canvas.unit, self._canvas.palette.lights
        step = max(unit * (0.0095 + 0.0035 * self._nearness), _NARROWEST / 2)
        pane = max(1.0, step * 0.42)
        lit = 0.5 if self._canvas.palette.is_dark else 0.22
        glow = 0.45 + 0.45 * self._nearness if self._canvas.palette.is_dark else 0.3
        columns, rows = int((wide - step) / step), int((base - top - step) / (step * 1.35))
        if columns < 1 or rows < 1:
            return
        left = x + (wide - (columns - 1) * step - pane) / 2
        on = self._rng.random((rows, columns)) < lit
        hue = lights[int(self._rng.integers(0, len(lights)))]
        shade = [rgb(mixed(self._at((round(x), round(top))), hue, glow * k)) for k in (0.6, 1.0)]
        for row, column in np.argwhere(on):
            at = (left + column * step, top + step * 0.8 + row * step * 1.35)
            fill = shade[int(row * 7 + column * 3) % 2]
            self._paint.rectangle((*at, at[0] + pane - 0.5, at[1] + pane * 1.2 - 0.5), fill=fill)
