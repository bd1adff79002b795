"""One journey a family, with real files and what the sandbox's own engines really make of them."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.ui.words.terms import SAMPLES
from tests.browser.conftest import OpenWindow
from tests.support import screens
from tests.support.playground import Playground, playgrounds
from tests.support.sandbox import sandboxes


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    """A playground whose deAPI is a sandbox with real engines, twenty times as fast."""
    folder = tmp_path_factory.mktemp("quick")
    with sandboxes(folder) as sandbox, playgrounds(folder) as start:
        live = sandbox(tier="premium", speed=20, balance=1000)
        yield start(live=live, PLAYGROUND_SANDBOX="off")


def test_images_a_photograph_is_cut_out_and_stands_before_and_after(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window(f"{quick.url}/images")
    screens.choose(page, "Remove background")
    screens.give(page.locator('input[type="file"]'), SAMPLES / "robot.jpg")
    expect(page.get_by_text("robot.jpg").first).to_be_visible()
    screens.run(page)
    frame = screens.done(page).locator(".frame")
    cut = frame.locator(".after")
    assert screens.pixels(cut)["width"] == 640
    corner, middle = cut.evaluate(OPACITY)
    assert corner < 0.1 < 0.9 < middle
    line = frame.get_by_role("slider")
    line.focus()
    line.press("ArrowRight")
    expect(line).to_have_value("51")


def test_images_the_text_of_a_page_stands_beside_it_word_for_word(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window(f"{quick.url}/images")
    screens.choose(page, "Read text in a picture")
    screens.give(page.locator('input[type="file"]'), SAMPLES / "page.png")
    expect(page.get_by_text("page.png").first).to_be_visible()
    screens.run(page)
    card = screens.done(page)
    expect(card.locator("code")).to_contain_text("Fish soup on the old pier")
    expect(card.locator(".pg-picture img")).to_be_visible()


def test_videos_a_picture_moves_plays_and_can_be_sought_in(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window(f"{quick.url}/videos")
    screens.choose(page, "Animate a picture")
    screens.give(page.locator('input[type="file"]').first, SAMPLES / "harbour.jpg")
    expect(page.get_by_text("harbour.jpg").first).to_be_visible()
    example(page, "Slow zoom", "What should move?")
    screens.run(page)
    player = screens.done(page).locator("video")
    film = screens.plays(player)
    assert (film["width"], film["height"]) == (512, 512)
    assert film["seconds"] == pytest.approx(4, abs=0.2)
    assert 0 < film["played"] < film["seconds"]
    assert film["sought"] == pytest.approx(film["seconds"] / 2, abs=0.2)


def test_audio_a_text_is_read_aloud_and_written_down_again(
    open_window: OpenWindow, quick: Playground, tmp_path: Path
) -> None:
    text = "The harbour festival begins on Saturday at ten"
    page = open_window(f"{quick.url}/audio")
    field = page.get_by_role("textbox", name="What should be said?")
    field.fill(text)
    field.blur()
    screens.run(page)
    card = screens.done(page)
    assert screens.plays(card.locator("audio"))["seconds"] > 1.5
    further(card, page, "Write down what is said", "Write down a recording")
    page.get_by_text("Say when it was said").click()
    screens.run(page)
    card = screens.done(page)
    expect(card.get_by_role("region", name="Transcript")).to_contain_text(text)
    search = card.get_by_role("searchbox", name="Search in the text")
    search.fill("saturday")
    expect(card.locator("mark")).to_have_text("Saturday")
    card.get_by_text("Download as").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Subtitles (VTT)").click()
    assert text.split()[1] in Path(download.value.path()).read_text()


def test_embeddings_lines_are_compared_and_saved(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window(f"{quick.url}/embeddings")
    field = page.get_by_role("textbox", name="Your lines")
    field.fill("red apples\nred pears\nthe train is late")
    field.blur()
    screens.run(page)
    card = screens.done(page)
    expect(card.locator('[data-testid="stVegaLiteChart"] :is(canvas, svg)').first).to_be_visible()
    card.get_by_text("Download as").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    content = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert [row[0] for row in rows] == ["text", "red apples", "red pears", "the train is late"]
    card.get_by_role("tab", name="Map").click()
    expect(card.get_by_text("Texts near each other are alike")).to_be_visible()


def test_prompts_a_prompt_is_improved_and_used_where_it_was_meant_for(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window(f"{quick.url}/prompts")
    page.get_by_role("button", name="Harbour").click()
    expect(page.get_by_role("textbox", name="Your words")).to_have_value("a harbour in the morning")
    screens.run(page)
    card = screens.done(page)
    expect(card.locator(".pg-words ins").first).to_be_visible()
    better = card.locator(".pg-words:has(ins)").inner_text()
    assert better.startswith("a harbour in the morning")
    assert len(better) > 40
    card.get_by_role("button", name="Make a picture").click()
    expect(page.get_by_role("heading", name="Images")).to_be_visible()
    expect(page.get_by_role("textbox", name="What should it show?")).to_have_value(better)


def test_from_a_few_words_to_a_video_through_five_endpoints(
    open_window: OpenWindow, quick: Playground
) -> None:
    """Prompt → improved → picture → background removed → animated → the video plays."""
    page = open_window(f"{quick.url}/images")
    screens.write(page, "a small boat on a lake")
    page.get_by_role("button", name="Improve").click()
    field = page.get_by_role("textbox", name="What should it show?")
    expect(field).not_to_have_value("a small boat on a lake", timeout=screens.PATIENCE)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    screens.run(page)
    card = screens.done(page)
    expect(card.locator(".pg-picture img")).to_be_visible()

    further(card, page, "Remove background", "Remove background")
    screens.run(page)
    expect(screens.newest(page).locator(".frame .after")).to_be_visible(timeout=screens.PATIENCE)

    further(screens.done(page), page, "Animate this", "Animate a picture")
    example(page, "Gentle wind", "What should move?")
    screens.run(page)
    film = screens.plays(screens.done(page).locator("video"))
    assert film["seconds"] > 1
    assert film["played"] > 0

    page.get_by_role("link", name="History").first.click()
    rows = page.locator('[class*="st-key-row"]')
    steps = ("Animate a picture", "Remove background", "Make a picture", "Improve a prompt")
    for at, title in enumerate(steps):
        expect(rows.nth(at)).to_contain_text(title)


def example(page: Page, name: str, field: str) -> None:
    """Have one of our examples written into the field."""
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("textbox", name=field)).not_to_have_value("")


def further(card: Locator, page: Page, name: str, title: str) -> None:
    """Take a result up in the form called `title`, with its button or one of those under "More"."""
    button = card.get_by_role("button", name=name, exact=True)
    if not button.count():
        card.get_by_role("button", name="More").click()
        button = page.get_by_role("button", name=name, exact=True)
    button.click()
    expect(page.get_by_role("radio", name=title, exact=True)).to_be_checked()


OPACITY = """async (img) => {
    await img.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
    const pen = canvas.getContext('2d');
    pen.drawImage(img, 0, 0);
    const at = (x, y) => pen.getImageData(x, y, 1, 1).data[3] / 255;
    return [at(4, 4), at(canvas.width / 2, canvas.height / 2)];
}"""
"""How opaque the corner of a picture is, and its middle."""
