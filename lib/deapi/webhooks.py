"""Deliveries that deAPI makes to a webhook: whether they are its own, and what they say.

deapi.md, Webhooks: `HMAC-SHA256(secret, timestamp + "." + raw body)`, five minutes either way
(gotchas §7: a time in the future is as wrong as an old one).
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from lib.deapi import wire
from lib.deapi.errors import NotUnderstood

TOLERANCE = 300
"""Seconds that a delivery's time may be off, either way."""

_ID = re.compile(r"[!-~]{1,100}")


class Forged(Exception):
    """Raised when a delivery is not signed with any of the secrets, or not of this time."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery: its id, which repeats name again, its event, and the job as it tells it."""

    id: str
    event: str
    job: wire.Job


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature's header for a body that is sent at `timestamp` (seconds since 1970)."""
    message = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: float) -> None:
    """Raises `Forged` unless one of `secrets` signed `body` within five minutes of `now`.

    `headers` has lower-case names; `now` is in seconds since 1970.
    """
    timestamp = headers.get("x-deapi-timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise Forged("The delivery has no time.")
    given = headers.get("x-deapi-signature", "").encode()
    right = [hmac.compare_digest(sign(each, timestamp, body).encode(), given) for each in secrets]
    if not any(right):
        raise Forged("The signature is not ours.")
    if abs(now - int(timestamp)) > TOLERANCE:
        raise Forged("The delivery is not of this time.")


def parse(headers: Mapping[str, str], body: bytes) -> Delivery:
    """What a verified delivery says. Raises `NotUnderstood`.

    Id and event are taken from the signed body; the headers repeat them for whoever routes.
    """
    said = wire.read(body)
    data = said.get("data")
    if not isinstance(data, dict):
        raise NotUnderstood("The delivery has no data.")
    job = cast(dict[str, Any], data)
    delivery_id, event = said.get("delivery_id"), said.get("event")
    delivery_id = delivery_id or headers.get("x-deapi-delivery-id")
    if not isinstance(delivery_id, str) or not _ID.fullmatch(delivery_id):
        raise NotUnderstood("The delivery has no id.")
    request_id = wire.request_id_of({"request_id": job.get("job_request_id")})
    name = event if isinstance(event, str) and _ID.fullmatch(event) else ""
    return Delivery(delivery_id, name, wire.Job.parse(job, request_id))
