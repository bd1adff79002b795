"""Results come down whole or not at all, and only from where we mean to go."""

import asyncio
import errno
import hashlib
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lib.deapi import files
from lib.deapi.errors import DownloadFailed, Expired, TooLarge, UnsafeAddress
from lib.deapi.files import Fetched, fetch

BODY = os.urandom(3 * 2**20 + 17)
Reply = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("Content-Length", str(len(body)))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode() + body


class Host:
    """A web server on the loopback that replies as it is told, and remembers what it was asked."""

    def __init__(self, replies: dict[str, Reply]) -> None:
        self.replies = replies
        self.asked: list[str] = []
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "Host":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head)
            reply = self.replies[head.split(" ")[1].split("?")[0]]
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(writer)
        writer.close()


def get(
    host: Host, path: str, target: Path, *, own: bool = True, **options: Any
) -> Awaitable[Fetched]:
    limits = {"max_bytes": 10 * 2**20, "timeout": 5.0} | options
    origins = frozenset({host.origin}) if own else frozenset[str]()
    return fetch(host.origin + path, target, own_origins=origins, **limits)


def run(replies: dict[str, Reply], test: Callable[[Host], Awaitable[None]]) -> Host:
    host = Host(replies)

    async def limited() -> None:
        async with asyncio.timeout(20), host:
            await test(host)

    asyncio.run(limited())
    return host


def leftovers(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_result_is_kept_whole_with_its_type_size_and_hash(tmp_path: Path) -> None:
    target = tmp_path / "run" / "1.png"

    async def test(host: Host) -> None:
        fetched = await get(host, "/a?sig=1", target)
        assert fetched == Fetched("image/png", len(BODY), hashlib.sha256(BODY).hexdigest())

    host = run({"/a": http("200 OK", BODY, Content_Type="Image/PNG; x=1")}, test)
    assert target.read_bytes() == BODY
    assert leftovers(target.parent) == ["1.png"]
    asked = host.asked[0].lower()
    assert asked.startswith("get /a?sig=1 ")
    assert "authorization" not in asked
    assert "cookie" not in asked


def test_an_older_result_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "1.png"
    target.write_bytes(b"old")

    async def test(host: Host) -> None:
        with pytest.raises(DownloadFailed):
            await get(host, "/short", target)
        assert target.read_bytes() == b"old"
        await get(host, "/a", target)
        assert target.read_bytes() == BODY

    run({"/short": http("200 OK", b"x", Content_Length="100"), "/a": http("200 OK", BODY)}, test)
    assert leftovers(tmp_path) == ["1.png"]


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "410 Gone"])
def test_an_address_that_is_no_longer_good_has_expired(tmp_path: Path, status: str) -> None:
    async def test(host: Host) -> None:
        with pytest.raises(Expired):
            await get(host, "/a", tmp_path / "x")

    run({"/a": http(status)}, test)


@pytest.mark.parametrize("status", ["500 Oops", "503 Later", "204 Nothing", "206 Part"])
def test_any_other_answer_is_a_failure_that_may_pass(tmp_path: Path, status: str) -> None:
    async def test(host: Host) -> None:
        with pytest.raises(DownloadFailed) as failed:
            await get(host, "/a", tmp_path / "x")
        assert type(failed.value) is DownloadFailed

    run({"/a": http(status)}, test)
    assert leftovers(tmp_path) == []


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(bytes(65536))
        await writer.drain()


