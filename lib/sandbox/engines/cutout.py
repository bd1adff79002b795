"""The cut-out engine: removes the background.

Before a plain background, and everywhere without OpenCV of the extra, what has the border's colours
counts as background; else GrabCut finds the subject. Both look at a small picture; the edges come
from the large one.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from lib.sandbox.engines.cutting import edges, grabcut, plain
from lib.sandbox.engines.mark import mark
from lib.sandbox.engines.opened import opaque, opened

PLAIN = "Cut out by the colours at its border."
BETTER = "On photos the sandbox does better with requirements-engines.txt installed."
GRABCUT = "Cut out with OpenCV's GrabCut."
NOTHING = "The sandbox found no subject; it kept the middle."

_SIDE = 320
"""Pixels of the longer side on which the subject is looked for."""
_EDGE_SIDE = 2048
"""Pixels of the longer side on which its edges are; beyond, they are enlarged."""
_MARK = 0.45
"""How much of the sandbox's mark shows: it lies on nothing here."""


class Cutout(NamedTuple):
    picture: Image.Image
    """RGBA, in the size of the original."""
    note: str
    """How it was cut, in a sentence for the person."""


def cut_out(path: Path) -> Cutout:
    """The picture without its background, discreetly marked."""
    given = opened(path)
    picture = opaque(given)
    alpha, note = found(picture)
    if given.mode == "RGBA":
        alpha = ImageChops.darker(alpha, given.getchannel("A"))
    result = edges.cleaned(picture, alpha)
    word = mark(Image.new("RGBA", picture.size))
    word.putalpha(word.getchannel("A").point([round(_MARK * value) for value in range(256)]))
    result.alpha_composite(word)
    return Cutout(result, note)


def found(picture: Image.Image) -> tuple[Image.Image, str]:
    """Where the subject of an RGB picture is, as grey (L) of its size, and how it was found."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE))
    pixels = np.asarray(small)
    subject, note = None, GRABCUT
    if grabcut.is_there() and not plain.is_enough(pixels):
        subject = grabcut.subject(pixels)
    if subject is None:
        subject = plain.subject(pixels)
        note = PLAIN if grabcut.is_there() else f"{PLAIN} {BETTER}"
    if subject is None:
        return _middle(picture.size), NOTHING
    medium = picture.copy()
    medium.thumbnail((_EDGE_SIDE, _EDGE_SIDE))
    alpha = edges.alpha(subject, small, medium)
    return alpha.resize(picture.size, Image.Resampling.BICUBIC), note


def _middle(size: tuple[int, int]) -> Image.Image:
    width, height = size
    mask = Image.new("L", (256, 256))
    ImageDraw.Draw(mask).ellipse((36, 36, 220, 220), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(4)).resize((width, height))
