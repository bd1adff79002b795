"""Does to calls what `Faults` says: answers something else, or breaks the connection."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from lib.sandbox.faults import Fault
from lib.sandbox.files import FILES
from lib.sandbox.state import State

_HTML = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_EXPIRED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)

_Peer = tuple[str, int]

_open: dict[_Peer, asyncio.Transport] = {}
"""The connections that are open, by the other side's address."""


class Protocol(AutoHTTPProtocol):
    """uvicorn's own, that lets a call's connection be found and reset."""

    _peer: _Peer | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._peer = peer = transport.get_extra_info("peername")[:2]
        _open[peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._peer is not None:
            _open.pop(self._peer, None)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, *given: Any) -> None:
        # Another protocol takes over, and connection_lost is told to that one.
        if self._peer is not None:
            _open.pop(self._peer, None)
        super().handle_websocket_upgrade(*given)  # type: ignore[misc]


class Faulty:
    """ASGI middleware; calls to `/sandbox/` are never struck."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/sandbox/"):
            await self._inner(scope, receive, send)
            return
        state: State = scope["state"]["sandbox"]
        address = _address(scope)
        if state.faults.is_expired(address):
            await _expired()(scope, receive, send)
            return
        if seconds := state.faults.delay(scope["method"], scope["path"]):
            await asyncio.sleep(seconds)
        fault = state.faults.call(scope["method"], scope["path"])
        if fault is None:
            await self._inner(scope, receive, send)
        elif fault.kind == "expired":
            if scope["path"].startswith(FILES):
                state.faults.expire(address)
            await _expired()(scope, receive, send)
        elif (answer := _ANSWERS.get(fault.kind)) is not None:
            await answer(fault)(scope, receive, send)
        else:
            await _BREAKS[fault.kind](self._inner, fault, scope, receive, send)


# ── Another answer ────────────────────────────────────────────────────────────────────────────


def _status(fault: Fault) -> Response:
    status = fault.details.get("status", 500)
    body = fault.details.get("body", json.dumps({"message": "Server Error"}))
    return _answer(body, status, fault.details.get("headers"), "application/json")


def _limit(kind: str, seconds: int) -> Callable[[Fault], Response]:
    def answer(fault: Fault) -> Response:
        wait = fault.details.get("retry_after", seconds)
        headers = {"X-RateLimit-Type": kind, "Retry-After": str(wait)}
        body = json.dumps({"message": "Too Many Attempts."})
        return Response(body, 429, headers, "application/json")

    return answer


def _html(fault: Fault) -> Response:
    status = fault.details.get("status", 200)
    return _answer(fault.details.get("body", _HTML), status, None, "text/html")


def _answer(body: str, status: int, headers: Mapping[str, str] | None, kind: str) -> Response:
    # These have no body; the connection's next answer would begin with it.
    return Response("" if status in (204, 304) else body, status, headers, kind)


def _expired() -> Response:
    return Response(_EXPIRED, 403, media_type="application/xml")


def _address(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return f"{scope['path']}?{query.decode('latin-1')}" if query else scope["path"]


_ANSWERS: Mapping[str, Callable[[Fault], Response]] = {
    "status": _status,
    "minute_limit": _limit("minute", 5),
    "daily_limit": _limit("daily", 3600),
    "html": _html,
}


# ── A broken one ──────────────────────────────────────────────────────────────────────────────


async def _reset_before(_: ASGIApp, __: Fault, scope: Scope, receive: Receive, ___: Send) -> None:
    # Read first: what is still under way would be answered by a reset of its own making.
    while (await receive()).get("more_body"):
        pass
    await _reset(scope, receive)


async def _reset_after(inner: ASGIApp, _: Fault, scope: Scope, receive: Receive, __: Send) -> None:
    await _answered(inner, scope, receive)
    await _reset(scope, receive)


async def _truncated(
    inner: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send
) -> None:
    """Processed, and half of the answer as if it were all of it; or, with `full_length`, half of
    what was announced, and then the end of the connection."""
    status, headers, body = await _answered(inner, scope, receive)
    half = body[: len(body) // 2]
    if not fault.details.get("full_length", False):
        kept = {name: value for name, value in headers.items() if name != "content-length"}
        await Response(half, status, kept)(scope, receive, send)
        return
    announced = {**headers, "content-length": str(len(body))}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in announced.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": half, "more_body": True})
    if (transport := _open.get(cast(_Peer, scope["client"]))) is not None:
        transport.close()  # after what was written
        await _gone(receive)


async def _stall(inner: ASGIApp, fault: Fault, scope: Scope, receive: Receive, _: Send) -> None:
    """Silence for `seconds`, or until the other side gives up; then a reset."""
    if fault.details.get("processed", True):
        await _answered(inner, scope, receive)
    try:
        async with asyncio.timeout(fault.details.get("seconds", 3600)):
            await _gone(receive)
    except TimeoutError:
        await _reset(scope, receive)


_BREAKS: Mapping[str, Callable[[ASGIApp, Fault, Scope, Receive, Send], Awaitable[None]]] = {
    "reset_before": _reset_before,
    "reset_after": _reset_after,
    "truncated": _truncated,
    "stall": _stall,
}


async def _answered(
    inner: ASGIApp, scope: Scope, receive: Receive
) -> tuple[int, Mapping[str, str], bytes]:
    """What the call would have been answered: status, headers, body."""
    start: dict[str, Any] = {}
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await inner(scope, receive, keep)
    return start["status"], Headers(raw=start["headers"]), bytes(body)


async def _reset(scope: Scope, receive: Receive) -> None:
    """End the connection with a TCP reset, as a crash of the other side would."""
    transport = _open.get(cast(_Peer, scope["client"]))
    if transport is not None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
