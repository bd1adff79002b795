"""`/sandbox/…`: what only a sandbox has. For tests and for the playground's own page.

These calls change play money and the catalogue, so they take the key, answer on loopback names
only (a foreign name that resolves here is an attack) and never to a page of another origin.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lib.sandbox import body, money
from lib.sandbox.catalogue import BadCatalogue, Catalogue
from lib.sandbox.config import Tier
from lib.sandbox.errors import Refused, invalid
from lib.sandbox.faults import BadFault, whole
from lib.sandbox.guard import Handler, authenticate, state_of
from lib.sandbox.rates import Special
from lib.sandbox.state import State, written

_MOST_CALLS = 1_000_000
_WINDOW = (0.1, 3600)
"""Seconds that a "minute" may last."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def routes() -> list[Route]:
    return [
        _route("GET", "/sandbox/charges", _charges),
        _route("GET", "/sandbox/requests", _requests),
        _route("GET", "/sandbox/balance", _get_balance),
        _route("PUT", "/sandbox/balance", _put_balance),
        _route("GET", "/sandbox/tier", _get_tier),
        _route("PUT", "/sandbox/tier", _put_tier),
        _route("PUT", "/sandbox/models", _put_models),
        _route("GET", "/sandbox/faults", _get_faults),
        _route("POST", "/sandbox/faults", _post_faults),
        _route("DELETE", "/sandbox/faults", _delete_faults),
        _route("GET", "/sandbox/webhooks", _get_webhooks),
        _route("PUT", "/sandbox/webhooks", _put_webhooks),
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
    """Every accepted job with what it costs; a refunded one costs `"0"`. `ended_at` is null while
    it goes on, and for one that ended before this process."""
    charges = [
        {
            "request_id": charge.request_id,
            "endpoint": charge.endpoint,
            "price": money.text(charge.amount),
            "at": written(charge.at),
            "ended_at": (ended := state.jobs.ended_at(charge.request_id)) and written(ended),
        }
        for charge in state.account.charges()
    ]
    return JSONResponse(charges)


async def _requests(_: Request, state: State) -> Response:
    """The latest calls to everything but `/sandbox/`, oldest first."""
    return JSONResponse([{**asdict(call), "at": written(call.at)} for call in state.calls])


async def _get_balance(_: Request, state: State) -> Response:
    """What is left in USD, for an api key too, which may not see it at deAPI's own address."""
    return JSONResponse({"balance": money.text(state.account.balance)})


async def _put_balance(request: Request, state: State) -> Response:
    """Takes `{"balance": 5}` or `{"balance": "5.00"}`, in USD, or the amount alone."""
    usd = await _value(request, "balance")
    try:
        state.account.put(money.balance(usd))
    except ValueError as error:
        raise invalid({"balance": [f"The balance field {error}."]}) from error
    return await _get_balance(request, state)


async def _get_tier(_: Request, state: State) -> Response:
    """Whose limits apply: `{"tier": "premium"}`, and what it has of its own, if anything."""
    special = {name: value for name, value in asdict(state.rates.special).items() if value}
    return JSONResponse({"tier": state.rates.tier, **special})


async def _put_tier(request: Request, state: State) -> Response:
    """Takes `{"tier": "basic"}` or `"basic"`; every window begins anew, also for the same tier.

    `minute` and `day` (1 to 1,000,000) replace the limits of paid calls, and a "minute" lasts
    `window` seconds (0.1 to 3600): for tests and benchmarks, which have no minutes to wait. Lasts
    as long as the process: a start begins with its own `--tier`.
    """
    given = await body.json_value(request)
    asked = cast(dict[str, object], given) if isinstance(given, dict) else {"tier": given}
    if asked.get("tier") not in get_args(Tier):
        raise invalid({"tier": ["The tier field must be basic or premium."]})
    special = Special(
        minute=_calls(asked, "minute"), day=_calls(asked, "day"), window=_window(asked)
    )
    state.rates.become(cast(Tier, asked["tier"]), special)
    return await _get_tier(request, state)


def _calls(asked: Mapping[str, object], name: str) -> int | None:
    value = asked.get(name)
    if value is None:
        return None
    if wrong := whole(1, _MOST_CALLS)(value):
        raise invalid({name: [f"The {name} field {wrong}."]})
    return cast(int, value)


def _window(asked: Mapping[str, object]) -> float | None:
    value = asked.get("window")
    if value is None:
        return None
    shortest, longest = _WINDOW
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not shortest <= value <= longest
    ):
        raise invalid({"window": [f"The window field must be from {shortest} to {longest}."]})
    return float(value)


async def _put_models(request: Request, state: State) -> Response:
    """Takes a list of models, in the shape of `GET /models`: the catalogue from now on."""
    given = await body.json_value(request)
    try:
        state.catalogue = Catalogue(given)
    except BadCatalogue as error:
        raise invalid({"models": [str(error)]}) from error
    return JSONResponse({"models": len(state.catalogue.of_types(()))})


async def _get_faults(_: Request, state: State) -> Response:
    """Those that were asked for, each with how often it has struck."""
    return JSONResponse(state.faults.as_json())


async def _post_faults(request: Request, state: State) -> Response:
    """Takes a list of faults (`lib.sandbox.faults`), beside those that are there; or one alone."""
    given = await body.json_value(request)
    if given is None:
        raise invalid({"faults": ["The body must be JSON: a list of faults, or one of them."]})
    try:
        state.faults.add(cast(list[object], given) if isinstance(given, list) else [given])
    except BadFault as error:
        raise invalid({error.field: [str(error)]}) from error
    return await _get_faults(request, state)


async def _delete_faults(request: Request, state: State) -> Response:
    """All is well again, or with `?name=…` without those of this name; jobs keep what was to
    become of them."""
    name = request.query_params.get("name")
    if name is None:
        state.faults.clear()
    else:
        state.faults.end(name)
    return await _get_faults(request, state)


async def _get_webhooks(_: Request, state: State) -> Response:
    """Whether they are enabled, and the latest deliveries: event, url, tries, status, delivered."""
    return JSONResponse(state.webhooks.as_json())


async def _put_webhooks(request: Request, state: State) -> Response:
    """Enable them again after too many failures."""
    state.webhooks.enable()
    return await _get_webhooks(request, state)


async def _value(request: Request, name: str) -> object:
    """The body's one value: a member called `name`, or the whole body when it is no object."""
    given = await body.json_value(request)
    return cast(dict[str, object], given).get(name) if isinstance(given, dict) else given
