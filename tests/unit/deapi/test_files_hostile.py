"""A result's address, its redirects and its body are somebody else's word: what they may not do."""

import asyncio
import functools
import gzip
import resource
import socket
import ssl
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from lib.deapi import files
from lib.deapi.errors import DeapiError, DownloadFailed, TooLarge, UnsafeAddress
from lib.deapi.files import fetch
from tests.support.tls import certificate
from tests.unit.deapi.test_files import BODY, Host, Reply, get, http, leftovers, run

PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
OURS = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1"),
    *("192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "224.0.0.251", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "100::1", "2001:db8::1", "2001:0:0:0:0:0:80ff:fffe"),
    *("2002:a00:1::", "3fff::1", "fd00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
]


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str, port: int | None = None) -> None:
    """Have every name stand for these addresses, in the running loop."""

    async def resolve(_name: str, asked: int, **_: object) -> list[tuple[Any, ...]]:
        to = port or asked
        return [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (each, to)) for each in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)


async def checked(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    resolve_to(monkeypatch, *addresses)
    return await files._addresses(httpx.URL("https://files.test/a"), frozenset())


@pytest.mark.parametrize("address", OURS)
def test_a_name_that_stands_for_an_address_of_ours_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with pytest.raises(UnsafeAddress):
        asyncio.run(checked(monkeypatch, address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_name_in_the_internet_is_not(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert asyncio.run(checked(monkeypatch, address)) == [address]


def test_of_several_addresses_only_those_of_the_internet_are_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mixed = [PUBLIC[0], *OURS, PUBLIC[2]]
    assert asyncio.run(checked(monkeypatch, *mixed)) == [PUBLIC[0], PUBLIC[2]]


@pytest.mark.parametrize(
    "address",
    [
        "https://xn--/",
        "https://a/\ud800",
        "https://\udcff/",
        "https://a:99999/",
        "https://a..b/",
        f"https://{'a' * 70}.com/",
        f"https://{'a.' * 200}com/",
        "https://[::1%25lo]/",
        "https://[v1.a]/",
        "https://①②⑦.⓪.⓪.①/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://user:word@127.0.0.1/",
        "https://8.8.8.8\\@127.0.0.1/",
        "https://127.0.0.1#@8.8.8.8/",
        "https:127.0.0.1",
        "javascript:alert(1)",
        "data:text/plain,x",
        "gopher://127.0.0.1/",
        f"https://127.0.0.1/{'a' * 70_000}",
    ],
)
def test_whatever_an_address_looks_like_it_is_refused_and_nothing_breaks(
    tmp_path: Path, address: str
) -> None:
    """Any other exception would end the run's own task, and its result would never come."""
    with pytest.raises(DeapiError):
        asyncio.run(fetch(address, tmp_path / "x", max_bytes=9, timeout=5))
    redirect = http("302 Found", Location=address.encode("utf-8", "replace").decode("latin-1"))

    async def test(host: Host) -> None:
        with pytest.raises(DeapiError):
            await get(host, "/a", tmp_path / "x")

    run({"/a": redirect}, test)
    assert leftovers(tmp_path) == []


def test_a_name_and_password_in_the_address_are_not_sent(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        url = f"http://me:secret@127.0.0.1:{host.port}/a"
        own = frozenset({host.origin})
        await fetch(url, tmp_path / "x", own_origins=own, max_bytes=len(BODY), timeout=5)

    host = run({"/a": http("200 OK", BODY)}, test)
    assert "secret" not in host.asked[0]
    assert "authorization" not in host.asked[0].lower()


def test_a_cookie_of_one_hop_is_not_brought_to_the_next(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        await get(host, "/1", tmp_path / "x")

    hop = http("302 Found", Location="/2", Set_Cookie="who=me; Path=/")
    host = run({"/1": hop, "/2": http("200 OK", BODY)}, test)
    assert len(host.asked) == 2
    assert not any("cookie" in each.lower() for each in host.asked)


def test_the_certificate_must_be_the_named_hosts_and_of_somebody_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pinned to its address, a connection is still to the host that the address names."""
    pem = certificate(tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    knowing = ssl.create_default_context(cafile=str(pem))

    async def test(name: str, trusted: ssl.SSLContext) -> None:
        host = Host({"/a": http("200 OK", b"whole")})
        server = await asyncio.start_server(host._serve, "127.0.0.1", 0, ssl=serving)
        port = server.sockets[0].getsockname()[1]
        resolve_to(monkeypatch, "127.0.0.1")
        monkeypatch.setattr(files, "_certificates", lambda: trusted)
        origin = f"https://{name}:{port}"
        own = frozenset({origin})
        async with server:
            await fetch(
                f"{origin}/a", tmp_path / "kept" / "x", own_origins=own, max_bytes=9, timeout=5
            )

    asyncio.run(test("127.0.0.1", knowing))
    for name, trusted in (("files.test", knowing), ("127.0.0.1", ssl.create_default_context())):
        with pytest.raises(DownloadFailed, match=r"(?i)certificate"):
            asyncio.run(test(name, trusted))


def test_a_result_that_was_packed_on_the_way_is_unpacked(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        fetched = await get(host, "/a", tmp_path / "x")
        assert fetched.size == len(BODY)

    packed = gzip.compress(BODY[: 2**20]) + gzip.compress(BODY[2**20 :])
    run({"/a": http("200 OK", packed, Content_Encoding="gzip")}, test)
    assert (tmp_path / "x").read_bytes() == BODY


def test_a_packed_result_that_was_cut_is_not_taken_for_whole(tmp_path: Path) -> None:
    async def test(host: Host) -> None:
        for path in ("/cut", "/bent"):
            with pytest.raises(DownloadFailed):
                await get(host, path, tmp_path / "x")

    packed = gzip.compress(BODY)
    cut: Reply = http("200 OK", packed[:-100], Content_Encoding="gzip")
    bent: Reply = http("200 OK", packed[:100] + b"!" * 100, Content_Encoding="gzip")
    run({"/cut": cut, "/bent": bent}, test)
    assert leftovers(tmp_path) == []


@functools.cache
def bomb(layers: int) -> bytes:
    """160 MB of nothing, packed once or several times."""
    packer = zlib.compressobj(1, wbits=31)
    packed = b"".join(packer.compress(bytes(4 * 2**20)) for _ in range(40)) + packer.flush()
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip", "deflate", "br", "zstd", "unheard-of"])
def test_a_body_that_unpacks_without_end_costs_no_memory(tmp_path: Path, coding: str) -> None:
    packed = bomb(coding.count("gzip") or 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    async def test(host: Host) -> None:
        with pytest.raises(DownloadFailed) as refused:
            await get(host, "/a", tmp_path / "x", max_bytes=10 * 2**20)
        assert (type(refused.value) is TooLarge) == (coding == "gzip")

    run({"/a": http("200 OK", packed, Content_Encoding=coding)}, test)
    assert leftovers(tmp_path) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024  # KiB


@pytest.mark.parametrize(
    "told", ["", "nonsense", "image", "image/" + "x" * 300, "image/png<script>", "text/ü"]
)
def test_a_type_that_is_none_is_nothing_known(tmp_path: Path, told: str) -> None:
    async def test(host: Host) -> None:
        fetched = await get(host, "/a", tmp_path / "x")
        assert fetched.media_type == "application/octet-stream"

    run({"/a": http("200 OK", b"whole", Content_Type=told)}, test)
