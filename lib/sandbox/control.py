"""`/sandbox/…`: what only a sandbox has. For tests and for the playground's own page.

These calls change play money and the catalogue, so they take the key, answer on loopback names
only (a foreign name that resolves here is an attack) and never to a page of another origin.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lib.sandbox import body, money
from lib.sandbox.catalogue import BadCatalogue, Catalogue
from lib.sandbox.errors import Refused, invalid
from lib.sandbox.guard import Handler, authenticate, state_of
from lib.sandbox.state import State, written

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def routes() -> list[Route]:
    return [
        _route("GET", "/sandbox/charges", _charges),
        _route("GET", "/sandbox/requests", _requests),
        _route("PUT", "/sandbox/balance", _put_balance),
        _route("PUT", "/sandbox/models", _put_models),
    ]


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(path, _guarded(handler), methods=[method])


def _guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def call(request: Request) -> Response:
        if request.url.hostname not in _LOOPBACK or "origin" in request.headers:
            raise Refused(403, "Only for calls from this machine, and from no web page.")
        state = state_of(request)
        authenticate(request, state.config.key)
        return await handler(request, state)

    return call


async def _charges(_: Request, state: State) -> Response:
    """Every accepted job with what it costs; a refunded one costs `"0"`."""
    charges = [
        {
            "request_id": charge.request_id,
            "endpoint": charge.endpoint,
            "price": money.text(charge.amount),
            "at": written(charge.at),
        }
        for charge in state.account.charges()
    ]
    return JSONResponse(charges)


async def _requests(_: Request, state: State) -> Response:
    """The latest calls to everything but `/sandbox/`, oldest first."""
    return JSONResponse([{**asdict(call), "at": written(call.at)} for call in state.calls])


async def _put_balance(request: Request, state: State) -> Response:
    """Takes `{"balance": 5}` or `{"balance": "5.00"}`, in USD."""
    given = await body.json_value(request)
    usd = cast(dict[str, Any], given).get("balance") if isinstance(given, dict) else given
    try:
        state.account.put(money.balance(usd))
    except ValueError as error:
        raise invalid({"balance": [f"The balance field {error}."]}) from error
    return JSONResponse({"balance": money.text(state.account.balance)})


async def _put_models(request: Request, state: State) -> Response:
    """Takes a list of models, in the shape of `GET /models`: the catalogue from now on."""
    given = await body.json_value(request)
    try:
        state.catalogue = Catalogue(given)
    except BadCatalogue as error:
        raise invalid({"models": [str(error)]}) from error
    return JSONResponse({"models": len(state.catalogue.of_types(()))})
