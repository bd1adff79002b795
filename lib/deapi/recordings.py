"""Whether a file is sound or moving pictures, which, and whether it can be played."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import av.error
from av.stream import Disposition

from lib.deapi.facts import BadMedia, Facts

MAX_SIDE = 8192
"""The longest side of a video that is decoded, in pixels."""
_SCAN_SECONDS = 12 * 3600.0

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
_OPENING = {
    "format_whitelist": ",".join([*_CONTAINERS, "mov", "mp4", "matroska", "webm"]),
    "protocol_whitelist": "file",
    "max_streams": "32",
}
"""FFmpeg reads more than recordings: lists of other files (concat, HLS, DASH) and descriptions of
what is on the network (SDP). An upload must not have us open any of these."""
_FAULTS = (
    av.error.FFmpegError,
    OSError,
    ValueError,
    ArithmeticError,
    LookupError,
    MemoryError,
    AttributeError,  # PyAV: a stream of an unknown codec lacks what every other has
)
_WEBM_CODECS = frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})
_BRANDS: Mapping[str, str] = {"qt  ": "QuickTime", "M4A ": "M4A", "M4B ": "M4A"}


def look(path: Path, *, moving: bool) -> Facts:
    """Open the recording at `path` and decode the first of each of its streams.

    `moving` asks for moving pictures; otherwise sound is what counts, and pictures may be there.
    Raises `BadMedia` when it is none of a kind that deAPI takes, or can't be played.
    """
    try:
        with av.open(path, options=_OPENING, metadata_errors="ignore") as container:
            return _facts(container, moving=moving)
    except BadMedia:
        raise
    except _FAULTS as error:
        what = "a video" if moving else "a recording"
        raise BadMedia(f"This file is not {what} we can play.") from error


def still(path: Path, target: Path) -> None:
    """Write the first picture of the video at `path` to `target`. Raises `BadMedia`."""
    try:
        with av.open(path, options=_OPENING, metadata_errors="ignore") as container:
            frame: Any = next(container.decode(video=0), None)
            if frame is None:
                raise BadMedia("This video has no pictures.")
            frame.to_image().save(target)
    except _FAULTS as error:
        if isinstance(error, OSError) and not isinstance(error, av.error.FFmpegError):
            raise  # the disk's fault
        raise BadMedia("This file is not a video we can play.") from error


def _facts(container: Any, *, moving: bool) -> Facts:
    video = next(iter(container.streams.video), None)
    sound = next(iter(container.streams.audio), None)
    if moving and (video is None or _is_cover(video)):
        raise BadMedia("This file has no moving pictures.")
    if not moving and sound is None:
        raise BadMedia("This file has no sound.")
    if video is not None and max(video.width, video.height) > MAX_SIDE:
        raise BadMedia(f"This video is larger than {MAX_SIDE} pixels a side.")
    main = video if moving else sound
    if next(container.decode(main), None) is None:
        raise BadMedia("This file can't be played: it is broken or was cut short.")
    seconds = _seconds(container, main)
    if seconds is None or not 0 < seconds <= _SCAN_SECONDS:
        raise BadMedia("This file doesn't say how long it lasts.")
    shown = video if moving else None
    return Facts(
        format=_format(container),
        width=shown and shown.width,
        height=shown and shown.height,
        seconds=seconds,
        has_sound=sound is not None,
    )


def _is_cover(stream: Any) -> bool:
    """Music files carry their cover as a video of one picture."""
    return bool(stream.disposition & Disposition.attached_pic)


def _seconds(container: Any, stream: Any) -> float | None:
    if stream.duration is not None and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration is not None:
        return container.duration / av.time_base
    return None


def _format(container: Any) -> str:
    names = str(container.format.name).split(",")
    if "mp4" in names:
        return _BRANDS.get(str(container.metadata.get("major_brand", "")), "MP4")
    if "webm" in names:
        codecs = {stream.codec_context.name.removeprefix("lib") for stream in container.streams}
        return "WebM" if codecs <= _WEBM_CODECS else "Matroska"
    return _CONTAINERS.get(names[0], names[0].upper())
