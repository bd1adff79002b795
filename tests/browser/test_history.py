"""What was heard is found again by a word of it, has an address, and goes when it is told to."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, OpenWindow
from tests.support import screens
from tests.support.playground import Playground

NOTICES = """
window.told = [];
window.Notification = class {
  static permission = 'granted';
  static requestPermission = async () => 'granted';
  constructor(title, options) { window.told.push([title, options.body]); }
};
Object.defineProperty(document, 'hasFocus', { value: () => false });
"""
"""A browser that may tell, of a window that nobody looks at; what it tells is in `told`."""


def find(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="Search")
    field.fill(text)
    field.press("Enter")


def test_a_word_of_a_recording_finds_it_and_its_address_opens_it_for_nobody_else(
    three: Playground, enter: Enter
) -> None:
    ben = enter(f"{three.url}/images", "ben")
    screens.write(ben, "a harbour at dawn")
    screens.run(ben)
    screens.done(ben)
    ben.get_by_role("link", name="Audio").first.click()
    screens.choose(ben, "Write down a recording")
    ben.get_by_role("button", name="Use a sample recording").click()
    screens.run(ben)
    screens.done(ben)

    ben.get_by_role("link", name="History").first.click()
    rows = ben.locator(".st-key-history_rows .pg-row")
    expect(rows).to_have_count(2)
    find(ben, "HARB")
    expect(ben.get_by_text(re.compile("2 runs"))).to_be_visible()
    find(ben, "lantern harb")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("note.mp3")
    ben.get_by_text("Gallery", exact=True).click()
    ben.locator("a.pg-shot").click()
    expect(ben.get_by_role("region", name="Transcript")).to_contain_text("bring the lanterns")
    address = ben.url
    assert re.fullmatch(rf"{three.url}/history\?run=[0-9a-f-]+", address)

    note = ben.get_by_role("textbox", name="Note")
    note.fill("for the newsletter")
    note.blur()
    ben.get_by_role("button", name="Star", exact=False).click()
    expect(ben.get_by_role("button", name="Starred")).to_be_visible()
    ben.get_by_role("button", name="All of the history").click()
    expect(ben.get_by_role("textbox", name="Search")).to_have_value("lantern harb")
    find(ben, "newslet")
    expect(ben.locator("a.pg-shot")).to_have_count(1)

    cora, ada = enter(address, "cora"), enter(address, "ada")
    expect(cora.get_by_text("There is no such run, or it is not yours to see.")).to_be_visible()
    expect(cora.get_by_text("lanterns")).to_have_count(0)
    expect(ada.get_by_role("textbox", name="Note")).to_have_value("for the newsletter")
    expect(ada.get_by_role("region", name="Transcript")).to_contain_text("bring the lanterns")

    ben.goto(address)
    result = f"{three.url}/files/{address.partition('run=')[2]}/result"
    spent = screens.money(ben, "Spent today")
    assert ben.request.get(result).status == 200
    ben.get_by_role("button", name="Delete").click()
    ben.get_by_role("button", name="Delete it for good").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("a harbour at dawn")
    assert ben.request.get(result).status == 404
    assert screens.money(ben, "Spent today") == spent


def test_what_finishes_while_nobody_looks_is_told_once_and_opens_from_the_bell(
    playground: Playground, open_window: OpenWindow
) -> None:
    page = open_window()
    page.add_init_script(NOTICES)
    page.goto(f"{playground.url}/images")
    # What other tests have left is looked at first.
    page.get_by_role("button", name=re.compile(r"(Nothing|\d+) new$")).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Nothing new")).to_be_visible()
    screens.make_picture(page, "a harbour at noon")
    screens.ordered(page, "a harbour at noon")
    page.get_by_role("link", name="Models").first.click()
    bell = page.get_by_role("button", name="1 new")
    expect(bell).to_be_visible(timeout=screens.PATIENCE)
    page.wait_for_function("window.told.length === 1")
    assert page.evaluate("window.told") == [["Picture ready", "a harbour at noon"]]
    page.reload()
    expect(bell).to_be_visible()
    assert page.evaluate("window.told") == []  # it was told before the page was loaded anew
    bell.click()
    page.get_by_role("link", name=re.compile("Picture ready.*a harbour at noon")).click()
    expect(page).to_have_url(re.compile(r"/history\?run="))
    expect(page.locator(".pg-picture img")).to_be_visible()
    expect(page.get_by_role("button", name="Nothing new")).to_be_visible()
    assert page.evaluate("window.told") == []
