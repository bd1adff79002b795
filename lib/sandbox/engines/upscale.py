"""The upscale engine: Lanczos, and a little sharpness."""

import math
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

from lib.deapi.contract import MEDIA_FORMATS
from lib.sandbox.engines.base import CannotRender, Outputs
from lib.sandbox.engines.mark import mark
from lib.sandbox.engines.save import save
from lib.sandbox.order import Order

_MAX_PIXELS = 70_000_000
"""Of the result; about as many as the largest model of the catalogue makes (8192 by 8192)."""


def seconds(_: Order) -> float:
    return 3.0


def render(order: Order, folder: Path) -> Outputs:
    """Enlarge the picture by the model's factor, upright and with its transparency."""
    factor = order.chosen.factor
    with Image.open(order.files["image"][0], formats=MEDIA_FORMATS["image"]) as picture:
        if math.prod(picture.size) * factor**2 > _MAX_PIXELS:
            raise CannotRender("The enlarged picture would be larger than this sandbox can hold.")
        upright = ImageOps.exif_transpose(picture)
        plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    large = plain.resize((plain.width * factor, plain.height * factor), Image.Resampling.LANCZOS)
    return save(mark(large.filter(_sharpness(factor))), folder)


def _sharpness(factor: int) -> ImageFilter.UnsharpMask:
    return ImageFilter.UnsharpMask(radius=math.sqrt(factor), percent=60, threshold=2)
