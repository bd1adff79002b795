"""Two servers behind nginx, set up as `docs/nginx.conf` says: the very file, and a real nginx."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.support.nginx import Nginx, fronted
from tests.support.playground import Playground, playgrounds
from tests.support.team import account

COOKIE = "playground_server"
MB = 1024 * 1024


@dataclass
class Server:
    """One of the two: says which it is and what it was asked, and can be gone for a while. With
    `breaks_off` it takes a request in, and ends the connection without an answer."""

    name: str
    port: int = 0
    breaks_off: bool = False
    seen: list[str] = field(default_factory=list)
    listening: ThreadingHTTPServer | None = None

    def begin(self) -> None:
        self.listening = Listening(self)
        self.port = self.listening.server_port
        threading.Thread(target=self.listening.serve_forever, args=[0.01], daemon=True).start()

    def end(self) -> None:
        if self.listening is not None:
            self.listening.shutdown()
            self.listening.server_close()
            self.listening = None


class Listening(ThreadingHTTPServer):
    """Answers in the place of a `Server`."""

    def __init__(self, instead_of: Server) -> None:
        self.instead_of = instead_of
        super().__init__(("127.0.0.1", instead_of.port), Answering)


class Answering(BaseHTTPRequestHandler):
    """Tells what was asked."""

    def answer(self) -> None:
        assert isinstance(self.server, Listening)
        server = self.server.instead_of
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.seen.append(f"{self.command} {self.path}")
        if server.breaks_off:
            return
        body = json.dumps({"name": server.name, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer  # noqa: N815 - its base class looks for these

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in its base class
        pass


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    both = Server("1"), Server("2")
    for each in both:
        each.begin()
    yield both
    for each in both:
        each.end()


@pytest.fixture
def nginx(servers: tuple[Server, Server], tmp_path: Path) -> Iterator[Nginx]:
    with fronted(tmp_path / "nginx", [each.port for each in servers]) as running:
        yield running


@pytest.fixture
def browser(nginx: Nginx) -> Iterator[httpx.Client]:
    with nginx.client() as client:
        yield client


def answered(client: httpx.Client, path: str = "/") -> str:
    """Which of the two did."""
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.json()["name"]


def apart(servers: tuple[Server, Server], name: str) -> tuple[Server, Server]:
    """The one of this name, and the other one."""
    one, two = servers
    return (one, two) if one.name == name else (two, one)


def test_a_browser_stays_where_it_was_and_others_are_elsewhere(
    nginx: Nginx, browser: httpx.Client
) -> None:
    first = answered(browser)
    assert browser.cookies[COOKIE] == first
    assert {answered(browser, f"/page/{n}") for n in range(20)} == {first}
    strangers: set[str] = set()
    for _ in range(20):
        with nginx.client() as stranger:
            strangers.add(answered(stranger))
    assert strangers == {"1", "2"}


def test_its_cookie_is_told_once_and_closed_to_scripts_and_other_sites(
    browser: httpx.Client,
) -> None:
    cookie = browser.get("/").headers["set-cookie"]
    assert cookie.split("; ")[1:] == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"]
    assert "set-cookie" not in browser.get("/").headers


@pytest.mark.parametrize("forged", ["3", "playground_1", "1; x", "127.0.0.1:22", ""])
def test_a_cookie_that_nobody_gave_leads_nowhere_else(browser: httpx.Client, forged: str) -> None:
    answer = browser.get("/", headers={"Cookie": f"{COOKIE}={forged}"})
    assert answer.json()["name"] in ("1", "2")


def test_the_other_takes_over_from_one_that_is_gone_and_keeps_whom_it_got(
    browser: httpx.Client, servers: tuple[Server, Server]
) -> None:
    first, other = apart(servers, answered(browser))
    first.end()
    assert answered(browser) == other.name
    assert browser.cookies[COOKIE] == other.name
    first.begin()
    assert {answered(browser) for _ in range(5)} == {other.name}
    other.end()
    assert answered(browser) == first.name


def test_a_third_server_gets_browsers_and_answers_for_two_that_are_gone(tmp_path: Path) -> None:
    three = [Server(name) for name in ("1", "2", "3")]
    for each in three:
        each.begin()
    try:
        with fronted(tmp_path / "nginx", [each.port for each in three]) as front:
            strangers: set[str] = set()
            for _ in range(30):
                with front.client() as stranger:
                    strangers.add(answered(stranger))
            assert strangers == {"1", "2", "3"}
            for last in three:
                with front.client() as browser:
                    gone = [each for each in three if each is not last]
                    browser.cookies.set(COOKIE, gone[0].name)
                    assert answered(browser) == gone[0].name
                    for each in gone:
                        each.end()
                    moved = browser.get("/")
                    for each in gone:
                        each.begin()
                assert (moved.status_code, moved.json()["name"]) == (200, last.name)
                assert moved.headers["set-cookie"].startswith(f"{COOKIE}={last.name};")
    finally:
        for each in three:
            each.end()


def test_a_get_that_broke_off_is_asked_of_the_other(
    browser: httpx.Client, servers: tuple[Server, Server]
) -> None:
    first, other = apart(servers, answered(browser))
    first.breaks_off = True
    assert answered(browser, "/again") == other.name
    assert "GET /again" in first.seen


def test_a_post_that_broke_off_is_not_repeated_nor_does_it_move_anybody_else(
    nginx: Nginx, browser: httpx.Client, servers: tuple[Server, Server]
) -> None:
    first, other = apart(servers, answered(browser))
    first.breaks_off = True
    assert browser.post("/session", content=b"{}").status_code == 502
    assert first.seen.count("POST /session") == 1
    assert "POST /session" not in other.seen
    first.breaks_off = False
    with nginx.client() as neighbour:
        neighbour.cookies.set(COOKIE, first.name)
        assert answered(neighbour) == first.name


def test_a_post_that_found_nobody_there_goes_to_the_other(
    browser: httpx.Client, servers: tuple[Server, Server]
) -> None:
    first, other = apart(servers, answered(browser))
    first.end()
    assert browser.post("/session").json()["name"] == other.name


def test_who_asks_is_who_nginx_sees_whatever_they_say(browser: httpx.Client) -> None:
    claims = {
        "X-Forwarded-For": "203.0.113.7, 203.0.113.8",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "elsewhere.example",
        "X-Real-IP": "203.0.113.7",
        "Forwarded": "for=203.0.113.7",
    }
    told = {name.lower(): value for name, value in _headers(browser, claims).items()}
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "https"
    assert told["host"] == f"127.0.0.1:{browser.base_url.port}"
    assert not {"x-forwarded-host", "x-real-ip", "forwarded"} & told.keys()


def _headers(browser: httpx.Client, claims: dict[str, str]) -> dict[str, str]:
    return browser.get("/", headers=claims).json()["headers"]


@pytest.mark.parametrize("folder", ["", "/_stcore"])
def test_figures_are_not_for_outside(
    nginx: Nginx, servers: tuple[Server, Server], folder: str
) -> None:
    ways = ["/metrics", "//metrics", "/./metrics", "/x/../metrics", "/%6detrics", "/metrics?a=b"]
    with nginx.client() as client:
        for way in ways:
            # By hand: the client would tidy the path up first.
            request = client.build_request("GET", "/")
            request.url = request.url.copy_with(raw_path=f"{folder}{way}".encode())
            assert client.send(request).status_code == 404, way
    assert not servers[0].seen + servers[1].seen


def test_what_is_larger_than_any_upload_ends_at_nginx(
    browser: httpx.Client, servers: tuple[Server, Server]
) -> None:
    assert browser.put("/upload", content=bytes(82 * MB)).status_code == 413
    assert "PUT /upload" not in servers[0].seen + servers[1].seen


def test_plain_http_leads_to_https(nginx: Nginx) -> None:
    answer = httpx.get(f"http://127.0.0.1:{nginx.plain_port}/images?run=1")
    assert answer.status_code == 301
    assert answer.headers["location"].startswith("https://127.0.0.1")


# --- real playgrounds ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Playground]]:
    """Two playgrounds with an account each. They share no data: what is looked at is the way."""
    with ExitStack() as ending, ThreadPoolExecutor(2) as both:
        starts = [ending.enter_context(playgrounds(_folder(tmp_path_factory))) for _ in range(2)]
        started = list(both.map(_with_account, starts))
        yield started


def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


def _with_account(start: Any) -> Playground:
    # Without a sandbox, and a live deAPI that is not there: nobody runs anything here.
    playground: Playground = start(
        PLAYGROUND_SANDBOX="off",
        DEAPI_API_KEY="none",
        DEAPI_BASE_URL="http://127.0.0.1:9",
        PLAYGROUND_METRICS_TOKEN="a-token-of-these-tests",
    )
    account(playground, "ada", "--admin")
    return playground


def window(front: Nginx, client: httpx.Client) -> ClientConnection:
    """A window as a browser opens it, with what it has learned by now."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return connect(
        f"{front.url.replace('https', 'wss')}/_stcore/stream",
        origin=Origin(front.url),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers={"Cookie": cookies},
        ssl=front.trust,
        max_size=None,
        proxy=None,
        open_timeout=30,
    )


