"""The session's cookie, which only a route can set so that no script reads it.

POST /session    a one-time ticket in JSON, drawn after the right password → the cookie
DELETE /session  the session ends: what was copied of its cookie opens nothing any more
"""

import json
from collections.abc import Callable
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lib.people import who
from lib.store import Purpose, Store, sessions, tokens

MAX_BYTES = 1024


def routes(store: Callable[[], Store]) -> list[Route]:
    """The routes, over the store that `store` gives when it is asked for."""

    async def begin(request: Request) -> Response:
        if not _same_origin(request):
            return _said(403, "This did not come from our own page.")
        ticket = _ticket(await _bounded(request))
        token = await run_in_threadpool(_begun, store(), ticket, request) if ticket else None
        if token is None:
            return _said(401, "This took too long. Sign in again.")
        return _with_cookie(request, _said(200, "Signed in."), token)

    async def end(request: Request) -> Response:
        if not _same_origin(request):
            return _said(403, "This did not come from our own page.")
        await run_in_threadpool(sessions.end, store(), who.token(request.cookies))
        answer = _said(200, "Signed out.")
        answer.delete_cookie(who.COOKIE, path="/")
        answer.delete_cookie(who.SECURE_COOKIE, path="/", secure=True)
        return answer

    return [
        Route("/session", begin, methods=["POST"]),
        Route("/session", end, methods=["DELETE"]),
    ]


def _begun(store: Store, ticket: str, request: Request) -> str | None:
    name = tokens.take(store, ticket, Purpose.SESSION)
    if name is None:
        return None
    peer = request.client.host if request.client else None
    address = who.address(peer, request.headers.get("x-forwarded-for"))
    return sessions.begin(store, name, address, request.headers.get("user-agent", ""))


def _with_cookie(request: Request, answer: Response, token: str) -> Response:
    """As closed as browsers allow: no script, no other site, no plain HTTP where there is TLS."""
    secure = _is_https(request)
    answer.set_cookie(
        who.SECURE_COOKIE if secure else who.COOKIE,
        token,
        max_age=int(sessions.LIFE.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    return answer


def _same_origin(request: Request) -> bool:
    """Browsers name the page that asks; without a name it is no browser, and gets nothing."""
    scheme = "https" if _is_https(request) else "http"
    return request.headers.get("origin") == f"{scheme}://{request.headers.get('host', '')}"


def _is_https(request: Request) -> bool:
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))


async def _bounded(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            return b""
    return body


def _ticket(body: bytes) -> str | None:
    try:
        told = json.loads(body)
    except ValueError:
        return None
    ticket = cast(dict[str, object], told).get("ticket") if isinstance(told, dict) else None
    return ticket if isinstance(ticket, str) else None


def _said(status: int, sentence: str) -> Response:
    return JSONResponse(
        {"message": sentence}, status_code=status, headers={"Cache-Control": "no-store"}
    )
