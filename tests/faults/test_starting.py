"""A playground that can't start says why in one sentence, and one that runs keeps to itself."""

import fcntl
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lib.deapi.contract import endpoint
from lib.store import State
from tests.support.engine import engines
from tests.support.playground import Playground, StartPlayground, playgrounds
from tests.support.processes import TOP, Process, environment
from tests.support.proxy import Way, http, proxied
from tests.support.s3 import S3, way_to
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.waiting import eventually

KEY = "live-key-that-nobody-may-ever-see-0123456789"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """In the place of the live deAPI."""
    with sandboxes(tmp_path_factory.mktemp("deapi")) as start:
        yield start(engines="none", speed=20, key=KEY)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Playground]:
    """A playground with a live profile, one run that is done and one that was refused."""
    folder = tmp_path_factory.mktemp("home")
    with proxied(sandbox.url) as network, engines(folder) as start:
        engine = start(network.url, KEY)
        engine.reaches(engine.order(), State.DONE)
        told = http(422, f'{{"message": "{KEY} is no key", "errors": {{"{KEY}": ["{KEY}"]}}}}')
        network.fail(f"POST {endpoint('images.generations').path} ", Way.INSTEAD, told)
        engine.reaches(engine.order(), State.FAILED)
        data = str(engine.data)
    with playgrounds(folder) as start:
        yield start(live=sandbox, PLAYGROUND_DATA_DIR=data)


def refused(folder: Path, **settings: str) -> str:
    """What a start says that comes to nothing: one line."""
    (line,) = refusal(folder, **settings)
    return line


def refusal(folder: Path, **settings: str) -> list[str]:
    """All lines of a start that comes to nothing, with exit 1."""
    process = Process(
        [sys.executable, str(TOP / "app.py")],
        log=folder / "refused.log",
        cwd=folder,
        env=environment(**{"PLAYGROUND_DATA_DIR": str(folder / "data"), **settings}),
    )
    try:
        assert process.wait(60) == 1
    finally:
        process.kill()
    assert "Traceback" not in process.output
    return process.output.strip().splitlines()


SETTINGS = [
    ({"PLAYGROUND_PORT": "many"}, "PLAYGROUND_PORT"),
    ({"PLAYGROUND_SANDBOX": "off"}, "DEAPI_API_KEY"),
    ({"PLAYGROUND_PUBLIC_URL": "https://playground.example"}, "PLAYGROUND_PUBLIC_URL"),
    ({"PLAYGROUND_PUBLIC_URL": "http://localhost:8501"}, "https://"),
    ({"DEAPI_API_KEY": f"{KEY} twice"}, "key"),
    ({"DEAPI_API_KEY": KEY, "DEAPI_BASE_URL": "http://deapi.example"}, "https://"),
]


@pytest.mark.parametrize(("setting", "named"), SETTINGS)
def test_a_setting_that_can_not_be_used_is_one_sentence(
    tmp_path: Path, free_port: int, setting: dict[str, str], named: str
) -> None:
    said = refused(tmp_path, **{"PLAYGROUND_PORT": str(free_port), **setting})
    assert said.startswith("A setting can't be used: ")
    assert named in said
    assert KEY not in said


def test_a_folder_that_can_not_be_made_is_one_sentence(tmp_path: Path, free_port: int) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "data")
    said = refused(tmp_path, PLAYGROUND_PORT=str(free_port), PLAYGROUND_DATA_DIR=folder)
    assert folder in said
    assert "PLAYGROUND_DATA_DIR" in said


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused(tmp_path, PLAYGROUND_PORT=port)
    assert said.startswith(f"Port {port} is taken")
    assert not (tmp_path / "data").exists()


def test_a_bucket_that_is_not_there_ends_the_start(tmp_path: Path, free_port: int, s3: S3) -> None:
    nowhere = {"PLAYGROUND_MEDIA_URL": "s3://no-such-bucket/files", **way_to(s3.url)}
    *_, said = refusal(tmp_path, PLAYGROUND_PORT=str(free_port), **nowhere)
    assert said == "The bucket that PLAYGROUND_MEDIA_URL names is not there."


