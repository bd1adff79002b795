"""Looks of colour and light alone."""

from collections.abc import Mapping

import numpy as np

from lib.sandbox.engines.chance import number
from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.editing.sheet import (
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

COLOURS: Mapping[str, str] = {
    "red": "#d42a35",
    "crimson": "#b3123a",
    "orange": "#f08327",
    "yellow": "#f4c63d",
    "gold": "#d9a52b",
    "golden": "#d9a52b",
    "green": "#2f9e5c",
    "emerald": "#0f9d6b",
    "olive": "#77803a",
    "teal": "#15969a",
    "turquoise": "#2cc4bd",
    "cyan": "#23c7e0",
    "blue": "#2f6fde",
    "navy": "#1c2f6b",
    "indigo": "#4b3bb0",
    "purple": "#7b3fb5",
    "violet": "#8a4fd0",
    "lavender": "#b59ae0",
    "magenta": "#d1379a",
    "pink": "#f07fae",
    "coral": "#ff7a66",
    "brown": "#7c5236",
    "beige": "#e4d7bd",
    "cream": "#f5ecd7",
    "white": "#fafaf8",
    "silver": "#b8c0c8",
    "grey": "#8a9096",
    "gray": "#8a9096",
    "black": "#16181d",
}


def warm(values: Pixels, _: Sheet) -> Pixels:
    return saturated(values, 1.06) * colour("#ffe6c2") ** np.float32(1.15) * 1.06 + 0.012


def cold(values: Pixels, _: Sheet) -> Pixels:
    return saturated(values, 0.9) * colour("#c4dcff") * 1.05 + colour("#000a1e") * 0.3


def bright(values: Pixels, _: Sheet) -> Pixels:
    return values ** np.float32(0.62)


def dark(values: Pixels, sheet: Sheet) -> Pixels:
    """Low key: deep shadows, the middle lit."""
    return contrasted(values ** np.float32(1.45), 1.08) * (1 - 0.5 * corners(sheet.size)[..., None])


def contrast(values: Pixels, _: Sheet) -> Pixels:
    return contrasted(values, 1.55)


def faded(values: Pixels, _: Sheet) -> Pixels:
    return saturated(values, 0.7) * 0.74 + 0.16


def vivid(values: Pixels, _: Sheet) -> Pixels:
    return contrasted(saturated(values, 1.75), 1.12)


def muted(values: Pixels, _: Sheet) -> Pixels:
    return saturated(values, 0.45) * 0.92 + 0.05


def pastel(values: Pixels, _: Sheet) -> Pixels:
    return mixed(saturated(values ** np.float32(0.7), 0.8), colour("#fff3f1"), 0.34)


def dramatic(values: Pixels, sheet: Sheet) -> Pixels:
    """Local contrast, cool shadows, dark corners: as on a film poster."""
    clear = values + 0.9 * (values - blurred(values, 40 * sheet.unit))
    toned = mixed(clear, ramp(light(clear).clip(0, 1), ["#03141c", "#5a6a66", "#ffe3bd"]), 0.38)
    return contrasted(toned, 1.22) * (1 - 0.45 * corners(sheet.size)[..., None])


def detailed(values: Pixels, sheet: Sheet) -> Pixels:
    """Details at every scale, shadows opened."""
    open_ = values ** np.float32(0.85)
    fine = open_ + 0.7 * (open_ - blurred(open_, 3 * sheet.unit))
    return saturated(fine + 0.6 * (open_ - blurred(open_, 30 * sheet.unit)), 1.2)


def dreamy(values: Pixels, sheet: Sheet) -> Pixels:
    """Light that spills over."""
    glow = blurred(values ** np.float32(1.3), 18 * sheet.unit)
    spilled = 1 - (1 - values) * (1 - 0.65 * glow)
    return mixed(spilled, colour("#ffeaf4"), 0.1)


def monochrome(values: Pixels, sheet: Sheet) -> Pixels:
    grey = contrasted(values @ np.array([0.42, 0.4, 0.18], np.float32), 1.2)
    return np.repeat(grey[..., None], 3, axis=-1) + _grain(sheet, 0.03)


def sepia(values: Pixels, sheet: Sheet) -> Pixels:
    toned = ramp(light(values), ["#1c0f06", "#8a6238", "#e9cf9f", "#fff6e0"])
    return toned * (1 - 0.3 * corners(sheet.size)[..., None])


def vintage(values: Pixels, sheet: Sheet) -> Pixels:
    """An old print: faded blacks, yellowed whites, grain, a light leak."""
    toned = mixed(
        saturated(values, 0.72), ramp(light(values), ["#2a1f2e", "#9a7d5c", "#fff0cc"]), 0.42
    )
    toned = toned * 0.86 + colour("#33261f") * 0.35
    leak = np.exp(
        -6 * (np.linspace(0, 1, sheet.size[0], dtype=np.float32)[None] + 0 * down(sheet.size))
    )
    toned = 1 - (1 - toned) * (1 - 0.4 * leak[..., None] * colour("#ff8a4a"))
    return toned * (1 - 0.38 * corners(sheet.size)[..., None]) + _grain(sheet, 0.035)


def neon(values: Pixels, sheet: Sheet) -> Pixels:
    """Magenta and cyan light on dark; whatever has an edge glows."""
    shades = light(values)
    across = np.linspace(0, 1, sheet.size[0], dtype=np.float32)[None] + 0 * down(sheet.size)
    pink = ramp(shades, ["#0a0320", "#6b1470", "#ff4fb0", "#ffe6f7"])
    cyan = ramp(shades, ["#040820", "#123f86", "#27d5f0", "#e6fdff"])
    toned = mixed(pink, cyan, noise.steps(across, 0.15, 0.85)) * 0.85
    edges = np.abs(shades - blurred(shades, 3 * sheet.unit))
    glow = blurred(edges * 4, 5 * sheet.unit)
    return contrasted(toned, 1.15) + 0.55 * glow[..., None] * colour("#ff9df0")


def inverted(values: Pixels, _: Sheet) -> Pixels:
    return 1 - values


def vignette(values: Pixels, sheet: Sheet) -> Pixels:
    return values * (1 - 0.75 * corners(sheet.size)[..., None])


def grain(values: Pixels, sheet: Sheet) -> Pixels:
    return values + _grain(sheet, 0.09)


def blur(values: Pixels, sheet: Sheet) -> Pixels:
    return blurred(values, 14 * sheet.unit)


def sharpen(values: Pixels, sheet: Sheet) -> Pixels:
    radius = max(0.8, 1.6 * sheet.unit)
    return values + 1.5 * (values - blurred(values, radius))


def smooth(values: Pixels, sheet: Sheet) -> Pixels:
    """Less noise; edges stay."""
    soft = blurred(values, max(0.8, 2.5 * sheet.unit))
    edges = np.abs(light(values) - light(blurred(values, 5 * sheet.unit)))
    return mixed(soft, values, noise.steps(edges, 0.03, 0.12))


def tinted(values: Pixels, name: str) -> Pixels:
    """In one colour's light."""
    tone = colour(COLOURS[name])
    shades = light(values)[..., None]
    toned = np.where(shades < 0.5, 2 * shades * tone, tone + (2 * shades - 1) * (1 - tone))
    return mixed(values, toned.astype(np.float32), 0.62)


def recoloured(values: Pixels, sheet: Sheet, name: str) -> Pixels:
    """The subject in another colour, its shades kept; everything, where none stands out."""
    tone = colour(COLOURS[name])
    shades = light(values)
    share = sheet.subject
    if not 0.02 < share.mean() < 0.75:
        return tinted(values, name)
    usual = float(np.average(shades, weights=share))
    lit = (shades / max(usual, 0.05))[..., None]
    painted = np.where(lit < 1, lit * tone, tone + (lit - 1) * 0.55 * (1 - tone))
    return mixed(values, np.clip(painted, 0, 1).astype(np.float32), 0.88 * share)


def graded(values: Pixels, prompt: str) -> Pixels:
    """A grading that follows from the words and from nothing in them; gentle, and to be seen."""
    code = number("grading", prompt)
    shadows, lights = _GRADINGS[code % len(_GRADINGS)]
    toned = mixed(values, ramp(light(values), [shadows, "#808080", lights]), 0.3)
    toned = saturated(toned, 1.1 + (code >> 8 & 7) / 20)
    return contrasted(toned, 1.06 + (code >> 16 & 7) / 60)


_GRADINGS = (
    ("#0b2a3a", "#ffd9a8"),
    ("#2a1440", "#ffe0b0"),
    ("#0f3326", "#fff0c9"),
    ("#3a1a12", "#d9f2ff"),
    ("#14204a", "#ffd3dc"),
    ("#33240c", "#e4f5d8"),
    ("#2b0f26", "#d6fff4"),
)


def _grain(sheet: Sheet, strength: float) -> Pixels:
    width, height = sheet.size
    return sheet.random("grain").standard_normal((height, width, 1), np.float32) * strength
