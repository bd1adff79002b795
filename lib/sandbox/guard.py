"""Who may call: the key, and the rates that go with it."""

import hmac
from collections.abc import Awaitable, Callable
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from lib.sandbox.errors import Refused, not_acceptable, too_many, unauthenticated
from lib.sandbox.state import State

Handler = Callable[[Request, State], Awaitable[Response]]


def state_of(request: Request) -> State:
    return cast(State, request.state.sandbox)


def authenticate(request: Request, key: str) -> None:
    """Raises `Refused` (401) without the right Bearer key."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(
        given.strip().encode("utf-8", "surrogateescape"), key.encode()
    ):
        raise unauthenticated()


def throttled(pool: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """`handler` for calls with the right key that are within `pool`'s rates.

    A call that is refused later on (a 422, say) counts too, as deAPI throttles before it reads.
    """

    async def call(request: Request) -> Response:
        state = state_of(request)
        authenticate(request, state.config.key)
        _expects_json(request)
        verdict = state.rates.take(pool)
        try:
            if verdict.exceeded:
                raise too_many()
            response = await handler(request, state)
        except Refused as refused:
            response = refused.response()
        response.headers.update(verdict.headers)
        return response

    return call


def _expects_json(request: Request) -> None:
    """deAPI wants `Accept: application/json`; only what rules JSON out is refused here."""
    accept = request.headers.get("accept", "*/*")
    if not any(kind in accept for kind in ("application/json", "application/*", "*/*")):
        raise not_acceptable()
