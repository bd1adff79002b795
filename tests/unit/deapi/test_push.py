"""The push client against a real WebSocket server on this machine that misbehaves as it is told."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from lib.deapi import push
from lib.deapi.errors import Forbidden, Unauthorized
from lib.deapi.push import EVENT, Push, PushAddress
from lib.deapi.wire import Job

CHANNEL = "private-client.me"
PATIENCE = 10

Serves = Callable[[ServerConnection], Awaitable[None]]
"""What the server does with one connection."""


class Line:
    """A push client over a server, and what happened to it: news, changes, and its waits."""

    def __init__(self, port: int, refusal: Exception | None, silence: float) -> None:
        self.news: asyncio.Queue[Job] = asyncio.Queue()
        self.stood: list[bool] = []
        self.waits: list[float] = []
        self.slept: asyncio.Queue[float] = asyncio.Queue()
        self.connections = 0
        self.stands_at: dict[int, asyncio.Event] = {}
        self._refusal = refusal
        address = PushAddress(f"ws://127.0.0.1:{port}", "key", "me")
        self.push = Push(
            address,
            self._authorise,
            self.news.put_nowait,
            self._changed,
            silence=silence,
            sleep=self._sleep,
        )

    async def _authorise(self, _: str, __: str) -> str:
        if self._refusal is not None:
            raise self._refusal
        return "key:signed"

    def _changed(self, stands: bool) -> None:
        self.stood.append(stands)
        if stands and self.connections in self.stands_at:
            self.stands_at[self.connections].set()

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.slept.put_nowait(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def line(
    *served: Serves, refusal: Exception | None = None, silence: float = 30
) -> AsyncGenerator[tuple[Line, asyncio.Task[None]]]:
    """A client that runs; its first connections are `served` in turn, and the next ones kept."""

    async def handle(socket: ServerConnection) -> None:
        at = client.connections
        client.connections += 1
        try:
            if at < len(served):
                await served[at](socket)
            else:
                await subscribed(socket)
                await socket.wait_closed()
        except ConnectionClosed:
            pass

    async with serve(handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        client = Line(port, refusal, silence)
        last = client.stands_at[len(served) + 1] = asyncio.Event()
        running = asyncio.create_task(client.push.run())
        try:
            async with asyncio.timeout(PATIENCE):
                yield client, running
                if not running.done() and refusal is None:
                    await last.wait()
        finally:
            running.cancel()
            await asyncio.wait([running])


async def subscribed(socket: ServerConnection) -> None:
    """Open and subscribe one client as Pusher does."""
    opened = json.dumps({"socket_id": "1.2", "activity_timeout": 120})
    await say(socket, "pusher:connection_established", opened)
    while json.loads(await socket.recv())["event"] != "pusher:subscribe":
        pass
    await say(socket, "pusher_internal:subscription_succeeded", "{}", channel=CHANNEL)


async def say(socket: ServerConnection, event: str, data: object, **more: object) -> None:
    await socket.send(json.dumps({"event": event, "data": data, **more}))


def told(request_id: object = "last", **more: object) -> dict[str, Any]:
    return {"request_id": request_id, "status": "done", **more}


def error(code: object, message: object = "no") -> Serves:
    """A server that subscribes, and then says `pusher:error` and leaves the line open."""

    async def serves(socket: ServerConnection) -> None:
        await subscribed(socket)
        await say(socket, "pusher:error", {"code": code, "message": message})
        await socket.wait_closed()

    return serves


def closing(code: int) -> Serves:
    """A server that subscribes, and then closes with `code`."""

    async def serves(socket: ServerConnection) -> None:
        await subscribed(socket)
        await socket.close(code, "no")

    return serves


ODD: list[str | bytes] = [
    "",
    "no json",
    "[1, 2]",
    "null",
    "[" * 100_000,
    b"\xff\xfe\x00",
    b"{}",
    "{}",
    json.dumps({"event": 7, "data": told()}),
    json.dumps({"event": None, "data": None}),
    json.dumps({"event": "client-something", "data": told("unknown event")}),
    json.dumps({"event": "pusher:member_added", "data": "{"}),
    json.dumps({"event": "pusher:error", "data": "text"}),
    json.dumps({"event": "pusher:error", "data": {"code": "4001"}}),
    json.dumps({"event": "pusher:error", "data": {"code": 4301}}),
    json.dumps({"event": EVENT}),
    json.dumps({"event": EVENT, "data": "not json"}),
    json.dumps({"event": EVENT, "data": "[]"}),
    json.dumps({"event": EVENT, "data": [told()]}),
    *(
        json.dumps({"event": EVENT, "data": told(name)})
        for name in (None, 5.5, "", ["a"], {"a": 1}, "x" * 256, "\ud800", "a b", "a\n")
    ),
    json.dumps({"event": EVENT, "data": {"request_id": "a", "status": 5}}),
    json.dumps({"event": EVENT, "data": {"request_id": "a"}}),
    '{"event": "request.status.updated", "data": {"request_id": "a", "progress": NaN}}',
]


@pytest.mark.parametrize("message", ODD, ids=lambda each: repr(each)[:50])
def test_what_can_not_be_understood_is_passed_over_and_the_line_stays(message: str | bytes) -> None:
    async def odd(socket: ServerConnection) -> None:
        await subscribed(socket)
        await socket.send(message)
        await say(socket, EVENT, told())
        await socket.wait_closed()

    async def body() -> None:
        async with line(odd) as (client, running):
            assert (await client.news.get()).request_id == "last"
            assert (client.connections, client.stood) == (1, [True])
            running.cancel()
            await asyncio.wait([running])

    asyncio.run(body())


@pytest.mark.parametrize(
    "details",
    [
        {"progress": progress, "preview": preview, "result_url": url}
        for progress in (None, -1, 1e300, "many", [1])
        for preview, url in ((None, None), (5, {"a": 1}), ("javascript:alert(1)", "file:///etc"))
    ],
    ids=str,
)
def test_odd_details_of_a_job_are_left_out_and_its_state_is_heard(details: dict[str, Any]) -> None:
    async def odd(socket: ServerConnection) -> None:
        await subscribed(socket)
        await say(socket, EVENT, told(**details))
        await socket.wait_closed()

    async def body() -> None:
        async with line(odd) as (client, running):
            job = await client.news.get()
            assert (job.state, job.result_url) == ("done", None)
            running.cancel()
            await asyncio.wait([running])

    asyncio.run(body())


@pytest.mark.parametrize("data", [told("a"), json.dumps(told("a"))], ids=["object", "text"])
@pytest.mark.parametrize("event", [EVENT, f".{EVENT}"])
def test_data_is_read_as_an_object_and_as_text(data: object, event: str) -> None:
    async def both(socket: ServerConnection) -> None:
        await subscribed(socket)
        await say(socket, event, data, channel=CHANNEL)
        await socket.wait_closed()

    async def body() -> None:
        async with line(both) as (client, running):
            assert (await client.news.get()).request_id == "a"
            running.cancel()
            await asyncio.wait([running])

    asyncio.run(body())


def test_a_giant_frame_ends_the_line_which_comes_back() -> None:
    async def giant(socket: ServerConnection) -> None:
        await subscribed(socket)
        await socket.send("x" * (push.MAX_BYTES + 1))
        await socket.wait_closed()

    async def body() -> None:
        async with line(giant) as (client, _):
            pass
        assert client.stood[:3] == [True, False, True]
        assert client.news.empty()

    asyncio.run(body())


def test_a_ping_is_answered_in_any_state() -> None:
    pongs: list[str] = []

    async def pinging(socket: ServerConnection) -> None:
        await say(socket, "pusher:ping", {})
        pongs.append(json.loads(await socket.recv())["event"])
        await subscribed(socket)
        await say(socket, "pusher:ping", "{}")
        pongs.append(json.loads(await socket.recv())["event"])

    async def body() -> None:
        async with line(pinging):
            pass
        assert pongs == ["pusher:pong"] * 2

    asyncio.run(body())


def test_silence_is_answered_by_a_ping_and_silence_to_that_by_a_new_line() -> None:
    heard: list[str] = []

    async def silent(socket: ServerConnection) -> None:
        await subscribed(socket)
        while True:
            heard.append(json.loads(await socket.recv())["event"])

    async def body() -> None:
        async with line(silent, silence=0.05) as (client, _):
            pass
        assert heard == ["pusher:ping"]
        assert client.stood[:3] == [True, False, True]

    asyncio.run(body())


def test_who_answers_pings_keeps_its_line() -> None:
    answered = asyncio.Event()

    async def answering(socket: ServerConnection) -> None:
        await subscribed(socket)
        for _ in range(3):
            assert json.loads(await socket.recv())["event"] == "pusher:ping"
            await say(socket, "pusher:pong", {})
        answered.set()
        await socket.close(1000)

    async def body() -> None:
        async with line(answering, silence=0.1) as (client, _):
            await answered.wait()
            assert client.connections == 1

    asyncio.run(body())


@pytest.mark.parametrize(
    "refusal", [Unauthorized("no"), Forbidden("no")], ids=lambda each: type(each).__name__
)
def test_a_refused_key_is_asked_about_again_only_after_the_longest_wait(refusal: Exception) -> None:
    async def opened(socket: ServerConnection) -> None:
        await say(socket, "pusher:connection_established", json.dumps({"socket_id": "1.2"}))
        await socket.wait_closed()

    async def body() -> None:
        async with line(opened, opened, refusal=refusal) as (client, _):
            waits = [await client.slept.get() for _ in range(2)]
        assert client.stood == []
        least = 0.1 * push.LONGEST_WAIT
        assert all(least <= each <= push.LONGEST_WAIT for each in waits)

    asyncio.run(body())


def test_a_refused_subscription_is_asked_for_again_only_after_the_longest_wait() -> None:
    async def refusing(socket: ServerConnection) -> None:
        await say(socket, "pusher:connection_established", json.dumps({"socket_id": "1.2"}))
        await socket.recv()
        refused = {"type": "AuthError", "error": "no", "status": 401}
        await say(socket, "pusher:subscription_error", refused, channel=CHANNEL)
        await socket.wait_closed()

    async def body() -> None:
        async with line(refusing) as (client, _):
            pass
        assert client.waits[0] >= 0.1 * push.LONGEST_WAIT
        assert client.stood[0] is True  # the first that stood is the second
        assert client.connections == 2

    asyncio.run(body())


@pytest.mark.parametrize("socket_id", [None, 5, "x" * 101])
def test_an_opening_that_names_no_socket_is_tried_again(socket_id: object) -> None:
    async def odd(socket: ServerConnection) -> None:
        await say(socket, "pusher:connection_established", {"socket_id": socket_id})
        await socket.wait_closed()

    async def body() -> None:
        async with line(odd) as (client, _):
            pass
        assert client.connections == 2

    asyncio.run(body())


@pytest.mark.parametrize("code", [4000, 4001, 4009, 4099])
@pytest.mark.parametrize("how", [error, closing])
def test_who_is_told_not_to_come_back_stays_away(how: Callable[[int], Serves], code: int) -> None:
    async def body() -> None:
        async with line(how(code)) as (client, running):
            await asyncio.wait([running])
        assert running.exception() is None
        assert (client.connections, client.waits, client.stood) == (1, [], [True, False])

    asyncio.run(body())


def test_an_unknown_app_key_is_told_before_any_subscription() -> None:
    async def unknown(socket: ServerConnection) -> None:
        await say(socket, "pusher:error", {"code": 4001, "message": "App key is not known."})
        await socket.close(4001)

    async def body() -> None:
        async with line(unknown) as (client, running):
            await asyncio.wait([running])
        assert (client.connections, client.stood) == (1, [])

    asyncio.run(body())


@pytest.mark.parametrize("code", [4100, 4199])
@pytest.mark.parametrize("how", [error, closing])
def test_who_is_told_to_wait_comes_back_after_ever_longer_waits(
    how: Callable[[int], Serves], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push.random, "uniform", lambda _, most: most)

    async def body() -> None:
        async with line(*[how(code)] * 3) as (client, _):
            pass
        assert client.waits[:3] == [1, 2, 4]

    asyncio.run(body())


@pytest.mark.parametrize("code", [4200, 4299])
@pytest.mark.parametrize("how", [error, closing])
def test_who_is_told_to_come_back_at_once_does(how: Callable[[int], Serves], code: int) -> None:
    async def body() -> None:
        async with line(how(code), how(code)) as (client, _):
            pass
        assert (client.connections, client.waits) == (3, [])

    asyncio.run(body())


def test_at_once_is_not_without_end() -> None:
    async def moved(socket: ServerConnection) -> None:
        await say(socket, "pusher:error", {"code": 4200, "message": "elsewhere"})
        await socket.wait_closed()

    async def body() -> None:
        async with line(moved, moved) as (client, _):
            pass
        assert len(client.waits) == 2

    asyncio.run(body())


@pytest.mark.parametrize("code", [1000, 1001, 1011, 4300])
def test_any_other_end_is_followed_by_a_wait_and_a_new_line(code: int) -> None:
    async def body() -> None:
        async with line(closing(code)) as (client, _):
            pass
        assert (client.connections, len(client.waits)) == (2, 1)

    asyncio.run(body())
