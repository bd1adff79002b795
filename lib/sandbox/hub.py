"""Who hears news by push: the Pusher protocol, version 7, as far as deAPI's clients speak it.

A client connects to `/app/{app key}`, has `/broadcasting/auth` sign its wish to hear
`private-client.{client id}`, and then gets `request.status.updated` for every job
(deapi.md, WebSockets; gotchas §7). Errors of jobs are never pushed.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from lib.sandbox.config import APP_KEY, Config
from lib.sandbox.jobs import Snapshot

EVENT = "request.status.updated"

_ACTIVITY_TIMEOUT = 120
"""Seconds of silence after which a client should ping."""
_MOST_MESSAGES = 1000
"""So many may wait for a client; one that is slower than that is let go."""


class Hub:
    """The clients that are connected, and what they hear. Belongs to the server's loop."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lines: set[_Line] = set()

    @property
    def channel(self) -> str:
        return f"private-client.{self._config.client_id}"

    def signed(self, socket_id: str, channel: str) -> str:
        """The word that lets this socket hear `channel`: the app's key and a signature."""
        message = f"{socket_id}:{channel}".encode()
        proof = hmac.new(self._config.key.encode(), message, hashlib.sha256).hexdigest()
        return f"{APP_KEY}:{proof}"

    def tell(self, data: Mapping[str, Any], copies: int = 1) -> None:
        """Push `data` to everybody who has subscribed."""
        message = _message(EVENT, data, self.channel)
        for line in [each for each in self._lines if self.channel in each.channels]:
            for _ in range(copies):
                line.put(message)

    async def serve(self, socket: WebSocket) -> None:
        """Talk with one client until it leaves."""
        await socket.accept()
        if socket.path_params["key"] != APP_KEY:
            await socket.send_text(_error(4001, "App key is not known."))
            await socket.close(4001)
            return
        line = _Line(socket)
        self._lines.add(line)
        writing = asyncio.create_task(line.write())
        opened = {"socket_id": line.socket_id, "activity_timeout": _ACTIVITY_TIMEOUT}
        line.put(_message("pusher:connection_established", opened))
        try:
            while True:
                self._take(line, await socket.receive_text())
        except (WebSocketDisconnect, KeyError, RuntimeError):
            pass  # it left, or sent bytes
        finally:
            self._lines.discard(line)
            writing.cancel()
            with suppress(RuntimeError):
                await socket.close()

    def _take(self, line: "_Line", text: str) -> None:
        said = _object(text)
        event, data = said.get("event"), said.get("data")
        data = _object(data) if isinstance(data, str) else data
        data = cast(dict[str, Any], data) if isinstance(data, dict) else {}
        channel = str(data.get("channel", ""))
        if event == "pusher:ping":
            line.put(_message("pusher:pong", {}))
        elif event == "pusher:unsubscribe":
            line.channels.discard(channel)
        elif event == "pusher:subscribe":
            right = self.signed(line.socket_id, channel)
            given = str(data.get("auth", ""))
            if channel == self.channel and hmac.compare_digest(right.encode(), given.encode()):
                line.channels.add(channel)
                line.put(_message("pusher_internal:subscription_succeeded", {}, channel))
            else:
                line.put(_refusal(channel))


class _Line:
    """One client's connection, and what waits to be written to it."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket_id = f"{secrets.randbelow(10**9)}.{secrets.randbelow(10**9)}"
        self.channels: set[str] = set()
        self._socket = socket
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()

    def put(self, message: str) -> None:
        slow = self._waiting.qsize() >= _MOST_MESSAGES
        self._waiting.put_nowait(None if slow else message)

    async def write(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            while (message := await self._waiting.get()) is not None:
                await self._socket.send_text(message)
            await self._socket.close(4100)


def payload(config: Config, request_id: str, job: Snapshot) -> Mapping[str, Any]:
    """A job as it is pushed: at the top level, its progress as text (gotchas §7)."""

    def url(name: str | None) -> str | None:
        return name and f"{config.address}/files/{name}"

    working = job.status == "processing" and job.progress > 0
    return {
        "request_id": request_id,
        "status": "in_progress" if working else job.status,
        "preview": url(job.preview),
        "result_url": url(job.result),
        "progress": f"{job.progress:.2f}",
    }


def _message(event: str, data: Mapping[str, Any], channel: str | None = None) -> str:
    """What Pusher sends: the data is JSON in JSON."""
    named = {} if channel is None else {"channel": channel}
    return json.dumps({"event": event, **named, "data": json.dumps(data)})


def _error(code: int, message: str) -> str:
    """Here the data is an object, not text (Pusher protocol, `pusher:error`)."""
    return json.dumps({"event": "pusher:error", "data": {"code": code, "message": message}})


def _refusal(channel: str) -> str:
    """As soketi, which deAPI's push runs on, refuses a channel: its data is a plain object."""
    data = {"type": "AuthError", "error": "The connection is unauthorized.", "status": 401}
    return json.dumps({"event": "pusher:subscription_error", "channel": channel, "data": data})


def _object(text: str) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        value = json.loads(text)
        if isinstance(value, dict):
            return cast(dict[str, Any], value)
    return {}
