"""Reading with RapidOCR, of the extra: its models come in its wheel.

It knows the Latin alphabet without accents, and Chinese. It leaves spaces out; `spaces` puts them
back.
"""

import re
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import numpy as np
from PIL import Image

from lib.sandbox.engines.extra import optional
from lib.sandbox.engines.ocr.lines import Box, Line
from lib.sandbox.engines.ocr.spaces import spaced

LANGUAGES = frozenset({"eng", "chi_sim"})
"""That it reads in full, in Tesseract's letters."""
_MODULE = "rapidocr_onnxruntime"
_ROOM = 2.2
"""How far a line's box reaches beyond its letters; the usual 1.6 cuts off full stops."""
_LEAST_CONFIDENCE = 0.7
"""Of a line; the letters that it sees in the eyes of a cat are below."""
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The signs as Chinese writes them, to ours."""
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_Point = tuple[float, float]
_one_at_a_time = threading.Lock()
"""It keeps the words of one call in itself, and a call takes a few hundred megabytes."""


def is_there() -> bool:
    return optional(_MODULE) is not None


def lines(picture: Image.Image) -> list[Line]:
    """What is written on an RGB picture, line by line, in no certain order."""
    pixels = np.asarray(picture)[:, :, ::-1]
    with _one_at_a_time:
        found, _ = _recogniser()(
            pixels, return_word_box=True, unclip_ratio=_ROOM, text_score=_LEAST_CONFIDENCE
        )
    return [_line(each, picture) for each in found or ()]


@cache
def _recogniser() -> Any:
    module = optional(_MODULE)
    assert module is not None, "is_there() was not asked"
    return module.RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)


def _line(found: Sequence[Any], picture: Image.Image) -> Line:
    corners = cast(list[_Point], found[0])
    strip, places = _strip(picture, corners), _places(found, corners)
    letters = "".join(cast(list[str], found[4]))
    if not _IDEOGRAPH.search(letters):
        letters = letters.translate(_FULL_WIDTH)
    text = spaced(letters, places, strip) if len(places) == len(letters) else str(found[1])
    return Line(text=text, box=_box(corners), confidence=round(float(found[2]), 3))


def _strip(picture: Image.Image, corners: Sequence[_Point]) -> Image.Image:
    """The line alone, turned upright."""
    top_left, top_right, bottom_right, bottom_left = corners
    size = (_length(top_left, top_right), _length(top_left, bottom_left))
    quad = (*top_left, *bottom_left, *bottom_right, *top_right)
    return picture.transform(size, Image.Transform.QUAD, quad, Image.Resampling.BILINEAR)


def _places(found: Sequence[Any], corners: Sequence[_Point]) -> list[float]:
    """How far along the line the middle of each letter is, in pixels."""
    start, end = np.array(corners[0]), np.array(corners[1])
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
    middles = np.array(found[3], np.float64).reshape(-1, 4, 2).mean(axis=1)
    return [float(place) for place in (middles - (start + corners[3]) / 2) @ along]


def _length(one: _Point, other: _Point) -> int:
    return max(1, round(float(np.hypot(one[0] - other[0], one[1] - other[1]))))


def _box(corners: Sequence[_Point]) -> Box:
    across, down = zip(*corners, strict=True)
    return (round(min(across)), round(min(down)), round(max(across)), round(max(down)))
