"""The client's rules on a made-up network: what is repeated, what is not, what is never shown."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi import wire
from lib.deapi.client import MAX_ANSWER_BYTES, MAX_RESULT_BYTES, TRIES, Client
from lib.deapi.contract import endpoint
from lib.deapi.errors import (
    DailyLimit,
    DeapiError,
    Forbidden,
    Invalid,
    MinuteLimit,
    NoAnswer,
    NotDelivered,
    NotFound,
    NotUnderstood,
    ServerError,
    Unauthorized,
)
from lib.deapi.limits import Governor
from lib.deapi.media import Upload

KEY = "dpn-sk-0123456789abcdef"
GENERATE = endpoint("images.generations")
UPSCALE = endpoint("images.upscales")
PARAMS: Mapping[str, Any] = {"prompt": "fox", "model": "m"}

Reply = httpx.Response | Exception


class Network:
    """Answers one after the other, the last one again and again; remembers what was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def run(self, call: Callable[[Client], Awaitable[Any]]) -> Any:
        async def limited() -> Any:
            clock = Time()
            client = Client(
                "https://api.example",
                KEY,
                governor=Governor(clock=clock, sleep=clock.sleep),
                transport=httpx.MockTransport(self.handle),
                sleep=self.sleep,
            )
            async with asyncio.timeout(10):
                try:
                    return await call(client)
                finally:
                    await client.aclose()

        return asyncio.run(limited())


