"""Looks of a technique: painted, drawn, printed, pixelled."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from lib.sandbox.engines.cutting.fields import mean
from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.editing.sheet import (
    Field,
    Pixels,
    Sheet,
    blurred,
    colour,
    contrasted,
    corners,
    image,
    light,
    mixed,
    pixels,
    ramp,
    saturated,
)

_WORK_SIDE = 900
"""Pixels of the shorter side on which brushes work; strokes of larger pictures are enlarged."""
_PIXEL_ROWS = 84


def watercolor(values: Pixels, sheet: Sheet) -> Pixels:
    """Washes that run a little, darker where they end, on rough paper, with a white margin."""
    rng = sheet.random("paper")
    wash = _brushed(_wobbled(values, sheet, 9), 0.011)
    low, high = (float(share) for share in np.percentile(light(wash), (1, 99)))
    wash = ((wash - low) / max(high - low, 0.25)).clip(0, 1) * 0.85 + 0.1
    wash = saturated(wash, 1.25) ** np.float32(0.8)
    shades = light(wash)
    rims = (blurred(shades, 6 * sheet.unit) - shades).clip(0, 1) * 2.2
    clouds = noise.plane(rng, sheet.size, (6, 6), 4) - 0.5
    paper = _paper(sheet)
    painted = wash * (1 - rims[..., None] * 0.8) + 0.16 * clouds[..., None]
    painted = mixed(painted, colour("#fdfaf2"), (0.12 + 0.35 * (shades - 0.55).clip(0, 1)))
    return mixed(painted, colour("#fdfaf2"), _margin(sheet)) + 0.055 * paper[..., None]


def oil(values: Pixels, sheet: Sheet) -> Pixels:
    """Short thick strokes, and a canvas that shows through."""
    painted = saturated(_brushed(_wobbled(values, sheet, 4), 0.009), 1.3)
    shades = light(painted)
    relief = shades - _shifted(blurred(shades, 1), 2)
    weave = _weave(sheet)
    return contrasted(painted, 1.1) + (0.5 * relief + 0.014 * weave)[..., None]


def sketch(values: Pixels, sheet: Sheet) -> Pixels:
    """Pencil on paper: outlines, and hatching where it is dark."""
    grey = light(values)
    lines = (grey / (blurred(grey, 9 * sheet.unit) + 0.02)).clip(0, 1)
    lines = noise.steps(lines, 0.55, 0.99)
    hatch = _hatching(sheet)
    dark = noise.steps(0.62 - blurred(grey, 3 * sheet.unit), 0.0, 0.55)
    drawn = lines * (1 - 0.62 * dark * (0.45 + 0.55 * hatch))
    paper = colour("#f6f2e9") + 0.045 * _paper(sheet)[..., None]
    return mixed(colour("#2c2d33") + 0 * values, paper, drawn)


def ink(values: Pixels, sheet: Sheet) -> Pixels:
    """Black lines and black shadows on white."""
    grey = blurred(light(values), 1.2 * sheet.unit)
    lines = _outlines(grey, sheet)
    shadows = noise.steps(0.2 - grey, -0.02, 0.03)
    return mixed(colour("#fbf9f3") + 0 * values, colour("#14141a"), np.maximum(lines, shadows))


def cartoon(values: Pixels, sheet: Sheet) -> Pixels:
    """Few flat colours, and outlines."""
    flat = _brushed(values, 0.008)
    shades = light(flat)
    levels = 5
    stepped = np.floor(shades * levels + 0.5) / levels
    soft = blurred(stepped, 0.8 * sheet.unit)
    flat = saturated(flat * ((soft + 0.06) / (shades + 0.06))[..., None], 1.5)
    outlines = _outlines(blurred(light(values), 1.5 * sheet.unit), sheet)
    return mixed(flat, colour("#1b1724"), 0.9 * outlines)


def pixel(values: Pixels, sheet: Sheet) -> Pixels:
    """Large square pixels of few colours."""
    scale = min(1.0, _PIXEL_ROWS / min(sheet.size))
    size = (max(1, round(sheet.size[0] * scale)), max(1, round(sheet.size[1] * scale)))
    vivid = image(contrasted(saturated(values, 1.35), 1.1))
    small = vivid.resize(size, Image.Resampling.BOX).quantize(28, dither=Image.Dither.NONE)
    return pixels(small.convert("RGB").resize(sheet.size, Image.Resampling.NEAREST))


def popart(values: Pixels, sheet: Sheet) -> Pixels:
    """Four loud inks, with dots between them."""
    palettes = (
        ["#1b1464", "#e5177b", "#ffd400", "#fff7d6"],
        ["#0b3d91", "#ff5a36", "#27d3c3", "#fff6df"],
        ["#3b0a45", "#00a6d6", "#ff7bac", "#fdf5c9"],
    )
    inks = palettes[int(sheet.random("inks").integers(len(palettes)))]
    grey = contrasted(blurred(light(values), 3 * sheet.unit), 1.3).clip(0, 0.999)
    stepped = grey * (len(inks) - 1)
    dots = _dots(sheet, 13)
    chosen = np.floor(stepped + dots).clip(0, len(inks) - 1) / (len(inks) - 1)
    return ramp(chosen.astype(np.float32), inks)


def halftone(values: Pixels, sheet: Sheet) -> Pixels:
    """Newspaper print: dots that are larger where it is darker."""
    grey = contrasted(light(values), 1.15)
    printed = noise.steps(grey - _dots(sheet, 9), -0.08, 0.08)
    return mixed(colour("#1d1b1a") + 0 * values, colour("#f3ecdc"), printed)


def mosaic(values: Pixels, sheet: Sheet) -> Pixels:
    """Panes of coloured glass, leaded."""
    nearest, second, owners = _cells(sheet, 26)
    flat = np.empty_like(values)
    counts = np.bincount(owners.ravel())
    for band in range(3):
        sums = np.bincount(owners.ravel(), values[..., band].ravel())
        flat[..., band] = (sums / np.maximum(counts, 1))[owners]
    glass = contrasted(saturated(flat, 1.6), 1.1) * (1.12 - 0.25 * nearest[..., None])
    lead = 1 - noise.steps(second - nearest, 0.03, 0.11)
    return mixed(glass, colour("#17161b"), lead) * (1 - 0.2 * corners(sheet.size)[..., None])


def glitch(values: Pixels, sheet: Sheet) -> Pixels:
    """Colours out of register, rows out of place, scan lines."""
    rng = sheet.random("glitch")
    width, height = sheet.size
    shift = max(1, round(0.012 * width))
    torn = np.stack(
        [np.roll(values[..., 0], shift, 1), values[..., 1], np.roll(values[..., 2], -shift, 1)], -1
    )
    for top, tall, far in rng.random((14, 3)):
        start, end = int(top * height), int((top + 0.005 + 0.05 * tall**2) * height) + 1
        torn[start:end] = np.roll(torn[start:end], int((far - 0.5) * 0.2 * width), 1)
    rows = (np.arange(height) // max(1, round(2 * sheet.unit)) % 2)[:, None, None]
    return torn * (1 - 0.14 * rows.astype(np.float32))


def relief(values: Pixels, sheet: Sheet) -> Pixels:
    """Carved in pale stone, lit from the upper left."""
    grey = blurred(light(values), 1.5 * sheet.unit)
    far = max(1, round(2.5 * sheet.unit))
    lit = (grey - _shifted(grey, far)) * 2.6 + 0.52 + 0.25 * (grey - 0.5)
    stone = noise.plane(sheet.random("stone"), sheet.size, (20, 20), 4) - 0.5
    return ramp((lit + 0.12 * stone).clip(0, 1), ["#3b3a38", "#a9a49b", "#f4f0e8"])


def _brushed(values: Pixels, radius: float) -> Pixels:
    """Kuwahara's filter: each place takes the mean of the calmest of the four squares around it."""
    height, width = values.shape[:2]
    scale = min(1.0, _WORK_SIDE / min(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    reach = max(1, round(radius * min(size) / 2))
    small = pixels(image(values).resize(size, Image.Resampling.BOX))
    small = np.pad(small, ((reach, reach), (reach, reach), (0, 0)), "edge")  # rolling goes around
    shades = light(small)
    average = mean(small, reach)
    variance = mean(shades * shades, reach) - mean(shades, reach) ** 2
    best = np.full(shades.shape, np.inf, np.float32)
    result = small.copy()
    for step in ((reach, reach), (reach, -reach), (-reach, reach), (-reach, -reach)):
        moved = np.roll(variance, step, (0, 1))
        calmer = moved < best
        best[calmer] = moved[calmer]
        result[calmer] = np.roll(average, step, (0, 1))[calmer]
    inner = result[reach:-reach, reach:-reach]
    return pixels(image(inner).resize((width, height), Image.Resampling.BICUBIC))


def _shifted(field: Field, far: int) -> Field:
    """To the lower right; the edges stay filled."""
    height, width = field.shape
    return np.pad(field, ((far, 0), (far, 0)), "edge")[:height, :width]


def _wobbled(values: Pixels, sheet: Sheet, far: float) -> Pixels:
    """As drawn by hand: every place taken from nearby."""
    rng = sheet.random("hand")
    height, width = values.shape[:2]
    moves = (noise.plane(rng, (width, 2 * height), (18, 36), 3) * 2 - 1) * far * sheet.unit
    rows = np.arange(height, dtype=np.float32)[:, None] + moves[:height]
    columns = np.arange(width, dtype=np.float32)[None] + moves[height:]
    return values[_index(rows, height), _index(columns, width)]


def _index(places: Field, length: int) -> NDArray[np.intp]:
    return np.rint(np.clip(places, 0, length - 1)).astype(np.intp)


def _outlines(grey: Field, sheet: Sheet) -> Field:
    """1 on lines: where a small blur and a larger one differ."""
    difference = blurred(grey, 1.2 * sheet.unit) - 0.98 * blurred(grey, 4.5 * sheet.unit)
    return 1 - noise.steps(difference, -0.03, -0.002)


def _paper(sheet: Sheet) -> Field:
    """The tooth of paper, around 0."""
    width, height = sheet.size
    grains = sheet.random("tooth").standard_normal((height, width)).astype(np.float32)
    whole = Image.fromarray((grains * 40 + 128).clip(0, 255).astype(np.uint8))
    soft = whole.filter(ImageFilter.GaussianBlur(max(0.6, 1.3 * sheet.unit)))
    return (np.asarray(soft, np.float32) / 128 - 1) * 2


def _margin(sheet: Sheet) -> Field:
    """1 on the paper that was left white around a painting."""
    width, height = sheet.size
    across = np.minimum(np.arange(width), np.arange(width)[::-1])[None] / min(sheet.size)
    high = np.minimum(np.arange(height), np.arange(height)[::-1])[:, None] / min(sheet.size)
    ragged = noise.plane(sheet.random("margin"), sheet.size, (10, 10), 4) * 0.05
    return 1 - noise.steps(np.minimum(across, high).astype(np.float32) - ragged, 0.004, 0.016)


def _hatching(sheet: Sheet) -> Field:
    """Strokes from the lower left to the upper right, from 0 to 1."""
    width, height = sheet.size
    every = max(3.0, 7 * sheet.unit)
    uneven = noise.plane(sheet.random("hatching"), sheet.size, (12, 12), 3) * 4
    along = np.arange(width)[None] * 0.8 + np.arange(height)[:, None]
    return (0.5 + 0.5 * np.sin(2 * np.pi * along / every + uneven)).astype(np.float32)


def _weave(sheet: Sheet) -> Field:
    width, height = sheet.size
    every = max(3.0, 4 * sheet.unit)
    across = np.sin(2 * np.pi * np.arange(width) / every)[None]
    return (across + np.sin(2 * np.pi * np.arange(height) / every)[:, None]).astype(np.float32)


def _dots(sheet: Sheet, every: float) -> Field:
    """A screen of dots, turned: thresholds from 0 to 1."""
    width, height = sheet.size
    step = np.pi / max(2.0, every * sheet.unit / 2)
    x, y = np.arange(width)[None], np.arange(height)[:, None]
    first, second = (x + y) * 0.7071 * step, (x - y) * 0.7071 * step
    return (0.5 + 0.25 * (np.sin(first) + np.sin(second))).astype(np.float32)


def _cells(
    sheet: Sheet, count: int
) -> tuple[Field, Field, np.ndarray[tuple[int, int], np.dtype[np.intp]]]:
    """Panes around scattered points, `count` along the shorter side.

    For each place: how far the nearest point is and how far the second, in panes, and which it is.
    """
    width, height = sheet.size
    side = min(sheet.size) / count
    columns, rows = int(width / side) + 3, int(height / side) + 3
    points = sheet.random("cells").random((rows, columns, 2)).astype(np.float32)
    y = np.broadcast_to((np.arange(height, dtype=np.float32) / side + 1)[:, None], (height, width))
    x = np.broadcast_to((np.arange(width, dtype=np.float32) / side + 1)[None], (height, width))
    nearest = np.full((height, width), np.inf, np.float32)
    second, owners = nearest.copy(), np.zeros((height, width), np.intp)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            row, column = y.astype(int) + down, x.astype(int) + across
            point = points[row, column]
            far = np.hypot(row + point[..., 0] - y, column + point[..., 1] - x)
            closer = far < nearest
            second = np.where(closer, nearest, np.minimum(second, far))
            owners = np.where(closer, row * columns + column, owners)
            nearest = np.where(closer, far, nearest)
    return nearest, second, owners
