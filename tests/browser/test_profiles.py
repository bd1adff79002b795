"""Sandbox and live side by side: own colour, own balance, own books."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.waiting import eventually


def _bar(page: Page) -> str:
    return page.locator(".pg-badge").first.evaluate("it => getComputedStyle(it).backgroundColor")


def test_the_page_says_which_profile_a_click_pays_and_the_books_stay_apart(
    open_window: OpenWindow, start_sandbox: StartSandbox, start_playground: StartPlayground
) -> None:
    live = start_sandbox(engines="none", speed=50, balance=7)
    playground = start_playground(live=live)
    page = open_window(playground.images)
    expect(page.get_by_text("Play money, nothing is paid").first).to_be_visible()
    rehearsal = _bar(page)

    page.locator('[data-testid="stSidebar"]').get_by_text("Live", exact=True).first.click()
    expect(page.get_by_text("paid from", exact=False).first).to_be_visible()
    assert eventually(lambda: _bar(page) != rehearsal, timeout=10)
    assert eventually(lambda: screens.money(page, "Balance") == 7, timeout=20)

    price = screens.make_picture(page, "A picture that is paid for")
    screens.finished(page, "A picture that is paid for")
    assert eventually(lambda: screens.money(page, "Spent today") == price, timeout=20)
    assert len(live.charges()) == 1

    page.locator('[data-testid="stSidebar"]').get_by_text("Sandbox", exact=True).first.click()
    assert eventually(lambda: screens.money(page, "Spent today") == 0, timeout=20)


def test_a_key_that_may_not_see_the_balance_says_so(
    open_window: OpenWindow, start_sandbox: StartSandbox, start_playground: StartPlayground
) -> None:
    live = start_sandbox(engines="none", role="api")
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(playground.images)
    expect(page.get_by_text("may not see the balance").first).to_be_visible()
