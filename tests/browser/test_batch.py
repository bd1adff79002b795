"""A table from a file to the results beside its rows, over a kill of the server."""

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from lib.ui import money
from lib.ui.batch.rows import TALL
from tests.browser.conftest import OpenWindow
from tests.browser.test_lab import PATIENCE, RUN, begin
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.playground import Playground
from tests.support.waiting import eventually
from tests.support.watch import Watch

ROWS = 60
BROKEN = {
    7: ("a boat", "soon", "2", "Seed: This must be a number."),
    14: ("", "14", "2", "What should it show: Write something here first."),
    21: ("a boat", "21", "1000", "Steps: At most 10."),
    34: ("a boat", "-5.5", "2", "Seed: This must be a whole number."),
    48: ("a boat", "48", "many", "Steps: This must be a number."),
}
"""By the number of the row: what stands in it, and what is said about it."""
FORMULA = "=HYPERLINK(1)"


def table() -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(("prompt", "seed", "steps", "article"))
    for n in range(1, ROWS + 1):
        text, seed, steps, _ = BROKEN.get(n, (f"a small boat number {n}", str(n), "2", ""))
        writer.writerow((text, seed, steps, FORMULA if n == 1 else f"A-{n}"))
    return target.getvalue().encode()


def give(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    screens.give(page.locator('input[type="file"]').first, file)


def cell(page: Page, column: int, row: int) -> Locator:
    """A cell of the table, as it tells those who can't see it; from 0."""
    return page.get_by_test_id(f"glide-cell-{column}-{row}")


def mend(page: Page, column: int, row: int, text: str) -> None:
    """Write into a cell, as one does by a double click, while a row is there to be mended."""
    at = page.locator('[data-testid="stDataFrame"] canvas').first
    at.scroll_into_view_if_needed()
    box = at.bounding_box()
    assert box
    x = box["x"] + EDGES[column]
    page.mouse.dblclick(x, box["y"] + 35 + TALL * row + TALL / 2)
    field = page.locator(".gdg-input, .gdg-growing-entry textarea, #portal input").first
    field.fill(text)
    page.keyboard.press("Enter")


EDGES = {3: 760}
"""Where a column is, in pixels from the left of the table."""


def test_a_batch_with_broken_rows_outlives_a_kill_and_pays_every_good_row_once(
    open_window: OpenWindow,
    start_sandbox: StartSandbox,
    start_playground: StartPlayground,
    watch: Watch,
    tmp_path: Path,
) -> None:
    watch.allow_a_dead_server()
    live = start_sandbox(tier="premium", engines="none", speed=2)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(f"{playground.url}/batch")
    give(page, "boats.csv", table())
    expect(page.get_by_text("55 of 60 rows are ready")).to_be_visible()
    for number, (*_, told) in BROKEN.items():
        expect(page.get_by_text(f"Row {number}: {told}", exact=True)).to_be_visible()
    page.get_by_role("button", name="Drop the 5 bad rows").click()
    expect(page.get_by_text("55 of 60 rows are ready, 5 dropped")).to_be_visible()
    planned = begin(page, RUN)

    expect(page).to_have_url(re.compile("experiment="))
    eventually(lambda: len(live.charges()) > 5, timeout=60)
    address = page.url
    playground.kill()
    assert len(live.charges()) < 55
    playground.start()
    page.goto(address)
    expect(page.locator(".pg-run .pg-total")).not_to_contain_text("to come", timeout=PATIENCE)
    settle(page)

    # The eighth row is the seventh that was sent.
    expect(cell(page, 1, 6)).to_have_text("8")
    rows = downloaded(page, tmp_path)
    assert len(rows) == 55
    assert [each["status"] for each in rows if each["status"] != "Done"] == [
        "Settled by you: counted as paid"
    ] * lost(rows)
    assert [int(each["row"]) for each in rows] == [n for n in range(1, ROWS + 1) if n not in BROKEN]
    assert rows[0]["article"] == f"'{FORMULA}"
    assert [each["article"] for each in rows[1:]] == [
        f"A-{n}" for n in range(2, ROWS + 1) if n not in BROKEN
    ]
    paid = [each for each in live.charges() if each["endpoint"] == "images.generations"]
    assert len({each["request_id"] for each in paid}) == len(paid) <= 55
    total = sum((Decimal(each["paid_usd"]) for each in rows), Decimal(0))
    assert money.price(total) == f"${planned}"
    assert eventually(lambda: f"${spent(page)}" == money.spent(total), timeout=20)


def spent(page: Page) -> Decimal:
    return screens.money(page, "Spent today")


def lost(rows: list[dict[str, str]]) -> int:
    """How many were on their way in the very moment of the kill."""
    return sum(each["status"].startswith("Settled") for each in rows)


def settle(page: Page) -> None:
    """What was on its way in the very moment may have been paid for: its person is asked."""
    asks = page.get_by_text(re.compile("^Nobody knows whether (one run was|[0-9]+ runs were)"))
    if page.locator(".pg-run .pg-total").filter(has_text="your answer").count():
        expect(asks).to_be_visible()
        if (every := page.get_by_role("button", name="Tick all")).count():
            every.click()
        page.get_by_role("button", name=re.compile("^Count as paid")).click()
    expect(asks).to_have_count(0)


def choose(page: Page, row: int) -> None:
    """Choose a row of the results by the box before it."""
    at = page.locator('[data-testid="stDataFrame"] canvas').first
    at.scroll_into_view_if_needed()
    box = at.bounding_box()
    assert box
    page.mouse.click(box["x"] + 15, box["y"] + 35 + 56 * row + 28)


def downloaded(page: Page, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV", exact=True).click()
    target = folder / "batch.csv"
    download.value.save_as(target)
    return list(csv.DictReader(io.StringIO(target.read_text("utf-8-sig"))))


def test_a_bad_cell_is_mended_in_place_and_the_results_stand_beside_the_rows(
    open_window: OpenWindow, quick: Playground
) -> None:
    page = open_window(f"{quick.url}/batch")
    give(page, "two.csv", b"prompt,seed\na harbour in the morning,7\na cat by a window,soon\n")
    expect(page.get_by_text("1 of 2 rows are ready")).to_be_visible()
    mend(page, 3, 1, "8")
    expect(page.get_by_text("2 of 2 rows are ready")).to_be_visible()
    before = len(quick.request_ids())
    begin(page, RUN)
    expect(page.get_by_text(re.compile("2 of 2 done"))).to_be_visible(timeout=PATIENCE)
    assert len(quick.request_ids()) - before == 2
    expect(cell(page, 2, 0)).to_have_text("a harbour in the morning")
    expect(cell(page, 3, 1)).to_have_text("8")
    expect(cell(page, 4, 1)).to_have_text("Done")

    choose(page, 1)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("a cat by a window").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="All experiments").click()
    page.goto(f"{quick.url}/prompt-lab")
    page.get_by_role("radio", name="Experiments").click()
    expect(page.get_by_text("Batch of 2 rows")).to_be_visible()
    page.get_by_role("button", name="Open", exact=True).first.click()
    expect(page).to_have_url(re.compile("/batch.*experiment="))
    expect(page.get_by_text(re.compile("2 of 2 done"))).to_be_visible()
