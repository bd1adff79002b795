"""Shapes of a picture instead of two numbers: presets that respect a model's limits and step."""

import math
from collections.abc import Mapping
from functools import lru_cache

from lib.deapi.fields import Field, step_to

CUSTOM = "Custom"

SHAPES: Mapping[str, float] = {
    "Square": 1.0,
    "Portrait 3:4": 3 / 4,
    "Portrait 9:16": 9 / 16,
    "Landscape 4:3": 4 / 3,
    "Landscape 16:9": 16 / 9,
}
"""Width ÷ height by name."""

_NEAR_ENOUGH = math.log(1.12)
"""A shape that the step or the limits would bend by more than this is not offered."""
_LONGEST_GRID = 4096
_FALLBACK_STEP = 8


@lru_cache(maxsize=256)
def presets(width: Field, height: Field) -> dict[str, tuple[int, int]]:
    """Shape → width and height in pixels: on the grid, within the limits, and with about as many
    pixels as the model's own default. Shapes that the model can't come near are left out.
    """
    area = int(width.default or 1024) * int(height.default or 1024)
    found: dict[str, tuple[int, int]] = {}
    for name, ratio in SHAPES.items():
        best = min(_candidates(width, height, ratio), key=lambda each: _miss(each, ratio, area))
        bent = abs(math.log(best[0] / best[1] / ratio))
        if bent <= _NEAR_ENOUGH and best not in found.values():
            found[name] = best
    return found


def shape_of(width: Field, height: Field, size: tuple[object, object]) -> str:
    """The name of the preset that is exactly `size`, else "Custom"."""
    for name, each in presets(width, height).items():
        if each == size:
            return name
    return CUSTOM


def _candidates(width: Field, height: Field, ratio: float) -> set[tuple[int, int]]:
    """Legal sizes along a shape: from every legal width and from every legal height."""
    wide = {(each, int(step_to(height, each / ratio))) for each in _grid(width)}
    high = {(int(step_to(width, each * ratio)), each) for each in _grid(height)}
    return wide | high


def _grid(field: Field) -> list[int]:
    step = int(field.step or _FALLBACK_STEP)
    low = int(step_to(field, field.minimum or step))
    high = int(step_to(field, field.maximum or _LONGEST_GRID))
    return [int(step_to(field, each)) for each in range(low, high + 1, step)]


def _miss(size: tuple[int, int], ratio: float, area: int) -> float:
    """How far a size is from what is wished: its shape counts more than its area."""
    width, height = size
    return 4 * abs(math.log(width / height / ratio)) + abs(math.log(width * height / area))
