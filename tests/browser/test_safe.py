"""What is secret stays on the server, and what people and deAPI write stays text."""

import base64
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Page, Response, WebSocket, expect

from lib.deapi.contract import endpoint
from lib.ui.words.terms import SAMPLES
from tests.browser.conftest import OpenWindow
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens
from tests.support.playground import Playground, playgrounds
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.watch import Watch

KEY = "dpn-secret/7Qz+4fWm8kR2xV"
HOSTILE = (
    "**bold** $x^2$ :red[red] `code` [link](javascript:window.ran=1) # title "
    '<img src=x onerror="window.ran=1"><script>window.ran=1</script>'
)
"""HTML, script, Markdown, LaTeX and Streamlit's own marks."""


class Overheard:
    """Every byte that reaches a page: bodies and headers of answers, and frames of WebSockets."""

    def __init__(self, page: Page) -> None:
        self._answers: list[Response] = []
        self._frames: list[bytes] = []
        # Playwright can't hold methods of what is built in.
        page.on("response", lambda answer: self._answers.append(answer))  # noqa: PLW0108
        page.on("websocket", lambda socket: self._socket(socket))  # noqa: PLW0108

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self._frame(payload))  # noqa: PLW0108

    def _frame(self, payload: str | bytes) -> None:
        self._frames.append(payload.encode() if isinstance(payload, str) else payload)

    def all(self) -> bytes:
        found = list(self._frames)
        for answer in self._answers:
            found.append(repr(answer.all_headers()).encode())
            if answer.status not in (101, 204, 304) and not 300 <= answer.status < 400:
                found.append(answer.body())
        return b"\n".join(found)


def shapes(secret: str) -> list[bytes]:
    """The ways in which it may stand somewhere: as it is, for an address, and within base64
    wherever it may begin."""
    plain = secret.encode()
    inner = [base64.b64encode(b"\0" * n + plain)[4:-4] for n in range(3)]
    return [plain, quote(secret, safe="").encode(), plain[::-1], *inner]


def test_the_key_reaches_no_browser_no_log_no_database_and_no_export(
    open_window: OpenWindow,
    start_sandbox: StartSandbox,
    start_playground: StartPlayground,
    watch: Watch,
    tmp_path: Path,
) -> None:
    live = start_sandbox(key=KEY, engines="none", speed=100, tier="premium", balance=1000)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    watch.allow_a_dead_server()
    page = open_window()
    heard = Overheard(page)
    page.goto(playground.images)
    screens.make_picture(page, "A picture")
    screens.finished(page, "A picture")
    live.control("POST", "faults", {"fault": "job_error", "message": f"key {KEY[:3]}"})
    screens.make_picture(page, "Another")
    expect(page.get_by_text("Nothing was paid").first).to_be_visible(timeout=30_000)
    page.get_by_text("Details").first.click()
    for title in ("History", "Models", "Help", "People", "Prompts"):
        page.get_by_role("link", name=title, exact=True).first.click()
        expect(page.get_by_role("heading", name=title, exact=True).first).to_be_visible()
    page.get_by_role("link", name="History").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    table = tmp_path / "history.csv"
    download.value.save_as(table)
    playground.stop()
    places = {
        "browser": heard.all(),
        "log": playground.process.output.encode(),
        "export": table.read_bytes(),
        **{str(path): path.read_bytes() for path in playground.data.rglob("*") if path.is_file()},
    }
    assert b"A picture" in places["browser"]  # it listens
    found = [name for name, content in places.items() for each in shapes(KEY) if each in content]
    assert found == []


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Playground]]:
    """A deAPI whose models are called so, and a playground that talks to it."""
    folder = tmp_path_factory.mktemp("hostile")
    with sandboxes(folder) as sandbox, playgrounds(folder) as start:
        live = sandbox(engines="none", speed=100, tier="premium", balance=1000)
        live.control("PUT", "models", [model()])
        yield live, start(live=live, PLAYGROUND_SANDBOX="off")


