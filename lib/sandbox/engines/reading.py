"""The reading engine (OCR): RapidOCR of the extra, or Tesseract where it is installed.

RapidOCR finds text on photos, too; Tesseract knows accents and more scripts. Without either it says
that it cannot read, and how to change that; only pages that the sandbox wrote itself (`ocr.page`)
can be read then.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PIL import Image

from lib.sandbox.engines.ocr import page, rapid, tesseract
from lib.sandbox.engines.ocr.lines import Line, ordered, text
from lib.sandbox.engines.opened import opaque, opened

CANNOT = (
    "This sandbox cannot read pictures: install requirements-engines.txt, or Tesseract,"
    " and start it again."
)
NOTHING = "(The sandbox found no text in this picture.)"

Format = Literal["text", "json"]
_LONGEST = 4000
"""Pixels; a larger page is read at this size."""

_LANGUAGES = {
    "ara": "ar arabic",
    "ces": "cs cz czech",
    "chi_sim": "zh cn chinese zho",
    "deu": "de german deutsch ger",
    "eng": "en english",
    "fra": "fr french français fre",
    "ita": "it italian italiano",
    "jpn": "ja jp japanese",
    "kor": "ko kr korean",
    "nld": "nl dutch nederlands",
    "pol": "pl polish polski",
    "por": "pt portuguese português",
    "rus": "ru russian",
    "spa": "es spanish español",
    "swe": "sv swedish svenska",
    "tur": "tr turkish türkçe",
    "ukr": "uk ukrainian",
}
_CODES = {name: code for code, names in _LANGUAGES.items() for name in (code, *names.split())}
_USUAL = "eng"


def read(path: Path, *, language: str | None = None, format: Format = "text") -> str:  # noqa: A002
    """What is written on a picture.

    As `json`: the text, the reader, the picture's size in pixels, and each line with its box
    (left, top, right, bottom) and the reader's confidence from 0 to 1. `language` is a name or a
    code; one that no reader here knows is read as English. Raises `CannotRender`.
    """
    picture = opened(path)
    reader, lines = _read(picture, _code(language))
    content = CANNOT if lines is None else text(lines) or NOTHING
    if format == "text":
        return content
    return json.dumps(_report(content, reader, picture, lines or ()), ensure_ascii=False)


def _read(picture: Image.Image, language: str) -> tuple[str, list[Line] | None]:
    """Who read, and the lines; None where nobody can."""
    own = page.lines(picture)
    if own is not None:
        return "the page's own text", own
    small = opaque(picture)
    small.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    others = tesseract.languages()
    if rapid.is_there() and (language in rapid.LANGUAGES or language not in others):
        reader, lines = "RapidOCR", rapid.lines(small)
    elif others:
        known = next((name for name in (language, _USUAL) if name in others), min(others))
        reader, lines = "Tesseract", tesseract.lines(small, known)
    else:
        return "none", None
    return reader, ordered(line.enlarged(picture.width / small.width) for line in lines)


def _report(
    content: str, reader: str, picture: Image.Image, lines: Sequence[Line]
) -> dict[str, object]:
    return {
        "text": content,
        "reader": f"deAPI Playground sandbox: {reader}",
        "width": picture.width,
        "height": picture.height,
        "lines": [
            {"text": line.text, "box": line.box, "confidence": line.confidence} for line in lines
        ],
    }


def _code(language: str | None) -> str:
    """In Tesseract's letters; what it may know and we don't is passed on."""
    name = (language or _USUAL).strip().lower()
    return _CODES.get(name) or _CODES.get(name.partition("-")[0]) or name
