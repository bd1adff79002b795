"""Looking into the sound of a file that came with an order, be it audio or video."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av import AudioFrame, AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.video.container import Unreadable, opened

LONGEST = 900.0
"""Seconds that are read unless a caller says otherwise: as 48 kHz they fill 173 MB."""
_RATES = range(1_000, 384_001)


@dataclass(frozen=True, slots=True)
class Facts:
    seconds: float
    rate: int
    channels: int
    codec: str
    moving: bool
    """There are moving pictures with it."""


def facts(path: Path) -> Facts:
    """What the sound of a file is, without decoding it. Raises `Unreadable`."""
    with opened(path, "sound") as container:
        stream = _sound(container)
        return Facts(
            seconds=_seconds(container, stream),
            rate=stream.rate or 0,
            channels=stream.channels,
            codec=stream.codec_context.name,
            moving=any(not video.disposition.attached_pic for video in container.streams.video),
        )


def read(path: Path, *, rate: int | None = None, seconds: float = LONGEST) -> tuple[Samples, int]:
    """The sound of a file, mixed to mono, at its own rate or `rate`, and no more than `seconds`.

    Raises `Unreadable`, also where it has no sound or breaks off before there is any.
    """
    blocks: list[Samples] = []
    with opened(path, "sound") as container:
        stream = _sound(container)
        if (stream.rate or 0) not in _RATES:
            raise Unreadable("The sound of this file has an impossible rate.")
        rate = rate or stream.rate
        left = round(seconds * rate)
        for block in _blocks(container, stream, rate):
            blocks.append(block[:left])
            left -= len(block)
            if left <= 0:
                break
    if not blocks:
        raise Unreadable("There is no sound in this file.")
    return np.concatenate(blocks), rate


def comment(path: Path) -> str | None:
    """The comment in a file's metadata, be it the file's own or, as in Ogg, its stream's."""
    with opened(path, "sound") as container:
        for notes in (container.metadata, *(stream.metadata for stream in container.streams)):
            for name, text in notes.items():
                if name.lower() == "comment":
                    return text
    return None


def _sound(container: InputContainer) -> AudioStream:
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        raise Unreadable("There is no sound in this file.")
    return stream


def _blocks(container: InputContainer, stream: AudioStream, rate: int) -> Iterator[Samples]:
    resampler = AudioResampler("flt", "mono", rate)
    frames = _decoded(container, stream)
    for frame in frames:
        for part in resampler.resample(frame):
            yield _plain(part.to_ndarray())
    for part in resampler.resample(None):
        yield _plain(part.to_ndarray())


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """The frames, up to where the file breaks off: what was there is worth having."""
    frames = container.decode(stream)
    some = False
    while True:
        try:
            frame = next(frames, None)
        except (ValueError, OSError):  # InvalidDataError is both, depending on what is broken
            if not some:
                raise
            return
        if frame is None:
            return
        some = True
        frame.pts = None  # gaps and jumps in the times are not for the resampler to fill
        yield frame


def _plain(samples: NDArray[Any]) -> Samples:
    flat = samples.reshape(-1).astype(np.float32, copy=False)
    return np.clip(np.nan_to_num(flat), -1, 1)


def _seconds(container: InputContainer, stream: AudioStream) -> float:
    """As the file names it; of one that doesn't, from its last packet."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / 1_000_000
    end = Fraction(0)
    for packet in container.demux(stream):
        if packet.pts is not None and packet.time_base:
            end = max(end, (packet.pts + (packet.duration or 0)) * packet.time_base)
    return float(end)
