"""Writing a picture as a job's files."""

import math
from pathlib import Path

from PIL import Image, PngImagePlugin

from lib.sandbox.engines.base import Outputs

_PREVIEW_SIDE = 384
_BLOCKS = (12, 24, 56)
"""How many blocks wide the picture is at 25, 50 and 75 %."""
_ALTERNATIVES_UP_TO = 4_200_000
"""Pixels; a larger result comes as PNG alone (encoding it twice more would take seconds)."""


def save(picture: Image.Image, folder: Path) -> Outputs:
    """Write `picture` as PNG, JPEG and WebP, with its previews."""
    note = PngImagePlugin.PngInfo()
    note.add_text("Software", "deAPI Playground sandbox")
    picture.save(folder / "result.png", compress_level=1, pnginfo=note)
    return Outputs(
        "result.png",
        alternatives=_alternatives(picture, folder),
        previews=_previews(picture, folder),
    )


def _alternatives(picture: Image.Image, folder: Path) -> dict[str, str]:
    if math.prod(picture.size) > _ALTERNATIVES_UP_TO:
        return {}
    picture.save(folder / "result.webp", quality=88, method=2)
    _opaque(picture).save(folder / "result.jpg", quality=90)
    return {"jpg": "result.jpg", "webp": "result.webp"}


def _previews(picture: Image.Image, folder: Path) -> tuple[str, ...]:
    """The picture coming out of coarse blocks, softly, and at last itself; small enough to send."""
    small = _opaque(picture)
    small.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
    names: list[str] = []
    for number, blocks in enumerate((*_BLOCKS, None), start=1):
        name = f"preview-{number}.jpg"
        _coarse(small, blocks).save(folder / name, quality=80)
        names.append(name)
    return tuple(names)


def _coarse(picture: Image.Image, blocks: int | None) -> Image.Image:
    if blocks is None:
        return picture
    width = min(blocks, picture.width)
    height = max(1, round(picture.height * width / picture.width))
    tiny = picture.resize((width, height), Image.Resampling.BOX)
    return tiny.resize(picture.size, Image.Resampling.BICUBIC)


def _opaque(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")
