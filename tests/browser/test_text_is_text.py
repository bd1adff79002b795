"""Whatever deAPI or a person wrote is shown letter by letter: nothing of it runs, or is drawn."""

import json
import re
import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

from lib.ui.words.terms import SAMPLES
from tests.browser.conftest import OpenWindow
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.processes import TOP

RUNS = "<img src=x onerror='window.ran=1'><script>window.ran=1</script><b>fat</b>"
DRAWN = "**fat** [go](https://evil.test) $E=mc^2$ :red[fat] `fat` ~~fat~~ :material/bolt:"
"""Markdown, LaTeX and what Streamlit adds to them."""
LETTERS = f"{RUNS} {DRAWN}"
NAME = "fat **fat** $E=mc^2$ <img src=x onerror='window.ran=1'>.jpg"

# What would be there if any of it had been taken for more than letters.
_MADE = """() => {
    const found = window.ran ? ['ran'] : [];
    const every = [];
    const into = root => root.querySelectorAll('*').forEach(each => {
        every.push(each);
        if (each.shadowRoot) into(each.shadowRoot);
    });
    into(document);
    for (const each of every) {
        if (each.matches('.katex, img[src="x"], a[href*="evil.test"]')) found.push(each.outerHTML);
        if (each.matches('b, strong, em, del, code, span[style*="color"], [class*="colored"]')
            && each.textContent.trim() === 'fat') found.push(each.outerHTML);
        if (each.matches('script') && each.textContent.includes('window.ran')) found.push('script');
    }
    return found;
}"""


def inert(page: Page, *places: str) -> None:
    """Nothing was made of it, and each of `places` shows its letters."""
    for place in places:
        expect(page.locator(place).filter(has_text="**fat**").first).to_be_visible()
    assert page.evaluate(_MADE) == []


def test_script_markdown_and_latex_are_letters_everywhere(
    open_window: OpenWindow,
    start_sandbox: StartSandbox,
    start_playground: StartPlayground,
    tmp_path: Path,
) -> None:
    live = start_sandbox(tier="premium", speed=20, balance=1000)
    models = json.loads((TOP / "lib" / "sandbox" / "models.json").read_text())
    for each in models:
        each["name"] = f"{each['name']} {LETTERS}"
    live.control("PUT", "models", models)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")

    page = open_window(playground.images)
    screens.write(page, LETTERS)
    screens.run(page)
    card = screens.done(page)
    expect(card.get_by_text("**fat**").first).to_be_visible()
    card.get_by_text("Details").click()
    inert(page, '[class*="st-key-card"]')
    model = page.get_by_role("combobox", name="Model")
    expect(model).to_have_value(re.compile(re.escape("**fat**")))
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_attached()
    model.click()  # while the page is drawn, the list would close again
    inert(page, '[role="option"]')
    page.keyboard.press("Escape")

    live.control("POST", "faults", [{"fault": "job_error", "message": LETTERS}])
    screens.run(page)
    inert(page)
    expect(screens.newest(page).get_by_text("E=mc^2", exact=False).first).to_be_visible()
    body = json.dumps({"message": LETTERS, "errors": {"prompt": [LETTERS]}})
    refused = {"fault": "status", "status": 422, "method": "POST", "body": body}
    live.control("POST", "faults", [refused | {"path": "/api/v2/images/generations"}])
    screens.run(page)
    inert(page, '[class*="st-key-card"]')

    live.control("POST", "faults", [{"fault": "job_never_ends"}])
    screens.write(page, "**fat** $E=mc^2$ <b>fat</b>")  # short enough to stand there whole
    screens.run(page)
    inert(page, '[data-testid="stSidebar"]')

    picture = tmp_path / NAME.replace("/", "")
    shutil.copy(SAMPLES / "robot.jpg", picture)
    screens.choose(page, "Enlarge a picture")
    page.locator('input[type="file"]').set_input_files(picture)
    expect(page.locator(".pg-prompt").filter(has_text="**fat**").first).to_be_visible()
    inert(page)

    page.goto(f"{playground.url}/history")
    inert(page, ".pg-row-text")
    page.get_by_role("button", name="Show", exact=True).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    inert(page, '[role="dialog"]')
    page.goto(f"{playground.url}/models")
    expect(page.locator("canvas").first).to_be_visible()  # a table, which is painted
    inert(page)


def test_what_was_heard_and_written_for_us_is_letters_too(
    open_window: OpenWindow, start_sandbox: StartSandbox, start_playground: StartPlayground
) -> None:
    live = start_sandbox(tier="premium", speed=20, balance=1000)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(f"{playground.url}/prompts")
    field = page.get_by_role("textbox", name="Your words")
    field.fill(LETTERS)
    field.blur()
    screens.run(page)
    expect(screens.newest(page).locator(".pg-words").first).to_be_visible(timeout=screens.PATIENCE)
    inert(page, '[class*="st-key-card"]')
