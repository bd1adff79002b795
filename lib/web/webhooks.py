"""`POST /webhooks/{token}`: where deAPI tells how a run's job stands.

A delivery is checked here and then handed over: the answer never waits for the database, as deAPI
gives ten seconds (deapi.md, Webhook Requirements) and what it says is only a hint.
"""

import time
from collections.abc import Callable
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lib.deapi.errors import NotUnderstood
from lib.deapi.webhooks import Delivery, Forged, parse, verify

MAX_BYTES = 256 * 1024
"""A delivery is a few hundred bytes; results are not in it."""


class Receiver(Protocol):
    """Who knows the tokens, and takes in what was verified."""

    def run_id(self, token: str) -> str | None:
        """The run that a token names; None when it is none of ours."""
        ...

    def secrets(self, run_id: str) -> tuple[str, ...]:
        """What a delivery about this run may be signed with."""
        ...

    def delivered(self, run_id: str, delivery: Delivery) -> None:
        """Take it in, without waiting for anything."""
        ...


def routes(receiver: Callable[[], Receiver | None]) -> list[Route]:
    """The route; `receiver` gives None where deAPI was told no address."""

    async def receive(request: Request) -> Response:
        there = receiver()
        token = request.path_params["token"]
        run_id = there.run_id(token) if there else None
        if there is None or run_id is None:
            return _said(404, "There is nothing here.")
        try:
            body = await _bounded(request)
        except ClientDisconnect:
            return _said(400, "The delivery broke off.")
        if body is None:
            return _said(413, "The delivery is too large.")
        try:
            verify(request.headers, body, there.secrets(run_id), time.time())
        except Forged as error:
            return _said(401, str(error))
        try:
            delivery = parse(request.headers, body)
        except NotUnderstood as error:
            return _said(400, str(error))
        there.delivered(run_id, delivery)
        return _said(200, "Thank you.")

    return [Route("/webhooks/{token}", receive, methods=["POST"])]


async def _bounded(request: Request) -> bytes | None:
    """The whole body; None as soon as it is longer than a delivery may be."""
    parts = bytearray()
    async for chunk in request.stream():
        parts += chunk
        if len(parts) > MAX_BYTES:
            return None
    return bytes(parts)


def _said(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status_code=status)
