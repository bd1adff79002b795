"""Takes the pages of a running playground into docs/screenshots, light and dark, wide and narrow.

`make screenshots` runs it: on the sandbox, in a data folder of its own, with results really made.
"""

import sys
import tempfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from lib.people.who import COOKIE
from lib.store import (
    LOCAL,
    Caps,
    Filters,
    Role,
    Store,
    caps,
    history,
    inherit,
    marks,
    sessions,
    showcases,
    users,
)
from lib.ui import words
from tests.support import screens
from tests.support.playground import playgrounds
from tools import browser as found

TOP = Path(__file__).resolve().parents[1]
TARGET = TOP / "docs" / "screenshots"
WIDE: ViewportSize = {"width": 1440, "height": 1000}
NARROW: ViewportSize = {"width": 390, "height": 844}
PROMPTS = (
    "A market street in the rain at night, lanterns, reflections",
    "A small boat on a calm lake between mountains, early morning",
    "A lighthouse on a rocky coast at dusk, warm light in the window, calm sea, wide view",
)
_PATIENCE = 60_000  # milliseconds

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def main() -> None:
    """Make something of every kind, then take every page."""
    path = found.find()
    if path is None:
        sys.exit("No browser to take pictures with: `make test` finds or installs one.")
    TARGET.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        playgrounds(Path(folder)) as start,
        sync_playwright() as playwright,
    ):
        playground = start()
        url = playground.url
        chromium = playwright.chromium.launch(executable_path=path, args=list(found.FLAGS))
        page = chromium.new_page(viewport=WIDE)
        page.goto(f"{url}/images")
        for text in PROMPTS:
            screens.make_picture(page, text)
            screens.finished(page, text)
        for family in ("videos", "audio", "embeddings", "prompts"):
            page.goto(f"{url}/{family}")
            expect(screens.run_button(page)).to_be_enabled(timeout=_PATIENCE)
            page.locator('[class*="st-key-chips"] button').first.click()
            expect(page.locator("textarea").first).not_to_have_value("")
            screens.run(page)
            screens.done(page)
        experiment, presented = _study(page, url), _presented(playground.data)
        for scheme in SCHEMES:
            _take(chromium, url, scheme, "experiment", experiment)
            _take(chromium, url, scheme, "presented", presented)
            for told in (*words.PLACES, words.SANDBOX):
                name = told.address
                _take(chromium, url, scheme, name, "" if told is words.START else name)
        cookie = _signed_in(playground.data)
        for scheme in SCHEMES:
            _take(chromium, url, scheme, "people", "people", cookie)
        chromium.close()


def _study(page: Page, url: str) -> str:
    """Compare two wordings of three prompts in the Prompt Lab; where to look at it."""
    page.goto(f"{url}/{words.LAB.address}")
    field = page.get_by_role("textbox", name="Your prompts, one a line")
    field.fill("\n".join(PROMPTS))
    field.blur()
    page.get_by_role("button", name="Improved", exact=True).click()
    expect(screens.run_button(page)).to_be_enabled(timeout=_PATIENCE)
    page.get_by_role("button", name="By hand", exact=True).click()
    other = page.get_by_role("textbox", name="Your own other words")
    other.fill("\n".join(f"{each}, drawn with a pencil" for each in PROMPTS))
    other.blur()
    expect(page.get_by_role("cell", name="By hand")).to_be_visible(timeout=_PATIENCE)
    screens.read_price(page)
    screens.run_button(page).click()
    expect(page.get_by_text("6 of 6 done")).to_be_visible(timeout=_PATIENCE)
    return page.url.removeprefix(f"{url}/")


def _presented(data: Path) -> str:
    """A showcase of the pictures that were made, starred; where it is presented."""
    with closing(Store(data, ZoneInfo("UTC"))) as store:
        found = history.page(store, Filters(profile="sandbox", endpoint="images.generations"))
        chosen = [run.id for run in found if run.text in PROMPTS][:4]
        for run_id in chosen:
            marks.star(store, run_id, LOCAL, True)
        made = showcases.begin(store, "sandbox", LOCAL, "What we made this week", chosen)
    return f"{words.SHOWCASE.address}?showcase={made.id}&present=1"


def _signed_in(data: Path) -> str:
    """A team whose admin owns what was made, and what the admin's browser shows to come in."""
    with closing(Store(data, ZoneInfo("UTC"))) as store:
        for name, role in (("ada", Role.ADMIN), ("ben", Role.MEMBER), ("chiara", Role.MEMBER)):
            users.add(store, name, "four green kettles", role)
        inherit.take(store, "ada")
        caps.put(store, "sandbox", "ada", Caps(day=Decimal(1), month=Decimal(20)))
        return sessions.begin(store, "ada", "127.0.0.1", "Chrome/")


def _take(
    chromium: Browser, url: str, scheme: Scheme, name: str, path: str, cookie: str = ""
) -> None:
    for width, viewport in (("", WIDE), ("-narrow", NARROW)):
        context = chromium.new_context(viewport=viewport, color_scheme=scheme)
        if cookie:
            context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
        page = context.new_page()
        page.goto(f"{url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=_PATIENCE)
        expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0, timeout=_PATIENCE)
        page.wait_for_load_state("networkidle")
        page.wait_for_function(
            "[...document.images].every(it => it.complete || it.loading === 'lazy')"
        )
        page.screenshot(path=TARGET / f"{name}-{scheme}{width}.png")
        context.close()


if __name__ == "__main__":
    main()
