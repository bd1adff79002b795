"""Only this machine, directly and by its own name, whatever is spoken."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from lib.web.guard import REFUSAL, LoopbackOnly


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


APP = Starlette(
    routes=[Route("/", hello), WebSocketRoute("/talk", talk)],
    middleware=[Middleware(LoopbackOnly)],
)

OURS = ["127.0.0.1", "127.0.0.1:8501", "localhost:8501", "LOCALHOST", "127.1.2.3", "[::1]:8501"]
FOREIGN = [
    {"host": "playground.example"},
    {"host": "127.0.0.1.evil.example"},
    {"host": "localhost.evil.example"},
    {"host": "evil.example:127.0.0.1"},
    {"host": "192.168.1.20:8501"},
    {"host": "0.0.0.0:8501"},
    {"host": "[fe80::1]"},
    {"host": "2130706433"},
    {"host": ""},
    {"host": "127.0.0.1", "x-forwarded-for": "203.0.113.9"},
    {"host": "127.0.0.1", "X-Forwarded-Host": "playground.example"},
    {"host": "127.0.0.1", "x-forwarded-proto": "https"},
    {"host": "127.0.0.1", "x-real-ip": "127.0.0.1"},
    {"host": "127.0.0.1", "forwarded": "for=127.0.0.1"},
]


@pytest.fixture
def web() -> TestClient:
    return TestClient(APP)


@pytest.mark.parametrize("host", OURS)
def test_this_machine_is_let_in(web: TestClient, host: str) -> None:
    assert web.get("/", headers={"host": host}).text == "hello"
    with web.websocket_connect("/talk", headers={"host": host}) as socket:
        assert socket.receive_text() == "hello"


@pytest.mark.parametrize("headers", FOREIGN)
def test_everybody_else_is_told_why_not(web: TestClient, headers: dict[str, str]) -> None:
    answer = web.get("/", headers=headers)
    assert (answer.status_code, answer.text) == (403, REFUSAL)


@pytest.mark.parametrize("headers", FOREIGN)
def test_and_gets_no_websocket(web: TestClient, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDenialResponse) as refused:
        web.websocket_connect("/talk", headers=headers).__enter__()
    assert refused.value.status_code == 403
