"""The documented calls: models, jobs, balance, and each endpoint with its price."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lib.deapi.contract import BALANCE, ENDPOINTS, JOB, MODELS, Endpoint
from lib.sandbox import body, prices, validate
from lib.sandbox.account import NotEnough
from lib.sandbox.errors import invalid, not_found, not_permitted
from lib.sandbox.files import address
from lib.sandbox.guard import Handler, throttled
from lib.sandbox.jobs import Snapshot
from lib.sandbox.money import number
from lib.sandbox.state import State

_PAGE = 25
_LARGEST_PAGE = 50


def routes() -> list[Route]:
    """One route a call, all of them from the contract."""
    paid = [
        route
        for endpoint in ENDPOINTS
        for route in (
            _route("POST", endpoint.path, endpoint.id, _submit(endpoint)),
            _route("POST", endpoint.price_path, "prices", _price(endpoint)),
        )
    ]
    return [
        _route("GET", MODELS.path, MODELS.id, _models),
        _route("GET", JOB.path, JOB.id, _job),
        _route("GET", BALANCE.path, BALANCE.id, _balance),
        *paid,
    ]


def _route(method: str, path: str, pool: str, handler: Handler) -> Route:
    return Route(path, throttled(pool, handler), methods=[method])


async def _models(request: Request, state: State) -> Response:
    """Paged by `limit`; `per_page` is taken and ignored, as on the live service (gotchas §1)."""
    query = request.query_params
    limit = min(_whole(query.get("limit"), _PAGE), _LARGEST_PAGE)
    page = _whole(query.get("page"), 1)
    names = query.get("filter[inference_types]", "").split(",")
    models = state.catalogue.of_types(name for name in names if name.strip())
    last = max(1, -(-len(models) // limit))
    kept = {key: value for key, value in query.items() if key != "page"}

    def link(number: int) -> str | None:
        query = urlencode({**kept, "page": number})
        return f"{request.url.replace(query=query)}" if 1 <= number <= last else None

    shown = models[(page - 1) * limit : page * limit]
    return JSONResponse(
        {
            "data": [model.raw for model in shown],
            "links": {
                "first": link(1),
                "last": link(last),
                "prev": link(page - 1),
                "next": link(page + 1),
            },
            "meta": {
                "current_page": page,
                "last_page": last,
                "per_page": limit,
                "total": len(models),
            },
        }
    )


async def _job(request: Request, state: State) -> Response:
    snapshot = state.jobs.find(request.path_params["request_id"])
    if snapshot is None:
        raise not_found()
    return JSONResponse({"data": _described(snapshot, request)})


async def _balance(_: Request, state: State) -> Response:
    if state.config.role == "api":
        raise not_permitted()
    return JSONResponse({"data": {"balance": number(state.account.balance)}})


def _submit(endpoint: Endpoint) -> Handler:
    async def submit(request: Request, state: State) -> Response:
        async with body.values(request, body.limit_of(endpoint)) as values:
            order, uploads = await asyncio.to_thread(
                validate.check, endpoint, values, state.catalogue, price=False
            )
            try:
                request_id = await state.jobs.accept(order, uploads)
            except NotEnough as missing:
                # Not a 402: deAPI reports it like any other error of a field (gotchas §3).
                raise invalid({"balance": [str(missing)]}) from missing
        return JSONResponse({"data": {"request_id": request_id}})

    return submit


def _price(endpoint: Endpoint) -> Handler:
    async def price(request: Request, state: State) -> Response:
        async with body.values(request, body.limit_of(endpoint)) as values:
            order, _ = await asyncio.to_thread(
                validate.check, endpoint, values, state.catalogue, price=True
            )
        return JSONResponse({"data": {"price": number(prices.price(order))}})

    return price


def _described(job: Snapshot, request: Request) -> Mapping[str, Any]:
    """The job as deAPI shows it (deapi.md, Polling; price and error text: gotchas §1)."""

    def url(name: str | None) -> str | None:
        return name and address(request, name)

    alternatives = job.alternatives and {kind: url(name) for kind, name in job.alternatives.items()}
    price = None if job.price is None else {"amount": number(job.price), "is_estimated": False}
    described: dict[str, Any] = {
        "status": job.status,
        "progress": job.progress,
        "preview": url(job.preview),
        "result_url": url(job.result),
        "results_alt_formats": alternatives,
        "result": None,
        "price": price,
    }
    if job.status == "error":
        described |= {"error_code": job.error_code, "error_message": job.error_message}
    return described


def _whole(text: str | None, default: int) -> int:
    """A page number or size; one that isn't a positive whole number is taken as not given."""
    given = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return max(1, int(text)) if given and text else default
