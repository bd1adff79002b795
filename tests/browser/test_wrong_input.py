"""Wrong input in the browser: one clear sentence in its place, nothing paid, no traceback."""

import re
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TooLate

from tests.browser.conftest import OpenWindow
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.sandbox import Sandbox
from tests.support.waiting import eventually
from tests.support.watch import Watch


def _text(path: Path) -> None:
    path.write_text("This is no picture. " * 50)


def _eleven_megabytes(path: Path) -> None:
    picture = Image.effect_noise((1200, 1200), 80)
    picture.save(path, "PNG")
    path.write_bytes(path.read_bytes() + b"\0" * (11 * 2**20))


def _bomb(path: Path) -> None:
    """A PNG of a few hundred bytes whose header says 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    side = (60_000).to_bytes(4, "big")
    header = chunk(b"IHDR", side + side + bytes([8, 0, 0, 0, 0]))
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + body)


def _cut(path: Path) -> None:
    """Half of a picture, as a download that broke off leaves it."""
    Image.effect_noise((600, 600), 80).save(path, "PNG")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _page(path: Path) -> None:
    path.write_text("<html><script>window.ran=1</script></html>")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_text, "not a picture"),
        (_cut, "broken or was cut short"),
        (_page, "not a picture"),
        (_eleven_megabytes, "at most 10 MB"),
        (_bomb, "pixels|too large"),
    ],
    ids=["text named png", "cut off", "a page", "11 MB", "decompression bomb"],
)
def test_a_file_that_cannot_be_used_is_refused_beside_its_field(
    page: Page, tmp_path: Path, make: object, says: str
) -> None:
    assert callable(make)
    path = tmp_path / "picture.png"
    make(path)
    page.get_by_text("Enlarge a picture").first.click()
    screens.give(page.locator('input[type="file"]'), path)
    expect(page.get_by_text(re.compile(says)).first).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(screens.run_button(page)).to_have_count(0)


def test_a_prompt_longer_than_the_model_takes_says_by_how_much(
    open_window: OpenWindow, start_sandbox: StartSandbox, start_playground: StartPlayground
) -> None:
    live = start_sandbox(engines="none", speed=50)
    limited = {
        "name": "Short Words",
        "slug": "short-words",
        "inference_types": ["txt2img"],
        "info": {
            "limits": {
                "max_prompt": 20,
                "min_width": 256,
                "max_width": 512,
                "min_height": 256,
                "max_height": 512,
                "resolution_step": 64,
                "min_steps": 1,
                "max_steps": 4,
            },
            "features": {},
            "defaults": {"width": 512, "height": 512, "steps": 4},
        },
        "loras": None,
        "languages": None,
    }
    live.control("PUT", "models", [limited])
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(playground.images)
    screens.write(page, "A sentence of more than twenty characters")
    expect(page.get_by_text("At most 20 characters").first).to_be_visible()
    assert live.charges() == []


def test_a_refused_key_says_where_to_mend_it(
    open_window: OpenWindow, start_sandbox: StartSandbox, start_playground: StartPlayground
) -> None:
    live = start_sandbox(engines="none")
    live.key = "another-key"
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(playground.images)
    expect(page.get_by_text("deAPI does not accept this key")).to_be_visible()
    expect(page.locator('a[href="https://app.deapi.ai/dashboard/api-keys"]').first).to_be_visible()


def _prices_asked(live: Sandbox) -> int:
    return sum(each["path"].endswith("/price") for each in live.requests())


def test_a_dead_deapi_says_so_and_nothing_is_paid(
    open_window: OpenWindow,
    start_sandbox: StartSandbox,
    start_playground: StartPlayground,
    watch: Watch,
) -> None:
    live = start_sandbox(engines="none", speed=50)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    page = open_window(playground.images)
    expect(screens.run_button(page)).to_be_enabled()
    screens.write(page, "A prompt that has its price")
    # The empty form was priced by an example; the prompt itself is priced again.
    assert eventually(lambda: _prices_asked(live) >= 2, timeout=20)
    screens.read_price(page)  # not one that is only the most it may cost, and is asked for anew
    live.process.kill()
    screens.run_button(page).click()
    expect(page.get_by_text("can't be reached", exact=False).first).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    cancel, cancelled = page.get_by_role("button", name="Cancel"), page.get_by_text("Cancelled")

    def taken_back() -> bool:
        """A press in the very moment of a new try comes too late, and is told so."""
        if cancel.first.is_visible():
            with suppress(TooLate):  # it went before the press
                cancel.first.click(timeout=2000)
        return cancelled.first.is_visible()

    eventually(taken_back, timeout=20)
