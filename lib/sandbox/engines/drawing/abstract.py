"""Folded colour, for prompts that name nothing this sandbox can draw; and the depths of space."""

import numpy as np
from PIL import Image

from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.drawing.canvas import Canvas, mask, picture
from lib.sandbox.engines.drawing.palettes import Colour, colour, mixed, ramp


def folds(canvas: Canvas) -> None:
    """Silk in the palette's colours, lit from one side."""
    rng = canvas.random("folds")
    size = (max(8, canvas.width // 2), max(8, canvas.height // 2))
    wide, tall = (side / canvas.unit for side in (canvas.width, canvas.height))
    across, down = np.meshgrid(
        np.linspace(0, wide, size[0], dtype=np.float32),
        np.linspace(0, tall, size[1], dtype=np.float32),
    )
    height = np.zeros_like(across)
    for fold in range(canvas.octaves + 1):
        # Waves bent by the waves before them: that is what makes cloth of them.
        turn, speed = rng.uniform(0, 2 * np.pi), 4.6 * 1.5**fold
        way = across * np.cos(turn) + down * np.sin(turn)
        height += np.sin(way * speed + 1.9 * height + rng.uniform(0, 6)) / 1.6**fold
    height = (height - height.min()) / (np.ptp(height) + 1e-6)
    slope = (np.gradient(height, axis=1) - np.gradient(height, axis=0)) * canvas.unit / 2
    cloth = ramp(height, _stops(canvas))
    shine = np.clip(slope * 0.35, -0.5, 0.6)
    cloth = cloth * (1 + 0.75 * shine[..., None]) + 0.5 * np.clip(shine, 0, 1)[..., None] ** 2
    canvas.picture.paste(picture(cloth).resize(canvas.picture.size, Image.Resampling.BICUBIC))


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


def _stops(canvas: Canvas) -> list[Colour]:
    """From deep to bright: the palette's sky, or the colours that the prompt names."""
    palette = canvas.palette
    if canvas.tints:
        first, last = canvas.tints[0], canvas.tints[-1]
        return [
            mixed(first, colour("#101018"), 0.75),
            first,
            mixed(last, palette.cloud, 0.35),
            last,
        ]
    return [mixed(palette.sky[0], palette.near, 0.5), *palette.sky, palette.sun]
