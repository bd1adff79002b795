"""What a video is, and its frames one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av import VideoFrame
from av.container import InputContainer
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream

from lib.sandbox.engines.video.container import Unreadable, opened, until_broken
from lib.sandbox.engines.video.frame import Frame, Size

_MAX_PIXELS = 4096 * 2304
"""Of one frame; what decodes to more was made to fill the memory."""
_MAX_FPS = 240
_USUAL_FPS = Fraction(25)
_THREADS = 2
_EMPTY = "This video has no frames."
_QUALITY = Interpolation.LANCZOS | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


@dataclass(frozen=True, slots=True)
class Facts:
    """A video as a player shows it, upright."""

    width: int
    height: int
    frames: int
    """As many as the file holds, at least one."""
    fps: Fraction
    """On average, above zero."""
    has_sound: bool

    @property
    def size(self) -> Size:
        return self.width, self.height

    @property
    def seconds(self) -> float:
        return float(self.frames / self.fps)


def facts(path: Path) -> Facts:
    """Look at the whole file, decoding no more than the first frame.

    Raises `Unreadable`, also for a frame of more than 9.4 million pixels.
    """
    with opened(path, "video") as container:
        stream = _stream(container)
        first = next(container.decode(stream), None)
        if first is None:
            raise Unreadable(_EMPTY)
        width, height = _upright(first)
    with opened(path, "video") as container:
        stream = _stream(container)
        frames = sum(1 for packet in container.demux(stream) if packet.size)
        return Facts(
            width=width,
            height=height,
            frames=max(1, frames),
            fps=_fps(stream, frames),
            has_sound=bool(container.streams.audio),
        )


def frames(path: Path, size: Size | None = None) -> Iterator[Frame]:
    """Every frame, upright, in `size` or that of the first; one at a time in memory.

    Of a file that breaks off, those before. Raises `Unreadable` where there are none.
    """
    some = False
    with opened(path, "video") as container:
        for frame in until_broken(container.decode(_stream(container))):
            size = size or _upright(frame)
            turns = _quarter_turns(frame)
            width, height = size if turns % 2 == 0 else (size[1], size[0])
            pixels = frame.to_ndarray(
                format="rgb24", width=width, height=height, interpolation=_QUALITY
            )
            some = True
            yield np.ascontiguousarray(np.rot90(pixels, turns)).astype(np.uint8, copy=False)
    if not some:
        raise Unreadable(_EMPTY)


def _stream(container: InputContainer) -> VideoStream:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream):
        raise Unreadable("This file has no moving pictures in it.")
    if stream.width * stream.height > _MAX_PIXELS:
        raise Unreadable("The frames of this video are too large to read.")
    stream.codec_context.options = {"max_pixels": str(_MAX_PIXELS)}
    stream.thread_count = _THREADS
    return stream


def _quarter_turns(frame: VideoFrame) -> int:
    """How often to turn a frame to the left until it is upright; phones film lying on a side."""
    return round(frame.rotation / 90) % 4


def _upright(frame: VideoFrame) -> Size:
    if _quarter_turns(frame) % 2:
        return frame.height, frame.width
    return frame.width, frame.height


def _fps(stream: VideoStream, frames: int) -> Fraction:
    """The rate that the file names, unless it can't be: some give ticks instead of frames."""
    named = stream.average_rate
    if named is not None and 0 < named <= _MAX_FPS:
        return Fraction(named)
    if stream.duration and stream.time_base:
        measured = (frames / (stream.duration * stream.time_base)).limit_denominator(1001)
        if 0 < measured <= _MAX_FPS:
            return measured
    return _USUAL_FPS
