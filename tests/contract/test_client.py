"""The client against the real sandbox, over real HTTP, and against servers that break off."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lib.deapi.client import Client
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.errors import (
    Forbidden,
    Invalid,
    NoAnswer,
    NotDelivered,
    NotEnoughBalance,
    NotFound,
    NotUnderstood,
    Unauthorized,
)
from lib.deapi.files import fetch
from lib.deapi.media import Upload, inspect
from lib.deapi.models import Model
from lib.deapi.wire import Job
from tests.support.sandbox import Sandbox, StartSandbox

GENERATE = endpoint("images.generations")
UPSCALE = endpoint("images.upscales")


async def _no_wait(_: float) -> None:
    """Free calls are repeated at once here."""


def run(url: str, call: Callable[[Client], Awaitable[Any]], key: str = "test-key") -> Any:
    async def limited() -> Any:
        client = Client(url, key, sleep=_no_wait)
        async with asyncio.timeout(60):
            try:
                return await call(client)
            finally:
                await client.aclose()

    return asyncio.run(limited())


def drawing(model: Model) -> dict[str, Any]:
    side = model.limit("min_width") or 256
    return {
        "prompt": "a fox in the snow",
        "model": model.slug,
        "width": int(side),
        "height": int(side),
        "guidance": 1,
        "steps": int(model.limit("min_steps") or 4),
        "seed": 7,
    }


async def a_drawing(client: Client) -> dict[str, Any]:
    return drawing(
        next(each for each in await client.models() if "txt2img" in each.inference_types)
    )


async def submit(client: Client, what: Endpoint, params: Mapping[str, Any]) -> str:
    await client.turn(what)
    answer = await client.submit(what, params)
    assert answer.request_id is not None
    return answer.request_id


async def finished(client: Client, request_id: str) -> Job:
    while True:
        job = await client.job(request_id)
        if job.state in ("done", "error"):
            return job
        await asyncio.sleep(0.02)


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    out = BytesIO()
    Image.new("RGB", (32, 24), "teal").save(out, "PNG")
    path = tmp_path / "upload"
    path.write_bytes(out.getvalue())
    return inspect(path, "Füchse im Schnee.png")


def test_the_whole_catalogue_is_read(shared_sandbox: Sandbox) -> None:
    models = run(shared_sandbox.url, lambda client: client.models())
    facts = Path(__file__).parents[2] / "lib" / "sandbox" / "models.json"
    assert [each.slug for each in models] == [
        each["slug"] for each in json.loads(facts.read_text())
    ]


def test_a_picture_costs_what_was_quoted_and_can_be_fetched(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async def test(client: Client) -> None:
        params = await a_drawing(client)
        before, price = await client.balance(), await client.quote(GENERATE, params)
        request_id = await submit(client, GENERATE, params)
        job = await finished(client, request_id)
        assert (job.state, job.request_id) == ("done", request_id)
        assert job.price in (price, None)
        assert before - await client.balance() == price
        assert [Decimal(each["price"]) for each in sandbox.charges()] == [price]
        assert job.result_url is not None
        target = tmp_path / "1.png"
        fetched = await fetch(
            job.result_url,
            target,
            own_origins=frozenset({sandbox.url}),
            max_bytes=2**24,
            timeout=10,
        )
        assert fetched.media_type == "image/png"
        assert inspect(target, "1.png", max_bytes=2**24).width == params["width"]

    run(sandbox.url, test)


def test_a_file_is_uploaded_and_quoted(shared_sandbox: Sandbox, upload: Upload) -> None:
    async def test(client: Client) -> None:
        models = await client.models()
        model = next(each for each in models if "img_upscale" in each.inference_types)
        params = {"image": upload, "model": model.slug}
        assert await client.quote(UPSCALE, params) > 0
        job = await finished(client, await submit(client, UPSCALE, params))
        assert job.state == "done"

    run(shared_sandbox.url, test)


def test_a_wrong_value_names_its_field_and_costs_nothing(sandbox: Sandbox) -> None:
    async def test(client: Client) -> None:
        params = await a_drawing(client)
        with pytest.raises(Invalid) as refused:
            await submit(client, GENERATE, params | {"width": 3})
        assert "width" in refused.value.fields
        with pytest.raises(Invalid) as refused:
            await submit(client, GENERATE, params | {"model": "nobody"})
        assert "model" in refused.value.fields

    run(sandbox.url, test)
    assert sandbox.charges() == []


def test_an_unknown_job_is_not_found(shared_sandbox: Sandbox) -> None:
    with pytest.raises(NotFound):
        run(shared_sandbox.url, lambda client: client.job("00000000-0000-0000-0000-000000000000"))


def test_a_key_that_is_refused(shared_sandbox: Sandbox) -> None:
    with pytest.raises(Unauthorized):
        run(shared_sandbox.url, lambda client: client.models(), key="another-key")


def test_a_key_that_may_not_see_the_balance(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(role="api", engines="none")
    with pytest.raises(Forbidden) as refused:
        run(sandbox.url, lambda client: client.balance())
    assert refused.value.code == "insufficient_permissions"


def test_too_little_on_the_account_is_its_own_error(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(balance=0.3, engines="none")

    async def test(client: Client) -> None:
        with pytest.raises(NotEnoughBalance):
            await submit(client, GENERATE, await a_drawing(client))

    run(sandbox.url, test)
    assert sandbox.charges() == []


def test_a_basic_account_gets_no_429_that_could_be_avoided(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(tier="basic", engines="none", speed=100)

    async def test(client: Client) -> None:
        params = await a_drawing(client)
        wanted = [asyncio.ensure_future(submit(client, GENERATE, params)) for _ in range(8)]
        for first in islice(asyncio.as_completed(wanted), 3):
            await first
        assert 50 < client.governor.delay(GENERATE.id) <= 180
        waiting = [each for each in wanted if not each.done()]
        assert len(waiting) == 5
        for each in waiting:
            each.cancel()
        await asyncio.wait(waiting)

    run(sandbox.url, test)
    assert len(sandbox.charges()) == 3
    assert all(each["status"] != 429 for each in sandbox.requests())


def test_a_sandbox_that_was_killed_certainly_got_nothing(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(tier="premium", engines="none")

    async def test(client: Client) -> None:
        # The client has a connection of before, which a paid call must not stumble over.
        params = await a_drawing(client)
        sandbox.process.kill()
        for _ in range(2):
            with pytest.raises(NotDelivered):
                await submit(client, GENERATE, params)
        with pytest.raises(NotDelivered):
            await client.quote(GENERATE, params)

    run(sandbox.url, test)


class Breaking:
    """A bare server: `behave` gets each connection after its request was read to the end."""

    def __init__(self, behave: Callable[[socket.socket], None]) -> None:
        self.behave = behave
        self.requests = 0
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while read_request(connection):
                self.requests += 1
                self.behave(connection)


def read_request(connection: socket.socket) -> bool:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return False
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    missing = (int(lengths[0].split(b":")[1]) if lengths else 0) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))
    return True


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def say(text: bytes, then: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.sendall(text)
        then(connection)

    return behave


@contextmanager
def breaking(behave: Callable[[socket.socket], None]) -> Iterator[Breaking]:
    with ExitStack() as ending:
        server = Breaking(behave)
        ending.callback(server.listener.close)
        yield server


@pytest.mark.parametrize(
    "behave",
    [
        reset,
        socket.socket.close,
        say(b"HTTP/1.1 200 OK\r\nContent-Le", reset),
        say(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", socket.socket.close),
        say(b"what?\r\n\r\n", socket.socket.close),
    ],
    ids=["reset", "closed", "half a header", "half a body", "not HTTP"],
)
def test_a_connection_that_breaks_after_the_request_left_is_uncertain_and_not_repeated(
    behave: Callable[[socket.socket], None],
) -> None:
    with breaking(behave) as server:
        with pytest.raises(NoAnswer) as failed:
            run(server.url, lambda client: submit(client, GENERATE, {"prompt": "x"}))
        assert failed.value.uncertain
        assert server.requests == 1


def test_a_redirect_of_a_paid_call_is_not_followed() -> None:
    elsewhere = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    with breaking(say(elsewhere, lambda _: None)) as server:
        with pytest.raises(NotUnderstood):
            run(server.url, lambda client: submit(client, GENERATE, {"prompt": "x"}))
        assert server.requests == 1


def test_free_calls_share_a_connection_and_a_paid_one_gets_its_own() -> None:
    body = b'{"data": {"request_id": "r", "status": "done"}}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with breaking(say(answer, lambda _: None)) as server:

        async def test(client: Client) -> None:
            for _ in range(3):
                await client.job("r")
            assert server.connections == 1
            for _ in range(2):
                await submit(client, GENERATE, {"prompt": "x"})

        run(server.url, test)
        assert server.connections == 3