async def dripping(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


def test_a_result_that_is_too_large_is_refused_whether_it_says_so_or_not(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        for path in ("/says", "/endless"):
            with pytest.raises(TooLarge):
                await get(host, path, tmp_path / "x")

    run({"/says": http("200 OK", b"", Content_Length=str(2**40)), "/endless": endless}, test)
    assert leftovers(tmp_path) == []


def test_a_server_that_drips_is_given_up(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        with pytest.raises(DownloadFailed, match="longer than"):
            await get(host, "/a", tmp_path / "x", timeout=0.5)

    run({"/a": dripping}, test)
    assert leftovers(tmp_path) == []


def test_a_download_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        download = asyncio.ensure_future(get(host, "/a", tmp_path / "x"))
        while not leftovers(tmp_path):  # noqa: ASYNC110 -- a file tells nobody that it is there
            await asyncio.sleep(0.01)
        download.cancel()
        with pytest.raises(asyncio.CancelledError):
            await download

    run({"/a": dripping}, test)
    assert leftovers(tmp_path) == []


def test_a_host_that_is_not_there_is_a_failure_that_may_pass(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(DownloadFailed):
            asyncio.run(
                fetch(
                    origin, tmp_path / "x", own_origins=frozenset({origin}), max_bytes=9, timeout=5
                )
            )


def test_a_full_disk_is_an_oserror_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)

    async def test(host: Host) -> None:
        with pytest.raises(OSError, match="No space") as failed:
            await get(host, "/a", tmp_path / "x")
        assert failed.value.errno == errno.ENOSPC

    run({"/a": http("200 OK", BODY)}, test)
    assert leftovers(tmp_path) == []


def test_a_redirect_within_what_is_ours_is_followed_three_times_at_most(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        await get(host, "/1", tmp_path / "x")
        with pytest.raises(DownloadFailed, match="on and on"):
            await get(host, "/0", tmp_path / "y")

    hops: dict[str, Reply] = {f"/{n}": http("302 Found", Location=f"/{n + 1}") for n in range(4)}
    run(hops | {"/4": http("200 OK", BODY)}, test)
    assert leftovers(tmp_path) == ["x"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://127.0.0.1:1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://2130706433/",
        "http://93.184.216.34/",
        "ftp://93.184.216.34/",
        "file:///etc/passwd",
        "//127.0.0.1:1/",
    ],
)
def test_neither_an_address_nor_a_redirect_leads_into_our_own_network(
    tmp_path: Path, elsewhere: str
) -> None:
    async def test(host: Host) -> None:
        with pytest.raises(UnsafeAddress):
            await get(host, "/a", tmp_path / "x")
        if not elsewhere.startswith("//"):
            with pytest.raises(UnsafeAddress):
                await fetch(elsewhere, tmp_path / "x", max_bytes=9, timeout=5)

    run({"/a": http("302 Found", Location=elsewhere)}, test)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("nonsense", ["", "https://", "https://a:b", "https:///x", "no\nway"])
def test_what_is_no_address_is_never_asked(tmp_path: Path, nonsense: str) -> None:
    with pytest.raises(UnsafeAddress):
        asyncio.run(fetch(nonsense, tmp_path / "x", max_bytes=9, timeout=5))


def test_this_machine_is_refused_unless_it_is_our_own_origin(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        with pytest.raises(UnsafeAddress):
            await get(host, "/a", tmp_path / "x", own=False)
        other = frozenset({f"http://127.0.0.1:{host.port % 60_000 + 1}"})
        with pytest.raises(UnsafeAddress):
            await fetch(
                f"{host.origin}/a", tmp_path / "x", own_origins=other, max_bytes=9, timeout=5
            )

    assert run({"/a": http("200 OK", BODY)}, test).asked == []


def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved: list[str] = []

    async def test(host: Host) -> None:
        async def resolve(name: str, port: int, **_: object) -> list[tuple[Any, ...]]:
            resolved.append(name)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        origin = f"http://files.test:{host.port}"
        await fetch(
            f"{origin}/a",
            tmp_path / "x",
            own_origins=frozenset({origin}),
            max_bytes=len(BODY),
            timeout=5,
        )
        with pytest.raises(UnsafeAddress):
            await fetch("https://files.test/a", tmp_path / "y", max_bytes=9, timeout=5)

    host = run({"/a": http("200 OK", BODY)}, test)
    assert resolved == ["files.test", "files.test"]
    assert f"host: files.test:{host.port}\r\n" in host.asked[0].lower()
