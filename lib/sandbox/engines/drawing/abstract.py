"""For prompts that name nothing this sandbox can draw: cut paper. And the depths of space."""

import numpy as np
from PIL import Image

from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.drawing.canvas import Canvas, mask, picture, rgb
from lib.sandbox.engines.drawing.palettes import Colour, colour, mixed, ramp

_COARSE = 4
"""Heights are computed on every fourth pixel; they are smooth."""

_PAPERS = (
    "#1b1f3b #3a3f7a #6b5fb5 #c77dba #f6a6a1 #fde2c4",
    "#06303a #0b5563 #1f8a8a #6cc4a1 #cfe8a9 #fff6d5",
    "#2a0f2e #6a1b4d #b8325e #ee6352 #f9a65a #ffe8a3",
    "#10223f #1d4e89 #2a9dc4 #7fd1d8 #d6f0e0 #fff5e4",
    "#2b1b17 #6b3a2a #b5633c #e39b5c #f3cf9b #fdf3dd",
    "#1d2a1f #3d5a3c #7a9a5f #c2c98a #efe3b4 #fdf8e8",
)


def paper(canvas: Canvas) -> None:
    """Sheets of coloured paper, each cut out along a line of height, one above the other."""
    rng = canvas.random("paper")
    low = _relief(canvas, rng)
    height = noise.resized(low, (canvas.width, canvas.height))
    edge = 0.7 / (np.abs(np.gradient(height, axis=0)).mean() + 1e-6)
    drop = max(1, canvas.unit // (70 * _COARSE))
    cast = np.pad(low, ((drop, 0), (drop // 2, 0)), "edge")[:-drop, : low.shape[1]]
    sheets = 4 + canvas.octaves
    tints = ramp(np.linspace(0, 1, sheets + 1), _papers(canvas, rng))
    canvas.picture.paste(rgb(tints[0]), (0, 0, canvas.width, canvas.height))
    for sheet in range(1, sheets + 1):
        level = sheet / (sheets + 1)
        shadow = mask(0.4 * noise.steps(cast, level - 0.045, level + 0.02))
        shadow = shadow.resize(canvas.picture.size, Image.Resampling.BICUBIC)
        canvas.paint(colour("#05050a"), shadow)
        canvas.paint(tints[sheet], mask((height - level) * edge + 0.5))


def _relief(canvas: Canvas, rng: np.random.Generator) -> noise.Field:
    """A smooth hilly height from 0 to 1, every height as common as any other."""
    size = (max(8, canvas.width // _COARSE), max(8, canvas.height // _COARSE))
    across, down = np.meshgrid(
        np.linspace(0, canvas.width / canvas.unit, size[0], dtype=np.float32),
        np.linspace(0, canvas.height / canvas.unit, size[1], dtype=np.float32),
    )
    height = np.zeros_like(across)
    for wave in range(5):
        # Waves bent by the waves before them run into bays and islands.
        turn, speed = float(rng.uniform(0, 2 * np.pi)), 3.0 * 1.35**wave
        way = across * np.cos(turn) + down * np.sin(turn)
        height += np.sin(way * speed + 1.3 * height + float(rng.uniform(0, 6))) / 1.5**wave
    order = np.sort(height, axis=None)
    even = np.searchsorted(order, height) / height.size
    return even.astype(np.float32)


def _papers(canvas: Canvas, rng: np.random.Generator) -> list[Colour]:
    """From the lowest sheet to the highest; in the colours that the prompt names, if it does."""
    if not canvas.tints:
        return [colour(text) for text in _PAPERS[int(rng.integers(0, len(_PAPERS)))].split()]
    first, last = canvas.tints[0], canvas.tints[-1]
    deep, pale = colour("#12121f"), colour("#fff8ea")
    return [
        mixed(deep, first, 0.2),
        mixed(first, deep, 0.45),
        first,
        mixed(last, pale, 0.4),
        mixed(last, pale, 0.85),
    ]


def nebula(canvas: Canvas) -> None:
    """Clouds of gas over whatever sky there is, and a planet."""
    size = (max(8, canvas.width // 3), max(8, canvas.height // 3))
    for number, tint in enumerate(("#7b3fe0", "#e0457b", "#2fb6e0")):
        rng = canvas.random(f"nebula {number}")
        gas = noise.plane(rng, size, (2.4, 2.4), canvas.octaves + 1)
        veil = noise.plane(rng, size, (1.5, 1.5), 2)
        amount = noise.steps(gas, 0.42, 0.95) * noise.steps(veil, 0.3, 0.85) * 0.62
        hue = mixed(colour(tint), canvas.palette.cloud, 0.25)
        canvas.paint(hue, mask(amount).resize(canvas.picture.size, Image.Resampling.BICUBIC))
    _planet(canvas)


def _planet(canvas: Canvas) -> None:
    rng = canvas.random("planet")
    radius = canvas.unit * float(rng.uniform(0.16, 0.27))
    middle = (
        canvas.width * float(rng.uniform(0.3, 0.7)),
        canvas.height * float(rng.uniform(0.42, 0.66)),
    )
    reach = int(radius) + 2
    side = np.arange(-reach, reach + 1, dtype=np.float32) / radius
    x, y = np.meshgrid(side, side)
    inside = np.hypot(x, y)
    depth = np.sqrt(np.clip(1 - inside**2, 0, 1))
    bands = noise.plane(rng, (len(side), len(side)), (2, 14), 4)
    stops = [
        mixed(colour(hue), canvas.palette.cloud, 0.2)
        for hue in ("#5a3c70", "#d98a6a", "#f3d9b8", "#8e5a86")
    ]
    skin = ramp(bands, stops)
    light = np.clip(-0.55 * x - 0.5 * y + 0.75 * depth, 0, 1)
    rim = np.clip(1 - np.abs(1 - inside) / 0.06, 0, 1) * light * 0.35
    face = skin * (0.04 + 1.05 * light)[..., None] + rim[..., None]
    at = (round(middle[0]) - reach, round(middle[1]) - reach)
    canvas.picture.paste(picture(face), at, mask(np.clip((1 - inside) * radius + 0.5, 0, 1)))
