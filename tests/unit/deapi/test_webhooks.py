"""Which deliveries are deAPI's, and what they say (deapi.md, Webhooks)."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi.errors import NotUnderstood
from lib.deapi.webhooks import TOLERANCE, Forged, parse, sign, verify

SECRET = "s" * 32
NOW = 1_800_000_000
BODY = b'{"event": "job.completed"}'


def signed(body: bytes = BODY, secret: str = SECRET, at: object = NOW) -> dict[str, str]:
    message = f"{at}.".encode() + body
    proof = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {"x-deapi-timestamp": str(at), "x-deapi-signature": f"sha256={proof}"}


def delivery(event: str = "job.completed", **data: Any) -> bytes:
    told = {"job_request_id": "job-1", "status": "done", **data}
    return json.dumps({"event": event, "delivery_id": "d-1", "data": told}).encode()


def test_a_signature_is_made_as_documented() -> None:
    assert sign(SECRET, str(NOW), BODY) == signed()["x-deapi-signature"]


def test_any_of_the_secrets_will_do() -> None:
    verify(signed(secret="t" * 32), BODY, [SECRET, "t" * 32], NOW)


@pytest.mark.parametrize("off", [-TOLERANCE, 0, TOLERANCE])
def test_five_minutes_either_way_are_believed(off: int) -> None:
    verify(signed(at=NOW + off), BODY, [SECRET], NOW)


@pytest.mark.parametrize("off", [-TOLERANCE - 1, TOLERANCE + 1])
def test_more_than_five_minutes_either_way_are_not(off: int) -> None:
    with pytest.raises(Forged):
        verify(signed(at=NOW + off), BODY, [SECRET], NOW)


@pytest.mark.parametrize("at", ["", "now", "1.8e9", "-1", "１８", f"{NOW} ", "9" * 40])
def test_a_time_that_is_no_whole_number_is_refused(at: str) -> None:
    with pytest.raises(Forged):
        verify(signed(at=at), BODY, [SECRET], NOW)


def test_without_secrets_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        verify(signed(), BODY, [], NOW)


@pytest.mark.parametrize("missing", ["x-deapi-timestamp", "x-deapi-signature"])
def test_without_its_headers_it_is_refused(missing: str) -> None:
    with pytest.raises(Forged):
        verify({k: v for k, v in signed().items() if k != missing}, BODY, [SECRET], NOW)


@given(body=st.binary(max_size=60), secret=st.text("abc", min_size=32, max_size=33))
def test_another_body_or_secret_is_refused(body: bytes, secret: str) -> None:
    if body != BODY:
        with pytest.raises(Forged):
            verify(signed(), body, [SECRET], NOW)
    with pytest.raises(Forged):
        verify(signed(), BODY, [secret], NOW)


@given(st.text(max_size=80))
def test_any_other_signature_is_refused(signature: str) -> None:
    headers = signed() | {"x-deapi-signature": signature}
    if headers != signed():
        with pytest.raises(Forged):
            verify(headers, BODY, [SECRET], NOW)


def test_it_says_which_job_ended_and_how() -> None:
    told = parse({}, delivery(status="error", error_code="WORKER_TIMEOUT", error_message="Late"))
    assert (told.id, told.event, told.job.request_id) == ("d-1", "job.completed", "job-1")
    assert (told.job.state, told.job.error_code) == ("error", "WORKER_TIMEOUT")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"data": []}',
        b'{"data": {"status": "done"}, "delivery_id": "d"}',
        b'{"data": {"status": "done", "job_request_id": "../x y"}, "delivery_id": "d"}',
        b'{"data": {"status": "done", "job_request_id": "x"}}',
        b'{"data": {"job_request_id": "x"}, "delivery_id": "d"}',
        b'{"data": {"status": "done", "job_request_id": "x"}, "delivery_id": "d\\u0000"}',
        b"\xff\xfe",
    ],
)
def test_what_can_not_be_read_is_said_to_be(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        parse({}, body)