def test_a_bucket_that_says_nothing_does_not_keep_paid_runs_waiting(
    start_playground: StartPlayground, free_port: int
) -> None:
    silent = {"PLAYGROUND_MEDIA_URL": "s3://our-bucket", **way_to(f"http://127.0.0.1:{free_port}")}
    playground = start_playground(healthy=False, **silent)
    assert playground.health() == {"status": "down", "database": "ok", "results": "down"}


def test_a_second_start_on_the_same_folder_says_who_holds_it(
    running: Playground, tmp_path: Path, free_port: int
) -> None:
    data = running.settings["PLAYGROUND_DATA_DIR"]
    said = refused(tmp_path, PLAYGROUND_PORT=str(free_port), PLAYGROUND_DATA_DIR=data)
    assert f"process {running.process.pid} on " in said
    assert running.health() == {"status": "ok", "database": "ok", "results": "ok"}


def test_the_sandbox_ends_with_a_playground_that_was_killed(
    start_playground: StartPlayground,
) -> None:
    playground = start_playground()
    lock = playground.data / "sandbox" / "lock"
    assert held(lock)
    playground.kill()
    eventually(lambda: not held(lock), timeout=20)


def test_a_playground_that_is_asked_to_end_ends_soon_and_quietly(
    start_playground: StartPlayground,
) -> None:
    playground = start_playground()
    playground.stop()
    assert playground.process.wait() != -signal.SIGKILL  # which is what patience ends in
    assert "Traceback" not in playground.process.output
    assert not held(playground.data / "lock")
    assert not held(playground.data / "sandbox" / "lock")


def test_the_key_is_in_no_byte_on_the_disk(running: Playground) -> None:
    data = Path(running.settings["PLAYGROUND_DATA_DIR"])
    home = data.parents[1]  # the logs are there, too
    files = [each for each in home.rglob("*") if each.is_file()]
    assert {"playground.db", "playground.log"} <= {each.name for each in files}
    assert [each for each in files if KEY.encode() in each.read_bytes()] == []


def test_no_route_answers_with_a_key(running: Playground) -> None:
    data = Path(running.settings["PLAYGROUND_DATA_DIR"])
    own = (data / "sandbox.key").read_text()
    (run_id,) = {each.name for each in (data / "results").iterdir() if any(each.glob("0.*"))}
    paths = ["/", "/images", "/history", "/healthz", "/_stcore/health", "/_stcore/host-config"]
    paths += [f"/files/{run_id}/{what}" for what in ("result", "download", "thumb", "preview")]
    paths += ["/files/x/result", "/sandbox/charges", "/sandbox.key", "/files/..%2fsandbox.key/x"]
    for path in paths:
        answer = httpx.get(f"{running.url}{path}", timeout=20)
        said = str(answer.headers).encode() + answer.content
        assert KEY.encode() not in said, path
        assert own.encode() not in said, path
        assert b"Traceback" not in said, path
    assert httpx.get(f"{running.url}/files/{run_id}/result").status_code == 200


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize("path", ["/", "/healthz", "/files/x/result", "/_stcore/stream"])
@pytest.mark.parametrize(
    "foreign",
    [
        {"Host": "playground.example"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_who_is_not_on_this_machine_is_turned_away(
    running: Playground, path: str, foreign: dict[str, str]
) -> None:
    headers = UPGRADE if path == "/_stcore/stream" else {}
    ours = {"Host": f"127.0.0.1:{running.port}"}
    assert status(running.port, path, {**headers, **ours, **foreign}) == 403
    # …and it is not something else that was refused.
    assert status(running.port, path, {**headers, **ours}) in (101, 200, 404)


def test_a_page_of_another_origin_gets_no_session(running: Playground) -> None:
    host = {"Host": f"127.0.0.1:{running.port}"}
    foreign = {**UPGRADE, **host, "Origin": "https://evil.example"}
    assert status(running.port, "/_stcore/stream", foreign) in (400, 403)


def status(port: int, path: str, headers: dict[str, str]) -> int:
    """The status of a GET with exactly these headers."""
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as server:
        server.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(server.makefile("rb").readline().split()[1])


def held(path: Path) -> bool:
    """Whether a living process holds the lock."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
