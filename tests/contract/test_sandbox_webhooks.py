"""Webhooks as the sandbox delivers them, to a real receiver behind TLS."""

import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.tls import certificate
from tests.support.waiting import eventually

SECRET = "a secret of this one request, long enough"


class Receiver:
    """Takes in deliveries over TLS; answers with `answers`, the last of them for ever."""

    def __init__(self, pem: Path) -> None:
        self.answers = [200]
        self.came: list[tuple[dict[str, str], bytes]] = []
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mine.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
                answer = mine.answers.pop(0) if len(mine.answers) > 1 else mine.answers[0]
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}/hook?run=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def events(self) -> list[str]:
        return [headers["x-deapi-event"] for headers, _ in self.came]


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def receiver(pem: Path) -> Iterator[Receiver]:
    started = Receiver(pem)
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture
def sandbox(start_sandbox: StartSandbox, pem: Path) -> Sandbox:
    return start_sandbox(engines="none", speed=2000, ca=pem)


def submit(sandbox: Sandbox, **params: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    url = f"{sandbox.url}/api/v2"
    models = httpx.get(f"{url}/models?filter[inference_types]=txt2img", headers=headers).json()
    picture = {"prompt": "a fox", "model": models["data"][0]["slug"], "width": 512, "height": 512}
    picture |= {"steps": 4, "seed": 1, "guidance": 1}
    return httpx.post(f"{url}/images/generations", headers=headers, json=picture | params)


def check(headers: dict[str, str], body: bytes, secret: str) -> None:
    message = headers["x-deapi-timestamp"].encode() + b"." + body
    right = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    assert headers["x-deapi-signature"] == f"sha256={right}"


def test_a_job_is_told_of_signed_with_the_requests_own_secret(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    answer = submit(sandbox, webhook_url=receiver.url, webhook_secret=SECRET)
    request_id = answer.json()["data"]["request_id"]
    eventually(lambda: "job.completed" in receiver.events)
    for headers, body in receiver.came:
        check(headers, body, SECRET)
    headers, body = next(
        each for each in receiver.came if each[0]["x-deapi-event"] == "job.completed"
    )
    said = json.loads(body)
    assert said["delivery_id"] == headers["x-deapi-delivery-id"]
    data = said["data"]
    assert (data["job_request_id"], data["status"], data["job_type"]) == (
        request_id,
        "done",
        "txt2img",
    )
    assert httpx.get(data["result_url"]).status_code == 200
    assert data["processing_time_ms"] >= 0


def test_without_one_the_accounts_secret_signs(
    start_sandbox: StartSandbox, pem: Path, receiver: Receiver
) -> None:
    sandbox = start_sandbox(engines="none", speed=2000, ca=pem, **{"webhook-secret": "account"})
    submit(sandbox, webhook_url=receiver.url)
    eventually(lambda: receiver.came)
    check(*receiver.came[0], "account")


def test_a_failed_job_says_its_code(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.control("POST", "faults", [{"fault": "job_error", "code": "INVALID_INPUT"}])
    submit(sandbox, webhook_url=receiver.url)
    eventually(lambda: "job.failed" in receiver.events)
    bodies = [json.loads(body)["data"] for _, body in receiver.came]
    assert [each["error_code"] for each in bodies if "error_code" in each] == ["INVALID_INPUT"]


def test_a_receiver_that_fails_is_tried_again_under_the_same_id(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    receiver.answers = [500, 302, 200]
    submit(sandbox, webhook_url=receiver.url)
    eventually(
        lambda: all(each["delivered"] for each in log(sandbox)) and receiver.answers == [200]
    )
    tries = [headers["x-deapi-delivery-id"] for headers, _ in receiver.came]
    assert len(tries) - len(set(tries)) == 2


def test_one_that_fails_ten_in_a_row_gets_no_more_until_it_is_enabled(
    start_sandbox: StartSandbox, pem: Path, receiver: Receiver
) -> None:
    sandbox = start_sandbox(engines="none", speed=10_000_000, balance=100, ca=pem)
    receiver.answers = [500]
    for _ in range(10):
        submit(sandbox, webhook_url=receiver.url)
    eventually(lambda: not sandbox.control("GET", "webhooks")["enabled"], timeout=60)
    assert {each["tries"] for each in log(sandbox) if each["tries"] == 10} == {10}
    before = len(log(sandbox))
    submit(sandbox, webhook_url=receiver.url)
    assert len(log(sandbox)) == before
    receiver.answers = [200]
    assert sandbox.control("PUT", "webhooks")["enabled"]
    submit(sandbox, webhook_url=receiver.url)
    eventually(lambda: log(sandbox)[-1]["delivered"])


def test_what_is_still_to_be_delivered_goes_on_after_a_start_under_its_own_id(
    start_sandbox: StartSandbox, pem: Path, receiver: Receiver
) -> None:
    sandbox = start_sandbox(engines="none", speed=20, ca=pem)
    receiver.answers = [503]
    request_id = submit(sandbox, webhook_url=receiver.url, webhook_secret=SECRET).json()["data"]
    eventually(lambda: {"job.processing", "job.completed"} <= {*receiver.events})
    eventually(lambda: all(each["status"] == 503 for each in log(sandbox)))
    before = log(sandbox)
    sandbox.process.kill()
    first = len(receiver.came)
    receiver.answers = [200]
    again = start_sandbox(engines="none", speed=20, ca=pem, data=sandbox.data)
    eventually(lambda: all(each["delivered"] for each in log(again)))
    assert [each["delivery_id"] for each in log(again)] == [each["delivery_id"] for each in before]
    assert {each["request_id"] for each in log(again)} == {request_id["request_id"]}
    for headers, body in receiver.came[first:]:
        check(headers, body, SECRET)


def test_a_job_that_is_resumed_is_not_said_to_begin_again(
    start_sandbox: StartSandbox, pem: Path, receiver: Receiver
) -> None:
    sandbox = start_sandbox(engines="none", speed=20, ca=pem)
    sandbox.control("POST", "faults", [{"fault": "job_never_ends"}])
    submit(sandbox, webhook_url=receiver.url)
    eventually(lambda: [each["delivered"] for each in log(sandbox)] == [True])
    sandbox.process.kill()
    again = start_sandbox(engines="none", speed=20, ca=pem, data=sandbox.data)
    submit(again, webhook_url=receiver.url)  # whose end comes after what the first would tell
    eventually(lambda: receiver.events.count("job.completed") == 1)
    assert receiver.events.count("job.processing") <= 2
    assert len({each["request_id"] for each in log(again)}) == 2
    assert sum(each["request_id"] == log(again)[0]["request_id"] for each in log(again)) == 1


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"webhook_url": "http://127.0.0.1/hook"}, "webhook_url"),
        ({"webhook_secret": SECRET}, "webhook_secret"),
        ({"webhook_url": "https://127.0.0.1/hook", "webhook_secret": "short"}, "webhook_secret"),
    ],
)
def test_what_could_not_be_delivered_or_checked_is_refused(
    sandbox: Sandbox, params: dict[str, str], field: str
) -> None:
    answer = submit(sandbox, **params)
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def log(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.control("GET", "webhooks")["deliveries"]
