"""A press of Run at any moment: it makes one run at the price that was read, or says why not."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.support import screens
from tests.support.playground import Playground, playgrounds
from tests.support.proxy import Way, proxied
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.waiting import eventually

PRICE = "POST /api/v2/images/generations/price"
PRICE_SECONDS = 0.6
"""How long a price takes: longer than a drawing waits for it, so that the button changes twice."""
MOMENTS = (0, 150, 400, 700)
"""Milliseconds from a change in the form to the press: before, amid and after the redraws. A press
is lost, or not, by when it falls, so here time itself is what is tested."""
HELD = 100
"""Milliseconds that a person's finger stays down."""
SLOW = 2
"""How many times slower the browser is made."""
PATIENCE = 20

# What stands on the button at the moment that a finger comes down on it.
WATCH_PRESSES = """() => addEventListener('pointerdown', event => {
    const button = event.target.closest('button');
    window.pressed = button && !button.disabled ? button.innerText : null;
}, true)"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandboxes(tmp_path_factory.mktemp("live")) as start:
        yield start(engines="none", speed=100, tier="premium")


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory, live: Sandbox) -> Iterator[Playground]:
    """A playground before a deAPI whose prices take long."""
    with proxied(live.url) as proxy, playgrounds(tmp_path_factory.mktemp("playground")) as start:
        proxy.fail(PRICE, Way.LATE, times=1000, seconds=PRICE_SECONDS)
        yield start(PLAYGROUND_SANDBOX="off", DEAPI_API_KEY=live.key, DEAPI_BASE_URL=proxy.url)


@pytest.fixture
def page(open_window: OpenWindow, playground: Playground) -> Page:
    """The page of pictures in a slow window, in which all of the form is seen at once."""
    page = open_window(playground.images, viewport={"width": 1280, "height": 1500})
    expect(screens.run_button(page)).to_be_enabled()
    page.evaluate(WATCH_PRESSES)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
    return page


def press(page: Page) -> str:
    """Press the button as a person does, wherever it stands; what could be read on it then."""
    # One that is drawn anew just now is nowhere for a moment.
    box = eventually(page.locator(".st-key-run_bar button").first.bounding_box)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(HELD)
    page.mouse.up()
    return page.evaluate("window.pressed") or ""


def test_a_press_while_the_words_change_makes_exactly_one_run(page: Page, live: Sandbox) -> None:
    field = page.get_by_role("textbox", name="What should it show?")
    before = len(live.charges())
    for number, moment in enumerate(MOMENTS, 1):
        field.fill(f"Picture {number}")
        if number % 2:
            field.blur()  # else the press itself leaves the field
        page.wait_for_timeout(moment)
        assert press(page), "the button could not be pressed"
        made = before + number
        assert eventually(lambda made=made: len(live.charges()) == made, timeout=PATIENCE)


def test_a_press_while_the_price_changes_never_pays_more_than_was_read(
    page: Page, live: Sandbox
) -> None:
    not_now = page.get_by_role("button", name="Not now")
    screens.write(page, "A lighthouse in winter")
    square = screens.read_price(page)
    page.get_by_role("radio", name="Landscape 16:9").click()
    expect(screens.run_button(page)).not_to_contain_text(f"${square}", timeout=screens.PATIENCE)
    for moment, shape in zip(MOMENTS, cycle(["Square", "Landscape 16:9"]), strict=False):
        before = len(live.charges())
        page.get_by_role("radio", name=shape).click()
        page.wait_for_timeout(moment)
        read = screens.amount(press(page))
        assert eventually(
            lambda made=before: len(live.charges()) > made or not_now.is_visible(),
            timeout=PATIENCE,
        )
        paid = [Decimal(str(each["price"])) for each in live.charges()[before:]]
        assert len(paid) <= 1
        assert all(price <= read for price in paid)
        if not_now.is_visible():
            not_now.click()
        expect(screens.run_button(page)).to_be_enabled()


def test_a_press_just_before_leaving_makes_its_run_or_says_that_it_did_not(
    page: Page, live: Sandbox
) -> None:
    screens.write(page, "A harbour at night")
    before = len(live.charges())
    assert press(page), "the button could not be pressed"
    page.get_by_role("link", name="History").first.click()
    told = page.get_by_text("Nothing was ordered")
    assert eventually(lambda: len(live.charges()) > before or told.is_visible(), timeout=PATIENCE)
