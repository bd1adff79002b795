"""Writing a video that every browser plays: H.264 and AAC in an MP4 that starts at once."""

# PyAV leaves the types of its packets open.
# pyright: reportUnknownMemberType=false

import math
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av import AudioFrame, VideoFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from lib.sandbox.engines.audio.encode import MADE_BY
from lib.sandbox.engines.video.frame import Frame, Size, even, size_of
from lib.sandbox.engines.video.sound import RATE, Samples, Sound
from lib.sandbox.engines.video.stamp import Stamp

_CONTAINER = {"movflags": "+faststart", "fflags": "+bitexact"}
_THREADS = 2
"""Fixed: what the encoder writes depends on how many it works with."""
_LARGE = 1_600_000
"""Pixels a frame from which on the encoder takes less care, to stay quick."""
_SECONDS_BETWEEN_KEY_FRAMES = 2
"""A player can jump to these at once."""
_SOUND_BITS_A_SECOND = 128_000


def write(
    path: Path,
    frames: Iterable[Frame],
    *,
    size: Size,
    fps: Fraction | int,
    sound: Sound | None = None,
    comment: str | None = None,
) -> int:
    """Write each frame, with the sandbox's mark, and return how many they were.

    Takes the frames one by one, and as much sound as goes with each: a long video needs no more
    memory than a short one. `size` is what each frame has, and even; the same frames and sound give
    the same bytes. `comment` goes into its metadata, else the line that the sandbox made it.

    Raises `ValueError` for a size that is odd or not that of a frame, or when there is no frame.
    """
    if size != even(size):
        raise ValueError(f"H.264 needs even sizes, not {size[0]} x {size[1]}")
    fps = Fraction(fps)
    stamp = Stamp(size)
    count = 0
    with av.open(str(path), "w", format="mp4", options=_CONTAINER) as container:
        container.metadata["comment"] = comment or MADE_BY
        stream = _video(container, size, fps)
        track = None if sound is None else _Track(container, sound)
        for frame in frames:
            if size_of(frame) != size:
                raise ValueError(f"a frame of {size_of(frame)} in a video of {size}")
            container.mux(stream.encode(_picture(stamp.on(frame), count, fps)))
            count += 1
            if track is not None:
                track.write_until(count / fps)
        if count == 0:
            raise ValueError("a video needs a frame")
        container.mux(stream.encode())
        if track is not None:
            track.finish()
    return count


def _video(container: OutputContainer, size: Size, fps: Fraction) -> VideoStream:
    options = {
        "preset": "superfast" if math.prod(size) > _LARGE else "veryfast",
        "crf": "20",
        # What these two decide depends on how busy the machine is; the same order shall give the
        # same bytes.
        "x264-params": "mbtree=0:sync-lookahead=0",
        "g": str(max(1, round(fps * _SECONDS_BETWEEN_KEY_FRAMES))),
    }
    stream = container.add_stream("libx264", rate=fps, options=options)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.thread_count = _THREADS
    stream.thread_type = "FRAME"
    stream.color_range = ColorRange.MPEG
    stream.colorspace = Colorspace.ITU709
    stream.color_primaries = ColorPrimaries.BT709
    stream.color_trc = ColorTrc.BT709
    return stream


def _picture(frame: Frame, number: int, fps: Fraction) -> VideoFrame:
    picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
    picture.pts, picture.time_base = number, 1 / fps
    return picture


class _Track:
    """The sound beside the pictures."""

    def __init__(self, container: OutputContainer, sound: Sound) -> None:
        self._container = container
        self._layout = "mono" if sound.channels == 1 else "stereo"
        self._stream: AudioStream = container.add_stream("aac", rate=RATE, layout=self._layout)
        self._stream.bit_rate = _SOUND_BITS_A_SECOND
        self._chunks = iter(sound.chunks)
        self._written = 0

    def write_until(self, seconds: Fraction) -> None:
        """As much as is heard before `seconds`, where there is as much."""
        while self._written < seconds * RATE:
            chunk = next(self._chunks, None)
            if chunk is None:
                return
            self._write(chunk)

    def finish(self) -> None:
        for chunk in self._chunks:
            self._write(chunk)
        self._container.mux(self._stream.encode())

    def _write(self, chunk: Samples) -> None:
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(chunk, np.float32), format="fltp", layout=self._layout
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._written, Fraction(1, RATE)
        self._written += chunk.shape[1]
        self._container.mux(self._stream.encode(frame))
