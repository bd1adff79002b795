"""Files that people give are read in pieces: a film has 80 MB, and several may come at once."""

import zipfile
from io import BytesIO

import pytest
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib.deapi.contract import endpoint
from lib.ui import words
from tests.pages.test_batch_page import BatchPage, drop
from tests.pages.test_recipes_page import RECIPES, combined, picture, pictures_of
from tests.support.pages import IMAGES, Page, Playing

SAMPLE = words.sample("images.upscales", "image", "image").path
START = "pages/start.py"


@pytest.fixture(autouse=True)
def never_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes all that is in a file at once."""

    def whole(_file: UploadedFile) -> bytes:
        raise AssertionError("read as a whole")

    monkeypatch.setattr(UploadedFile, "getvalue", whole, raising=False)


@pytest.mark.usefixtures("place")
def test_in_a_form() -> None:
    at = endpoint("images.upscales")
    page = Page(IMAGES).choose(at).drop("photo.jpg", SAMPLE.read_bytes())
    assert page.values(at)["image"].size == SAMPLE.stat().st_size


@pytest.mark.usefixtures("place")
def test_on_the_first_page_whatever_it_is_tried_as() -> None:
    sample = words.sample("videos.upscales", "video", "video").path
    page = Page(START).drop("film.mp4", sample.read_bytes())
    assert not page.problems
    assert page.state["start:file"].size == sample.stat().st_size


def test_among_the_files_of_a_batch(place: Playing) -> None:
    page = BatchPage(of="images.upscales")
    drop(page, "one.jpg", SAMPLE.read_bytes())
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(SAMPLE, "two.jpg")
    drop(page, "more.zip", packed.getvalue())
    assert page.table["c0"].tolist() == ["one.jpg", "two.jpg"]


def test_in_a_recipe(place: Playing) -> None:
    recipe = combined(place, "one.png")
    page = Page(RECIPES).press("Open").drop("two.png", picture("two.png").getvalue())
    assert pictures_of(page, recipe) == ["one.png", "two.png"]
