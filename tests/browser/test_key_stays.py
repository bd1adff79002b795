"""The deAPI key is in nothing that leaves the server, but for what goes to deAPI itself.

A playground with a key of its own is driven through every page, a run, refusals and exports, and
every byte that reached the browser, was logged, stored or exported is searched for the key.
"""

import base64
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Error, Page, Request, Response, WebSocket, expect

from tests.browser.conftest import OpenWindow
from tests.conftest import StartPlayground, StartSandbox
from tests.support import screens

GENERATIONS = "/api/v2/images/generations"
KEY = "dpn-sk-7/Kq+secret=Zx&9&umlaut?key"
PAGES = ("", "images", "videos", "audio", "embeddings", "prompts", "history", "models", "help")


def forms(key: str) -> set[bytes]:
    """The key as it is and as it would be packed on its way: a part of it in base64 stands the
    same wherever it begins."""
    plain = key.encode()
    packed = {base64.b64encode(plain[at:])[:-8] for at in range(3)}
    packed |= {base64.urlsafe_b64encode(plain[at:])[:-8] for at in range(3)}
    quoted = {quote(key, safe="").encode(), quote(key).encode(), plain.hex().encode()}
    escaped = {key.replace("&", "&amp;").encode(), key.replace("/", "\\/").encode()}
    return {plain, plain[7:20], *packed, *quoted, *escaped}


class Wire:
    """Every byte that reaches a page, over HTTP and its WebSockets."""

    def __init__(self, page: Page) -> None:
        self.seen: list[tuple[str, bytes]] = []
        self.frames = 0
        self._page = page
        self._finished: list[Request] = []
        page.on("requestfinished", lambda each: self._finished.append(each))  # noqa: PLW0108
        page.on("websocket", self._listen)

    def go(self, url: str) -> None:
        """Go to another page, having read this one: the browser forgets what it has left."""
        self.read()
        self._page.goto(url)

    def read(self) -> None:
        """Take in what has come over HTTP so far."""
        while self._finished:
            answer = self._finished.pop().response()
            assert answer is not None
            headers = answer.all_headers()
            told = "\n".join(f"{name}: {value}" for name, value in headers.items())
            self.seen.append((f"headers of {answer.url}", told.encode()))
            if answer.status == 200 and "content-disposition" not in headers:
                self.seen.append((answer.url, self._body(answer)))

    def _body(self, answer: Response) -> bytes:
        try:
            return answer.body()
        except Error:  # the browser keeps not all of them: the same once more
            return self._page.request.get(answer.url).body()

    def _listen(self, socket: WebSocket) -> None:
        def frame(payload: str | bytes) -> None:
            self.frames += 1
            content = payload.encode() if isinstance(payload, str) else payload
            self.seen.append(("frame", content))

        socket.on("framereceived", frame)
        socket.on("framesent", frame)


def test_the_key_is_in_nothing_that_leaves_the_server(
    open_window: OpenWindow,
    start_sandbox: StartSandbox,
    start_playground: StartPlayground,
) -> None:
    live = start_sandbox(tier="premium", engines="none", speed=50, key=KEY)
    playground = start_playground(live=live)
    page = open_window()
    wire = Wire(page)
    wire.go(playground.images)
    page.locator('[data-testid="stSidebar"]').get_by_text("Live", exact=True).first.click()
    expect(page.get_by_text("paid from", exact=False).first).to_be_visible()
    screens.make_picture(page, "A lamp in the window")
    screens.finished(page, "A lamp in the window")

    # What goes wrong is where keys are told: in what deAPI says back, and in tracebacks.
    repeated = f'{{"message": "The key {KEY} may not do this."}}'.replace("/", "\\/")
    for fault in (
        {"fault": "job_error", "message": f"the worker has no use for {KEY}"},
        {"fault": "status", "status": 403, "body": repeated},
        {"fault": "html", "status": 500},
        {"fault": "reset_after"},
    ):
        where = {} if fault["fault"] == "job_error" else {"method": "POST", "path": GENERATIONS}
        live.control("POST", "faults", [fault | where])
        screens.write(page, f"A picture that fails by {fault['fault']}")
        screens.run(page)
        page.wait_for_timeout(300)
    for path in PAGES:
        wire.go(f"{playground.url}/{path}")
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        expect(page.locator('[data-test-script-state="notRunning"]')).to_be_attached()
    wire.go(f"{playground.url}/history")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    exported = Path(download.value.path()).read_bytes()
    assert b"A lamp in the window" in exported
    page.get_by_role("button", name="Show", exact=True).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()

    wire.read()
    found = [*wire.seen, ("the export", exported)]
    page.goto("about:blank")  # which asks nothing of a server that is gone
    playground.stop()
    kept = [each for each in playground.folder.rglob("*") if each.is_file()]
    found += [(str(each), each.read_bytes()) for each in kept if "sandbox" not in each.parts]
    assert wire.frames > 50
    for control in (b"A lamp in the window", b"the worker has no use for", b"may not do this"):
        assert any(control in content for where, content in found if where == "frame"), control
    assert {"playground.db", "playground.log"} <= {each.name for each in kept}
    assert len(live.charges()) >= 2
    searched = forms(KEY)
    assert not [(where, form) for where, content in found for form in searched if form in content]
