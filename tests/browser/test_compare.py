"""Compare in a real browser: prices, results in step, two over each other, and the winner."""

import re
from decimal import Decimal

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.support import screens
from tests.support.playground import Playground
from tests.support.waiting import eventually

PATIENCE = 90_000  # milliseconds
TEXT = "a lighthouse on a cliff at dusk"


def compare(page: Page, playground: Playground, what: str | None = None) -> None:
    page.goto(f"{playground.url}/compare")
    expect(page.get_by_text("This is a rehearsal").first).to_be_visible()
    if what is not None:
        page.get_by_role("combobox", name="What do you want to make?").click()
        page.get_by_role("option", name=what, exact=True).click()


def ran(page: Page, count: int) -> Decimal:
    """Run it and wait for all of the results; the price in USD that stood on the button."""
    price = screens.read_price(page)
    screens.run_button(page).click()
    expect(page).to_have_url(re.compile("experiment="))
    expect(page.get_by_text(f"{count} of {count} done")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Pause", exact=True)).to_have_count(0)
    return price


def cards(page: Page) -> Locator:
    return page.locator('[class*="st-key-compare_card"]')


def transforms(page: Page) -> list[str]:
    pictures = cards(page).locator(".frame img")
    return [each.evaluate("each => each.style.transform") for each in pictures.all()]


def scale(page: Page) -> float:
    """The zoom that all of the pictures have, once they have the same."""
    eventually(lambda: len(set(transforms(page))) == 1)
    one = transforms(page)[0]
    found = re.search(r"scale\(([\d.]+)\)", one)
    assert found
    return float(found[1])


def test_three_models_are_priced_run_zoomed_in_step_and_the_winner_opens_in_its_page(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window()
    compare(page, quick)
    screens.write(page, TEXT)
    prices = page.locator(".pg-table td:nth-child(3)")
    expect(prices).to_have_count(3)
    expect(prices.last).to_contain_text("$")
    price = screens.read_price(page)
    assert sum(screens.amount(each) for each in prices.all_inner_texts()) == price
    assert ran(page, 3) == price
    assert screens.amount(page.locator(".pg-run .pg-total").inner_text()) == price
    address = page.url

    pictures = cards(page).locator(".frame img")
    expect(pictures).to_have_count(3)
    for each in pictures.all():
        assert screens.pixels(each)["colours"] > 20
    pictures.first.hover()
    page.mouse.wheel(0, -120)
    wheeled = scale(page)
    assert wheeled > 1
    frame = cards(page).nth(1).locator(".frame")
    frame.press("+")
    keyed = scale(page)
    assert keyed > wheeled
    before = transforms(page)
    frame.press("ArrowRight")
    moved = transforms(page)
    assert len(set(moved)) == 1
    assert moved != before
    page.get_by_role("button", name="Zoom in").click()
    assert scale(page) > keyed
    page.get_by_role("button", name="Reset").click()
    assert scale(page) == 1

    slider = page.get_by_role("slider", name=re.compile("How much is shown of"))
    tags = page.locator(".tag")
    names = [each.inner_text() for each in cards(page).locator(".pg-only").all()]
    expect(tags).to_have_text(names[:2])
    slider.focus()
    slider.press("End")
    expect(slider).to_have_value("100")
    page.get_by_role("combobox", name="On the right").click()
    page.get_by_role("option", name=names[2]).click()
    expect(tags).to_have_text([names[0], names[2]])

    page.reload()
    expect(cards(page).locator(".frame img")).to_have_count(3)
    assert page.url == address
    cards(page).nth(1).get_by_role("button", name="Keep the winner").click()
    expect(page.get_by_role("heading", name="Images", level=1)).to_be_visible()
    expect(page).not_to_have_url(re.compile("experiment="))
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile(names[1]))
    expect(page.get_by_role("textbox", name="What should it show?")).to_have_value(TEXT)


def test_sounds_play_pause_and_seek_together_and_one_is_heard(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window()
    compare(page, quick, "Make music")
    expect(page.get_by_role("textbox", name="What should it sound like?")).to_be_visible()
    page.locator('[class*="st-key-chips"] button').first.click()
    ran(page, 2)
    players = cards(page).locator("audio")
    expect(players).to_have_count(2)

    def of_all(what: str) -> list[object]:
        return [each.evaluate(f"each => each.{what}") for each in players.all()]

    eventually(lambda: all(each >= 1 for each in of_all("readyState")))  # type: ignore[operator]
    assert sorted(of_all("muted"), key=str) == [False, True]
    page.get_by_role("button", name="Play together").click()
    eventually(lambda: of_all("paused") == [False, False])
    eventually(lambda: all(each > 0 for each in of_all("currentTime")))  # type: ignore[operator]
    cards(page).nth(1).get_by_role("button", name="Hear only this").click()
    assert of_all("muted") == [True, False]
    players.first.evaluate("each => each.pause()")
    eventually(lambda: of_all("paused") == [True, True])
    players.last.evaluate("each => { each.currentTime = 1.5; }")
    eventually(lambda: of_all("currentTime") == [1.5, 1.5])


def test_what_somebody_looks_at_closely_stays_while_others_still_run(
    open_window: OpenWindow, playground: Playground
) -> None:
    """The first result is zoomed while the rest goes on: what is drawn anew leaves it alone."""
    page = open_window()
    compare(page, playground)
    screens.write(page, f"{TEXT}, again")
    screens.read_price(page)
    screens.run_button(page).click()
    first = cards(page).locator(".frame img").first
    expect(first).to_be_visible(timeout=PATIENCE)
    first.hover()
    page.mouse.wheel(0, -120)
    first.evaluate("each => { each.wasHere = true; }")
    zoomed = first.evaluate("each => each.style.transform")
    expect(page.get_by_text("3 of 3 done")).to_be_visible(timeout=PATIENCE)
    expect(cards(page).locator(".frame img")).to_have_count(3)
    assert set(transforms(page)) == {zoomed}
    kept = [
        each.evaluate("each => each.wasHere === true") for each in cards(page).locator("img").all()
    ]
    assert kept.count(True) == 1
