"""What a file must be to pass for a picture."""

import math
from typing import BinaryIO, NamedTuple

from PIL import Image

from lib.deapi.contract import MEDIA_FORMATS

MAX_PIXELS = 50_000_000
"""A file that claims more is not decoded: a few kilobytes can name a picture of gigabytes."""


class NotAPicture(ValueError):
    """The file doesn't decode as one of the formats deAPI takes."""


class Size(NamedTuple):
    """In pixels, as the file's header says."""

    width: int
    height: int


def size(file: BinaryIO) -> Size:
    """Read from the header alone. Raises `NotAPicture`."""
    file.seek(0)
    try:
        with Image.open(file, formats=MEDIA_FORMATS["image"]) as picture:
            return Size(*picture.size)
    except Exception as error:  # a broken file makes Pillow raise almost anything
        raise NotAPicture from error


def prove(file: BinaryIO) -> None:
    """Decode the whole picture. Raises `NotAPicture`, at once when it is too large to try."""
    if math.prod(size(file)) > MAX_PIXELS:
        raise NotAPicture
    file.seek(0)
    try:
        with Image.open(file, formats=MEDIA_FORMATS["image"]) as picture:
            picture.load()
    except Exception as error:  # as above
        raise NotAPicture from error
