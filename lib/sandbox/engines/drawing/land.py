"""Mountains, hills, dunes and woods, in layers from far to near."""

from collections.abc import Iterable

import numpy as np
from PIL import Image

from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.drawing.canvas import Canvas, Point, mask
from lib.sandbox.engines.drawing.noise import Field
from lib.sandbox.engines.drawing.palettes import Colour, colour, mixed


def mountains(canvas: Canvas, layers: int = 3) -> None:
    """Ranges that rise from the horizon, the farthest highest and palest."""
    for layer in range(layers):
        nearness = layer / max(1, layers - 1)
        rng = canvas.random(f"mountains {layer}")
        base = canvas.horizon + 0.015 * layer
        rise = (0.36 - 0.22 * nearness) * rng.uniform(0.85, 1.1)
        crest = canvas.y(base) - canvas.y(rise) * _range(canvas, layer)
        tint = mixed(canvas.palette.far, canvas.palette.near, 0.75 * nearness**1.3)
        foot = mixed(tint, canvas.palette.haze, 0.55 - 0.3 * nearness)
        _slopes(canvas, rng, crest, tint, foot, base)
        if "snow" in canvas.tags or (layer == 0 and "desert" not in canvas.tags):
            _snow_caps(canvas, rng, crest, base, rise)
        canvas.veil(base - 0.1, base, 0.5 - 0.3 * nearness, f"veil {layer}")


