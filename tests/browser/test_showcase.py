"""Starred results become a page that is read on a phone and from the back of a room, and that a
colleague finds at its address once it is shared."""

from typing import Literal

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import Enter
from tests.support import screens
from tests.support.playground import Playground

PHONE: ViewportSize = {"width": 390, "height": 844}
PROJECTOR: ViewportSize = {"width": 1920, "height": 1080}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HARBOUR, FOREST = "a harbour at dawn", "a forest in the fog"

FITS = """() => [document.documentElement, ...document.querySelectorAll('[data-testid="stMain"]')]
    .every((each) => each.scrollWidth <= each.clientWidth)"""
COLUMNS = """(grid) => new Set([...grid.querySelectorAll('.pg-show')]
    .map((each) => Math.round(each.getBoundingClientRect().left))).size"""
LETTERS = "(text) => parseFloat(getComputedStyle(text).fontSize)"
GROUND = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"


def prompts(page: Page) -> Locator:
    return page.locator(".pg-show-prompt")


def make_and_star(page: Page, playground: Playground, text: str) -> None:
    page.goto(playground.images)
    screens.write(page, text)
    screens.run(page)
    screens.finished(page, text)
    page.goto(f"{playground.url}/history")
    page.get_by_text("Gallery", exact=True).click()
    page.locator("a.pg-shot", has_text=text).click()
    page.get_by_role("button", name="Star", exact=False).click()
    expect(page.get_by_role("button", name="Starred")).to_be_visible()


def expect_presented(page: Page, columns: int) -> float:
    """Nothing but the results, none of it beyond the window; the pixels of a prompt's letters."""
    expect(prompts(page)).to_have_count(2)
    for picture in page.locator(".pg-cell-picture").all():
        assert screens.pixels(picture)["colours"] > 10
    expect(page.get_by_role("button", name="Run it again")).to_have_count(2)
    for hidden in ('[data-testid="stSidebar"]', '[data-testid="stHeader"]', ".pg-bar-top"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.get_by_text("Arrange")).to_have_count(0)
    assert page.evaluate(FITS)
    assert page.locator(".st-key-showcase_grid").evaluate(COLUMNS) == columns
    return prompts(page).first.evaluate(LETTERS)


def test_starred_results_are_presented_on_any_screen_and_shared_by_their_address(
    three: Playground, enter: Enter
) -> None:
    ben = enter(f"{three.url}/showcase", "ben")
    expect(ben.get_by_text("Star ★ a result first")).to_be_visible()
    for text in (HARBOUR, FOREST):
        make_and_star(ben, three, text)

    ben.goto(f"{three.url}/showcase")
    ben.get_by_role("button", name="Make one from my starred results").click()
    expect(prompts(ben)).to_have_text([FOREST, HARBOUR])
    address = ben.url
    ben.get_by_text("Arrange").click()
    rows = ben.locator('[class*="st-key-showcase_row-"]')
    rows.first.get_by_role("button", name="Down").click()
    expect(prompts(ben)).to_have_text([HARBOUR, FOREST])
    expect(ben.locator(".pg-show-about").first).to_contain_text("$")
    ben.get_by_text("Show prices").click()
    expect(ben.locator(".pg-show-about", has_text="$")).to_have_count(0)

    cora = enter(address, "cora")
    expect(cora.get_by_text("There is no such showcase")).to_be_visible()
    expect(cora.get_by_text(HARBOUR)).to_have_count(0)
    ben.get_by_text("Shared with the team").click()
    expect(ben.get_by_role("switch", name="Shared with the team")).to_be_checked()
    cora.reload()
    expect(prompts(cora)).to_have_text([HARBOUR, FOREST])
    assert screens.pixels(cora.locator(".pg-cell-picture").first)["colours"] > 10
    expect(cora.get_by_text("Arrange")).to_have_count(0)
    cora.get_by_role("button", name="Run it again").first.click()
    expect(cora.get_by_role("textbox", name="What should it show?")).to_have_value(HARBOUR)
    screens.read_price(cora)

    ben.get_by_role("button", name="Present").click()
    expect_presented(ben, 2)
    ben.keyboard.press("Escape")
    expect(ben.get_by_text("Arrange")).to_be_visible()
    expect(ben.locator('[data-testid="stSidebar"]')).to_be_visible()
    assert "present" not in ben.url
    grounds: set[str] = set()
    for scheme in SCHEMES:
        ben.emulate_media(color_scheme=scheme)
        letters: list[float] = []
        for viewport, columns in ((PHONE, 1), (PROJECTOR, 2)):
            ben.set_viewport_size(viewport)
            ben.goto(f"{address}&present=1")
            letters.append(expect_presented(ben, columns))
        assert letters[0] >= 16
        assert letters[1] > letters[0]
        grounds.add(ben.evaluate(GROUND))
    assert len(grounds) == 2
    ben.set_viewport_size(PHONE)
    ben.get_by_role("button", name="Stop presenting").click()
    ben.get_by_text("Arrange").click()
    expect(rows.first.get_by_role("button", name="Take out")).to_be_visible()
    assert ben.evaluate(FITS)
