"""What a fault may be given, and the sentence that says what is wrong with it."""

from typing import Any

import pytest

from lib.sandbox.faults import KINDS, BadFault, Fault, Faults

NEEDS: dict[str, dict[str, Any]] = {"final_price": {"price": "1"}}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_needs_no_more_than_its_name_and_what_it_can_not_do_without(kind: str) -> None:
    made = Fault.parse({"fault": kind, **NEEDS.get(kind, {})})
    assert (made.kind, made.every, made.times) == (kind, 1, 1)


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"fault": "stall", "seconds": float("inf")}, "seconds", "from 0 to 86400"),
        ({"fault": "stall", "seconds": float("nan")}, "seconds", "from 0 to 86400"),
        ({"fault": "stall", "seconds": -1}, "seconds", "from 0 to 86400"),
        ({"fault": "stall", "seconds": 10**400}, "seconds", "from 0 to 86400"),
        ({"fault": "stall", "seconds": True}, "seconds", "a number"),
        ({"fault": "stall", "processed": 1}, "processed", "true or false"),
        ({"fault": "status", "body": "\ud800"}, "body", "half a character"),
        ({"fault": "status", "path": "/\udfff*"}, "path", "half a character"),
        ({"fault": "job_error", "code": "\ud800"}, "code", "half a character"),
        ({"fault": "job_error", "message": 5}, "message", "text"),
        ({"fault": "status", "times": 0}, "times", "at least 1, or null"),
        ({"fault": "status", "times": -1}, "times", "at least 1, or null"),
        ({"fault": "status", "times": 1.5}, "times", "at least 1, or null"),
        ({"fault": "status", "every": 0}, "every", "at least 1"),
        ({"fault": "status", "every": True}, "every", "at least 1"),
        ({"fault": "status", "status": 99}, "status", "from 200 to 599"),
        ({"fault": "status", "status": 101}, "status", "from 200 to 599"),
        ({"fault": "html", "status": 600}, "status", "from 200 to 599"),
        ({"fault": "status", "headers": ["a"]}, "headers", "object"),
        ({"fault": "status", "headers": {"X-A": 1}}, "headers", "a value that can't be sent"),
        ({"fault": "status", "headers": {"X-A": "a\r\nb: c"}}, "headers", "a value"),
        ({"fault": "status", "headers": {"X A": "a"}}, "headers", "a name"),
        ({"fault": "status", "headers": {"Content-Length": "3"}}, "headers", "a name"),
        ({"fault": "minute_limit", "retry_after": -1}, "retry_after", "at least 0"),
        ({"fault": "final_price"}, "price", "needs a price or a factor"),
        ({"fault": "final_price", "price": 1, "factor": 2}, "price", "and not both"),
        ({"fault": "final_price", "factor": "much"}, "factor", "from 0 to 1000"),
        ({"fault": "final_price", "factor": -1}, "factor", "from 0 to 1000"),
        ({"fault": "final_price", "price": -1}, "price", "from 0 to"),
        ({"fault": "status", "colour": "red"}, "colour", "status takes no colour"),
        ({"fault": "status", "seconds": 3}, "seconds", "status takes no seconds"),
        ({"fault": "push_lost", "path": "/a"}, "path", "push_lost takes no path"),
        ({"fault": "webhook_forged", "method": "GET"}, "method", "takes no method"),
        ({"fault": "earthquake"}, "fault", "must be one of status,"),
        ({"fault": ["status"]}, "fault", "must be one of status,"),
        ({}, "fault", "must be one of status,"),
        (["status"], "fault", "must be an object"),
    ],
)
def test_what_is_wrong_is_said_at_its_name(given: object, field: str, sentence: str) -> None:
    with pytest.raises(BadFault) as refused:
        Fault.parse(given)
    assert refused.value.field == field
    assert sentence in str(refused.value)


def test_a_method_is_meant_however_it_is_written() -> None:
    assert Fault.parse({"fault": "status", "method": "post"}).strikes("POST", "/a")


def test_an_address_that_expired_stays_so_and_a_fresh_one_is_another() -> None:
    faults = Faults()
    assert faults.fresh("/files/a") == "/files/a"
    faults.expire("/files/a")
    second = faults.fresh("/files/a")
    assert faults.is_expired("/files/a")
    assert second.startswith("/files/a?")
    faults.expire(second)
    assert faults.fresh("/files/a") not in ("/files/a", second)
    faults.clear()
    assert faults.fresh("/files/a") == "/files/a"
