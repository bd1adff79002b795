"""Looks of the weather."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.editing.sheet import (
    Field,
    Pixels,
    Sheet,
    blurred,
    colour,
    contrasted,
    corners,
    down,
    light,
    mixed,
    pixels,
    ramp,
    saturated,
)


def snowfall(values: Pixels, sheet: Sheet) -> Pixels:
    """Flakes, small and far to large and near."""
    cold = mixed(saturated(values, 0.75) * colour("#eef4ff"), colour("#ffffff"), 0.06)
    for depth, (count, radius) in enumerate(((700, 1.3), (260, 2.6), (70, 6.0))):
        flakes = _dots(sheet, f"flakes {depth}", count, radius * sheet.unit)
        cold = mixed(cold, colour("#ffffff"), 0.85 * flakes)
    return cold


def rain(values: Pixels, sheet: Sheet) -> Pixels:
    """Grey light, and drops that leave streaks."""
    grey = mixed(
        saturated(values, 0.5), ramp(light(values), ["#0c1218", "#6a7a88", "#dbe3e8"]), 0.45
    )
    grey = contrasted(grey, 0.9) * (0.95 - 0.3 * float(grey.mean()))
    wet = blurred(grey[::-1], 6 * sheet.unit)  # the ground mirrors what stands on it
    mirror = noise.steps(np.broadcast_to(down(sheet.size), sheet.sky.shape), 0.72, 1.0)
    grey = mixed(grey, wet, 0.3 * mirror)
    for depth, (count, length) in enumerate(((900, 34), (320, 70))):
        streaks = _streaks(sheet, f"rain {depth}", count, length * sheet.unit)
        grey = grey + (0.2 + 0.12 * depth) * streaks[..., None] * colour("#dfe9f2")
    return grey


def fog(values: Pixels, sheet: Sheet) -> Pixels:
    """A veil in banks, thickest where it is far."""
    banks = noise.plane(sheet.random("fog"), sheet.size, (3, 5), 4)
    far = 1 - np.abs(down(sheet.size) - 0.42) * 1.25
    thick = (0.24 + 0.5 * far.clip(0, 1)) * (0.65 + 0.6 * banks)
    soft = blurred(values, 1.5 * sheet.unit)
    pale = mixed(saturated(soft, 0.55), colour("#dfe5e6"), thick.clip(0, 0.85))
    return contrasted(pale, 0.94)


def storm(values: Pixels, sheet: Sheet) -> Pixels:
    """Dark clouds, and hard light below them."""
    dark = contrasted(saturated(values, 0.6), 1.2) * colour("#c3d2d6") * 0.74
    clouds = noise.plane(sheet.random("clouds"), sheet.size, (3, 6), 5)
    heavy = ramp(noise.steps(clouds, 0.2, 0.9), ["#141b21", "#46545c", "#aab3b3"])
    dark = mixed(dark, heavy, 0.82 * sheet.sky)
    return dark * (1 - 0.35 * corners(sheet.size)[..., None])


def underwater(values: Pixels, sheet: Sheet) -> Pixels:
    """Blue-green, darker below, with light dancing on it."""
    deep = ramp(light(values), ["#021a2e", "#0f6f8c", "#a8f0e6"])
    water = mixed(saturated(values, 0.7) * colour("#8fe0ee"), deep, 0.55)
    waves = noise.plane(sheet.random("water"), sheet.size, (15, 15), 2)
    light_net = np.exp(-((waves - 0.5) ** 2) / 0.0009) * (1 - 0.8 * down(sheet.size))
    beams = light_net.astype(np.float32)[..., None] * colour("#d9fff6")
    return water * (1.08 - 0.5 * down(sheet.size)[..., None]) + 0.17 * beams


def _dots(sheet: Sheet, purpose: str, count: int, radius: float) -> Field:
    rng = sheet.random(purpose)
    width, height = sheet.size
    layer = Image.new("L", sheet.size)
    pen = ImageDraw.Draw(layer)
    for across, high, size in rng.random((_scaled(sheet, count), 3)):
        x, y, r = across * width, high * height, radius * (0.5 + size)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=round(130 + 125 * size))
    return np.asarray(layer.filter(ImageFilter.GaussianBlur(radius * 0.45)), np.float32) / 255


def _streaks(sheet: Sheet, purpose: str, count: int, length: float) -> Field:
    rng = sheet.random(purpose)
    width, height = sheet.size
    layer = Image.new("L", sheet.size)
    pen = ImageDraw.Draw(layer)
    thick = max(1, round(1.6 * sheet.unit))
    for across, high, size in rng.random((_scaled(sheet, count), 3)):
        x, y, reach = across * width * 1.2, (high * 1.2 - 0.1) * height, length * (0.5 + size)
        pen.line((x, y, x - 0.22 * reach, y + reach), fill=round(110 + 145 * size), width=thick)
    return pixels(layer.filter(ImageFilter.GaussianBlur(0.7 * max(sheet.unit, 0.5))))


def _scaled(sheet: Sheet, count: int) -> int:
    """As many for a square; more for a longer picture."""
    return round(count * max(sheet.size) / min(sheet.size))
