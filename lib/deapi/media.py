"""Looking at a file before it goes anywhere: what it is, how large, and whether it is whole.

The content decides, never the name.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lib.deapi import pictures, recordings
from lib.deapi.contract import RECORDING_BYTES
from lib.deapi.facts import BadMedia, Facts
from lib.deapi.terms import Media

__all__ = ["SUFFIXES", "BadMedia", "Upload", "accepted", "from_json", "inspect", "to_json"]

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "JPEG": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "WEBP": (".webp",),
    "MP3": (".mp3",),
    "WAV": (".wav",),
    "FLAC": (".flac",),
    "OGG": (".ogg", ".oga", ".ogv", ".opus"),
    "AAC": (".aac",),
    "M4A": (".m4a",),
    "MP4": (".mp4", ".m4v"),
    "QuickTime": (".mov",),
    "MPEG": (".mpg", ".mpeg"),
    "WebM": (".webm",),
    "AVI": (".avi",),
    "WMV": (".wmv",),
}
"""The suffixes that name a format, the usual one first."""

_MEDIA_TYPES: Mapping[str, tuple[str, str]] = {
    "JPEG": ("image/jpeg", "image/jpeg"),
    "PNG": ("image/png", "image/png"),
    "GIF": ("image/gif", "image/gif"),
    "BMP": ("image/bmp", "image/bmp"),
    "WEBP": ("image/webp", "image/webp"),
    "MP3": ("audio/mpeg", "audio/mpeg"),
    "WAV": ("audio/wav", "audio/wav"),
    "FLAC": ("audio/flac", "audio/flac"),
    "OGG": ("audio/ogg", "video/ogg"),
    "AAC": ("audio/aac", "audio/aac"),
    "M4A": ("audio/mp4", "audio/mp4"),
    "MP4": ("audio/mp4", "video/mp4"),
    "QuickTime": ("video/quicktime", "video/quicktime"),
    "MPEG": ("audio/mpeg", "video/mpeg"),
    "WebM": ("audio/webm", "video/webm"),
    "AVI": ("video/x-msvideo", "video/x-msvideo"),
    "WMV": ("video/x-ms-wmv", "video/x-ms-wmv"),
}
"""By format: the media type of its sound, and of its moving pictures."""

_ALSO: Mapping[str, frozenset[str]] = {
    "JPEG": frozenset({"jpg"}),
    # Sound of MPEG is MP3, and an .m4a is MP4 by another name.
    "MP3": frozenset({"mpeg"}),
    "M4A": frozenset({"mp4"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was looked at and is fit to send.

    `name` is what its owner called it, `sha256` names its content, `size` is in bytes. `width` and
    `height` are in pixels and `seconds` is how long it lasts, None where it has none.
    """

    path: Path
    name: str
    sha256: str
    size: int
    format: str
    media_type: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


def inspect(
    path: Path, name: str, *, media: Media = "image", max_bytes: int = RECORDING_BYTES
) -> Upload:
    """Look at the file at `path`, which its owner calls `name` and which should be `media`.

    Raises `BadMedia` when it is larger than `max_bytes`, of no kind that deAPI takes, broken, or
    too many pixels; `OSError` when it can't be read at all.
    """
    size = path.stat().st_size
    if not size:
        raise BadMedia("This file is empty.")
    if size > max_bytes:
        raise BadMedia(
            f"This file has {size / 2**20:.1f} MB; at most {max_bytes / 2**20:.0f} MB are accepted."
        )
    facts = _look(path, media)
    sound_type, pictures_type = _MEDIA_TYPES.get(facts.format, ("application/octet-stream",) * 2)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Upload(
        path=path,
        name=_title(name),
        sha256=digest,
        size=size,
        format=facts.format,
        media_type=pictures_type if facts.width else sound_type,
        width=facts.width,
        height=facts.height,
        seconds=facts.seconds,
    )


def accepted(upload: Upload, formats: Collection[str]) -> bool:
    """Whether a parameter that takes `formats`, in the specification's words, takes this file."""
    words = {each.casefold() for each in formats}
    return bool(words & {upload.format.casefold(), *_ALSO.get(upload.format, ())})


def _look(path: Path, media: Media) -> Facts:
    if media == "image":
        return pictures.look(path)
    if media == "recording":
        # Sound is what counts; with moving pictures it is a video, whose size is worth knowing.
        try:
            return recordings.look(path, moving=True)
        except BadMedia:
            return recordings.look(path, moving=False)
    return recordings.look(path, moving=media == "video")


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
        "seconds": upload.seconds,
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
        seconds=raw.get("seconds"),
    )
