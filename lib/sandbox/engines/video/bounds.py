"""How much video this sandbox makes at once."""

import math

from lib.sandbox.engines.base import CannotRender
from lib.sandbox.engines.video.frame import Size

_MAX_PIXELS = 3840 * 3840
"""Of a frame: twice the largest that a model of the catalogue takes for an upscale."""
_MAX_WORK = 2_500_000_000
"""Pixels of all frames together; they take one or two minutes."""


def check(size: Size, frames: int) -> None:
    """Raises `CannotRender` for a video that would take the machine too long."""
    if math.prod(size) > _MAX_PIXELS or math.prod(size) * frames > _MAX_WORK:
        raise CannotRender(
            f"{frames} frames of {size[0]} x {size[1]} are more than this sandbox can make;"
            " a shorter or smaller video will do."
        )
