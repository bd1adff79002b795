"""Reading with Tesseract, where it is installed on the machine."""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter

from PIL import Image

from lib.sandbox.engines.base import CannotRender
from lib.sandbox.engines.ocr.lines import Line

_SECONDS = 60
_LEAST_CONFIDENCE = 0.4
"""Of a line; what it sees in leaves and fur is below."""
_LINE = itemgetter("block_num", "par_num", "line_num")
_Word = dict[str, str]


def languages() -> frozenset[str]:
    """The languages it has been given, in its own three letters; none where it is missing."""
    program = shutil.which("tesseract")
    return _languages(program) if program else frozenset()


def lines(picture: Image.Image, language: str) -> list[Line]:
    """What is written on the picture, line by line. Raises `CannotRender` when it gives up."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    # Page mode 6, one block of text: the automatic one loses lines of receipts and forms.
    command = ["tesseract", "stdin", "stdout", "-l", language, "--psm", "6", "tsv"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # it is faster with one thread
    try:
        answer = subprocess.run(
            command,
            input=file.getvalue(),
            capture_output=True,
            env=environment,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotRender("Tesseract could not read this picture.") from error
    table = csv.DictReader(
        io.StringIO(answer.stdout.decode("utf-8", "replace")),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )
    words = [row for row in table if row["level"] == "5" and row["text"].strip()]
    found = [_line(list(group)) for _, group in groupby(words, key=_LINE)]
    return [line for line in found if line.confidence >= _LEAST_CONFIDENCE]


@cache
def _languages(program: str) -> frozenset[str]:
    try:
        answer = subprocess.run(
            [program, "--list-langs"], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(answer.stdout.split("\n")[1:]) - {"", "osd"}


def _line(words: Sequence[_Word]) -> Line:
    boxes = [
        (left, top, left + width, top + height)
        for left, top, width, height in (
            (int(word[name]) for name in ("left", "top", "width", "height")) for word in words
        )
    ]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Line(
        text=" ".join(word["text"] for word in words),
        box=(min(lefts), min(tops), max(rights), max(bottoms)),
        confidence=round(_mean(float(word["conf"]) for word in words) / 100, 3),
    )


def _mean(numbers: Iterable[float]) -> float:
    known = list(numbers)
    return sum(known) / len(known)
