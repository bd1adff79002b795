"""The sound of a file, as numbers."""

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

from lib.sandbox.engines.audio import decode, tag
from lib.sandbox.engines.video.container import Unreadable, opened, until_broken

RATE = 48_000
"""Samples a second, of all sound in here."""
_LATEST = 60.0
"""Seconds; a file that names more was made to fill a disk with silence."""
Samples = NDArray[np.floating[Any]]
"""Channels by samples, from -1 to 1."""


@dataclass(frozen=True, slots=True)
class Sound:
    channels: int
    """1 or 2."""
    chunks: Iterator[Samples]


def of_video(path: Path, seconds: float) -> Sound | None:
    """The sound of a video from its first frame on, at most `seconds`; None where it is silent.

    Raises `Unreadable`, perhaps only while the chunks are taken.
    """
    with opened(path, "video") as container:
        if not container.streams.audio:
            return None
        channels = _channels(container.streams.audio[0])
        late = _lateness(container)
    return Sound(channels, _cut(_delayed(_chunks(path, channels), channels, late), seconds))


def of(samples: Samples) -> Sound:
    pieces = (samples[:, at : at + RATE] for at in range(0, samples.shape[1], RATE))
    return Sound(samples.shape[0], pieces)


def told(path: Path, seconds: float) -> str | None:
    """The comment of a file with the sandbox's own speech, where all of that is heard in `seconds`.

    It goes with the sound, so that what is said in a video is known as well. Raises `Unreadable`.
    """
    comment = decode.comment(path)
    said = tag.read(comment)
    if said is None or (said.words and said.words[-1].end > seconds):
        return None
    return comment


def clip(path: Path, seconds: float) -> Samples:
    """The sound of a file, cut or filled up with silence to exactly `seconds`.

    Raises `Unreadable`.
    """
    with opened(path, "sound") as container:
        if not container.streams.audio:
            raise Unreadable("This file has no sound in it.")
        channels = _channels(container.streams.audio[0])
    whole = np.zeros((channels, round(seconds * RATE)), np.float32)
    at = 0
    for chunk in _cut(_chunks(path, channels), seconds):
        whole[:, at : at + chunk.shape[1]] = chunk
        at += chunk.shape[1]
    return whole


def _channels(stream: AudioStream) -> int:
    return 1 if stream.channels == 1 else 2


def _lateness(container: InputContainer) -> float:
    """How much later than the pictures the sound begins, in seconds."""
    starts = [
        float((stream.start_time or 0) * (stream.time_base or Fraction(0)))
        for stream in (container.streams.video[0], container.streams.audio[0])
    ]
    return min(starts[1] - starts[0], _LATEST)


def _chunks(path: Path, channels: int) -> Iterator[Samples]:
    with opened(path, "sound") as container:
        resampler = AudioResampler("fltp", "mono" if channels == 1 else "stereo", RATE)
        for frame in until_broken(container.decode(container.streams.audio[0])):
            frame.pts = None  # gaps in the times are not for the resampler to fill
            yield from _plain(resampler.resample(frame))
        yield from _plain(resampler.resample(None))


def _plain(frames: list[AudioFrame]) -> Iterator[Samples]:
    for frame in frames:
        samples = frame.to_ndarray().astype(np.float32)
        yield np.clip(np.nan_to_num(samples), -1, 1)


def _delayed(chunks: Iterator[Samples], channels: int, seconds: float) -> Iterator[Samples]:
    """The sound moved to a later time, or for less than nothing to an earlier one."""
    missing = -round(seconds * RATE)
    while missing < 0:
        length = min(-missing, RATE)
        yield np.zeros((channels, length), np.float32)
        missing += length
    for chunk in chunks:
        kept = chunk[:, missing:]
        missing = max(0, missing - chunk.shape[1])
        if kept.shape[1]:
            yield kept


def _cut(chunks: Iterator[Samples], seconds: float) -> Iterator[Samples]:
    left = round(seconds * RATE)
    for chunk in chunks:
        if left <= 0:
            return
        yield chunk[:, :left]
        left -= chunk.shape[1]
