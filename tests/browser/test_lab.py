"""Whole studies in the Prompt Lab: planned, paid, voted on blind, taken away and begun again."""

import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, OpenWindow
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.playground import Playground
from tests.support.waiting import eventually
from tests.support.watch import Watch

PROMPTS = (
    "a harbour in the morning",
    "a cat sitting by a window",
    "an old bicycle against a wall",
    "a small house in the woods",
    "a bowl of fruit on a table",
    "a rainy street at night",
)
WORDS = re.compile(r"^Write the words · \$")
RUN = re.compile(r"^Run · \$")
PATIENCE = 90_000  # milliseconds
PAIR = '[class*="st-key-vote_pair"]'


def lab(playground: Playground) -> str:
    return f"{playground.url}/prompt-lab"


def write(page: Page, prompts: tuple[str, ...]) -> None:
    field = page.get_by_role("textbox", name="Your prompts, one a line")
    field.fill("\n".join(prompts))
    field.blur()


def compare(page: Page, *wordings: str) -> None:
    """Have the prompts made in these wordings and no others."""
    for name in ("As written", "Improved", "Older booster", "By hand"):
        pill = page.get_by_role("button", name=name, exact=True)
        pressed = "true" in (pill.get_attribute("aria-pressed") or "", pill.get_attribute("kind"))
        chosen = pressed or "Active" in (pill.get_attribute("data-testid") or "")
        if chosen != (name in wordings):
            pill.click()


