"""Looks of a time of day or of a season."""

import numpy as np

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
    ramp,
    saturated,
)


def night(values: Pixels, sheet: Sheet) -> Pixels:
    """Dark and blue; what was bright and no sky becomes a lamp, the sky gets stars."""
    shades = light(values)
    dark = mixed(saturated(values, 0.55), ramp(shades, ["#000208", "#3a5488", "#b7c9ea"]), 0.6)
    dark = dark**1.25 * 0.46
    sky = ramp(np.broadcast_to(down(sheet.size), shades.shape), ["#050a1e", "#11224b", "#31507f"])
    dark = mixed(dark, sky * (0.55 + 0.6 * shades[..., None]), 0.85 * sheet.sky)
    warm = values[..., 0] + 0.4 * values[..., 1] - 1.2 * values[..., 2]
    lamps = noise.steps(shades + 0.25 * warm, 0.72, 0.95) * (1 - sheet.sky)
    glow = lamps[..., None] * colour("#ffc36b")
    halo = blurred(glow, 14 * sheet.unit) * 0.7 + blurred(glow, 45 * sheet.unit) * 0.5
    dark = dark + 0.55 * lamps[..., None] * values * colour("#ffd9a0") + 0.55 * halo
    return dark + _stars(sheet)[..., None] * colour("#eef3ff")


def sunset(values: Pixels, sheet: Sheet) -> Pixels:
    return _evening(
        values, sheet, ["#2b1a3f", "#b5524a", "#ffb45e", "#fff0c8"],
        ["#3c3570", "#a5568c", "#f2785f", "#ffc27a"],
    )  # fmt: skip


def dawn(values: Pixels, sheet: Sheet) -> Pixels:
    return _evening(
        values, sheet, ["#2f3a57", "#a98a94", "#f6cfb6", "#fff6e4"],
        ["#7d9ac6", "#c6bfd6", "#f2cfc8", "#ffe9cc"],
    )  # fmt: skip


def dusk(values: Pixels, sheet: Sheet) -> Pixels:
    blue = _evening(
        values, sheet, ["#0b1030", "#454a8c", "#a585b8", "#ffd9c4"],
        ["#141b4d", "#41408a", "#8e66a6", "#f0a99a"],
    )  # fmt: skip
    return blue * 0.82


def sunny(values: Pixels, sheet: Sheet) -> Pixels:
    """Brighter, a little warmer, and blue above."""
    bright = saturated(values ** np.float32(0.82), 1.25) * colour("#fff8e8")
    blue = ramp(
        np.broadcast_to(down(sheet.size), sheet.sky.shape), ["#2f86dd", "#8cc8f4", "#e2f2fb"]
    )
    return contrasted(
        mixed(bright, blue * (0.55 + 0.5 * light(values))[..., None], 0.6 * sheet.sky), 1.06
    )


def autumn(values: Pixels, sheet: Sheet) -> Pixels:
    """Leaves turn: green becomes orange and red, in patches."""
    rng = sheet.random("leaves")
    patches = noise.plane(rng, sheet.size, (14, 14), 3)
    shades = light(values)
    leaves = mixed(
        ramp(shades, ["#2b1206", "#a8551a", "#f0a93c", "#ffe9b0"]),
        ramp(shades, ["#2a0b08", "#9c2f1c", "#e0702f", "#ffd9a8"]),
        patches,
    )
    warm = saturated(values, 1.1) * colour("#fff0d8") + 0.02
    return mixed(warm, leaves, 0.9 * _green(values))


def winter(values: Pixels, sheet: Sheet) -> Pixels:
    """Snow lies on green and on the ground; the air is cold and bright."""
    shades = light(values)
    cold = mixed(saturated(values, 0.5), ramp(shades, ["#1a2740", "#8aa2bf", "#ffffff"]), 0.45)
    snow = ramp(np.clip(0.5 + 0.75 * shades, 0, 1), ["#7d93b3", "#c9d8ea", "#ffffff"])
    ground = noise.steps(np.broadcast_to(down(sheet.size), shades.shape), 0.35, 0.95)
    lit = noise.steps(shades, 0.25, 0.6)
    lies = np.clip(_green(values) * 0.9 + ground * lit * 0.55, 0, 0.92) * (1 - sheet.sky)
    return mixed(cold, snow, lies) * 0.97 + 0.03


def spring(values: Pixels, sheet: Sheet) -> Pixels:
    """Fresh greens, pink blossoms in the light of them."""
    rng = sheet.random("blossoms")
    green = _green(values)
    fresh = mixed(
        saturated(values, 1.15) ** np.float32(0.85), values * colour("#c8ff9a"), 0.35 * green
    )
    specks = noise.steps(noise.plane(rng, sheet.size, (60, 60), 2), 0.58, 0.68)
    blossom = ramp(light(values), ["#7a3a56", "#f29bbd", "#fff0f6"])
    return mixed(fresh, blossom, 0.75 * specks * green) * colour("#fff7fb") + 0.015


def summer(values: Pixels, sheet: Sheet) -> Pixels:
    warm = sunny(values, sheet) * colour("#fff3d6")
    return warm + 0.25 * _sun(sheet)[..., None] * colour("#ffe2a0")


def _evening(values: Pixels, sheet: Sheet, tones: list[str], sky: list[str]) -> Pixels:
    """The picture in the tones of a low sun, its sky repainted, light coming from one side."""
    shades = light(values)
    toned = mixed(saturated(values, 0.9), ramp(contrasted(shades, 1.1).clip(0, 1), tones), 0.58)
    above = ramp(np.broadcast_to((down(sheet.size) * 1.5).clip(0, 1), shades.shape), sky)
    toned = mixed(toned, above * (0.45 + 0.65 * shades[..., None]), 0.8 * sheet.sky)
    toned = toned + 0.3 * _sun(sheet)[..., None] * colour(tones[-2])
    return toned * (1 - 0.28 * corners(sheet.size)[..., None])


def _sun(sheet: Sheet) -> Field:
    """Light from one side, above the middle."""
    left = -0.05 if sheet.random("sun").random() < 0.5 else 1.05
    across = np.linspace(0, 1, sheet.size[0], dtype=np.float32)[None] - left
    return np.exp(-2.6 * (across**2 + (down(sheet.size) - 0.3) ** 2)).astype(np.float32)


def _stars(sheet: Sheet) -> Field:
    rng = sheet.random("stars")
    width, height = sheet.size
    field = np.zeros((height, width), np.float32)
    count = round(420 * max(width, height) / min(width, height))
    places = rng.integers(0, (height, width), (count, 2))
    field[places[:, 0], places[:, 1]] = rng.power(0.6, count)
    thick = blurred(field, max(0.5, 0.9 * sheet.unit)) * 4 + field * 0.4
    return thick.clip(0, 1) * sheet.sky * (1 - 0.7 * down(sheet.size))


def _green(values: Pixels) -> Field:
    """How much of a leaf's colour there is: green to yellow, not grey, not blue."""
    red, green, blue = np.moveaxis(values, -1, 0)
    leaf = np.minimum(green - blue, 1.9 * green - red - 0.4 * blue)
    return blurred(noise.steps(leaf, 0.02, 0.14), 1)