def model() -> dict[str, Any]:
    limits = {"min_steps": 1, "max_steps": 4, "min_width": 256, "max_width": 512}
    limits |= {"min_height": 256, "max_height": 512, "resolution_step": 64}
    return {
        "name": HOSTILE,
        "slug": "hostile",
        "inference_types": ["txt2img", "img2img"],
        "info": {
            "limits": limits,
            "features": {},
            "defaults": {"width": 512, "height": 512, "steps": 4},
        },
        "loras": [{"name": "lora", "display_name": HOSTILE}],
        "languages": None,
    }


def expect_inert(page: Page, *, shown: int = 1) -> None:
    """Nothing ran and nothing was made of it; it stands there letter by letter."""
    expect(page.get_by_text("**bold**").nth(shown - 1)).to_be_attached()
    assert page.evaluate("window.ran") is None
    made = (
        'img[src="x"]',
        ".katex",
        'a[href^="javascript:"]',
        'strong:text-is("bold")',
        'code:text-is("code")',
        'h1:has-text("title")',
        '[class*="colored"]:text-is("red")',
    )
    for selector in made:
        assert page.locator(selector).count() == 0, selector


def test_what_models_and_people_are_called_and_write_is_shown_as_text(
    hostile: tuple[Sandbox, Playground], open_window: OpenWindow
) -> None:
    live, playground = hostile
    page = open_window(playground.images)
    expect_inert(page)
    screens.make_picture(page, HOSTILE)
    screens.finished(page, "bold")
    expect_inert(page, shown=2)
    live.control("POST", "faults", {"fault": "job_error", "message": HOSTILE})
    screens.write(page, f"{HOSTILE} again")
    screens.run(page)
    expect(page.get_by_text("Nothing was paid").first).to_be_visible(timeout=30_000)
    page.get_by_text("Details").first.click()
    expect(page.get_by_text("Request id").first).to_be_visible()
    expect_inert(page, shown=3)
    at = endpoint("images.generations").path
    live.control("POST", "faults", {"fault": "reset_after", "method": "POST", "path": at})
    screens.write(page, f"{HOSTILE} lost")
    screens.run(page)
    expect(page.get_by_text("Nobody knows").first).to_be_visible(timeout=30_000)
    expect_inert(page, shown=4)
    for title in ("History", "Models"):
        page.get_by_role("link", name=title, exact=True).first.click()
        expect(page.get_by_role("heading", name=title, exact=True).first).to_be_visible()
        expect_inert(page)
    page.get_by_role("link", name="History").first.click()
    page.get_by_role("button", name="Show").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_inert(page, shown=2)


def test_what_was_read_in_a_picture_and_heard_is_shown_as_text(
    start_sandbox: StartSandbox, start_playground: StartPlayground, open_window: OpenWindow
) -> None:
    live = start_sandbox(engines="none", speed=100, tier="premium", balance=1000)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    for family, title, sample in (
        ("images", "Read text in a picture", "page.png"),
        ("audio", "Write down a recording", "voice.mp3"),
    ):
        page = open_window(f"{playground.url}/{family}")
        screens.choose(page, title)
        screens.give(page.locator('input[type="file"]').first, SAMPLES / sample)
        expect(page.get_by_text(sample).first).to_be_visible()
        screens.run(page)
        screens.done(page)
        for path in (playground.data / "results").rglob("*.*"):
            path.write_text(HOSTILE)  # as if deAPI had read that
        page.reload()
        expect_inert(page)
        page.get_by_text("Details").first.click()
        expect(page.get_by_text("Request id").first).to_be_visible()
        expect_inert(page)


def test_what_an_uploaded_file_is_called_is_shown_as_text(
    hostile: tuple[Sandbox, Playground], open_window: OpenWindow, tmp_path: Path
) -> None:
    _, playground = hostile
    page = open_window(playground.images)
    page.get_by_text("Change a picture").first.click()
    named = "**bold** $x^2$ :red[red] `code` <img src=x onerror=window.ran=1>.png"
    picture = {"name": named, "mimeType": "image/png", "buffer": png()}
    screens.give(page.locator('input[type="file"]').first, picture)
    expect(page.get_by_text("onerror=window.ran=1").first).to_be_visible()
    assert page.evaluate("window.ran") is None
    assert page.locator('.katex, img[src="x"], strong:text-is("bold")').count() == 0


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (512, 512), "teal").save(out, "PNG")
    return out.getvalue()
