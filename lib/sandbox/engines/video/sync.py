"""Audio to video: a scene or a picture that moves with the sound."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from PIL import Image

from lib.sandbox.engines.video import encode, frame, sound, spectrum, still
from lib.sandbox.engines.video.alive import Alive
from lib.sandbox.engines.video.animate import Between
from lib.sandbox.engines.video.frame import Frame, Size
from lib.sandbox.engines.video.sound import Samples
from lib.sandbox.engines.video.still import Wish

_FADE = 8
"""Frames in which the bars come and go beside a given first or last picture."""
_BEAT = 0.14
"""How much brighter the picture gets with the loudest bass."""
_BASS = 8
"""Bars."""


class _Scene(Protocol):
    def at(self, progress: float, seconds: float) -> Image.Image: ...


def write(
    audio: Path,
    target: Path,
    *,
    width: int,
    height: int,
    frames: int,
    fps: Fraction | int,
    prompt: str,
    seed: int,
    steps: int | None = None,
    guidance: float | None = None,
    negative_prompt: str = "",
    first: Image.Image | None = None,
    last: Image.Image | None = None,
) -> None:
    """Write a video of so many frames with the sound of `audio`, cut or filled up with silence.

    The sound's pitches stand as bars before the prompt's scene, or before a movement from the
    first picture to the last where one is given; these are then its first and last frame, pixel by
    pixel. Raises `Unreadable`.
    """
    size, seconds = (width, height), float(frames / Fraction(fps))
    samples = sound.clip(audio, seconds)
    scene = _scene(Wish(prompt, seed, steps, guidance, negative_prompt), size, first, last)
    strengths = [
        min(
            1.0,
            number / _FADE if first is not None else 1,
            (frames - 1 - number) / _FADE if last is not None else 1,
        )
        for number in range(frames)
    ]
    encode.write(
        target,
        _frames(scene, spectrum.Bars(size), samples, strengths, float(fps)),
        size=size,
        fps=fps,
        sound=sound.of(samples),
        comment=sound.told(audio, seconds),
    )


def _scene(wish: Wish, size: Size, first: Image.Image | None, last: Image.Image | None) -> _Scene:
    if first is None and last is None:
        return Alive(wish, size)
    return Between(size, first or still.drawn(wish, size), last, prompt=wish.prompt, seed=wish.seed)


def _frames(
    scene: _Scene, bars: spectrum.Bars, samples: Samples, strengths: list[float], fps: float
) -> Iterator[Frame]:
    levels = spectrum.levels(samples, len(strengths), fps)
    for number, strength in enumerate(strengths):
        picture = scene.at(number / max(1, len(strengths) - 1), number / fps)
        beat = float(levels[number, :_BASS].mean()) ** 2
        picture = _brighter(picture, 1 + _BEAT * beat * strength)
        bars.on(picture, levels[number], strength)
        yield frame.of(picture)


def _brighter(picture: Image.Image, by: float) -> Image.Image:
    return picture.point([min(255, round(value * by)) for value in range(256)] * 3)
