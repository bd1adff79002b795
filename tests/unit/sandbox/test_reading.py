"""The reading engine: a page comes back as it was written, and without an engine it says so."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from lib.sandbox.engines.ocr import page, rapid, tesseract
from lib.sandbox.engines.reading import CANNOT, NOTHING, read

TEXT = """The invoice of 14 March 2026 was paid in full.
It came to $1,284.50, with tax at 19%.
Please call (030) 555-0199 if it isn't clear.

In a hole in the ground lived a curious fox;
it read every book it could find, twice!"""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """The text as pixels alone: its file says nothing about it."""
    path = tmp_path / "page.png"
    drawn, _ = page.drawn(TEXT, width=620)
    drawn.save(path)
    return path


def letters(text: str) -> str:
    return "".join(text.split())


def without_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapid, "is_there", lambda: False)
    monkeypatch.setattr(tesseract, "languages", frozenset[str])


@pytest.mark.skipif(not rapid.is_there(), reason="requirements-engines.txt is not installed")
def test_a_rendered_page_comes_back_character_for_character(picture: Path) -> None:
    report = json.loads(read(picture, format="json"))
    words = report["text"]
    assert letters(words) == letters(TEXT)
    assert len(words.split()) == pytest.approx(len(TEXT.split()), abs=2)
    for line in report["lines"]:
        left, top, right, bottom = line["box"]
        assert 0 <= left < right <= report["width"]
        assert 0 <= top < bottom <= report["height"]
        assert 0.8 < line["confidence"] <= 1


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_tesseract_reads_the_page_where_it_is_the_reader(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rapid, "is_there", lambda: False)
    report = json.loads(read(picture, language="Klingon", format="json"))
    assert report["reader"].endswith("Tesseract")
    assert letters(report["text"]) == letters(TEXT)


def test_without_an_engine_it_says_so_and_reads_its_own_pages_only(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_engines(monkeypatch)
    assert read(picture) == json.loads(read(picture, format="json"))["text"] == CANNOT
    own = tmp_path / "own.png"
    page.write(TEXT, own)
    assert read(own) == TEXT
    page.write("", own)
    assert read(own) == NOTHING
    forged = tmp_path / "forged.png"
    with Image.open(own) as drawn:
        drawn.save(forged)
    assert read(forged) == CANNOT
