"""Without accounts only this machine, directly and by its own name; with them everybody, by a name
of ours; and never a page of somebody else's."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from lib.store import Role, Store, StoreError, users
from lib.web import guard, health
from lib.web.guard import FOREIGN as ASKED_ELSEWHERE
from lib.web.guard import NOT_NOW, NOT_OURS, REFUSAL, Guard
from tests.support.databases import ONLY_POSTGRESQL, ONLY_SQLITE
from tests.support.postgres import PostgreSQL


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def app(has_accounts: Callable[[], bool], *more: Route) -> Starlette:
    names = ("playground.example",)
    return Starlette(
        routes=[Route("/", hello, methods=["GET", "POST"]), WebSocketRoute("/talk", talk), *more],
        middleware=[Middleware(Guard, has_accounts=has_accounts, names=lambda: names)],
    )


APP = app(lambda: False)

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
    return TestClient(APP, client=("127.0.0.1", 50_000))


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


@pytest.mark.parametrize(
    "address", ["192.168.1.30", "203.0.113.9", "fe80::1", "::ffff:203.0.113.9"]
)
def test_another_machine_is_refused_whatever_it_calls_us(address: str) -> None:
    from_there = TestClient(APP, client=(address, 50_000))
    assert from_there.get("/", headers={"host": "127.0.0.1:8501"}).status_code == 403


def test_this_machine_may_come_over_ipv6() -> None:
    from_here = TestClient(APP, client=("::1", 50_000))
    assert from_here.get("/", headers={"host": "[::1]:8501"}).status_code == 200


class TestWithAccounts:
    @pytest.fixture
    def web(self) -> TestClient:
        return TestClient(app(lambda: True), client=("203.0.113.9", 50_000))

    @pytest.mark.parametrize(
        "headers",
        [
            {"host": "playground.example"},
            {"host": "Playground.Example:443", "x-forwarded-for": "198.51.100.7"},
            {"host": "192.168.1.20:8501"},
            {"host": "[fe80::1]"},
            {"host": "localhost:8501", "x-forwarded-proto": "https"},
        ],
    )
    def test_everybody_is_let_in_by_a_name_of_ours(
        self, web: TestClient, headers: dict[str, str]
    ) -> None:
        assert web.get("/", headers=headers).status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "playground.example.evil.example", "2130706433", ""]
    )
    def test_a_name_that_somebody_made_to_lead_here_is_refused(
        self, web: TestClient, host: str
    ) -> None:
        answer = web.get("/", headers={"host": host})
        assert (answer.status_code, answer.text) == (403, NOT_OURS)


@pytest.mark.parametrize("accounts", [True, False])
@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://evil.example", "null", ""])
def test_another_site_s_page_changes_nothing_and_gets_no_websocket(
    accounts: bool, origin: str
) -> None:
    web = TestClient(app(lambda: accounts), client=("127.0.0.1", 50_000))
    headers = {"host": "localhost:8501", "origin": origin}
    answer = web.post("/", headers=headers)
    assert (answer.status_code, answer.text) == (403, ASKED_ELSEWHERE)
    with pytest.raises(WebSocketDenialResponse):
        web.websocket_connect("/talk", headers=headers).__enter__()
    own = {"host": "localhost:8501", "origin": "http://localhost:8501"}
    assert web.post("/", headers=own).status_code == 200
    assert web.post("/", headers={"host": "localhost:8501"}).status_code == 200  # no browser


@pytest.mark.parametrize("origin", ["http://[", "null", "https://evil.test", "//", ""])
def test_what_is_no_origin_of_ours_changes_nothing(web: TestClient, origin: str) -> None:
    host = {"host": "127.0.0.1:8501"}
    assert web.post("/", headers={**host, "origin": origin}).status_code == 403
    assert web.post("/", headers={**host, "origin": "http://127.0.0.1:8501"}).status_code == 200


@ONLY_SQLITE
class TestWithADatabaseThatCanNotSay:
    """Whether there are accounts is not known, so nobody from elsewhere is let in."""

    @pytest.fixture
    def web(self, store: Store) -> TestClient:
        def nobody_knows() -> bool:
            raise StoreError("The database can't be used.")

        whole = app(nobody_knows, *health.routes(lambda: store))
        return TestClient(whole, client=("127.0.0.1", 50_000))

    @pytest.mark.parametrize("headers", FOREIGN)
    def test_others_are_told_to_wait(self, web: TestClient, headers: dict[str, str]) -> None:
        for method in ("GET", "POST"):
            answer = web.request(method, "/", headers=headers)
            assert (answer.status_code, answer.text) == (503, NOT_NOW)
            assert answer.headers["retry-after"] == "5"
        with pytest.raises(WebSocketDenialResponse) as refused:
            web.websocket_connect("/talk", headers=headers).__enter__()
        assert refused.value.status_code == 503

    @pytest.mark.parametrize("host", OURS)
    def test_this_machine_is_let_in(self, web: TestClient, host: str) -> None:
        assert web.get("/", headers={"host": host}).text == "hello"

    @pytest.mark.parametrize("headers", [{"host": "127.0.0.1:8501"}, *FOREIGN])
    def test_whether_all_is_well_is_told_wherever_it_is_asked_from(
        self, web: TestClient, store: Store, headers: dict[str, str]
    ) -> None:
        (store.data_dir / "playground.db").write_bytes(b"no database any more" * 1000)
        for method in ("GET", "HEAD"):
            answer = web.request(method, "/healthz", headers=headers)
            assert answer.status_code == 503
        assert web.get("/healthz", headers=headers).json() == {
            "status": "down",
            "database": "down",
            "results": "ok",
        }

    @pytest.mark.parametrize("path", ["/healthz/", "/healthz/x", "//healthz"])
    def test_and_nothing_else_is(self, web: TestClient, path: str) -> None:
        answer = web.get(path, headers={"host": "playground.example"})
        assert (answer.status_code, answer.text) == (503, NOT_NOW)


def test_a_database_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_SECONDS", 0.05)
    let_go = threading.Event()
    web = TestClient(app(let_go.wait), client=("127.0.0.1", 50_000))
    try:
        answer = web.get("/", headers={"host": "playground.example"})
    finally:
        let_go.set()
    assert (answer.status_code, answer.text) == (503, NOT_NOW)


@ONLY_POSTGRESQL
def test_behind_a_proxy_a_database_that_lets_nobody_in_is_told_of(
    store: Store, postgres: PostgreSQL
) -> None:
    users.add(store, "ada", "four green kettles", Role.ADMIN)
    whole = app(lambda: users.are_there(store), *health.routes(lambda: store))
    web = TestClient(whole, client=("127.0.0.1", 50_000))
    through = {"host": "playground.example", "x-forwarded-for": "203.0.113.9"}
    assert web.get("/healthz", headers=through).status_code == 200
    assert web.get("/", headers=through).status_code == 200
    with store.read() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
    with postgres.out_of_reach(name):
        answer = web.get("/healthz", headers=through)
        assert answer.status_code == 503
        assert answer.json() == {"status": "down", "database": "down", "results": "ok"}
        answer = web.get("/", headers=through)
        assert (answer.status_code, answer.text) == (503, NOT_NOW)
    assert web.get("/", headers=through).status_code == 200
