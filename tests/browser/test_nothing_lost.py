"""Leaving, reloading, two windows and a killed server: the run goes on and is paid once."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.playground import Playground
from tests.support.waiting import eventually
from tests.support.watch import Watch


def test_a_reload_during_a_run_shows_it_finish(page: Page) -> None:
    text = "A red kite over a meadow"
    screens.make_picture(page, text)
    screens.ordered(page, text)
    page.reload()
    screens.finished(page, text)


def test_another_page_and_back_shows_the_same_run_and_the_draft(page: Page) -> None:
    text = "A quiet library with tall windows"
    screens.make_picture(page, text)
    screens.ordered(page, text)  # who leaves sooner is told at times that nothing was ordered
    page.get_by_role("link", name="History").first.click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    page.get_by_role("link", name="Images").first.click()
    expect(page.get_by_role("textbox", name="What should it show?")).to_have_value(text)
    screens.finished(page, text)


def test_two_windows_run_at_once_and_both_see_both(
    open_window: OpenWindow, playground: Playground
) -> None:
    one, two = open_window(playground.images), open_window(playground.images)
    screens.make_picture(one, "A green valley in spring")
    screens.make_picture(two, "A harbour at night")
    screens.finished(one, "A green valley in spring")
    screens.finished(two, "A harbour at night")
    one.reload()
    screens.finished(one, "A harbour at night")


def test_a_server_killed_during_a_run_finishes_it_after_a_start_and_pays_once(
    open_window: OpenWindow,
    start_sandbox: StartSandbox,
    start_playground: StartPlayground,
    watch: Watch,
) -> None:
    watch.allow_a_dead_server()
    live = start_sandbox(tier="premium", speed=0.5)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(playground.images)
    text = "A lonely tree on a hill in autumn"
    price = screens.make_picture(page, text)
    eventually(playground.request_ids, timeout=20)
    playground.kill()
    assert live.charges()[0]["ended_at"] is None
    playground.start()
    page.goto(playground.images)
    screens.finished(page, text)
    (charge,) = live.charges()
    assert charge["endpoint"] == "images.generations"
    assert eventually(lambda: screens.money(page, "Spent today") == price, timeout=20)
