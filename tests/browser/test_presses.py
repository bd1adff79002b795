"""A press of Run at any moment: it makes one run at the price that was read, or says why not."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.proxy import Way, proxied
from tests.support.sandbox import Sandbox
from tests.support.waiting import eventually

PRICE = "POST /api/v2/images/generations/price"
PRICE_SECONDS = 0.8
"""How long a price takes: longer than a drawing waits for it, so that the button changes twice."""
MOMENTS = (0, 100, 300, 600, 1000)
"""Milliseconds from a change in the form to the press: before, amid and after both redraws."""
HELD = 100
"""Milliseconds that a person's finger stays down."""
SLOW = 3
"""How many times slower the browser is made."""

# What stands on the button at the moment that a finger comes down on it.
WATCH_PRESSES = """() => addEventListener('pointerdown', event => {
    const button = event.target.closest('button');
    window.pressed = button && !button.disabled ? button.innerText : null;
}, true)"""


@pytest.fixture
def live(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=100, tier="premium")


@pytest.fixture
def page(
    open_window: OpenWindow, live: Sandbox, start_playground: StartPlayground
) -> Iterator[Page]:
    """The page of pictures in a slow window, before a deAPI whose prices take long."""
    with proxied(live.url) as proxy:
        proxy.fail(PRICE, Way.LATE, times=1000, seconds=PRICE_SECONDS)
        playground = start_playground(
            PLAYGROUND_SANDBOX="off", DEAPI_API_KEY=live.key, DEAPI_BASE_URL=proxy.url
        )
        page = open_window(playground.images, viewport={"width": 1280, "height": 1500})
        expect(screens.run_button(page)).to_be_enabled()
        page.evaluate(WATCH_PRESSES)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
        yield page


def test_a_press_while_the_words_change_makes_exactly_one_run(page: Page, live: Sandbox) -> None:
    field = page.get_by_role("textbox", name="What should it show?")
    for number, moment in enumerate(MOMENTS):
        field.fill(f"Picture {number}")
        if number % 2:
            field.blur()  # else the press itself leaves the field
        page.wait_for_timeout(moment)
        assert press(page), "nothing kept a person from pressing"
        assert eventually(lambda made=number + 1: len(live.charges()) == made, timeout=8)
    assert len(live.charges()) == len(MOMENTS)


def test_a_press_while_the_price_changes_never_pays_more_than_stood_there(
    page: Page, live: Sandbox
) -> None:
    not_now = page.get_by_role("button", name="Not now")
    shapes = cycle(["Landscape 16:9", "Square"])
    prices = set[Decimal]()
    screens.write(page, "A lighthouse in winter")
    for moment in MOMENTS:
        before = len(live.charges())
        page.get_by_role("radio", name=next(shapes)).click()
        page.wait_for_timeout(moment)
        read = screens.amount(press(page))
        prices.add(read)
        assert eventually(
            lambda made=before: len(live.charges()) > made or not_now.is_visible(), timeout=20
        )
        paid = [Decimal(str(each["price"])) for each in live.charges()[before:]]
        assert len(paid) <= 1
        assert all(price <= read for price in paid)
        if not_now.is_visible():
            not_now.click()
        expect(screens.run_button(page)).to_be_enabled()
    assert len(prices) == 2, "these shapes cost the same, so this proves nothing"


def press(page: Page) -> str:
    """Press the button as a person does, wherever it stands; what could be read on it then."""
    box = page.locator(".st-key-run_bar button").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(HELD)
    page.mouse.up()
    return page.evaluate("window.pressed") or ""
