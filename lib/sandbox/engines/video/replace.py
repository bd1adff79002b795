"""Video replacement: what moves gives way to the reference picture."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from lib.sandbox.engines import cutout
from lib.sandbox.engines.cutting import edges
from lib.sandbox.engines.opened import opaque
from lib.sandbox.engines.video import bounds, encode, frame, movement, read, sound
from lib.sandbox.engines.video.frame import Frame, Size, even
from lib.sandbox.engines.video.movement import Subject

_USUAL_STEPS = 4
_SAMPLES = 60_000_000
"""Pixels of the frames that the background is found from, all together."""
_LARGER = 1.12
"""A figure's size by that of what it replaces, of which the edges aren't seen to move."""
_SLIMMEST = 0.6
"""A figure's width by that of what it replaces, at least."""
_LARGEST = 0.95
"""Of the frame's height."""
_SMALLEST = 0.12
_AROUND = 0.06
"""How far around its box the old subject is painted over, as a share of the frame."""


def write(
    source: Path,
    target: Path,
    reference: Image.Image,
    *,
    width: int | None = None,
    height: int | None = None,
    steps: int | None = None,
) -> None:
    """Write the video with the reference's figure in the place of what moves, and with its sound.

    Without a size the video keeps its own. More steps look at more frames to know what is behind.
    Raises `Unreadable`, and `CannotRender` where it would be too much for this machine.
    """
    facts = read.facts(source)
    size = even(facts.size if width is None or height is None else (width, height))
    bounds.check(size, facts.frames)
    wanted = 5 + 2 * (_USUAL_STEPS if steps is None else steps)
    samples = min(wanted, 21, _SAMPLES // math.prod(size) // 2 * 2 + 1)
    behind = movement.background(source, size, facts.frames, samples)
    subjects, is_found = movement.subjects(source, behind, float(facts.fps))
    encode.write(
        target,
        _frames(source, size, _figure(reference), subjects, behind if is_found else None),
        size=size,
        fps=facts.fps,
        sound=sound.of_video(source, facts.seconds),
        comment=sound.told(source, facts.seconds) if facts.has_sound else None,
    )


def _figure(reference: Image.Image) -> Image.Image:
    """The subject of the picture, cut out as close as can be."""
    picture = opaque(reference)
    alpha, _ = cutout.found(picture)
    if reference.mode == "RGBA":
        given = reference.getchannel("A")
        alpha = given if given.getextrema()[0] == 0 else ImageChops.darker(alpha, given)
    figure = edges.cleaned(picture, alpha)
    return figure.crop(alpha.point([0] * 24 + [255] * 232).getbbox())


def _frames(
    source: Path, size: Size, figure: Image.Image, subjects: list[Subject], behind: Frame | None
) -> Iterator[Frame]:
    eraser = None if behind is None else _Eraser(behind)
    for pixels, subject in zip(read.frames(source, size), subjects, strict=False):
        picture = Image.fromarray(pixels)
        if eraser is not None:
            picture = eraser.erased(picture, subject)
        placed = _sized(figure, subject, size)
        left = round(subject.across * size[0] - placed.width / 2)
        top = round(subject.foot * size[1] - placed.height)
        picture.paste(placed, (left, top), placed)
        yield frame.of(picture)


def _sized(figure: Image.Image, subject: Subject, size: Size) -> Image.Image:
    """As tall as what it replaces, and taller where it would be much slimmer."""
    as_wide = subject.width * size[0] * figure.height / figure.width
    tall = max(subject.height * size[1], _SLIMMEST * as_wide)
    tall = min(max(tall * _LARGER, _SMALLEST * size[1]), _LARGEST * size[1])
    wide = min(tall * figure.width / figure.height, 2.0 * size[0])
    return figure.resize((max(1, round(wide)), max(1, round(tall))), Image.Resampling.BILINEAR)


class _Eraser:
    """Paints what is behind over what moves."""

    def __init__(self, behind: Frame) -> None:
        self._size = behind.shape[1], behind.shape[0]
        self._small = movement.small_size(self._size)
        self._behind = Image.fromarray(behind)
        self._still = movement.shrunk(behind, self._small)

    def erased(self, picture: Image.Image, subject: Subject) -> Image.Image:
        small = np.asarray(picture.resize(self._small, Image.Resampling.BOX))
        places = movement.changed(small, self._still)
        width, height = self._small
        inside = np.zeros_like(places)
        top = subject.foot - subject.height - _AROUND
        left = subject.across - subject.width / 2 - _AROUND
        right = subject.across + subject.width / 2 + _AROUND
        rows = slice(max(0, int(top * height)), int((subject.foot + _AROUND) * height) + 1)
        inside[rows, max(0, int(left * width)) : int(right * width) + 1] = True
        mask = Image.fromarray(np.where(places & inside, 255, 0).astype(np.uint8))
        mask = mask.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.BoxBlur(1))
        large = mask.resize(self._size, Image.Resampling.BILINEAR)
        return Image.composite(self._behind, picture, large)
