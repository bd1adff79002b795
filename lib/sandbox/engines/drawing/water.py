"""Water that mirrors what stands above it."""

import numpy as np
from PIL import Image

from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.drawing.canvas import Canvas, mask, rgb
from lib.sandbox.engines.drawing.palettes import colour, mixed


def mirror(canvas: Canvas, *, rough: float) -> None:
    """Everything below the horizon becomes water; `rough` is 0 for a pond and 1 for the sea."""
    shore = round(canvas.y(canvas.horizon))
    above = np.asarray(canvas.picture)[:shore]
    depth = canvas.height - shore
    if depth < 4 or shore < 4:
        return
    rng = canvas.random("water")
    rows = np.linspace(0, 1, depth, dtype=np.float32)
    ripples = _ripples(rng, (canvas.width, depth), rough)
    reach = (0.004 + 0.03 * rough) * canvas.unit * (0.15 + rows[:, None])
    source_y = shore - 1 - np.arange(depth)[:, None] * min(1.0, (shore - 1) / depth)
    source_y = np.clip(source_y + ripples * reach * 2.2, 0, shore - 1).astype(np.int32)
    source_x = np.arange(canvas.width)[None, :] + ripples * reach
    source_x = np.clip(source_x, 0, canvas.width - 1).astype(np.int32)
    water = Image.fromarray(above[source_y, source_x])
    deep = mixed(canvas.palette.sky[0], canvas.palette.near, 0.35)
    depths = np.repeat(0.16 + (0.24 + 0.2 * rough) * rows[:, None], canvas.width, 1)
    canvas.picture.paste(water, (0, shore))
    _lay(canvas, deep, depths + 0.1 * rough * ripples, shore)
    _lay(
        canvas, mixed(canvas.palette.sun, colour("#ffffff"), 0.3), _glitter(canvas, ripples), shore
    )
    line = mixed(canvas.palette.haze, colour("#ffffff"), 0.3)
    _lay(
        canvas, line, np.repeat(0.35 * np.exp(-rows * depth / 2.5)[:, None], canvas.width, 1), shore
    )


def _ripples(rng: np.random.Generator, size: tuple[int, int], rough: float) -> noise.Field:
    """Waves from -1 to 1, long and flat, closer together towards the shore."""
    tall = max(8, size[1] // 2)
    flat = noise.plane(rng, (max(8, size[0] // 2), tall), (7 + 5 * rough, 46), 3) * 2 - 1
    squeeze = (np.linspace(0, 1, size[1]) ** 0.6 * (tall - 1)).astype(np.int32)
    return noise.resized(flat, (size[0], tall))[squeeze]


def _glitter(canvas: Canvas, ripples: noise.Field) -> noise.Field:
    """The path of light under sun or moon."""
    depth, width = ripples.shape
    rows = np.linspace(0, 1, depth, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)
    across = (columns - canvas.sun[0] * width) / canvas.unit
    path = np.exp(-((across / (0.035 + 0.12 * rows)) ** 2))
    strength = 0.35 if canvas.tags & {"storm", "fog"} else 0.85
    return path * noise.steps(ripples, 0.05, 0.6) * strength * (1 - 0.45 * rows)


def _lay(canvas: Canvas, tint: noise.Field, shares: noise.Field, top: int) -> None:
    flat = Image.new("RGB", (canvas.width, canvas.height - top), rgb(tint))
    canvas.picture.paste(flat, (0, top), mask(shares))
