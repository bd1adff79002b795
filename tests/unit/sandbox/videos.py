"""Small videos, sounds and pictures for the tests of the video engines."""

import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from lib.sandbox.engines.video import encode, frame, sound
from lib.sandbox.engines.video.frame import Frame, Size

TONE = 440.0
"""Hertz."""


def picture(size: Size = (160, 120), seed: int = 1) -> Image.Image:
    """Soft colours: what compresses without much loss."""
    noise = np.random.default_rng(seed).integers(0, 255, (4, 5, 3), np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def moving(frames: int, size: Size = (160, 120)) -> Iterator[Frame]:
    """A red square that crosses a picture from left to right."""
    for number in range(frames):
        still = picture(size)
        side = size[1] // 4
        still.paste((220, 20, 20), _square(number / max(1, frames - 1), side, size))
        yield frame.of(still)


def _square(progress: float, side: int, size: Size) -> tuple[int, int, int, int]:
    left = round(progress * (size[0] - side))
    top = size[1] // 2
    return left, top, left + side, top + side


def square_at(progress: float, size: Size = (160, 120)) -> tuple[float, float]:
    """The middle of that square."""
    left, top, right, foot = _square(progress, size[1] // 4, size)
    return (left + right) / 2, (top + foot) / 2


def tone(seconds: float, channels: int = 1) -> sound.Samples:
    at = np.arange(round(seconds * sound.RATE)) / sound.RATE
    return np.tile(0.4 * np.sin(2 * np.pi * TONE * at), (channels, 1)).astype(np.float32)


def write_wav(path: Path, seconds: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.RATE)
        file.writeframes((tone(seconds)[0] * 32000).astype("<i2").tobytes())
    return path


def write_video(path: Path, frames: int = 24, *, with_sound: bool = True) -> Path:
    """A square that crosses, in 24 frames a second, and a tone in stereo."""
    track = sound.of(tone(frames / 24, 2)) if with_sound else None
    encode.write(path, moving(frames), size=(160, 120), fps=24, sound=track)
    return path


def heard(path: Path) -> tuple[float, float]:
    """How many seconds of sound a file has, and the frequency of its loudest tone in Hertz."""
    with av.open(str(path)) as container:
        parts = [part.to_ndarray().mean(0) for part in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    samples = np.concatenate(parts)
    tones = np.abs(np.fft.rfft(samples))
    tones[:10] = 0
    return len(samples) / rate, float(np.argmax(tones) * rate / len(samples))


def stream(path: Path) -> dict[str, Any]:
    """What matters to a browser."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        return {
            "codec": video.codec_context.name,
            "profile": video.codec_context.profile,
            "pixels": video.codec_context.pix_fmt,
            "size": (video.width, video.height),
            "fps": Fraction(video.average_rate or 0),
            "frames": sum(1 for _ in container.decode(video)),
            "comment": container.metadata["comment"],
        }


def difference(one: Any, other: Any) -> float:
    """On average, from 255, the corner with the sandbox's mark left out."""
    first, second = (
        np.asarray(each, np.int16)[: -len(each) // 6] for each in map(np.asarray, (one, other))
    )
    return float(np.abs(first - second).mean())
