"""Opening a picture that came with an order."""

from pathlib import Path

from PIL import Image, ImageOps

from lib.deapi.contract import MEDIA_FORMATS


def opened(path: Path) -> Image.Image:
    """The picture upright, as RGB or, where it has transparency, RGBA.

    Of a moving picture the first frame. Its `info` is kept.
    """
    with Image.open(path, formats=MEDIA_FORMATS["image"]) as picture:
        upright = ImageOps.exif_transpose(picture)
        plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        plain.info = picture.info
    return plain


def opaque(picture: Image.Image) -> Image.Image:
    """On white."""
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
