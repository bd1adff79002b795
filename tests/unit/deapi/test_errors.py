"""What an answer that says no becomes, whatever its body looks like."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi import errors
from lib.deapi.errors import DeapiError, from_response

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)
KEYS = st.sampled_from(["error", "message", "errors", "code", "balance", "data"]) | st.text()


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, content=content, headers=named)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, errors.NotUnderstood),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (406, errors.Refused),
        (408, errors.NotUnderstood),
        (413, errors.Refused),
        (422, errors.Invalid),
        (429, errors.MinuteLimit),
        (500, errors.ServerError),
        (503, errors.ServerError),
        (600, errors.NotUnderstood),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[DeapiError]) -> None:
    error = from_response(answer(status, {"message": "No."}))
    assert type(error) is kind
    assert (error.status, error.message) == (status, "No.")


def test_only_what_may_have_been_processed_is_uncertain() -> None:
    uncertain = {name for name, each in vars(errors).items() if getattr(each, "uncertain", False)}
    assert uncertain == {"NoAnswer", "NotUnderstood", "ServerError"}


def test_every_error_stands_in_the_list_at_the_top_and_says_when_it_is_raised() -> None:
    for name, each in vars(errors).items():
        if isinstance(each, type) and issubclass(each, DeapiError) and each is not DeapiError:
            assert f" {name} " in f"{errors.__doc__} ".replace("\n", " ")
            assert (each.__doc__ or "").startswith("Raised ")


def test_the_text_is_error_then_message_then_the_status() -> None:
    assert from_response(answer(500, {"error": "a", "message": "b"})).message == "a"
    assert from_response(answer(500, {"error": {"message": "c"}, "message": "b"})).message == "c"
    assert from_response(answer(500, {"error": "", "message": "b"})).message == "b"
    assert from_response(answer(500, {})).message == "HTTP 500"
    assert from_response(answer(500, b"")).message == "HTTP 500"


def test_a_page_instead_of_json_is_kept_as_at_most_500_characters_of_plain_text() -> None:
    page = b"<html><style>p{color:red}</style><h1>502</h1><p>Bad\n gateway &amp; more</p></html>"
    assert from_response(answer(502, page)).message == "502 Bad gateway &amp; more"
    assert len(from_response(answer(502, b"x " * 10_000_000)).message) == 500
    assert len(from_response(answer(502, b"<" * 10_000_000)).message) <= 500


def test_422_keeps_what_is_wrong_with_each_field() -> None:
    body = {"message": "Too wide.", "errors": {"width": ["Too wide."], "prompt": "Missing."}}
    error = from_response(answer(422, body))
    assert isinstance(error, errors.Invalid)
    assert error.fields == {"width": ["Too wide."], "prompt": ["Missing."]}
    assert error.facts()["fields"] == error.fields


def test_422_on_the_balance_is_its_own_error() -> None:
    error = from_response(answer(422, {"message": "Broke.", "errors": {"balance": ["Broke."]}}))
    assert isinstance(error, errors.NotEnoughBalance)


def test_403_keeps_its_code() -> None:
    error = from_response(answer(403, {"code": "insufficient_permissions", "message": "No."}))
    assert error.code == "insufficient_permissions"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("daily", errors.DailyLimit),
        ("Minute", errors.MinuteLimit),
        ("key-creation", errors.RateLimited),
    ],
)
def test_429_goes_by_the_limit_that_was_hit(said: str, kind: type[DeapiError]) -> None:
    assert type(from_response(answer(429, {}, X_RateLimit_Type=said))) is kind


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    waits = {"17": 17, "0.5": 0.5, "-3": 0, "nan": 5, "inf": 5, "soon": 5, "": 5}
    for text, seconds in waits.items():
        assert errors.retry_after({"retry-after": text}) == seconds
    assert errors.retry_after({}) == errors.DEFAULT_RETRY_AFTER
    assert errors.retry_after({"retry-after": soon}) == pytest.approx(90, abs=2)


@given(st.integers(300, 599), st.dictionaries(KEYS, JSON), st.text())
def test_any_json_becomes_an_error_that_can_be_stored(
    status: int, body: dict[str, Any], wait: str
) -> None:
    response = httpx.Response(status, content=json.dumps(body).encode())
    response.headers["retry-after"] = wait.encode("ascii", "ignore").decode()
    facts = json.loads(json.dumps(from_response(response).facts()))
    assert set(facts) == {"kind", "message", "status", "code", "fields", "retry_after"}
    assert 0 < len(facts["message"]) <= 500
    facts["message"].encode()


@given(st.integers(300, 599), st.binary(max_size=2000))
def test_any_bytes_become_an_error(status: int, body: bytes) -> None:
    assert 0 < len(from_response(httpx.Response(status, content=body)).message) <= 500


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"message":' * 50_000,
        b'{"errors":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"message": ' + b"9" * 100_000 + b"}",
        b'{"message": 1e999999999999999999999}',
        b'{"message": NaN}',
        b'{"message": "\\ud800\\u0000"}',
        b"\xff\xfe\x00",
    ],
)
def test_bodies_made_to_hurt_only_become_errors(body: bytes) -> None:
    error = from_response(answer(422, body))
    assert isinstance(error, errors.Invalid)
    error.message.encode()
