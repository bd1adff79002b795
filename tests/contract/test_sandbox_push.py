"""Push as the sandbox speaks it, to a plain WebSocket client, to our own and to a foreign one."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from asyncpusher import Pusher
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from lib.deapi.client import Client
from lib.deapi.push import Push, PushAddress
from lib.deapi.wire import Job
from lib.sandbox.config import APP_KEY
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

CHANNEL = "private-client.sandbox"
PICTURE = {
    "prompt": "a fox",
    "width": 512,
    "height": 512,
    "steps": 4,
    "seed": 1,
    "guidance": 1,
}


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=10)


def line(sandbox: Sandbox, app_key: str = APP_KEY) -> ClientConnection:
    return connect(f"{sandbox.push_url}/app/{app_key}?protocol=7&client=test&version=1", proxy=None)


def heard(socket: ClientConnection) -> tuple[str, Any]:
    """The next message: its event and its data, which is JSON in JSON."""
    message = json.loads(socket.recv(timeout=10))
    data = message["data"]
    return message["event"], json.loads(data) if isinstance(data, str) else data


def say(socket: ClientConnection, event: str, **data: Any) -> None:
    socket.send(json.dumps({"event": event, "data": data}))


def authorise(sandbox: Sandbox, key: str | None = None, **asked: Any) -> httpx.Response:
    return httpx.post(
        f"{sandbox.url}/broadcasting/auth",
        headers={"Authorization": f"Bearer {key or sandbox.key}"},
        json=asked,
    )


def subscribed(sandbox: Sandbox, socket: ClientConnection) -> None:
    event, opened = heard(socket)
    assert event == "pusher:connection_established"
    signed = authorise(sandbox, socket_id=opened["socket_id"], channel_name=CHANNEL).json()["auth"]
    say(socket, "pusher:subscribe", channel=CHANNEL, auth=signed)
    assert heard(socket)[0] == "pusher_internal:subscription_succeeded"


def submit(sandbox: Sandbox) -> str:
    model = httpx.get(
        f"{sandbox.url}/api/v2/models",
        params={"filter[inference_types]": "txt2img"},
        headers={"Authorization": f"Bearer {sandbox.key}"},
    ).json()["data"][0]["slug"]
    answer = httpx.post(
        f"{sandbox.url}/api/v2/images/generations",
        headers={"Authorization": f"Bearer {sandbox.key}"},
        json=PICTURE | {"model": model},
    )
    return answer.raise_for_status().json()["data"]["request_id"]


def test_a_job_is_pushed_from_its_acceptance_to_its_end_with_addresses_that_work(
    start_sandbox: StartSandbox,
) -> None:
    # So slow that on a busy machine, too, its acceptance is told before it is at work.
    sandbox = start_sandbox(engines="none", speed=1)
    with line(sandbox) as socket:
        subscribed(sandbox, socket)
        request_id = submit(sandbox)
        told: list[dict[str, Any]] = []
        while not told or told[-1]["status"] != "done":
            event, data = heard(socket)
            assert event == "request.status.updated"
            told.append(data)
        assert {each["request_id"] for each in told} == {request_id}
        assert [each["status"] for each in (told[0], told[-1])] == ["pending", "done"]
        progress = [float(each["progress"]) for each in told]
        assert progress == sorted(progress)
        assert isinstance(told[0]["progress"], str)
        assert httpx.get(told[-1]["result_url"]).status_code == 200


def test_a_ping_is_answered(sandbox: Sandbox) -> None:
    with line(sandbox) as socket:
        heard(socket)
        say(socket, "pusher:ping")
        assert heard(socket)[0] == "pusher:pong"


def test_an_unknown_app_key_is_told_so_and_closed(sandbox: Sandbox) -> None:
    with line(sandbox, "another") as socket:
        said = json.loads(socket.recv(timeout=10))
        assert said["event"] == "pusher:error"
        assert said["data"] == {"code": 4001, "message": "App key is not known."}
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4001


def test_nobody_hears_a_channel_without_the_right_signature(sandbox: Sandbox) -> None:
    with line(sandbox) as socket:
        _, opened = heard(socket)
        message = f"{opened['socket_id']}:{CHANNEL}".encode()
        forged = hmac.new(b"another key", message, hashlib.sha256).hexdigest()
        say(socket, "pusher:subscribe", channel=CHANNEL, auth=f"{APP_KEY}:{forged}")
        refused = json.loads(socket.recv(timeout=10))
        assert (refused["event"], refused["channel"]) == ("pusher:subscription_error", CHANNEL)
        assert refused["data"]["status"] == 401  # an object: only news is JSON in JSON
        submit(sandbox)
        say(socket, "pusher:ping")
        assert heard(socket)[0] == "pusher:pong"  # and no news before it


@pytest.mark.parametrize(
    ("asked", "key", "status"),
    [
        ({"socket_id": "1.2", "channel_name": CHANNEL}, "wrong", 401),
        ({"socket_id": "1.2", "channel_name": "private-client.other"}, None, 403),
        ({"socket_id": "1.2"}, None, 422),
    ],
)
def test_a_channel_is_signed_only_for_its_owner(
    sandbox: Sandbox, asked: dict[str, str], key: str | None, status: int
) -> None:
    assert authorise(sandbox, key, **asked).status_code == status


def test_what_is_no_json_hurts_nobody(sandbox: Sandbox) -> None:
    with line(sandbox) as socket:
        heard(socket)
        for nonsense in ("", "[", "null", "[1]", '{"event": 3}', "[" * 5000):
            socket.send(nonsense)
        say(socket, "pusher:ping")
        assert heard(socket)[0] == "pusher:pong"


def test_our_client_hears_it_and_comes_back_when_the_sandbox_does(
    start_sandbox: StartSandbox, sandbox: Sandbox
) -> None:
    """Killed and started on the same port, as a service that is restarted."""
    port = int(sandbox.url.rsplit(":", 1)[1])

    async def listen() -> None:
        client = Client(sandbox.url, sandbox.key)
        news: asyncio.Queue[Job] = asyncio.Queue()
        stands: asyncio.Queue[bool] = asyncio.Queue()

        async def soon(_: float) -> None:
            await asyncio.sleep(0.05)

        address = PushAddress(sandbox.push_url, APP_KEY, "sandbox")
        push = Push(address, client.authorise, news.put_nowait, stands.put_nowait, sleep=soon)
        running = asyncio.create_task(push.run())
        try:
            await until(stands, lambda up: up)
            request_id = await asyncio.to_thread(submit, sandbox)
            done = await until(news, lambda job: job.state == "done")
            assert done.request_id == request_id
            sandbox.process.kill()
            await until(stands, lambda up: not up)
            again = await asyncio.to_thread(
                start_sandbox, engines="none", speed=10, port=port, data=sandbox.data
            )
            await until(stands, lambda up: up)
            request_id = await asyncio.to_thread(submit, again)
            assert (await until(news, lambda job: job.state == "done")).request_id == request_id
        finally:
            running.cancel()
            await asyncio.wait([running])
            await client.aclose()

    asyncio.run(listen())


def test_a_foreign_client_of_the_protocol_subscribes_and_hears_a_job_to_its_end(
    sandbox: Sandbox,
) -> None:
    """Not ours: what both of ours take for Pusher's protocol is what others take for it."""

    async def authenticate(asked: dict[str, str]) -> Any:
        return (await asyncio.to_thread(authorise, sandbox, **asked)).raise_for_status().json()

    async def listen() -> None:
        at = urlsplit(sandbox.url)
        client = Pusher(
            APP_KEY,
            secure=False,
            custom_host=at.hostname,
            custom_port=at.port,
            channel_authenticator=authenticate,
        )
        stands: asyncio.Queue[Any] = asyncio.Queue()
        news: asyncio.Queue[Any] = asyncio.Queue()
        await client.connect()
        try:
            channel = await client.subscribe(CHANNEL)
            channel.bind("pusher_internal:subscription_succeeded", stands.put)
            channel.bind("request.status.updated", news.put)
            await until(stands, lambda _: True)
            request_id = await asyncio.to_thread(submit, sandbox)
            done = await until(news, lambda said: said["status"] == "done")
            assert done["request_id"] == request_id
            assert float(done["progress"]) == 100
        finally:
            await client.disconnect()

    asyncio.run(listen())


def test_a_foreign_client_does_not_come_back_with_an_unknown_app_key(sandbox: Sandbox) -> None:
    async def listen() -> None:
        at = urlsplit(sandbox.url)
        client = Pusher("another", secure=False, custom_host=at.hostname, custom_port=at.port)
        errors: asyncio.Queue[Any] = asyncio.Queue()
        client.connection.bind("pusher:error", errors.put)
        opening = asyncio.create_task(client.connect())
        try:
            told = await until(errors, lambda _: True)
            assert (told["code"], type(told["message"])) == (4001, str)
            await asyncio.to_thread(eventually, lambda: client.connection._stop)
        finally:
            opening.cancel()
            await client.disconnect()

    asyncio.run(listen())


async def until(queue: asyncio.Queue[Any], right: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(20):
        while True:
            if right(said := await queue.get()):
                return said
