"""Each fault does what it says, over real HTTP, and strikes when it should."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.sandbox import PLAIN, Sandbox, StartSandbox
from tests.support.waiting import eventually

BALANCE = "/api/v2/account/balance"
SUBMIT = "/api/v2/images/generations"


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=50)


def ask(sandbox: Sandbox, path: str = BALANCE, **sent: Any) -> httpx.Response:
    return httpx.request(
        "POST" if sent else "GET",
        f"{sandbox.url}{path}",
        headers={"Authorization": f"Bearer {sandbox.key}"},
        timeout=10,
        **PLAIN,
        **sent,
    )


def submit(sandbox: Sandbox) -> httpx.Response:
    models = ask(sandbox, "/api/v2/models?filter[inference_types]=txt2img").json()["data"]
    picture = {"prompt": "a fox", "model": models[0]["slug"], "width": 512, "height": 512}
    return ask(sandbox, SUBMIT, json=picture | {"steps": 4, "seed": 1, "guidance": 1})


def fault(sandbox: Sandbox, kind: str, **details: Any) -> None:
    sandbox.control("POST", "faults", [{"fault": kind, **details}])


def job(sandbox: Sandbox, request_id: str) -> dict[str, Any]:
    return ask(sandbox, f"/api/v2/jobs/{request_id}").json()["data"]


@pytest.mark.parametrize(
    ("kind", "details", "status", "type_"),
    [
        ("status", {"status": 503, "body": "{}"}, 503, "application/json"),
        ("html", {"status": 502}, 502, "text/html; charset=utf-8"),
        ("minute_limit", {"retry_after": 7}, 429, "application/json"),
        ("daily_limit", {}, 429, "application/json"),
        ("expired", {}, 403, "application/xml"),
    ],
)
def test_another_answer_is_given_once_and_then_the_right_one(
    sandbox: Sandbox, kind: str, details: dict[str, Any], status: int, type_: str
) -> None:
    fault(sandbox, kind, path=BALANCE, **details)
    answer = ask(sandbox)
    assert (answer.status_code, answer.headers["content-type"]) == (status, type_)
    if status == 429:
        assert answer.headers["x-ratelimit-type"] == kind.removesuffix("_limit")
        assert int(answer.headers["retry-after"]) == details.get("retry_after", 3600)
    assert ask(sandbox).status_code == 200


def test_an_answer_carries_the_headers_that_were_asked_for(sandbox: Sandbox) -> None:
    told = {"Retry-After": "9", "X-Request-Id": "f00", "Content-Type": "text/plain"}
    fault(sandbox, "status", path=BALANCE, status=503, body="later", headers=told)
    answer = ask(sandbox)
    assert {name: answer.headers[name] for name in told} == told
    assert (answer.status_code, answer.text) == (503, "later")


def test_an_answer_that_has_no_body_leaves_the_connection_usable(sandbox: Sandbox) -> None:
    fault(sandbox, "status", path=BALANCE, status=204)
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    with httpx.Client(base_url=sandbox.url, headers=headers) as api:
        assert [api.get(BALANCE).status_code for _ in range(2)] == [204, 200]


@pytest.mark.parametrize("charged", [False, True], ids=["before", "after"])
def test_a_reset_comes_before_or_after_the_call_was_processed(
    sandbox: Sandbox, charged: bool
) -> None:
    fault(sandbox, "reset_after" if charged else "reset_before", method="POST", path=SUBMIT)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        submit(sandbox)
    assert len(sandbox.charges()) == charged
    assert sandbox.requests()[-1]["status"] == 0
    assert submit(sandbox).status_code == 200


def test_half_of_the_answer_is_no_json(sandbox: Sandbox) -> None:
    fault(sandbox, "truncated", method="POST", path=SUBMIT)
    answer = submit(sandbox)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert len(sandbox.charges()) == 1


def test_an_answer_can_end_before_its_announced_length(sandbox: Sandbox) -> None:
    fault(sandbox, "truncated", method="POST", path=SUBMIT, full_length=True)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        submit(sandbox)
    assert len(sandbox.charges()) == 1
    assert submit(sandbox).status_code == 200


def test_an_expired_address_stays_expired_and_the_job_names_another(sandbox: Sandbox) -> None:
    fault(sandbox, "expired", path="/files/*")
    request_id = submit(sandbox).json()["data"]["request_id"]
    eventually(lambda: job(sandbox, request_id)["status"] == "done")
    old = job(sandbox, request_id)["result_url"]
    assert [httpx.get(old).status_code for _ in range(2)] == [403, 403]
    fresh = job(sandbox, request_id)["result_url"]
    assert fresh != old
    assert httpx.get(fresh).status_code == 200


def test_a_stall_is_silence_and_then_a_reset(sandbox: Sandbox) -> None:
    fault(sandbox, "stall", path=BALANCE, seconds=0.2)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        ask(sandbox)


def test_a_slow_call_is_answered_all_the_same_and_other_faults_strike_it(sandbox: Sandbox) -> None:
    fault(sandbox, "slow", path=BALANCE, seconds=0.3, times=2)
    fault(sandbox, "status", path=BALANCE, status=503)
    answers = [ask(sandbox) for _ in range(3)]
    assert [each.status_code for each in answers] == [503, 200, 200]
    assert all(each.elapsed.total_seconds() >= 0.3 for each in answers[:2])


def test_those_of_one_name_are_taken_away_alone(sandbox: Sandbox) -> None:
    fault(sandbox, "job_error", name="a")
    fault(sandbox, "push_lost")
    fault(sandbox, "status", name="a", path=BALANCE, times=None)
    fault(sandbox, "slow", name="b & c", seconds=0.1)
    left = sandbox.control("DELETE", "faults?name=a")
    assert [(each["fault"], each["name"]) for each in left] == [
        ("push_lost", None),
        ("slow", "b & c"),
    ]
    assert ask(sandbox).status_code == 200
    assert len(sandbox.control("DELETE", "faults?name=b%20%26%20c")) == 1


def test_every_third_call_and_twice_in_all(sandbox: Sandbox) -> None:
    fault(sandbox, "status", path="/api/v2/*", every=3, times=2)
    assert [ask(sandbox).status_code for _ in range(10)] == [
        *[200, 200, 500],
        *[200, 200, 500],
        *[200] * 4,
    ]
    assert sandbox.control("GET", "faults")[0]["struck"] == 2


def test_they_end_when_they_are_taken_away(sandbox: Sandbox) -> None:
    fault(sandbox, "status", path=BALANCE, times=None)
    assert [ask(sandbox).status_code for _ in range(3)] == [500] * 3
    assert sandbox.control("DELETE", "faults") == []
    assert ask(sandbox).status_code == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fault": "earthquake"}, "fault"),
        ({"fault": "status", "every": 0}, "every"),
        ({"fault": "status", "every": "often"}, "every"),
        ({"fault": "status", "colour": "red"}, "colour"),
        ({"fault": "final_price", "price": "much"}, "price"),
        ({"fault": "final_price"}, "price"),
        ("status", "fault"),
    ],
)
def test_what_can_not_be_understood_is_refused_and_changes_nothing(
    shared_sandbox: Sandbox, given: object, field: str
) -> None:
    with pytest.raises(httpx.HTTPStatusError) as refused:
        shared_sandbox.control("POST", "faults", [{"fault": "html"}, given])
    assert refused.value.response.status_code == 422
    assert list(refused.value.response.json()["errors"]) == [field]
    assert shared_sandbox.control("GET", "faults") == []


def test_a_body_that_is_no_json_is_said_to_be_none(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    for body in (b"", b"[{", b'[{"fault": "stall", "seconds": NaN}]', b"\xff"):
        answer = httpx.post(f"{sandbox.url}/sandbox/faults", content=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["message"].startswith("The body must be JSON")
    assert sandbox.control("GET", "faults") == []


def test_text_that_can_not_be_sent_is_refused_over_http_too(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    body = rb'[{"fault": "status", "body": "\ud800"}]'
    answer = httpx.post(f"{sandbox.url}/sandbox/faults", content=body, headers=headers)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["body"])


def test_a_submit_that_is_refused_for_want_of_money_uses_no_fault_up(sandbox: Sandbox) -> None:
    fault(sandbox, "job_error")
    sandbox.control("PUT", "balance", 0)
    assert submit(sandbox).status_code == 422
    assert sandbox.control("GET", "faults")[0]["struck"] == 0
    sandbox.control("PUT", "balance", 5)
    request_id = submit(sandbox).json()["data"]["request_id"]
    eventually(lambda: job(sandbox, request_id)["status"] == "error")


def test_a_job_ends_in_the_error_that_was_asked_for_and_is_refunded(sandbox: Sandbox) -> None:
    fault(sandbox, "job_error", code="AGE_RESTRICTED", message="Not for everybody")
    request_id = submit(sandbox).json()["data"]["request_id"]
    ended = eventually(lambda: (d := job(sandbox, request_id))["status"] == "error" and d)
    assert (ended["error_code"], ended["error_message"]) == ("AGE_RESTRICTED", "Not for everybody")
    assert [each["price"] for each in sandbox.charges()] == ["0"]


@pytest.mark.parametrize("price", ["0.0000001", "0.25"])
def test_a_job_costs_in_the_end_what_was_asked_for(sandbox: Sandbox, price: str) -> None:
    fault(sandbox, "final_price", price=price)
    before = sandbox.control("GET", "balance")["balance"]
    request_id = submit(sandbox).json()["data"]["request_id"]
    eventually(lambda: job(sandbox, request_id)["status"] == "done")
    (charge,) = sandbox.charges()
    assert float(charge["price"]) == float(price)
    left = float(sandbox.control("GET", "balance")["balance"])
    assert left == pytest.approx(float(before) - float(price), abs=1e-12)


def test_a_job_costs_in_the_end_so_many_times_its_price(sandbox: Sandbox) -> None:
    fault(sandbox, "final_price", factor=2.5)
    for _ in range(2):
        request_id = submit(sandbox).json()["data"]["request_id"]
        eventually(lambda of=request_id: job(sandbox, of)["status"] == "done")
    struck, usual = (Decimal(each["price"]) for each in sandbox.charges())
    assert struck == usual * Decimal("2.5")


def test_a_job_that_never_ends_stays_at_work_over_a_restart(
    sandbox: Sandbox, start_sandbox: StartSandbox
) -> None:
    fault(sandbox, "job_never_ends")
    request_id = submit(sandbox).json()["data"]["request_id"]
    eventually(lambda: job(sandbox, request_id)["progress"] == 99)
    sandbox.process.kill()
    again = start_sandbox(engines="none", speed=50, data=sandbox.data)
    eventually(lambda: job(again, request_id)["progress"] == 99)
    assert job(again, request_id)["status"] == "processing"