def valley(canvas: Canvas) -> float:
    """Where the farthest range is lowest, as a share of the width: a place for a low sun."""
    heights = _range(canvas, 0)
    middle = heights[len(heights) // 4 : -len(heights) // 4]
    return 0.25 + 0.5 * float(np.argmin(middle)) / len(middle)


def _range(canvas: Canvas, layer: int) -> Field:
    """How high a range stands at each column, as a share of its rise."""
    rng = canvas.random(f"range {layer}")
    columns = canvas.width + 1
    swell = noise.line(rng, columns, 1.5 + layer, 2)
    ridge = 1 - np.abs(noise.line(rng, columns, 2.2 + 1.6 * layer, canvas.octaves + 2))
    return np.clip(0.85 * np.abs(ridge) ** 1.35 + 0.42 * swell, 0.03, 1.25).astype(np.float32)


def hills(canvas: Canvas, *, top: float, layers: int = 4) -> None:
    """Rolling ground from `top` (a share of the height) to the lower edge."""
    for layer in range(layers):
        nearness = (layer + 1) / layers
        rng = canvas.random(f"hills {layer}")
        base = top + (1.02 - top) * (layer / layers) ** 1.25
        swell = 0.05 + 0.025 * nearness
        crest = canvas.y(base - swell * noise.line(rng, canvas.width + 1, 1.6, 2))
        light = mixed(
            mixed(canvas.palette.far, canvas.palette.haze, 0.2), _ground(canvas), nearness**0.6
        )
        _slopes(canvas, rng, crest, light, mixed(light, canvas.palette.near, 0.6), base + 0.25)
        if "flower" in canvas.tags and layer >= layers - 2:
            _flowers(canvas, crest, f"flowers {layer}", nearness)
        elif layer == layers - 2 and "desert" not in canvas.tags:
            _bushes(canvas, rng, crest, mixed(light, canvas.palette.near, 0.75))
        if layer < layers - 1:
            canvas.veil(base - 0.02, base + 0.08, 0.3 * (1 - nearness), f"hill veil {layer}")


def dunes(canvas: Canvas, *, top: float) -> None:
    """Dunes with a bright and a dark side, parted by a crest that winds down from each top."""
    layers = 5
    for layer in range(layers):
        rng = canvas.random(f"dunes {layer}")
        base = top + (1.02 - top) * (layer / layers) ** 1.3
        curve = 1 - np.abs(noise.line(rng, canvas.width + 1, 1.6, 1)) ** 0.8
        crest = canvas.y(base + 0.02) - canvas.y(0.035 + 0.03 * layer) * curve
        sand = mixed(colour("#e3a768"), canvas.palette.haze, 0.5 - 0.1 * layer)
        sand = mixed(sand, canvas.palette.near, 0.45 if "night" in canvas.tags else 0.1)
        _slopes(
            canvas, rng, crest, sand, mixed(sand, canvas.palette.near, 0.2), base + 0.3, sharp=9
        )
        canvas.veil(base - 0.02, base + 0.06, 0.25 * (1 - layer / layers), f"dust {layer}")


def forest(canvas: Canvas, *, top: float, bottom: float = 1.03, layers: int = 4) -> None:
    """Rows of conifers, small and pale far off, tall and dark in front.

    They stand from `top` to `bottom`, shares of the height.
    """
    deep = (bottom - top) / (1.03 - top)
    for layer in range(layers):
        nearness = (layer + 1) / layers
        rng = canvas.random(f"forest {layer}")
        base = top + (bottom - top) * ((layer + 0.5) / layers) ** 1.4
        ground = canvas.y(base - 0.03 * deep * noise.line(rng, canvas.width + 1, 2, 3))
        tint = mixed(
            mixed(canvas.palette.far, _ground(canvas), 0.35), canvas.palette.near, nearness
        )
        tint = mixed(tint, canvas.palette.haze, 0.32 * (1 - nearness))
        height = canvas.unit * (0.05 + (0.06 + 0.14 * deep) * nearness**1.8)
        trees = _conifers(
            canvas, rng, ground, height, round(78 / (0.6 + (1 + 2 * deep) * nearness))
        )
        shape = canvas.shape(canvas.below(ground), *trees)
        foot = mixed(tint, canvas.palette.haze, 0.3 * (1 - nearness))
        canvas.paint(_between(canvas, base - 0.12, tint, foot), shape)
        if "snow" in canvas.tags:
            _frost(canvas, shape, nearness)
        if layer < layers - 1:
            canvas.veil(base - 0.06, base + 0.1, 0.62 * (1 - nearness), f"forest veil {layer}")


def bank(canvas: Canvas) -> None:
    """A low strip of land along the horizon, for things to stand on."""
    rng = canvas.random("bank")
    rise = 0.016 + 0.012 * noise.line(rng, canvas.width + 1, 2.5, 3)
    tint = mixed(mixed(_ground(canvas), canvas.palette.near, 0.45), canvas.palette.haze, 0.15)
    if "snow" in canvas.tags:
        tint = mixed(tint, colour("#e6eef7"), 0.45)
    canvas.paint(
        tint, canvas.shape(canvas.below(canvas.y(canvas.horizon - np.maximum(rise, 0.004))))
    )


def grass_in_front(canvas: Canvas) -> None:
    """A dark bank of grass along the lower edge, as if one stood in it."""
    rng = canvas.random("grass")
    top = canvas.y(0.955 - 0.02 * noise.line(rng, canvas.width + 1, 2, 3))
    blades: list[list[Point]] = []
    for x in np.sort(rng.uniform(0, canvas.width, round(150 * canvas.breadth))):
        y, lean = float(top[int(x)]), float(rng.normal(0, 0.012)) * canvas.unit
        tall, wide = float(rng.uniform(0.015, 0.05)) * canvas.unit, canvas.unit * 0.0028
        blades.append([(x - wide, y + 4), (x + lean, y - tall), (x + wide, y + 4)])
    tint = mixed(canvas.palette.near, _ground(canvas), 0.12)
    canvas.paint(tint, canvas.shape(canvas.below(top), *blades))


def _ground(canvas: Canvas) -> Colour:
    if "snow" in canvas.tags and not canvas.palette.is_dark:
        return mixed(canvas.palette.grass, colour("#eef3f8"), 0.7)
    return canvas.palette.grass


def _between(canvas: Canvas, top: float, first: Colour, second: Colour) -> Image.Image:
    return canvas.gradient((max(0.0, top), first), (min(1.0, top + 0.3), second))


def _slopes(
    canvas: Canvas,
    rng: np.random.Generator,
    crest: Field,
    light: Colour,
    foot: Colour,
    base: float,
    *,
    sharp: float = 1.6,
) -> None:
    """Everything under `crest`, lit from the sun's side along the lines of its slopes."""
    size = (max(8, canvas.width // 2), max(8, canvas.height // 2))
    shade = mask(_light(canvas, rng, crest, size, sharp))
    shade = shade.resize(canvas.picture.size, Image.Resampling.BILINEAR)
    top = min(max(0.0, float(crest.min()) / canvas.height), 0.97)
    low = min(0.999, max(base, top + 0.02))
    bright = mixed(light, canvas.palette.sun, 0.22)
    dark = mixed(light, canvas.palette.near, 0.3)
    colours = Image.composite(
        canvas.gradient((top, bright), (low, foot)),
        canvas.gradient((top, dark), (low, mixed(foot, dark, 0.4))),
        shade,
    )
    canvas.paint(colours, canvas.shape(canvas.below(crest)))


def _light(
    canvas: Canvas, rng: np.random.Generator, crest: Field, size: tuple[int, int], sharp: float
) -> Field:
    """How much light each place gets, 0 to 1: what its crest's slope gets, carried down along
    lines that wander a little."""
    smooth = np.convolve(np.pad(crest, 12, "edge"), np.full(25, 1 / 25), "valid")[: canvas.width]
    slope = np.gradient(smooth)
    slope /= np.abs(slope).max() + 1e-6
    toward = np.tanh(6 * (canvas.sun[0] - np.linspace(0, 1, canvas.width)))
    lit = 0.5 + 0.5 * np.tanh(sharp * slope * toward)
    lit = lit[np.linspace(0, canvas.width - 1, size[0]).astype(np.int64)]
    if sharp > 4:  # sand lies smooth
        wander = (noise.plane(rng, size, (3, 4), 2) - 0.5) * size[0] * 0.22
    else:
        wander = (noise.plane(rng, size, (9, 7), min(5, canvas.octaves + 1)) - 0.5) * size[0] * 0.16
    columns = np.clip(np.arange(size[0]) + wander, 0, size[0] - 1).astype(np.int64)
    return (0.22 + 0.66 * lit[columns]).astype(np.float32)


def _snow_caps(
    canvas: Canvas, rng: np.random.Generator, crest: Field, base: float, rise: float
) -> None:
    """Snow above a ragged line; the shaded side stays blue."""
    ragged = noise.line(rng, len(crest), 34, 4) * 0.16
    line = canvas.y(base) - canvas.y(rise) * (0.72 + ragged)
    lower = np.maximum(crest, line)
    upper = [(float(x), float(crest[x])) for x in range(0, len(crest), 2)]
    under = [(float(x), float(lower[x])) for x in range(0, len(crest), 2)]
    white = mixed(canvas.palette.haze, colour("#ffffff"), 0.5)
    white = mixed(white, canvas.palette.sky[0], 0.3 if canvas.palette.is_dark else 0.08)
    snow = canvas.shape([*upper, *reversed(under)])
    canvas.paint(white, snow.point(lambda value: value * 0.82))


def _conifers(
    canvas: Canvas, rng: np.random.Generator, ground: Field, height: float, count: int
) -> Iterable[list[Point]]:
    count = max(3, round(count * canvas.breadth))
    for place in np.linspace(-0.02, 1.02, count):
        x = float(place + rng.normal(0, 0.4 / count)) * canvas.width
        foot = float(ground[int(np.clip(x, 0, canvas.width))]) + height * 0.06
        yield _conifer(rng, x, foot, height * float(rng.uniform(0.55, 1.2)))


def _conifer(rng: np.random.Generator, x: float, foot: float, height: float) -> list[Point]:
    """A spruce: boughs that step out wider and wider to the ground."""
    boughs = 7
    right: list[Point] = []
    left: list[Point] = []
    for bough in range(1, boughs + 1):
        y = foot - height * (1 - bough / (boughs + 0.4))
        wide = height * 0.21 * (bough / boughs) ** 0.85
        for side, sign in ((right, 1), (left, -1)):
            out = wide * float(rng.uniform(0.8, 1.2))
            side += [(x + sign * out, y), (x + sign * out * 0.5, y - height * 0.025)]
    return [(x, foot - height), *right, (x, foot), *reversed(left)]


def _frost(canvas: Canvas, shape: Image.Image, nearness: float) -> None:
    """Snow on what faces the sky: the shape, less itself a little lower."""
    drop = max(1, round(canvas.unit * 0.006 * (0.5 + nearness)))
    lower = Image.new("L", shape.size, 0)
    lower.paste(shape, (0, drop))
    top = np.asarray(shape, np.int16) - np.asarray(lower, np.int16)
    white = mixed(colour("#ffffff"), canvas.palette.sky[0], 0.25 if canvas.palette.is_dark else 0.1)
    canvas.paint(white, Image.fromarray(np.uint8(np.clip(top, 0, 255) * 0.75)))


def _bushes(canvas: Canvas, rng: np.random.Generator, crest: Field, tint: Colour) -> None:
    """Groups of round trees along a hill."""
    crowns: list[list[Point]] = []
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    for group in rng.uniform(0.04, 0.96, 4):
        for _ in range(int(rng.integers(2, 6))):
            x = float(np.clip(group + rng.normal(0, 0.03), 0, 1)) * canvas.width
            radius = canvas.unit * float(rng.uniform(0.009, 0.019))
            y = float(crest[int(x)]) - radius * 0.75
            for dx, dy, part in (
                (0, 0, 1.0),
                (-0.6, 0.35, 0.7),
                (0.6, 0.3, 0.75),
                (0.1, -0.5, 0.7),
            ):
                reach = radius * part
                middle = (x + dx * radius, y + dy * radius)
                crowns.append(
                    [
                        (middle[0] + float(c) * reach, middle[1] + float(s) * reach)
                        for c, s in zip(np.cos(turn), np.sin(turn), strict=True)
                    ]
                )
    canvas.paint(tint, canvas.shape(*crowns))


def _flowers(canvas: Canvas, crest: Field, part: str, nearness: float) -> None:
    """Blossoms over everything below the crest, larger towards the lower edge."""
    rng = canvas.random(part)
    hues = [colour(each) for each in ("#e8536b", "#f4c04f", "#b07ad9", "#f7e9ef")]
    hues = [
        mixed(hue, tint, 0.75) for hue, tint in zip(hues, canvas.tints * 4, strict=False)
    ] or hues
    low, high = float(crest.min()) / canvas.height, 1.02
    for number, hue in enumerate(hues if nearness < 1 else hues[:3]):
        blossoms: list[list[Point]] = []
        for _ in range(round(300 * canvas.breadth)):
            depth = float(rng.random()) ** 0.7
            x, y = float(rng.random()) * canvas.width, canvas.y(low + (high - low) * depth)
            if y < crest[int(x)] + 2:
                continue
            size = canvas.unit * (0.0012 + 0.005 * depth * nearness) * float(rng.uniform(0.7, 1.3))
            blossoms.append([(x - size, y), (x, y - size), (x + size, y), (x, y + size)])
        light = mixed(
            hue, canvas.palette.near, (0.45 if canvas.palette.is_dark else 0.1) + 0.02 * number
        )
        canvas.paint(light, canvas.shape(*blossoms))
