"""Bringing a result down: from an address that deAPI gave us, to a file that is ours.

The address is somebody else's word. It is resolved once, the address it resolves to is checked and
is the one connected to, so that a name can't turn to a machine of ours in between. No key and no
cookie goes along.
"""

import asyncio
import functools
import hashlib
import os
import re
import socket
import ssl
import tempfile
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import BinaryIO

import httpx

from lib.deapi.errors import DownloadFailed, Expired, TooLarge, UnsafeAddress

MAX_HOPS = 3
"""How many redirects are followed."""

_GONE = (403, 404, 410)
_BATCH = 1024 * 1024
_TIMEOUT = httpx.Timeout(connect=10, read=30, write=10, pool=10)
_MOST_ADDRESSES = 4
_INTERNET = IPv6Network("2000::/3")
"""All that is given out of IPv6: what lies elsewhere is local, reserved or of the old kind."""
_TUNNELS_AND_EXAMPLES = (IPv6Network("2002::/16"), IPv6Network("3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,49}/[a-z0-9][a-z0-9!#$&^_.+-]{0,49}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A result that is on our disk: its type as the server names it, size in bytes, SHA-256."""

    media_type: str
    size: int
    sha256: str


async def fetch(
    url: str,
    target: Path,
    *,
    own_origins: frozenset[str] = frozenset(),
    max_bytes: int,
    timeout: float,
) -> Fetched:
    """Download `url` to `target`, which appears whole or not at all.

    Only https, and only public addresses, except on `own_origins` (`scheme://host:port`): there
    http and this machine are allowed, for the sandbox. At most `max_bytes` bytes within `timeout`
    seconds. Raises `Expired`, `UnsafeAddress`, `TooLarge` or another `DownloadFailed`, and
    `OSError` when it can't be written (a full disk).
    """
    try:
        async with asyncio.timeout(timeout), _answer(url, own_origins) as response:
            return await _store(response, target, max_bytes)
    except TimeoutError as error:
        raise DownloadFailed(f"The download took longer than {timeout:.0f} seconds.") from error
    except (httpx.InvalidURL, UnicodeError) as error:  # some nonsense is noticed late
        raise UnsafeAddress("The result's address is not an address.") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise DownloadFailed(f"{type(error).__name__}: {error}") from error


@asynccontextmanager
async def _answer(url: str, own_origins: frozenset[str]) -> AsyncGenerator[httpx.Response]:
    """The 200 at the end of the redirects, each of which was checked like the first address."""
    where = httpx.URL(url)
    for _ in range(MAX_HOPS + 1):
        # A client for each: no cookie, and no connection to the same address under another name,
        # goes from one host to the next.
        async with httpx.AsyncClient(
            verify=_certificates(), timeout=_TIMEOUT, follow_redirects=False, trust_env=False
        ) as http:
            response = await _get(http, where, own_origins)
            try:
                if response.status_code == 200:
                    yield response
                    return
                if not response.has_redirect_location:
                    raise _refused(response.status_code)
                where = where.join(httpx.URL(response.headers["location"]))
            finally:
                await response.aclose()
    raise DownloadFailed("The result's address leads on and on.")


def _refused(status: int) -> DownloadFailed:
    kind = Expired if status in _GONE else DownloadFailed
    return kind(f"HTTP {status} instead of the result.", status=status)


async def _get(
    http: httpx.AsyncClient, url: httpx.URL, own_origins: frozenset[str]
) -> httpx.Response:
    """Ask for `url` at an address that was checked, without asking for its name again."""
    failure: httpx.TransportError | None = None
    for address in await _addresses(url, own_origins):
        request = http.build_request(
            "GET",
            url.copy_with(host=address, userinfo=b""),
            headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"},
            # The certificate must still be the named host's.
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        try:
            return await http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = error
    raise failure or DownloadFailed("The result's host has no address.")


async def _addresses(url: httpx.URL, own_origins: frozenset[str]) -> list[str]:
    """The addresses of `url`'s host that we may connect to. Raises `UnsafeAddress` if none is."""
    own = _origin(url) in {_origin(httpx.URL(each)) for each in own_origins}
    if url.scheme != "https" and not (own and url.scheme == "http"):
        raise UnsafeAddress("The result's address does not begin with https://.")
    if not url.host:
        raise UnsafeAddress("The result's address names no host.")
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.raw_host.decode("ascii"), port, type=socket.SOCK_STREAM
        )
    except (socket.gaierror, UnicodeError) as error:
        raise DownloadFailed("The result's host is not known.") from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    allowed = [each for each in addresses if own or _is_public(each)]
    if not allowed:
        raise UnsafeAddress("The result's address is inside a private network.")
    return allowed[:_MOST_ADDRESSES]


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _is_public(address: str) -> bool:
    """Whether an address is one of the internet's, also when it hides one of the old kind."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global and not (ip.is_multicast or ip.is_reserved)
    if (hidden := _hidden(ip)) is not None:
        return _is_public(str(hidden))
    given_out = ip in _INTERNET and not any(ip in each for each in _TUNNELS_AND_EXAMPLES)
    return given_out and ip.is_global


def _hidden(ip: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped


@functools.cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


async def _store(response: httpx.Response, target: Path, max_bytes: int) -> Fetched:
    """Write the body beside `target`, make it durable, then let it appear under its name."""
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > max_bytes:
        raise TooLarge(f"The result is larger than {max_bytes} bytes.")
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            digest, size = hashlib.sha256(), 0

            def write(batch: bytes) -> None:
                digest.update(batch)
                file.write(batch)

            batch = bytearray()
            async for chunk in _content(response):
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge(f"The result is larger than {max_bytes} bytes.")
                batch += chunk
                if len(batch) >= _BATCH:
                    await asyncio.to_thread(write, bytes(batch))
                    batch.clear()
            write(bytes(batch))
            await asyncio.to_thread(_make_durable, file)
        await asyncio.to_thread(_appear, part, target)
    finally:
        _discard(part)  # at once, as this task may be on its way out
    named = response.headers.get("content-type", "").split(";")[0].strip().lower()
    media_type = named if _MEDIA_TYPE.fullmatch(named) else "application/octet-stream"
    return Fetched(media_type, size, digest.hexdigest())


async def _content(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The body as the result is. Nobody asked for a packed one, but some stores of files pack what
    they hold; httpx itself would unpack each part as a whole, a thousand times as large, and again
    for every packing that is named."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise DownloadFailed("The result is packed in a way that was not asked for.")
    chunks = response.aiter_raw()
    async for part in chunks if coding == "identity" else _unpacked(chunks):
        yield part


async def _unpacked(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """What was packed with gzip, in parts of at most `_BATCH` bytes."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        async for chunk in chunks:
            while chunk:
                if unpacker.eof:  # several packed files are one
                    unpacker = zlib.decompressobj(wbits=31)
                yield unpacker.decompress(chunk, _BATCH)
                chunk = unpacker.unconsumed_tail or unpacker.unused_data
        while rest := unpacker.decompress(b"", _BATCH):
            yield rest
    except zlib.error as error:
        raise DownloadFailed("The result is broken.") from error
    if not unpacker.eof:
        raise DownloadFailed("The result was cut short.")


def _make_durable(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _appear(part: Path, target: Path) -> None:
    """Rename, for good: a new name survives a power cut only when its folder is written, too."""
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
