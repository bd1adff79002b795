"""Looking at a file before it goes anywhere: what it is, how large, and whether it is whole.

The content decides, never the name.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from lib.deapi.contract import IMAGE_BYTES, MEDIA_FORMATS

MAX_PIXELS = 50_000_000
"""The largest picture that is decoded, in pixels. A small file can claim to be a huge picture
(a decompression bomb); 50 million decode into at most 200 MB."""

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "JPEG": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "WEBP": (".webp",),
}
"""The suffixes that name a format, the usual one first."""

_MEDIA_TYPES: Mapping[str, str] = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "WEBP": "image/webp",
}
# Phones write a JPEG with a second picture behind the first, which Pillow calls by another name.
_SAME_AS: Mapping[str, str] = {"MPO": "JPEG"}

# Decoding is what takes memory: one at a time keeps it to one picture, however many arrive.
_decoding = threading.Lock()


class BadMedia(ValueError):
    """Raised when a file can't be used. Its text is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A picture that was looked at and is fit to send.

    `name` is what its owner called it, `sha256` names its content, `size` is in bytes, `format`
    is Pillow's word for what it is, `width` and `height` are in pixels.
    """

    path: Path
    name: str
    sha256: str
    size: int
    format: str
    media_type: str
    width: int
    height: int


def inspect(path: Path, name: str, *, max_bytes: int = IMAGE_BYTES) -> Upload:
    """Look at the file at `path`, which its owner calls `name`, and decode all of it once.

    Raises `BadMedia` when it is larger than `max_bytes`, not a picture of a kind that deAPI takes,
    broken, or too many pixels; `OSError` when it can't be read at all.
    """
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if not content:
        raise BadMedia("This file is empty.")
    if len(content) > max_bytes:
        size, limit = path.stat().st_size / 2**20, max_bytes / 2**20
        raise BadMedia(f"This file has {size:.1f} MB; at most {limit:.0f} MB are accepted.")
    kind, width, height = _decode(content)
    return Upload(
        path=path,
        name=_title(name),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        format=kind,
        media_type=_MEDIA_TYPES[kind],
        width=width,
        height=height,
    )


def _decode(content: bytes) -> tuple[str, int, int]:
    kinds = MEDIA_FORMATS["image"]
    with _decoding:
        try:
            picture = Image.open(BytesIO(content), formats=kinds)
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
    return _SAME_AS.get(kind, kind), width, height


def _too_many(width: int = 0, height: int = 0) -> str:
    has = f"This picture has {width} × {height} pixels" if width else "This picture is too large"
    return f"{has}; at most {MAX_PIXELS // 1_000_000} million pixels are accepted."


def _title(name: str) -> str:
    base = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(each for each in base if each.isprintable()).strip()
    return shown[-255:] or "file"


def to_json(upload: Upload) -> dict[str, Any]:
    """How an upload is remembered among a run's parameters: by its content, without its path."""
    return {
        "upload": upload.sha256,
        "name": upload.name,
        "size": upload.size,
        "format": upload.format,
        "media_type": upload.media_type,
        "width": upload.width,
        "height": upload.height,
    }


def from_json(raw: Mapping[str, Any], path: Path) -> Upload:
    """The upload that `to_json` wrote, whose file is now at `path`. Raises `KeyError`."""
    return Upload(
        path=path,
        name=raw["name"],
        sha256=raw["upload"],
        size=raw["size"],
        format=raw["format"],
        media_type=raw["media_type"],
        width=raw["width"],
        height=raw["height"],
    )