class Time:
    """A clock that is moved by whoever sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def ok(body: Any, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=body, headers=headers)


PRICE = ok({"data": {"price": 0.00187}})


def quote(client: Client) -> Awaitable[Decimal]:
    return client.quote(GENERATE, PARAMS)


async def submit(client: Client) -> wire.Answer:
    await client.turn(GENERATE)
    return await client.submit(GENERATE, PARAMS)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500, json={"message": "Server Error"}),
        httpx.Response(200, text="<html>gateway</html>"),
        httpx.Response(429, json={"message": "Too Many Attempts."}),
    ],
)
def test_a_free_call_is_repeated_until_it_works(failure: Reply) -> None:
    network = Network(failure, failure, PRICE)
    assert network.run(quote) == Decimal("0.00187")
    assert len(network.requests) == 3


def test_a_free_call_is_given_up_after_five_tries_with_growing_waits() -> None:
    network = Network(httpx.ConnectError("refused"))
    with pytest.raises(NotDelivered):
        network.run(quote)
    assert len(network.requests) == TRIES
    for tried, seconds in enumerate(network.slept):
        assert 2**tried <= seconds <= 2**tried + 1


def test_a_free_call_waits_as_long_as_it_is_told() -> None:
    told = httpx.Response(429, headers={"Retry-After": "33", "X-RateLimit-Type": "minute"})
    network = Network(told, PRICE)
    network.run(quote)
    assert network.slept == [33]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401, json={"message": "Unauthenticated."}), Unauthorized),
        (httpx.Response(403, json={"code": "insufficient_permissions"}), Forbidden),
        (httpx.Response(404, json={"message": "Not found."}), NotFound),
        (httpx.Response(422, json={"message": "No.", "errors": {"model": ["No."]}}), Invalid),
        (httpx.Response(429, headers={"X-RateLimit-Type": "daily"}), DailyLimit),
        (ok({"data": {"price": -1}}), NotUnderstood),
    ],
)
def test_what_repeating_can_not_help_is_not_repeated(
    answer: httpx.Response, kind: type[DeapiError]
) -> None:
    network = Network(answer)
    with pytest.raises(kind):
        network.run(quote)
    assert len(network.requests) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "uncertain"),
    [
        (httpx.ConnectError("refused"), NotDelivered, False),
        (httpx.ConnectTimeout("slow"), NotDelivered, False),
        (httpx.PoolTimeout("busy"), NotDelivered, False),
        (httpx.UnsupportedProtocol("what"), NotDelivered, False),
        (httpx.ReadTimeout("slow"), NoAnswer, True),
        (httpx.WriteTimeout("slow"), NoAnswer, True),
        (httpx.ReadError("reset"), NoAnswer, True),
        (httpx.WriteError("reset"), NoAnswer, True),
        (httpx.CloseError("reset"), NoAnswer, True),
        (httpx.RemoteProtocolError("gone"), NoAnswer, True),
        (httpx.Response(500), ServerError, True),
        (httpx.Response(200, text="<html>"), NotUnderstood, True),
        (ok({"data": {}}), NotUnderstood, True),
        (httpx.Response(302, headers={"Location": "https://evil.example/"}), NotUnderstood, True),
        (httpx.Response(429), MinuteLimit, False),
        (httpx.Response(422, json={}), Invalid, False),
    ],
)
def test_a_paid_call_is_sent_once_and_says_whether_it_may_have_been_processed(
    reply: Reply, kind: type[DeapiError], uncertain: bool
) -> None:
    network = Network(reply)
    with pytest.raises(DeapiError) as failed:
        network.run(submit)
    assert type(failed.value) is kind
    assert failed.value.uncertain is uncertain
    assert len(network.requests) == 1
    assert network.slept == []


def test_a_job_is_asked_for_once_and_its_name_can_not_leave_its_path() -> None:
    network = Network(ok({"data": {"status": "done"}}))
    job = network.run(lambda client: client.job("../account/balance?x=1"))
    assert (job.state, job.request_id) == ("done", "../account/balance?x=1")
    path = network.requests[0].url.raw_path
    assert path == b"/api/v2/jobs/..%2Faccount%2Fbalance%3Fx%3D1"
    failing = Network(httpx.Response(500))
    with pytest.raises(ServerError):
        failing.run(lambda client: client.job("r"))
    assert len(failing.requests) == 1


def test_the_catalogue_is_read_to_the_last_page_as_its_meta_counts_them() -> None:
    def page(number: int, *slugs: str) -> httpx.Response:
        entries: list[Any] = [{"slug": each, "inference_types": ["txt2img"]} for each in slugs]
        return ok({"data": [*entries, {"name": "no slug"}, 7], "meta": {"last_page": "3"}})

    network = Network(page(1, "a", "b"), page(2, "b", "c"), page(3, "d"))
    models = network.run(lambda client: client.models())
    assert [each.slug for each in models] == ["a", "b", "c", "d"]
    asked = [dict(each.url.params) for each in network.requests]
    assert asked == [{"page": n, "limit": "50", "per_page": "50"} for n in "123"]


def test_a_catalogue_that_never_ends_is_cut() -> None:
    entry = {"data": [{"slug": "a"}], "meta": {"last_page": 10**9}}
    network = Network(ok(entry))
    network.run(lambda client: client.models())
    assert len(network.requests) == 100


def test_the_key_goes_to_its_own_origin_only_and_is_shown_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    away = httpx.Response(302, headers={"Location": "https://evil.example/"})
    echo = httpx.Response(401, json={"message": f"{KEY} is not a key"})
    for reply in (away, echo):
        network = Network(reply)
        with pytest.raises(DeapiError) as failed:
            network.run(submit)
        shown = f"{failed.value!r} {failed.value.facts()} {network.run(_repr)}"
        assert KEY not in shown
        assert {each.url.host for each in network.requests} == {"api.example"}
        assert all(each.headers["authorization"] == f"Bearer {KEY}" for each in network.requests)
    assert KEY not in caplog.text


async def _repr(client: Client) -> str:
    return f"{client!r} {client}"


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    for call, most in (
        (lambda client: client.job("r"), MAX_ANSWER_BYTES),
        (submit, MAX_RESULT_BYTES),
    ):
        network = Network(httpx.Response(200, content=b" " * (most + 1)))
        with pytest.raises(NotUnderstood, match="too large"):
            network.run(call)


def test_every_call_asks_for_its_turn_and_what_it_learns_counts() -> None:
    full = {"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0"}
    answer = ok({"data": {"request_id": "r"}}, **full)

    async def delays(client: Client) -> tuple[float, float]:
        await submit(client)
        return client.governor.delay(GENERATE.id), client.governor.delay("jobs")

    assert Network(answer).run(delays) == (60, 0)


def test_a_turn_that_is_not_taken_is_free_again() -> None:
    async def test(client: Client) -> None:
        for _ in range(3):
            await client.turn(GENERATE)
            client.give_back(GENERATE)
        gone = {"image": _upload(Path("/gone")), "model": "m"}
        for _ in range(3):
            await client.turn(UPSCALE)
            with pytest.raises(FileNotFoundError):
                await client.submit(UPSCALE, gone)

    network = Network(PRICE)
    network.run(test)
    assert network.requests == []


def _upload(path: Path) -> Upload:
    return Upload(
        path=path,
        name="fox.png",
        sha256="",
        size=1,
        format="PNG",
        media_type="image/png",
        width=1,
        height=1,
    )


@pytest.mark.parametrize(
    "address",
    [
        "http://api.example",
        "ftp://api.example",
        "https://",
        "https://me:secret@api.example",
        "https://api.example/?key=1",
        "https://api.example:port",
        "api.example",
        "",
    ],
)
def test_an_address_that_would_give_the_key_away_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Client(address, KEY)


def test_a_key_with_slashes_is_shown_nowhere_even_as_php_writes_them() -> None:
    key = "dpn/sk/0123456789abcdef"
    client = Client("https://api.example", key)
    told = json.dumps({"message": f"{key} is not a key"}).replace("/", "\\/").encode()
    assert json.loads(client._without_key(told)) == {"message": "[key] is not a key"}


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_a_key_that_is_no_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ValueError, match="one word") as refused:
        Client("https://api.example", key)
    assert not key or key not in str(refused.value)


@given(
    status=st.integers(200, 599),
    body=st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda each: (
            st.lists(each) | st.dictionaries(st.sampled_from(["data", "meta", "slug"]), each)
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    headers=st.dictionaries(
        st.sampled_from(["Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining"]),
        st.sampled_from(["0", "1", "-1", "x", "99999999999999999999"]),
    ),
)
def test_whatever_is_answered_only_deapi_errors_come_out(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    network = Network(httpx.Response(status, content=body, headers=headers))

    async def everything(client: Client) -> None:
        calls: list[Callable[[], Awaitable[Any]]] = [
            lambda: submit(client),
            lambda: quote(client),
            lambda: client.job("r"),
            client.balance,
            client.models,
        ]
        for call in calls:
            with suppress(DeapiError):
                await call()

    network.run(everything)


def test_failures_are_counted_by_call_and_kind() -> None:
    limited = httpx.Response(429, headers={"X-RateLimit-Type": "daily", "Retry-After": "9"})
    network = Network(limited)
    counted: dict[tuple[str, str], int] = {}

    async def fails(client: Client) -> None:
        with pytest.raises(DeapiError):
            await submit(client)
        counted.update(client.errors)

    network.run(fails)
    assert counted == {("images.generations", "DailyLimit"): 1}
