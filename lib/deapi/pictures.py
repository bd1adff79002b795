"""Whether a file is a picture, which, and whether it is whole. The content decides."""

import threading
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from lib.deapi.contract import MEDIA_FORMATS
from lib.deapi.facts import BadMedia, Facts

MAX_PIXELS = 50_000_000
"""The largest picture that is decoded, in pixels. A small file can claim to be a huge picture
(a decompression bomb); 50 million decode into at most 200 MB."""

# Phones write a JPEG with a second picture behind the first, which Pillow calls by another name.
_SAME_AS: Mapping[str, str] = {"MPO": "JPEG"}

# Decoding is what takes memory: one at a time keeps it to one picture, however many arrive.
_decoding = threading.Lock()


def look(path: Path) -> Facts:
    """Decode the picture at `path` once. Raises `BadMedia` when it is none, broken or too large."""
    kinds = MEDIA_FORMATS["image"]
    with _decoding:
        try:
            picture = Image.open(path, formats=kinds)
        except Image.DecompressionBombError as error:
            raise BadMedia(_too_many()) from error
        except Exception as error:
            # Pillow's readers raise almost anything at bytes that lie, and all of it means this.
            raise BadMedia(
                f"This file is not a picture we can read. Use one of {', '.join(kinds)}."
            ) from error
        with picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise BadMedia(_too_many(width, height))
            try:
                # A JPEG may be decoded at an eighth of its size: every byte is still read.
                picture.draft(None, (max(1, width // 8), max(1, height // 8)))
                picture.load()
            except Exception as error:
                raise BadMedia("This picture is broken or was cut short.") from error
            kind = picture.format or ""
    return Facts(format=_SAME_AS.get(kind, kind), width=width, height=height)


def _too_many(width: int = 0, height: int = 0) -> str:
    has = f"This picture has {width} × {height} pixels" if width else "This picture is too large"
    return f"{has}; at most {MAX_PIXELS // 1_000_000} million pixels are accepted."
