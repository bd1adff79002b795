"""What a recording is that came as an upload: the content decides, never the name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Stream

from lib.deapi.contract import Media
from lib.sandbox.engines.audio import decode
from lib.sandbox.engines.video import read
from lib.sandbox.engines.video.container import Unreadable, opened
from lib.sandbox.order import Measured

__all__ = ["Recording", "Unreadable", "accepted", "look"]

LONGEST_SECONDS = 12 * 3600.0
"""A file that claims more lies; deAPI takes ten hours (deapi.md, Pricing)."""

_CONTAINERS: Mapping[str, str] = {
    "mp3": "MP3",
    "wav": "WAV",
    "flac": "FLAC",
    "ogg": "OGG",
    "aac": "AAC",
    "mpeg": "MPEG",
    "mpegvideo": "MPEG",
    "mpegts": "MPEG",
    "avi": "AVI",
    "asf": "WMV",
}
"""FFmpeg's names for a container, and the specification's."""
_WEBM_CODECS = frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})
_BRANDS: Mapping[str, str] = {"qt  ": "QuickTime", "M4A ": "M4A", "M4B ": "M4A"}
_ALSO: Mapping[str, str] = {"MP3": "mpeg", "M4A": "mp4"}
"""Sound of MPEG is MP3, and an .m4a is MP4 by another name."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound or moving pictures."""

    format: str
    """In the specification's words, e.g. `QuickTime`."""
    measured: Measured


def look(path: Path, media: Media) -> Recording:
    """Open a file that should be `audio`, `video` or a `recording`, which needs sound only.

    Raises `Unreadable`, also when it doesn't say how long it lasts.
    """
    moving = media == "video"
    with opened(path, "video" if moving else "sound") as container:
        kind = _format(container)
        named = _seconds(container, container.streams.best("video" if moving else "audio"))
    if moving:
        video = read.facts(path)
        measured = Measured(video.width, video.height, named or video.seconds)
    else:
        measured = Measured(seconds=named or decode.facts(path).seconds)
        decode.read(path, seconds=0.1)
    if not measured.seconds or measured.seconds > LONGEST_SECONDS:
        raise Unreadable("This file doesn't say how long it lasts.")
    return Recording(kind, measured)


def accepted(kind: str, formats: Collection[str]) -> bool:
    """Whether a parameter that takes `formats`, in the specification's words, takes this one."""
    words = {each.casefold() for each in formats}
    return kind.casefold() in words or _ALSO.get(kind) in words


def _format(container: InputContainer) -> str:
    names = container.format.name.split(",")
    if "mp4" in names:
        return _BRANDS.get(container.metadata.get("major_brand", ""), "MP4")
    if "webm" in names:
        codecs = {stream.codec_context.name.removeprefix("lib") for stream in container.streams}
        return "WebM" if codecs <= _WEBM_CODECS else "Matroska"
    return _CONTAINERS.get(names[0], names[0].upper())


def _seconds(container: InputContainer, stream: Stream | None) -> float | None:
    if stream is not None and stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None
