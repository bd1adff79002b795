"""A chain that worked is saved once, and run again on another picture, in a real browser."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import QUICK, Enter, OpenWindow, rehearsing
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.playground import Playground
from tests.support.screens import PATIENCE
from tests.support.waiting import eventually
from tests.support.watch import Watch

RUN = re.compile(r"^Run · (about )?\$")
DONE = re.compile(r"^Done")


def save(card: Locator, name: str) -> None:
    """Keep the chain of the result on `card` under this name, and look at the recipe."""
    page = card.page
    card.get_by_role("button", name="Save as a recipe").click()
    page.get_by_role("textbox", name="Its name").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Open the recipe").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def run(page: Page) -> None:
    """Press Run once its price has stood there for as long as reading takes."""
    button = page.get_by_role("button", name=RUN)
    screens.read_price(page, button)
    button.click()


def results(page: Page) -> Locator:
    """The newest run of the recipe."""
    return page.locator('[class*="st-key-recipe_run"]').first


def test_a_cut_out_of_one_picture_is_made_again_of_another(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window(quick.images)
    screens.make_picture(page, "a robot on a hill")
    card = screens.finished(page, "a robot on a hill")
    card.get_by_role("button", name="Remove background").click()
    expect(page.get_by_role("radio", name="Remove background", exact=True)).to_be_checked()
    screens.run(page)
    card = screens.done(page)
    expect(card.get_by_text("Made from")).to_be_visible()
    save(card, "Robots, cut out")
    expect(page).to_have_url(re.compile(r"/recipes\?recipe="))
    address = page.url
    steps = page.locator(".pg-table").first
    expect(steps).to_contain_text("Make a picture")
    expect(steps).to_contain_text("Remove background")

    page.goto(address)  # found by its address alone
    field = page.get_by_role("textbox", name="What should it show?")
    expect(field).to_have_value("a robot on a hill")
    field.fill("a teapot on a table")
    field.blur()
    before = len(quick.request_ids())
    run(page)
    expect(results(page).locator("b", has_text=DONE)).to_be_visible(timeout=2 * PATIENCE)
    download = results(page).get_by_role("link", name="Download", exact=True)
    expect(download).to_be_visible(timeout=PATIENCE)
    assert len(quick.request_ids()) == before + 2
    page.get_by_role("link", name="History").first.click()
    expect(page.get_by_text("a teapot on a table").first).to_be_visible()


def test_a_recipe_that_begins_with_a_picture_is_run_on_another_picture(
    open_window: OpenWindow, start_sandbox: StartSandbox, start_playground: StartPlayground
) -> None:
    page = open_window(start_playground(**rehearsing(start_sandbox(speed=QUICK))).images)
    screens.choose(page, "Remove background")
    page.get_by_role("button", name="Use a sample picture").click()
    screens.run(page)
    card = screens.done(page)
    card.get_by_role("button", name="Enlarge").click()
    expect(page.get_by_role("radio", name="Enlarge a picture", exact=True)).to_be_checked()
    screens.run(page)
    save(screens.done(page), "Large cut-outs")
    page.get_by_role("button", name="Choose another").click()
    harbour = "lib/ui/samples/harbour.jpg"
    screens.give(page.locator('input[type="file"]').first, harbour)
    expect(page.get_by_text("harbour.jpg").first).to_be_visible()
    run(page)
    expect(results(page).locator("b", has_text=DONE)).to_be_visible(timeout=2 * PATIENCE)
    expect(results(page).get_by_text("Made from")).to_be_visible(timeout=PATIENCE)


def test_a_server_killed_between_two_steps_goes_on_and_pays_each_once(
    open_window: OpenWindow,
    start_sandbox: StartSandbox,
    start_playground: StartPlayground,
    watch: Watch,
) -> None:
    watch.allow_a_dead_server()
    live = start_sandbox(tier="premium", speed=4, balance=1000)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(playground.images)
    screens.make_picture(page, "a robot on a hill")
    card = screens.finished(page, "a robot on a hill")
    card.get_by_role("button", name="Remove background").click()
    screens.run(page)
    save(screens.done(page), "Cut-outs")
    address = page.url
    run(page)
    eventually(lambda: len(playground.request_ids()) == 3, timeout=30)
    playground.kill()
    playground.start()
    page.goto(address)
    expect(results(page).locator("b", has_text=DONE)).to_be_visible(timeout=2 * PATIENCE)
    ids = [each["request_id"] for each in live.charges()]
    assert len(ids) == len({*ids}) == 4


def test_a_shared_recipe_is_run_by_another_with_a_file_of_their_own(
    three: Playground, enter: Enter
) -> None:
    ben = enter(three.images, "ben")
    ben.goto(three.images)
    screens.choose(ben, "Remove background")
    ben.get_by_role("button", name="Use a sample picture").click()
    screens.run(ben)
    screens.done(ben).get_by_role("button", name="Enlarge").click()
    expect(ben.get_by_role("radio", name="Enlarge a picture", exact=True)).to_be_checked()
    screens.run(ben)
    save(screens.done(ben), "Large cut-outs")

    cora = enter(ben.url, "cora")
    expect(cora.get_by_text("This recipe is not here")).to_be_visible()
    ben.get_by_role("button", name="Share with the team").click()
    expect(ben.get_by_role("button", name="Stop sharing")).to_be_visible()
    cora.goto(ben.url)
    expect(cora.get_by_role("heading", name="Large cut-outs")).to_be_visible()
    expect(cora.get_by_role("button", name="Delete")).to_have_count(0)
    expect(cora.get_by_text("robot.jpg")).to_have_count(0)  # Ben's own file stays his
    cora.get_by_role("button", name="Use a sample picture").click()
    run(cora)
    expect(results(cora).locator("b", has_text=DONE)).to_be_visible(timeout=2 * PATIENCE)
