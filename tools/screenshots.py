"""Takes the pages of a running playground into docs/screenshots, light and dark, wide and narrow.

`make screenshots` runs it: on the sandbox, in a data folder of its own, with results really made.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

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
    """Make three pictures, then take every page."""
    path = found.find()
    if path is None:
        sys.exit("No browser to take pictures with: `make test` finds or installs one.")
    TARGET.mkdir(parents=True, exist_ok=True)
    with _playground() as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(found.FLAGS))
        page = chromium.new_page(viewport=WIDE)
        page.goto(url)
        for text in PROMPTS:
            _make(page, text)
        for scheme in SCHEMES:
            _take(chromium, url, scheme, "images", "")
            _take(chromium, url, scheme, "history", "history")
            _take(chromium, url, scheme, "sandbox", "sandbox")
        chromium.close()


def _make(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="What should it show?")
    field.fill(text)
    field.blur()
    button = page.get_by_role("button", name=re.compile(r"^Run · \$"))
    expect(button).to_be_enabled(timeout=_PATIENCE)
    button.click()
    card = page.locator('[class*="st-key-card"]').filter(has_text=text).first
    expect(card.locator(".pg-picture img")).to_be_visible(timeout=_PATIENCE)


def _take(chromium: Browser, url: str, scheme: Scheme, name: str, path: str) -> None:
    for width, viewport in (("", WIDE), ("-narrow", NARROW)):
        context = chromium.new_context(viewport=viewport, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=_PATIENCE)
        expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0, timeout=_PATIENCE)
        page.wait_for_load_state("networkidle")
        page.wait_for_function("[...document.images].every(it => it.complete)")
        page.screenshot(path=TARGET / f"{name}-{scheme}{width}.png")
        context.close()


@contextmanager
def _playground() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        told = {"PLAYGROUND_PORT": str(port), "PLAYGROUND_DATA_DIR": f"{folder}/data"}
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEAPI_", "PLAYGROUND_"))}
        process = subprocess.Popen([sys.executable, TOP / "app.py"], cwd=folder, env=kept | told)
        try:
            url = f"http://127.0.0.1:{port}"
            _await(url)
            yield url
        finally:
            process.terminate()
            process.wait()


def _await(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.headers.get_content_type() == "application/json":
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


if __name__ == "__main__":
    main()
