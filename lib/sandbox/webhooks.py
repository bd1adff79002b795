"""Webhooks: signed deliveries, tried ten times over a day (deapi.md, Webhooks).

When ten deliveries in a row have failed, to whomever, none is made any more until
`PUT /sandbox/webhooks` (or a start). Deliveries are kept in the data folder: those that are open go
on after a start, under their own ids.
"""

import asyncio
import contextlib
import hashlib
import hmac
import http.client
import json
import sqlite3
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from lib.sandbox.config import Config
from lib.sandbox.database import Database
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
_NEAREST = {"txt2music": "txt2audio", "aud2video": "img2video", "videos_replace": "img2video"}
"""The documented list has no job type for these: ours is the nearest of those that it has."""
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
    """All deliveries of this data folder. Belongs to the server's loop."""

    def __init__(self, config: Config, faults: Faults, database: Database) -> None:
        self._config = config
        self._faults = faults
        self._database = database
        self._tls = ssl.create_default_context()
        if config.ca is not None:
            self._tls.load_verify_locations(config.ca)
        self._tasks: set[asyncio.Task[None]] = set()
        # Of its own: a receiver that is slow must not hold up submits.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhooks")
        self._failures = 0

    @property
    def enabled(self) -> bool:
        return self._failures < MOST_FAILURES

    def enable(self) -> None:
        """Deliver again, to whoever failed too often."""
        self._failures = 0

    def resume(self) -> None:
        """Go on with what an earlier process left undelivered."""
        self._database.execute(
            "DELETE FROM deliveries WHERE next_at IS NULL AND rowid NOT IN"
            " (SELECT rowid FROM deliveries ORDER BY rowid DESC LIMIT ?)",
            [_KEPT],
        )
        for row in self._database.rows(
            "SELECT * FROM deliveries WHERE next_at IS NOT NULL ORDER BY rowid"
        ):
            told = _delivery(row)
            self._start(told, row["secret"], json.loads(row["data"]), row["next_at"], again=False)

    def tell(self, request_id: str, job: Snapshot, order: Order) -> None:
        """Deliver what is new of a job, when its submit named a receiver."""
        url, event = order.params.get("webhook_url"), _EVENTS.get(job.status)
        if not url or event is None:
            return
        before = self._last_told(request_id)
        if job.status == before or not self.enabled:
            return
        told = Delivery(str(uuid4()), event, str(url), request_id)
        data = _data(self._config, request_id, job, order, before)
        account = self._config.webhook_secret or self._config.key
        secret = str(order.params.get("webhook_secret") or account)
        fault = self._faults.webhook()
        if fault == "webhook_forged":
            secret = told.delivery_id  # which is nobody's
        now = time.time()
        self._database.execute(
            "INSERT INTO deliveries"
            " (delivery_id, request_id, event, job_status, url, secret, data, next_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(told.delivery_id, request_id, event, job.status, told.url, secret),
                *(json.dumps(data), now),
            ],
        )
        self._start(told, secret, data, now, again=fault == "webhook_replayed")

    async def close(self) -> None:
        """Let go; what isn't delivered is resumed by the next process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def as_json(self) -> dict[str, Any]:
        """Whether they are made at all, and the latest, oldest first."""
        rows = self._database.rows("SELECT * FROM deliveries ORDER BY rowid DESC LIMIT ?", [_KEPT])
        latest = [asdict(_delivery(row)) for row in reversed(rows)]
        return {"enabled": self.enabled, "deliveries": latest}

    def _last_told(self, request_id: str) -> str:
        """What status of a job was told of last."""
        rows = self._database.rows(
            "SELECT job_status FROM deliveries WHERE request_id = ? ORDER BY rowid DESC LIMIT 1",
            [request_id],
        )
        return rows[0]["job_status"] if rows else "pending"

    def _start(
        self, told: Delivery, secret: str, data: Mapping[str, Any], at: float, *, again: bool
    ) -> None:
        task = asyncio.create_task(self._deliver(told, secret, data, at, again=again))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(
        self, told: Delivery, secret: str, data: Mapping[str, Any], at: float, *, again: bool
    ) -> None:
        """Try from the moment `at` on until it is taken, or was tried too often; `again`: send it
        once more then."""
        due: float | None = at
        while due is not None:
            await asyncio.sleep(max(0.0, due - time.time()))
            sent = _signed(told, secret, data)
            told.tries += 1
            told.status = await self._posted(told.url, *sent)
            told.delivered = 200 <= told.status < 300
            due = None
            if told.delivered:
                self._failures = 0
                if again:
                    await self._posted(told.url, *sent)
            elif told.tries == TRIES:
                self._failures += 1
            else:
                due = time.time() + FIRST_WAIT * GROWTH ** (told.tries - 1) / self._config.speed
            self._database.execute(
                "UPDATE deliveries SET tries = ?, status = ?, delivered = ?, next_at = ?"
                " WHERE delivery_id = ?",
                [told.tries, told.status, told.delivered, due, told.delivery_id],
            )

    async def _posted(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _post, self._tls, url, body, headers)


def _delivery(row: sqlite3.Row) -> Delivery:
    at = Delivery(row["delivery_id"], row["event"], row["url"], row["request_id"])
    at.tries, at.status, at.delivered = row["tries"], row["status"], bool(row["delivered"])
    return at


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
    """A job as a webhook tells of it."""
    now = time.time()
    data: dict[str, Any] = {
        "job_request_id": request_id,
        "status": job.status,
        "previous_status": before,
        "job_type": job_type(order),
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


def job_type(order: Order) -> str:
    """One of the documented names, which are v1's."""
    types = order.endpoint.inference_types
    if file := order.measure("source_file"):
        return "audiofile2txt" if file.width is None else "videofile2txt"
    return _NEAREST.get(types[0], types[0])


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
