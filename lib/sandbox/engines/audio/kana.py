"""Reading Japanese out: eSpeak NG knows kana only, and calls every other sign a Chinese letter.

With pykakasi (GPL-3, of the extra) kanji become kana; without it they stay what they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lib.sandbox.engines.extra import optional

_RUN = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff]+")
_KANJI = re.compile(r"[\u3005\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be said, and where each of its characters stands in the text it was read from."""

    text: str
    places: tuple[int, ...]


def plain(text: str) -> Reading:
    """The text as it is."""
    return Reading(text, tuple(range(len(text))))


def read(text: str) -> Reading:
    """The text with kanji as kana, its words apart."""
    kakasi = optional("pykakasi")
    if kakasi is None or not _KANJI.search(text):
        return plain(text)
    reader = kakasi.kakasi()
    said: list[str] = []
    places: list[int] = []
    for start, original, spoken in _parts(text, reader):
        said.append(spoken)
        places += [start] * len(spoken) if spoken != original else range(start, start + len(spoken))
    return Reading("".join(said), tuple(places))


def _parts(text: str, reader: Any) -> Iterator[tuple[int, str, str]]:
    """Start, original and reading of each piece of the text."""
    at = 0
    for run in _RUN.finditer(text):
        yield at, text[at : run.start()], text[at : run.start()]
        at = run.start()
        items = [(item["orig"], item["hira"]) for item in reader.convert(run[0])]
        if "".join(original for original, _ in items) != run[0]:
            items = [(run[0], run[0])]
        for original, spoken in items:
            yield at, original, f"{spoken} "
            at += len(original)
    yield at, text[at:], text[at:]
