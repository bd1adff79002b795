"""Several pictures made one: side by side, one over the other, blended, or one before another."""

import re
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageOps

from lib.sandbox.engines.cutout import found
from lib.sandbox.engines.cutting import edges
from lib.sandbox.engines.editing.backdrop import placed
from lib.sandbox.engines.opened import opaque

Size = tuple[int, int]

_LONGEST = 2048
"""Pixels a side of a result whose size nobody asked for."""
_CELL = 1024
"""Pixels of the side that pictures beside each other have in common, at most."""
_BLENDED = re.compile(r"\b(?:blend|merg|mix|morph|overlay|superimpos|double exposure|fad)")
_STACKED = re.compile(r"\b(?:stack\w*|above|below|on top of each other|vertical\w*)\b")
_BESIDE = re.compile(
    r"\b(?:side by side|next to|beside|collage|grid|compar\w+|before (?:and|&) after|split)\b",
)
_BEFORE = re.compile(
    r"\bbackground|\bbackdrop|\bbehind\b|\bin front of\b|\bscene\b"
    r"|\b(?:put|place|insert|add|move|paste)\b.*\b(?:on|in|into|onto|at|to)\b",
)
_NUMBERS = (
    "first|1st|(?:image|picture|photo) 1",
    "second|2nd|(?:image|picture|photo) 2",
    "third|3rd|(?:image|picture|photo) 3",
)


def composed(pictures: Sequence[Image.Image], prompt: str, size: Size | None) -> Image.Image:
    """One picture of all; of a single one itself, cut to `size`. Only that may stay RGBA."""
    if len(pictures) == 1:
        return _fitted(pictures[0], size)
    prompt = " ".join(prompt.lower().split())
    if _BLENDED.search(prompt):
        return _blended([opaque(picture) for picture in pictures], size)
    beside, stacked = _BESIDE.search(prompt), _STACKED.search(prompt)
    cut = [picture.mode == "RGBA" for picture in pictures]
    if not beside and not stacked and (_BEFORE.search(prompt) or (any(cut) and not all(cut))):
        return _before(pictures, _background(pictures, prompt), size)
    return _rowed([opaque(picture) for picture in pictures], size, across=not stacked)


def _fitted(picture: Image.Image, size: Size | None) -> Image.Image:
    if size is not None:
        return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    small = picture.copy()
    small.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    return small


def _blended(pictures: Sequence[Image.Image], size: Size | None) -> Image.Image:
    """The same share of each."""
    whole = _fitted(pictures[0], size)
    for number, picture in enumerate(pictures[1:], start=2):
        whole = Image.blend(whole, _fitted(picture, whole.size), 1 / number)
    return whole


def _rowed(pictures: Sequence[Image.Image], size: Size | None, *, across: bool) -> Image.Image:
    """In a row or a column; whole when no size is given, else cut to equal parts of it."""
    count = len(pictures)
    if size is not None:
        ends = [round(number * size[0 if across else 1] / count) for number in range(count + 1)]
        lengths = [after - before for before, after in pairwise(ends)]
        cells = [(length, size[1]) if across else (size[0], length) for length in lengths]
        parts = [_fitted(picture, cell) for picture, cell in zip(pictures, cells, strict=True)]
    else:
        side = min(_CELL, *(picture.size[1 if across else 0] for picture in pictures))
        parts = [_scaled(picture, side, by_height=across) for picture in pictures]
    lengths = [part.size[0 if across else 1] for part in parts]
    other = parts[0].size[1 if across else 0]
    whole = Image.new("RGB", (sum(lengths), other) if across else (other, sum(lengths)))
    at = 0
    for part, length in zip(parts, lengths, strict=True):
        whole.paste(part, (at, 0) if across else (0, at))
        at += length
    return _fitted(whole, size)


def _scaled(picture: Image.Image, side: int, *, by_height: bool) -> Image.Image:
    width, height = picture.size
    factor = side / (height if by_height else width)
    size = (side if not by_height else round(width * factor), round(height * factor))
    return picture.resize(
        (max(1, size[0]), side if by_height else max(1, size[1])), Image.Resampling.LANCZOS
    )


def _before(pictures: Sequence[Image.Image], background: int, size: Size | None) -> Image.Image:
    """The subjects of all others, standing before the background."""
    whole = _fitted(opaque(pictures[background]), size)
    others = [picture for number, picture in enumerate(pictures) if number != background]
    for number, picture in enumerate(others):
        subject, stands = _subject(picture)
        room = (whole.width * 0.86 / len(others), whole.height * 0.8)
        factor = min(room[0] / subject.width, room[1] / subject.height)
        width, height = (max(1, round(side * factor)) for side in subject.size)
        subject = subject.resize((width, height), Image.Resampling.LANCZOS)
        middle = whole.width * (number + 1) / (len(others) + 1)
        gap = 0 if stands else round(0.05 * whole.height)
        whole = placed(whole, subject, (round(middle - width / 2), whole.height - height - gap))
    return whole


def _subject(picture: Image.Image) -> tuple[Image.Image, bool]:
    """What a picture shows, cut out and without room around it; and whether it goes on below."""
    if picture.mode == "RGBA":
        cut = picture
    else:
        mask, _ = found(picture)
        cut = edges.cleaned(picture, mask)
    solid = cut.getchannel("A").point([255 if value > 40 else 0 for value in range(256)])
    box = solid.getbbox() or (0, 0, *cut.size)
    return cut.crop(box), box[3] >= cut.height - 2


def _background(pictures: Sequence[Image.Image], prompt: str) -> int:
    """The picture that the prompt calls so; else the last one that isn't cut out."""
    for number, names in enumerate(_NUMBERS[: len(pictures)]):
        near = r"\b[^.;,]{0,20}\b"
        if re.search(rf"\b(?:{names}){near}background|\bbackground{near}(?:{names})\b", prompt):
            return number
    whole = [number for number, picture in enumerate(pictures) if picture.mode != "RGBA"]
    return whole[-1] if whole else len(pictures) - 1
