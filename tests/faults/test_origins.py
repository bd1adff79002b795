"""The running playground, asked from another site's page: nothing changes and nothing is told."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.conftest import StartPlayground, StartSandbox

CHANGING = [
    ("POST", "/session"),
    ("DELETE", "/session"),
    ("POST", "/webhooks/token"),
    ("PUT", "/_stcore/upload_file/session/file"),
    ("DELETE", "/_stcore/upload_file/session/file"),
]


def test_a_foreign_page_is_refused_everywhere(
    start_sandbox: StartSandbox, start_playground: StartPlayground
) -> None:
    playground = start_playground(live=start_sandbox(engines="none"), PLAYGROUND_SANDBOX="off")
    # The same machine by its other name, and another server on it: the same site to a browser's
    # cookies, and allowed by Streamlit itself.
    for origin in (
        "https://evil.test",
        f"http://localhost:{playground.port}",
        "http://127.0.0.1:9",
    ):
        for method, path in CHANGING:
            url = f"{playground.url}{path}"
            answer = httpx.request(method, url, headers={"Origin": origin}, timeout=10)
            assert answer.status_code == 403, (origin, method, path)
            assert "access-control-allow-origin" not in answer.headers
        with pytest.raises(InvalidStatus) as refused:
            listen(playground.url, origin)
        assert refused.value.response.status_code == 403
    listen(playground.url, playground.url)


def listen(url: str, origin: str) -> None:
    """Open the socket over which a page is told everything."""
    stream = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    protocols = [Subprotocol("streamlit")]
    with connect(stream, origin=Origin(origin), subprotocols=protocols, proxy=None):
        pass
