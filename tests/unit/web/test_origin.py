"""Another site's page changes nothing here, and listens to nothing."""

import tomllib
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from lib.store import Store
from lib.web import files, health, signin, webhooks
from lib.web.origin import OurPagesOnly

TOP = Path(__file__).parents[3]
HOST = "playground.test:8501"
FOREIGN = [
    *("http://evil.test", "https://playground.test", "http://playground.test:8502", "null", ""),
    *("http://playground.test", "file://", "javascript:alert(1)", "http://[", f"http://x@{HOST}"),
    *(f"http://{HOST}.evil.test", f"chrome-extension://{HOST}"),
]
OURS = [f"http://{HOST}", f"https://{HOST}", f"http://{HOST.upper()}"]


async def listen(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


@pytest.fixture
def own(store: Store) -> list[Route]:
    """Every HTTP route of ours."""
    return [
        *health.routes(lambda: store),
        *files.routes(lambda: store),
        *signin.routes(lambda: store),
        *webhooks.routes(lambda: None),
    ]


@pytest.fixture
def site(own: list[Route]) -> TestClient:
    routes = [*own, WebSocketRoute("/_stcore/stream", listen)]
    app = Starlette(routes=routes, middleware=[Middleware(OurPagesOnly)])
    return TestClient(app, base_url=f"http://{HOST}")


def changing(own: list[Route]) -> list[tuple[str, str]]:
    """Method and path of what changes something."""
    return [
        (method, route.path.replace("{", "").replace("}", ""))
        for route in own
        for method in sorted((route.methods or set()) - {"GET", "HEAD"})
    ]


@pytest.mark.parametrize("origin", FOREIGN)
def test_another_page_changes_nothing_and_listens_to_nothing(
    site: TestClient, own: list[Route], origin: str
) -> None:
    headers = {"Origin": origin}
    asked = changing(own)
    assert {("POST", "/session"), ("DELETE", "/session"), ("POST", "/webhooks/token")} <= {*asked}
    for method, path in asked:
        answer = site.request(method, path, headers=headers)
        assert (answer.status_code, answer.text) == (403, "This did not come from our own page.\n")
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        site.websocket_connect(f"ws://{HOST}/_stcore/stream", headers=headers),
    ):
        pass
    assert refused.value.status_code == 403


@pytest.mark.parametrize("origin", [*OURS, None])
def test_our_own_page_and_what_is_no_browser_are_heard(
    site: TestClient, own: list[Route], origin: str | None
) -> None:
    headers = {"Origin": origin} if origin else {}
    for method, path in changing(own):
        # Each has checks of its own; signing in wants to be named a page.
        answer = site.request(method, path, headers=headers)
        assert answer.text != "This did not come from our own page.\n"
    with site.websocket_connect(f"ws://{HOST}/_stcore/stream", headers=headers):
        pass


def test_reading_needs_no_page(site: TestClient) -> None:
    answer = site.get("/healthz", headers={"Origin": "http://evil.test"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_streamlits_own_protection_is_on() -> None:
    server = tomllib.loads((TOP / ".streamlit" / "config.toml").read_text())["server"]
    assert server["enableXsrfProtection"]
    assert server["enableCORS"]  # on, it keeps other origins out
    assert server["allowedHosts"]
    assert not server["enableStaticServing"]
