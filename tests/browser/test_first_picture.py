"""The main job in a real browser: from a prompt to a kept picture, and to a larger one."""

from decimal import Decimal

from playwright.sync_api import Page, expect

from tests.support import screens
from tests.support.waiting import eventually

LIGHTHOUSE = "A lighthouse on a cliff at sunset"


def test_a_picture_is_made_kept_found_again_and_paid_as_the_button_said(page: Page) -> None:
    expect(screens.run_button(page)).to_be_visible()
    before = eventually(lambda: screens.money(page, "Balance"), timeout=20)
    price = screens.make_picture(page, LIGHTHOUSE)
    assert price > 0

    card = screens.finished(page, LIGHTHOUSE)
    shown = screens.pixels(card.locator(".pg-picture img"))
    assert (shown["width"], shown["height"]) == (768, 768)
    assert shown["colours"] > 20, "the picture is empty"

    def paid() -> bool:
        return before - screens.money(page, "Balance") == price

    assert eventually(paid, timeout=20)
    assert screens.money(page, "Spent today") == price

    with page.expect_download() as download:
        card.get_by_role("link", name="Download", exact=True).click()
    assert download.value.suggested_filename.endswith(".png")

    page.get_by_role("link", name="History").first.click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page.get_by_text(f"${price} spent")).to_be_visible()
    expect(page.get_by_text("1 run", exact=False).first).to_be_visible()


def test_a_finished_picture_is_enlarged_with_one_click(page: Page) -> None:
    text = "A small boat on a lake in the morning"
    screens.make_picture(page, text)
    card = screens.finished(page, text)
    card.get_by_role("button", name="Enlarge this").click()

    expect(page.get_by_role("button", name="Choose another")).to_be_visible()
    expect(page.get_by_text("a-small-boat-on-a-lake.png")).to_be_visible()
    button = screens.run_button(page)
    expect(button).to_be_enabled()
    price = screens.amount(button.inner_text())
    assert price > Decimal(0)
    button.click()

    larger = screens.newest(page).locator(".frame .after")
    expect(larger).to_be_visible(timeout=screens.PATIENCE)
    assert screens.pixels(larger)["width"] == 2 * 768


def test_settings_of_a_result_are_used_again(page: Page) -> None:
    text = "Three pears on a blue table"
    screens.make_picture(page, text)
    card = screens.finished(page, text)
    screens.write(page, "Something else")
    card.get_by_role("button", name="Use these settings again").click()
    expect(page.get_by_role("textbox", name="What should it show?")).to_have_value(text)
