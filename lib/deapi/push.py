"""News of jobs as deAPI pushes it: a client of the Pusher protocol (deapi.md, WebSockets).

News is a hint. What is missed while the connection is away is not sent again, and errors are never
sent at all (gotchas §7), so that polls stand behind it.
"""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote as percent

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from lib.deapi.errors import DeapiError, Forbidden, NotUnderstood, Unauthorized
from lib.deapi.text import loads
from lib.deapi.wire import Job, request_id_of

log = logging.getLogger(__name__)

EVENT = "request.status.updated"
SILENCE = 30.0
"""Seconds without a word after which we ping, and then seconds until we give the line up."""
PATIENCE = 15.0
"""Seconds for connecting, and for each answer on the way to the subscription."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before the next connection: the first and the longest."""
STEADY = 60.0
"""A line that stood so many seconds begins with the first wait again."""
MAX_BYTES = 8 * 1024 * 1024
"""Older services push previews in base64."""


@dataclass(frozen=True, slots=True)
class PushAddress:
    """Where a client's news comes from: `url` like `wss://soketi.deapi.ai:443`."""

    url: str
    app_key: str
    client_id: str

    @property
    def channel(self) -> str:
        return f"private-client.{self.client_id}"


class _Refused(Exception):
    """The service won't have us: to ask again at once would be no use."""


class _Unwelcome(Exception):
    """The service says not to come back as we are (Pusher protocol, 4000–4099)."""


class _Moved(Exception):
    """The service says to come back at once (Pusher protocol, 4200–4299)."""


class Push:
    """One push connection that comes back whenever it is lost.

    `authorise` signs a socket's wish to hear a channel (`Client.authorise`). `heard` gets each
    piece of news, `changed` whether the subscription stands. Both are called on the loop.
    """

    def __init__(
        self,
        address: PushAddress,
        authorise: Callable[[str, str], Awaitable[str]],
        heard: Callable[[Job], None],
        changed: Callable[[bool], None],
        *,
        silence: float = SILENCE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._address = address
        self._authorise = authorise
        self._heard = heard
        self._changed = changed
        self._silence = silence
        self._sleep = sleep
        self._is_up = False

    @property
    def is_up(self) -> bool:
        """Whether the subscription stands."""
        return self._is_up

    async def run(self) -> None:
        """Connect, listen, and connect again, until cancelled, or until the service says that this
        is no use: then whoever wants push may start it again later."""
        wait = FIRST_WAIT
        loop = asyncio.get_running_loop()
        while True:
            began, at_once = loop.time(), False
            try:
                await self._connected()
            except _Unwelcome as error:
                log.warning("push does not want us back: %s", error)
                return
            except _Moved as error:
                log.info("push has moved: %s", error)
                # Who says so before the subscription stands would be asked without end.
                at_once = self._is_up
            except (_Refused, Unauthorized, Forbidden) as error:
                log.warning("push is refused: %s", error)
                wait = LONGEST_WAIT
            except (DeapiError, WebSocketException, OSError, TimeoutError, ValueError) as error:
                log.info("push is away: %s", error or type(error).__name__)
            finally:
                self._stands(False)
            if loop.time() - began >= STEADY:
                wait = FIRST_WAIT
            if at_once:
                continue
            # Full jitter: whoever lost the line at the same moment doesn't come back at one.
            await self._sleep(wait * random.uniform(0.1, 1.0))
            wait = min(2 * wait, LONGEST_WAIT)

    async def _connected(self) -> None:
        """One connection, from its opening to its loss, which is raised."""
        path = f"/app/{percent(self._address.app_key, safe='')}"
        url = f"{self._address.url}{path}?protocol=7&client=deapi-playground&version=1"
        async with connect(
            url,
            max_size=MAX_BYTES,
            open_timeout=PATIENCE,
            close_timeout=2,
            ping_interval=None,  # Pusher has pings of its own
            proxy=None,
        ) as line:
            try:
                await self._subscribe(line)
                self._stands(True)
                await self._listen(line)
            except ConnectionClosed as error:
                if error.rcvd is not None:
                    _obey(error.rcvd.code, error.rcvd.reason)
                raise

    async def _subscribe(self, line: ClientConnection) -> None:
        async with asyncio.timeout(PATIENCE):
            opened = await self._expect(line, "pusher:connection_established")
            socket_id = opened.get("socket_id")
            if not isinstance(socket_id, str) or len(socket_id) > 100:
                raise NotUnderstood("Push names no socket.")
            channel = self._address.channel
            signed = await self._authorise(socket_id, channel)
            await _say(line, "pusher:subscribe", {"auth": signed, "channel": channel})
            await self._expect(line, "pusher_internal:subscription_succeeded")

    async def _expect(self, line: ClientConnection, event: str) -> Mapping[str, Any]:
        """The data of the next message called `event`; others on the way are taken in."""
        while True:
            name, data = _read(await line.recv())
            if name == event:
                return data
            if name == "pusher:error":
                _obey(data.get("code"), data.get("message"))
            if name in ("pusher:error", "pusher:subscription_error"):
                raise _Refused(str(data.get("message") or data.get("error") or name)[:200])
            await self._take(line, name, data)

    async def _listen(self, line: ClientConnection) -> None:
        pinged = False
        while True:
            try:
                async with asyncio.timeout(self._silence):
                    message = await line.recv()
            except TimeoutError:
                if pinged:
                    raise
                await _say(line, "pusher:ping", {})
                pinged = True
                continue
            pinged = False
            await self._take(line, *_read(message))

    async def _take(self, line: ClientConnection, name: str, data: Mapping[str, Any]) -> None:
        if name == "pusher:ping":
            await _say(line, "pusher:pong", {})
        elif name == "pusher:error":
            _obey(data.get("code"), data.get("message"))
        elif name.removeprefix(".") == EVENT:
            try:
                job = Job.parse(data, request_id_of(data))
            except NotUnderstood as error:
                log.info("push said something odd: %s", error)
            else:
                self._heard(job)

    def _stands(self, up: bool) -> None:
        if up != self._is_up:
            self._is_up = up
            self._changed(up)


def _obey(code: object, why: object) -> None:
    """Raise what an error's or a closing's code asks for (Pusher protocol, error codes); of those
    that ask for nothing, nothing is raised."""
    if not isinstance(code, int):
        return
    said = f"{code} {why}"[:200]
    if 4000 <= code <= 4099:
        raise _Unwelcome(said)
    if 4100 <= code <= 4199:
        raise ConnectionError(said)  # come back after a wait
    if 4200 <= code <= 4299:
        raise _Moved(said)


async def _say(line: ClientConnection, event: str, data: Mapping[str, Any]) -> None:
    await line.send(json.dumps({"event": event, "data": data}))


def _read(message: str | bytes) -> tuple[str, Mapping[str, Any]]:
    """A message's event and data, which is JSON in JSON; nothing of what can't be read."""
    try:
        outer = _object(loads(message.encode() if isinstance(message, str) else message))
        data = outer.get("data")
        if isinstance(data, str):
            data = loads(data.encode())
    except ValueError:
        return "", {}
    name = outer.get("event")
    return name if isinstance(name, str) else "", _object(data)


def _object(value: Any) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, dict) else {}
