"""What a person does on the screens, in the words that stand there."""

import re
from decimal import Decimal
from typing import Any

from playwright.sync_api import Locator, Page, expect

from lib.ui import priced_button

RUN = re.compile(r"^Run · \$")
PATIENCE = 45_000
"""Milliseconds that a job of the sandbox may take on a busy machine."""


def run_button(page: Page) -> Locator:
    """The button that runs, once its price stands on it."""
    return page.get_by_role("button", name=RUN)


def write(page: Page, text: str) -> None:
    """Write a prompt and leave the field, so that the page hears of it."""
    field = page.get_by_role("textbox", name="What should it show?")
    field.fill(text)
    field.blur()


def give(uploader: Locator, file: Any) -> None:
    """Give a file to a place for one, as Playwright takes it, once the page has been drawn: while
    it still is, the place may be put there anew, and what was given to the old one is gone."""
    app = uploader.page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    uploader.set_input_files(file)


def make_picture(page: Page, text: str) -> Decimal:
    """Write a prompt and press Run; returns the price in USD that stood on the button."""
    write(page, text)
    price = read_price(page)
    run_button(page).click()
    return price


def read_price(page: Page, button: Locator | None = None) -> Decimal:
    """The price in USD on the Run button, or on this one, once it has stood there for as long as
    reading takes: a press before that means the lower one that stood there."""
    button = button or run_button(page)
    expect(button).to_be_enabled(timeout=PATIENCE)
    while True:
        before = amount(button.inner_text())
        page.wait_for_timeout(1000 * priced_button.READING + 50)
        expect(button).to_be_enabled(timeout=PATIENCE)
        if amount(button.inner_text()) == before:
            return before


def choose(page: Page, title: str) -> None:
    """Choose what to do on a family's page, by its title there."""
    page.get_by_role("radio", name=title, exact=True).click()
    expect(page.get_by_role("radio", name=title, exact=True)).to_be_checked()


def run(page: Page) -> Decimal:
    """Press Run as soon as its price stands on it, until its card is on top; returns the price in
    USD."""
    price, button = read_price(page), run_button(page)
    card = newest(page)
    expect(card.or_(page.locator(".pg-empty")).first).to_be_visible()
    before = card.get_attribute("class") if card.count() else None
    button.click()
    _expect_another(card, before)
    return price


def _expect_another(card: Locator, before: str | None) -> None:
    """Expect a card where none was, or another one than `before` (its class)."""
    expect(card).to_be_visible(timeout=PATIENCE)
    if before is not None:
        expect(card).not_to_have_class(before, timeout=PATIENCE)


def newest(page: Page) -> Locator:
    """The card on top."""
    return page.locator('[class*="st-key-card"]').first


def done(page: Page) -> Locator:
    """The card on top, when its run is done."""
    card = newest(page)
    expect(card.get_by_role("link", name="Download", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(card.get_by_text("Details")).to_be_visible()  # what is drawn last
    return card


def plays(player: Locator) -> dict[str, float]:
    """Plays a video or sound without its sound, and seeks in it; what it was, as the browser knows:
    `seconds`, `played` after a moment, `sought`, and the size of a video in pixels."""
    return player.evaluate(PLAYED)


def ordered(page: Page, text: str) -> Locator:
    """The card of the run with this prompt, once it is there: the press has become a run."""
    card = page.locator('[class*="st-key-card"]').filter(has_text=text).first
    expect(card).to_be_visible()
    return card


def finished(page: Page, text: str) -> Locator:
    """The card of the run with this prompt, when its picture is there."""
    card = page.locator('[class*="st-key-card"]').filter(has_text=text).first
    expect(card.locator(".pg-picture img")).to_be_visible(timeout=PATIENCE)
    return card


def amount(text: str) -> Decimal:
    """The first dollar amount in `text`."""
    found = re.search(r"\$([\d,]+(?:\.\d+)?)", text)
    assert found, f"no price in {text!r}"
    return Decimal(found.group(1).replace(",", ""))


def money(page: Page, name: str) -> Decimal:
    """An amount of the sidebar: "Balance", "Spent today", …"""
    row = page.locator(".pg-money dt", has_text=re.compile(f"^{name}$"))
    return amount(row.locator("xpath=following-sibling::dd[1]").inner_text())


PLAYED = """async (player) => {
    player.muted = true;
    const heard = (name) => new Promise((good, bad) => {
        player.addEventListener(name, good, {once: true});
        setTimeout(() => bad(new Error('no ' + name)), 15000);
    });
    if (player.readyState < 1) {
        const known = heard('loadedmetadata');
        player.load();
        await known;
    }
    const moves = heard('timeupdate');
    await player.play();
    await moves;
    while (!player.currentTime) await heard('timeupdate');
    const played = player.currentTime;
    player.pause();
    const there = heard('seeked');
    player.currentTime = player.duration / 2;
    await there;
    return {seconds: player.duration, played, sought: player.currentTime,
            width: player.videoWidth || 0, height: player.videoHeight || 0};
}"""


PIXELS = """async (img) => {
    await img.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 64];
    const pen = canvas.getContext('2d');
    pen.drawImage(img, 0, 0, 64, 64);
    const data = pen.getImageData(0, 0, 64, 64).data;
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4)
        colours.add((data[at] >> 4) + ',' + (data[at + 1] >> 4) + ',' + (data[at + 2] >> 4));
    return {width: img.naturalWidth, height: img.naturalHeight, colours: colours.size};
}"""


def pixels(image: Locator) -> dict[str, int]:
    """What the browser really shows: the picture's own size, and how many colours it has."""
    return image.evaluate(PIXELS)
