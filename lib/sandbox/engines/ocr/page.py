"""Pages of the sandbox's own: written by it, and carrying what is written on them.

A sample page can be read back without a reading engine; a test of reading uses no such page.
"""

import json
from pathlib import Path
from typing import Any, cast

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from lib.sandbox.engines.ocr.lines import Line

_TAG = "deAPI Playground page"
_INK, _PAPER = "#23262b", "#fdfcf8"


def drawn(text: str, size: int = 22, width: int = 900) -> tuple[Image.Image, list[Line]]:
    """`text` on paper, its own line breaks kept, and where each line stands."""
    font = ImageFont.load_default(size)
    margin, step = 2 * size, round(1.5 * size)
    written = text.split("\n")
    page = Image.new("RGB", (width, 2 * margin + step * len(written)), _PAPER)
    pen = ImageDraw.Draw(page)
    lines: list[Line] = []
    for number, line in enumerate(written):
        at = (margin, margin + step * number)
        pen.text(at, line, _INK, font)
        if line.strip():
            left, top, right, bottom = map(round, pen.textbbox(at, line, font))
            lines.append(Line(line, (left, top, right, bottom), 1.0))
    return page, lines


def write(text: str, path: Path) -> None:
    """A PNG page that the sandbox reads without an engine."""
    page, lines = drawn(text)
    note = PngImagePlugin.PngInfo()
    content = [[line.text, line.box] for line in lines]
    note.add_itxt(_TAG, json.dumps(content, ensure_ascii=False))
    page.save(path, pnginfo=note)


def lines(picture: Image.Image) -> list[Line] | None:
    """What the picture's file says is written on it; None when it says nothing we understand."""
    content = picture.info.get(_TAG)
    if not isinstance(content, str):
        return None
    try:
        return [_line(*each) for each in cast(list[list[Any]], json.loads(content))]
    except (TypeError, ValueError):
        return None


def _line(text: object, box: list[object]) -> Line:
    left, top, right, bottom = (int(str(side)) for side in box)
    return Line(str(text), (left, top, right, bottom), 1.0)
