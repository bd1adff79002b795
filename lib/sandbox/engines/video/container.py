"""Opening files that strangers sent: only media, only this file, one kind of error."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import av
from av.container import InputContainer
from av.error import FFmpegError

from lib.sandbox.engines.base import CannotRender

Part = TypeVar("Part")

_FORMATS = "mov,mp4,mpeg,mpegts,mpegvideo,m4v,avi,asf,ogg,matroska,webm,mp3,wav,flac,aac,w64,aiff"
"""FFmpeg's names. Play lists are not among them: they name other files and addresses to open."""
_FAULTS = (
    FFmpegError,
    ValueError,
    ArithmeticError,
    LookupError,
    OSError,
    MemoryError,
    AttributeError,  # PyAV: a stream of an unknown codec lacks what every other has
)


class Unreadable(CannotRender):
    """The file is broken, or not what it should be; the message is for the one who sent it."""


@contextmanager
def opened(path: Path, kind: Literal["video", "sound"]) -> Generator[InputContainer]:
    """The file, open for reading. Whatever goes wrong with it, then or later, is `Unreadable`."""
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    try:
        with av.open(
            f"file:{path.absolute()}", container_options=options, metadata_errors="ignore"
        ) as container:
            yield container
    except _FAULTS as fault:
        raise Unreadable(f"This file can't be read as {kind}.") from fault


def until_broken(parts: Iterator[Part]) -> Iterator[Part]:
    """What a decoder gives up to where the file breaks off: what was there is worth having."""
    some = False
    while True:
        try:
            part = next(parts, None)
        except FFmpegError:
            if not some:
                raise
            return
        if part is None:
            return
        some = True
        yield part
