"""Webhooks: signed deliveries, tried ten times over a day (deapi.md, Webhooks).

When ten deliveries in a row have failed, to whomever, none is made any more until
`PUT /sandbox/webhooks` (or a start). What is still to be delivered is not kept over a restart.
"""

import asyncio
import contextlib
import hashlib
import hmac
import http.client
import json
import ssl
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from lib.sandbox.config import Config
from lib.sandbox.faults import Faults
from lib.sandbox.jobs import Snapshot
from lib.sandbox.order import Order

TRIES = 10
FIRST_WAIT = 10.0
GROWTH = 3.0
"""Seconds between the first two tries, and how each wait grows: ten of them take 27 hours."""
SECONDS = 10.0
"""How long a receiver may take."""
MOST_FAILURES = 10

_EVENTS = {"processing": "job.processing", "done": "job.completed", "error": "job.failed"}
_AT = {"processing": "started_at", "done": "completed_at", "error": "failed_at"}
_KEPT = 1000
_THREADS = 8


@dataclass(slots=True)
class Delivery:
    """One delivery and how it went: `status` is the last answer's, 0 where none came."""

    delivery_id: str
    event: str
    url: str
    request_id: str
    tries: int = 0
    status: int = 0
    delivered: bool = False


class Webhooks:
    """All deliveries of this process. Belongs to the server's loop."""

    def __init__(self, config: Config, faults: Faults) -> None:
        self._config = config
        self._faults = faults
        self._tls = ssl.create_default_context()
        if config.ca is not None:
            self._tls.load_verify_locations(config.ca)
        self._said: dict[str, str] = {}
        """The status that was last told of each open job."""
        self._tasks: set[asyncio.Task[None]] = set()
        # Of its own: a receiver that is slow must not hold up submits.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhooks")
        self._failures = 0
        self.log: deque[Delivery] = deque(maxlen=_KEPT)

    @property
    def enabled(self) -> bool:
        return self._failures < MOST_FAILURES

    def enable(self) -> None:
        """Deliver again, to whoever failed too often."""
        self._failures = 0

    def tell(self, request_id: str, job: Snapshot, order: Order) -> None:
        """Deliver what is new of a job, when its submit named a receiver."""
        url, event = order.params.get("webhook_url"), _EVENTS.get(job.status)
        before = self._said.get(request_id, "pending")
        if not url or event is None or job.status == before:
            return
        self._said[request_id] = job.status
        if job.status in ("done", "error"):
            del self._said[request_id]
        if not self.enabled:
            return
        data = _data(self._config, request_id, job, order, before)
        account = self._config.webhook_secret or self._config.key
        secret = order.params.get("webhook_secret") or account
        task = asyncio.create_task(self._deliver(str(url), str(secret), event, data))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def as_json(self) -> dict[str, Any]:
        return {"enabled": self.enabled, "deliveries": [asdict(each) for each in self.log]}

    async def _deliver(self, url: str, secret: str, event: str, data: Mapping[str, Any]) -> None:
        told = Delivery(str(uuid4()), event, url, data["job_request_id"])
        self.log.append(told)
        fault = self._faults.webhook()
        if fault == "webhook_forged":
            secret = told.delivery_id  # which is nobody's
        wait = FIRST_WAIT / self._config.speed
        while True:
            sent = _signed(told, secret, data)
            told.tries += 1
            told.status = await self._posted(told.url, *sent)
            told.delivered = 200 <= told.status < 300
            if told.delivered:
                self._failures = 0
                if fault == "webhook_replayed":
                    await self._posted(told.url, *sent)
                return
            if told.tries == TRIES:
                self._failures += 1
                return
            await asyncio.sleep(wait)
            wait *= GROWTH

    async def _posted(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _post, self._tls, url, body, headers)


def _signed(
    told: Delivery, secret: str, data: Mapping[str, Any]
) -> tuple[bytes, Mapping[str, str]]:
    """The body and the headers of one try, as of now."""
    now = time.time()
    said = {"event": told.event, "delivery_id": told.delivery_id, "timestamp": _written(now)}
    body = json.dumps({**said, "data": data}).encode()
    timestamp = str(int(now))
    message = timestamp.encode() + b"." + body
    proof = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/json",
        "X-DeAPI-Signature": f"sha256={proof}",
        "X-DeAPI-Timestamp": timestamp,
        "X-DeAPI-Event": told.event,
        "X-DeAPI-Delivery-Id": told.delivery_id,
    }


def _post(tls: ssl.SSLContext, url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer; 0 when none came in time. Redirects are not followed."""
    at = urlsplit(url)
    path = at._replace(scheme="", netloc="", fragment="").geturl() or "/"
    try:
        connection = http.client.HTTPSConnection(at.netloc, timeout=SECONDS, context=tls)
        with contextlib.closing(connection):
            connection.request("POST", path, body, dict(headers))
            return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):
        return 0


def _data(
    config: Config, request_id: str, job: Snapshot, order: Order, before: str
) -> dict[str, Any]:
    """A job as a webhook tells of it; `job_type` by v1's names."""
    now = time.time()
    at = order.endpoint
    types = at.inference_types or [each for some in at.inference_types_of.values() for each in some]
    data: dict[str, Any] = {
        "job_request_id": request_id,
        "status": job.status,
        "previous_status": before,
        "job_type": next(iter(types), at.id),
        _AT[job.status]: _written(now),
    }
    if job.status == "done":
        data["result_url"] = job.result and f"{config.address}/files/{job.result}"
        data["processing_time_ms"] = round(1000 * job.seconds)
    elif job.status == "error":
        code = job.error_code or ""  # ours are in small letters, and none of deAPI's
        data["error_code"] = code if code.isupper() else "PROCESSING_ERROR"
        data["error_message"] = job.error_message
    return data


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