def near(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts are the same as far as a button says it, in three digits; to the
    nano-dollar it is shown in tests/faults/test_experiments.py."""
    return abs(one - other) <= other / 100


def begin(page: Page, name: re.Pattern[str]) -> Decimal:
    """Press the button once its price has been read; that price in USD."""
    button = page.get_by_role("button", name=name)
    price = screens.read_price(page, button)
    button.click()
    return price


def finished(page: Page, count: int) -> None:
    expect(page.get_by_text(re.compile(rf"{count} of {count} done"))).to_be_visible(
        timeout=PATIENCE
    )


def pairs_done(page: Page, count: int, of: int) -> None:
    expect(page.get_by_text(f"{count} of {of} pairs", exact=True)).to_be_visible()


def vote(page: Page, shortcut: str) -> None:
    """Answer by the keyboard, once the pair is there as a whole."""
    before = pair(page)
    page.keyboard.press(shortcut)
    expect_another(page, before)


def pair(page: Page) -> str:
    """The class of the pair that is asked about."""
    return page.locator(PAIR).get_attribute("class") or ""


def expect_another(page: Page, before: str) -> None:
    """Expect the pair after `before`, or the end."""
    shown = page.locator(PAIR)
    expect(shown.and_(page.locator(f'[class="{before}"]'))).to_have_count(0)
    expect(shown.or_(page.get_by_text("You have voted on all of them"))).to_be_visible()


def test_a_whole_study_from_prompts_to_an_outcome_and_back_from_its_export(
    open_window: OpenWindow, quick: Playground, tmp_path: Path
) -> None:
    page = open_window(lab(quick))
    expect(page.get_by_text("This is a rehearsal").first).to_be_visible()
    write(page, PROMPTS)
    compare(page, "As written", "Improved", "Older booster")
    expect(page.get_by_role("cell", name="Older booster")).to_have_count(2)
    before = len(quick.request_ids())
    begin(page, WORDS)

    # The words first: what changed is marked, and can be put right before it is paid for.
    finished(page, 12)
    expect(page.locator(".pg-words ins").first).to_be_visible()
    page.get_by_role("button", name="Edit").first.click()
    words = page.get_by_role("textbox", name="The prompt")
    words.fill("a harbour in the morning, drawn with a thick pencil")
    words.blur()
    expect(page.locator(".pg-words ins", has_text="drawn with a thick pencil")).to_be_visible()
    page.keyboard.press("Escape")
    planned = begin(page, RUN)

    finished(page, 18)
    expect(page.locator(".pg-cell-picture")).to_have_count(18)
    spent = page.locator(".pg-run .pg-total").inner_text()
    assert near(screens.amount(spent), planned)
    assert len(quick.request_ids()) - before == 18

    page.get_by_role("radio", name="Vote blind").click()
    expect(page.locator('[class*="st-key-lab_row"]')).to_have_count(0)
    for done in range(18):
        pairs_done(page, done, 18)
        shown = page.locator("main, [data-testid=stMain]").first.inner_text()
        assert not re.search("Improved|As written|Older booster", shown)
        vote(page, str(done % 4 + 1))
    expect(page.get_by_text("You have voted on all of them")).to_be_visible()
    page.get_by_role("button", name=re.compile("Undo my last vote")).click()
    pairs_done(page, 17, 18)
    page.get_by_role("button", name=re.compile("Left is better")).click()
    expect(page.get_by_text("You have voted on all of them")).to_be_visible()

    page.get_by_role("radio", name="Outcome").click()
    expect(page.get_by_text(re.compile("18 votes of 1 person"))).to_be_visible()
    expect(page.get_by_text("says nothing about any model")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything").click()
    export = tmp_path / "export.zip"
    download.value.save_as(export)
    with zipfile.ZipFile(export) as archive:
        names = archive.namelist()
        plan = json.loads(archive.read("manifest.json"))
        assert len(archive.read("votes.csv").decode("utf-8-sig").splitlines()) == 19
        assert len(archive.read("cells.csv").decode("utf-8-sig").splitlines()) == 19
    assert len([each for each in names if each.startswith("results/")]) >= 18, names
    assert "thick pencil" in json.dumps(plan["own"])

    page.get_by_role("button", name="All experiments").click()
    page.get_by_role("radio", name="New experiment").click()
    page.get_by_text("Take a plan from an export").click()
    screens.give(page.locator('input[type="file"]').last, export)
    expect(page.get_by_text("6 × 3")).to_be_visible()
    again = page.get_by_role("button", name=RUN)
    expect(again).to_be_enabled(timeout=PATIENCE)
    assert near(screens.amount(again.inner_text()), planned)


def test_a_server_killed_in_the_middle_of_a_study_goes_on_and_pays_every_cell_once(
    open_window: OpenWindow,
    start_sandbox: StartSandbox,
    start_playground: StartPlayground,
    watch: Watch,
) -> None:
    watch.allow_a_dead_server()
    live = start_sandbox(tier="premium", engines="none", speed=2)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(lab(playground))
    expect(page.get_by_text("This is a rehearsal")).to_have_count(0)
    write(page, PROMPTS)
    compare(page, "As written")
    # A choice that is made while prices still come was seen to be lost, once in fifty times on a
    # machine under load; why is not known.
    expect(page.get_by_role("button", name=RUN)).to_be_enabled(timeout=PATIENCE)
    sweep = page.get_by_role("combobox", name="One setting in several values")
    sweep.click()
    page.get_by_role("option", name="Steps").click()
    values = page.get_by_role("textbox", name="Its values")
    values.fill("2, 3, 4")
    values.blur()
    expect(page.get_by_role("cell", name="Steps 4")).to_be_visible()
    planned = begin(page, RUN)
    eventually(lambda: len(live.charges()) > 2, timeout=60)
    expect(page).to_have_url(re.compile("experiment="))
    address = page.url
    playground.kill()
    playground.start()
    page.goto(address)
    expect(page.locator(".pg-run .pg-total")).not_to_contain_text("to come", timeout=PATIENCE)
    # What was on its way in the very moment may have been paid for: its person is asked.
    lost = page.locator('[data-testid="stColumn"]').filter(has_text="Nobody knows whether")
    dialog = page.get_by_role("dialog")
    while lost.count():
        lost.last.get_by_role("button", name="Show").click()
        dialog.get_by_role("button", name="Count as paid").click()
        expect(dialog.get_by_text("Settled by you")).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert page.locator(".pg-cell").count() == 18
    paid = [each for each in live.charges() if each["endpoint"] == "images.generations"]
    assert len({each["request_id"] for each in paid}) == len(paid) <= 18
    assert eventually(lambda: near(screens.money(page, "Spent today"), planned), timeout=20)


def test_two_people_vote_at_once_and_a_stranger_sees_nothing(
    three: Playground, enter: Enter
) -> None:
    ben = enter(lab(three), "ben")
    ben.goto(lab(three))
    write(ben, PROMPTS[:2])
    compare(ben, "As written", "By hand")
    other = ben.get_by_role("textbox", name=re.compile("Your own other words"))
    other.fill("a harbour at noon\na dog by a window")
    other.blur()
    begin(ben, RUN)
    finished(ben, 4)
    address = ben.url

    cora = enter(address, "cora")
    expect(cora.get_by_text("This experiment is not here")).to_be_visible()
    expect(cora.locator(".pg-cell-picture")).to_have_count(0)
    picture = ben.locator(".pg-cell-picture").first.get_attribute("src") or ""
    export = f"{three.url}/files/experiments/{address.partition('experiment=')[2]}"
    assert cora.request.get(picture).status == 404
    assert cora.request.get(export).status == 404

    ben.get_by_role("button", name="Share with the team").click()
    expect(ben.get_by_role("button", name="Stop sharing")).to_be_visible()
    cora.reload()
    expect(cora.locator(".pg-cell-picture")).to_have_count(4)
    expect(cora.get_by_role("button", name="Stop sharing")).to_have_count(0)
    assert cora.request.get(picture).status == 200
    assert cora.request.get(export).status == 200
    for page in (ben, cora):
        page.get_by_role("radio", name="Vote blind").click()
        pairs_done(page, 0, 2)
    first = {page: pair(page) for page in (ben, cora)}
    for page in first:
        page.get_by_role("button", name=re.compile("Both are good")).click()
    for page, before in first.items():
        pairs_done(page, 1, 2)
        expect_another(page, before)  # a key pressed now would still be of the one before
        vote(page, "2")
    for page in (ben, cora):
        expect(page.get_by_text("You have voted on all of them")).to_be_visible()
        page.get_by_role("radio", name="Outcome").click()
    for page in (ben, cora):
        expect(page.get_by_text(re.compile("4 votes of 2 people"))).to_be_visible()
        expect(page.get_by_text("Not enough votes to tell.")).to_be_visible()