def drawn(socket: ClientConnection) -> str:
    """Ask for the page and wait until it is there; the id of its session."""
    ask, session = BackMsg(), ""
    ask.rerun_script.query_string = ""
    socket.send(ask.SerializeToString())
    while True:
        message = ForwardMsg.FromString(bytes(socket.recv(timeout=30, decode=False)))
        if message.HasField("new_session"):
            session = message.new_session.initialize.session_id
        if message.WhichOneof("type") == "script_finished":
            return session


def test_windows_uploads_and_figures_of_two_playgrounds(
    pair: list[Playground], tmp_path: Path
) -> None:
    with (
        fronted(tmp_path / "nginx", [each.port for each in pair]) as front,
        front.client() as client,
    ):
        assert client.get("/_stcore/health").status_code == 200
        mine = client.cookies[COOKIE]
        with window(front, client) as socket:
            session = drawn(socket)
            upload = client.put(
                f"/_stcore/upload_file/{session}/file-1",
                files={"file": ("large.mp4", bytes(80 * MB - 1024), "video/mp4")},
                headers={"X-Xsrftoken": client.cookies["_streamlit_xsrf"]},
            )
            assert upload.status_code == 204, upload.text
            token = {"Authorization": "Bearer a-token-of-these-tests"}
            assert client.get("/metrics", headers=token).status_code == 404
            here = pair[int(mine) - 1]
            inside = httpx.get(f"{here.url}/metrics", headers=token)
            assert "playground_open_windows 1.0" in inside.text
            here.kill()
        assert client.get("/healthz").json()["status"] == "ok"
        assert client.cookies[COOKIE] != mine
        with window(front, client) as socket:
            assert drawn(socket)
        client.cookies.clear()
        with window(front, client) as socket:
            assert socket.response is not None
            assert COOKIE in socket.response.headers["Set-Cookie"]
