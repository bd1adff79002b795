"""The way in: what somebody wants to make, said, dropped or chosen, up to the form."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.support import screens
from tests.support.playground import Playground

SAMPLES = Path(__file__).parents[2] / "lib" / "ui" / "samples"
PRICE = re.compile(r"^\$0\.\d+")


def test_what_was_said_stands_in_the_form(open_window: OpenWindow, playground: Playground) -> None:
    page = open_window(playground.url)
    expect(page.get_by_role("heading", name="What do you want to make?")).to_be_visible()
    box = page.get_by_role("textbox", name="Say it in your own words")
    box.fill("A lighthouse at dusk")
    box.press("Enter")
    click(tile(page, "Make a picture of this"))
    field = page.get_by_role("textbox", name="What should it show?")
    expect(field).to_have_value("A lighthouse at dusk")
    expect(screens.run_button(page)).to_be_enabled()


def test_a_dropped_file_stands_in_the_form_at_the_price_that_was_offered(
    open_window: OpenWindow, playground: Playground
) -> None:
    page = open_window(playground.url)
    screens.give(page.locator("input[type=file]"), SAMPLES / "harbour.jpg")
    expect(page.get_by_role("heading", name="What can be done with it")).to_be_visible()
    enlarge = tile(page, "Enlarge this")
    price = enlarge.locator(".pg-tile-price")
    expect(price).to_have_text(PRICE)
    offered = screens.amount(price.inner_text())
    click(enlarge)
    expect(page.get_by_text("640 × 480 pixels")).to_be_visible()
    expect(screens.run_button(page)).to_be_enabled()
    assert screens.amount(screens.run_button(page).inner_text()) == offered


def test_a_model_is_looked_at_and_tried(open_window: OpenWindow, playground: Playground) -> None:
    page = open_window(f"{playground.url}/models")
    page.get_by_role("textbox", name="Search").fill("sdxl")
    page.get_by_role("textbox", name="Search").press("Enter")
    expect(page.get_by_text("1 of")).to_be_visible()
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_have_count(1)  # the one before the search has gone
    table.click(position={"x": 18, "y": 52})  # the box of its first row: a canvas has no elements
    expect(page.get_by_text("In the API: sdxl")).to_be_visible()
    change = tile(page, re.compile("Try it.*Change a picture"))
    expect(change.locator(".pg-tile-price")).to_have_text(PRICE)
    click(change)
    expect(page.get_by_role("heading", name="Images")).to_be_visible()
    chosen = page.get_by_role("combobox", name="Model")
    expect(chosen).to_have_value(re.compile("Stable Diffusion XL"))


def tile(page: Page, title: str | re.Pattern[str]) -> Locator:
    return page.locator('[class*="st-key-tile"]').filter(has_text=title)


def click(tile: Locator) -> None:
    """Anywhere on it: not its title but the price in its last line."""
    expect(tile.locator(".pg-tile-price")).to_have_text(PRICE)
    place = tile.locator(".pg-tile-price").bounding_box()
    assert place
    tile.page.mouse.click(place["x"] + 5, place["y"] + 5)
