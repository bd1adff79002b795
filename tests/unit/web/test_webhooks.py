"""The webhook route: what it believes, what it hands over, and that it never waits."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lib.deapi.webhooks import Delivery, sign
from lib.runs.callbacks import Callbacks
from lib.web import webhooks
from lib.web.webhooks import MAX_BYTES

RUN = "01a20d6d-6092-7000-a391-caa3036290c2"
CALLBACKS = Callbacks("https://localhost", b"the server's secret", None)
BODY = json.dumps(
    {
        "event": "job.completed",
        "delivery_id": "d-1",
        "data": {"job_request_id": "job-1", "status": "done"},
    }
).encode()


class Receiver:
    """Takes in what was verified, and remembers it."""

    def __init__(self) -> None:
        self.run_id, self.secrets = CALLBACKS.run_id, CALLBACKS.secrets
        self.came: list[tuple[str, Delivery]] = []

    def delivered(self, run_id: str, delivery: Delivery) -> None:
        self.came.append((run_id, delivery))


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def web(receiver: Receiver) -> TestClient:
    return TestClient(Starlette(routes=webhooks.routes(lambda: receiver)))


def headers(body: bytes = BODY, at: int | None = None) -> dict[str, str]:
    timestamp = str(int(time.time()) if at is None else at)
    signature = sign(CALLBACKS.secrets(RUN)[0], timestamp, body)
    return {"X-DeAPI-Timestamp": timestamp, "X-DeAPI-Signature": signature}


def path(run_id: str = RUN) -> str:
    return f"/webhooks/{CALLBACKS.token(run_id)}"


def test_a_signed_delivery_is_handed_over_and_answered(web: TestClient, receiver: Receiver) -> None:
    answer = web.post(path(), content=BODY, headers=headers())
    assert answer.status_code == 200
    ((run_id, delivery),) = receiver.came
    assert (run_id, delivery.id, delivery.job.request_id) == (RUN, "d-1", "job-1")


def test_one_of_another_run_is_refused(web: TestClient, receiver: Receiver) -> None:
    """Its secret is not that of the run that the address names."""
    answer = web.post(path("another run"), content=BODY, headers=headers())
    assert (answer.status_code, receiver.came) == (401, [])


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"content": BODY + b" "}, 401),
        ({"headers": {}}, 401),
        ({"headers": lambda: headers(at=int(time.time()) - 1000)}, 401),
        ({"content": b"{}", "headers": lambda: headers(b"{}")}, 400),
        ({"content": b"x" * (MAX_BYTES + 1)}, 413),
    ],
    ids=["another body", "unsigned", "old", "says nothing", "too large"],
)
def test_what_is_not_deapis_is_refused(
    web: TestClient, receiver: Receiver, changed: dict[str, Any], status: int
) -> None:
    sent = {"content": BODY, "headers": headers()} | changed
    if callable(sent["headers"]):
        sent["headers"] = sent["headers"]()  # as of now, and not of when tests were collected
    answer = web.post(path(), **sent)
    assert (answer.status_code, receiver.came) == (status, [])


@pytest.mark.parametrize("token", [RUN, f"{RUN}.0", "x", "%00"])
def test_a_token_that_is_not_ours_is_not_found(
    web: TestClient, receiver: Receiver, token: str
) -> None:
    answer = web.post(f"/webhooks/{token}", content=BODY, headers=headers())
    assert (answer.status_code, receiver.came) == (404, [])


def test_a_body_without_an_end_is_cut_off(web: TestClient, receiver: Receiver) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(MAX_BYTES // 1024 + 2):
            sent += 1024
            yield b"x" * 1024

    assert web.post(path(), content=endless(), headers=headers()).status_code == 413
    assert receiver.came == []


def test_where_deapi_was_told_no_address_there_is_nothing() -> None:
    web = TestClient(Starlette(routes=webhooks.routes(lambda: None)))
    assert web.post(path(), content=BODY, headers=headers()).status_code == 404


def test_it_is_not_shown_to_who_only_looks(web: TestClient) -> None:
    assert web.get(path()).status_code == 405
