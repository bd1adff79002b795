"""What the server does when something inside goes wrong, and what the command line takes."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest
import uvicorn
from filelock import FileLock
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect

from lib.deapi.contract import endpoint
from lib.sandbox import __main__ as command
from lib.sandbox import faulty, validate
from lib.sandbox.config import APP_KEY, Config
from lib.sandbox.faulty import Protocol
from lib.sandbox.server import app, bound
from lib.sandbox.state import opened


def test_a_bug_answers_500_in_json_and_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(validate, "check", bug)
    config = Config(key="key", data=tmp_path)
    path = endpoint("images.generations").path

    async def body() -> None:
        async with opened(config) as state:
            inner = app(config)

            async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
                await inner({**scope, "state": {"sandbox": state}}, receive, send)

            server = httpx.ASGITransport(with_state, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=server, base_url="http://127.0.0.1") as api:
                answer = await api.post(path, json={}, headers={"Authorization": "Bearer key"})
            assert (answer.status_code, answer.json()) == (500, {"message": "Server Error"})
            assert [(call.path, call.status) for call in state.calls] == [(path, 500)]

    asyncio.run(body())


def test_a_folder_in_use_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_LOCK_SECONDS", 0)
    monkeypatch.setattr(sys, "argv", ["sandbox", "--port", "0", "--data", str(tmp_path)])
    with FileLock(tmp_path / "lock"):
        assert command.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"Another sandbox is using {tmp_path}.\n"


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (["--host", "0.0.0.0"], "--key"),
        (["--host", "sandbox.example"], "--key"),
        (["--tier", "gold"], "--tier"),
        (["--balance", "much"], "amount in USD"),
        (["--balance", "nan"], "amount in USD"),
        (["--balance", "-1"], "amount in USD"),
        (["--speed", "0"], "above 0"),
        (["--speed", "inf"], "above 0"),
        (["--speed", "fast"], "above 0"),
    ],
)
def test_a_wrong_flag_is_explained(
    flags: list[str],
    word: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["sandbox", *flags])
    with pytest.raises(SystemExit) as ending:
        command.main()
    assert ending.value.code == 2
    assert word in capsys.readouterr().err


def test_a_socket_that_was_upgraded_is_not_remembered(tmp_path: Path) -> None:
    """It ends under another protocol, which doesn't know of our book of open connections."""

    async def body() -> None:
        listening = bound("127.0.0.1", 0)
        listening.listen()  # so that nobody has to wait for the server
        port = listening.getsockname()[1]
        made = uvicorn.Config(
            app(Config(key="key", data=tmp_path)), http=Protocol, ws="websockets-sansio"
        )
        server = uvicorn.Server(made)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        async with connect(f"ws://127.0.0.1:{port}/app/{APP_KEY}", proxy=None) as socket:
            await socket.recv()
            peer = socket.local_address[:2]
            assert peer not in faulty._open
        server.should_exit = True
        await serving

    asyncio.run(body())
