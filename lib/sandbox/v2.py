"""The documented calls of v2: models, jobs, balance, and each endpoint with its price."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lib.deapi.contract import BALANCE, ENDPOINTS, JOB, MODELS
from lib.sandbox import answer
from lib.sandbox.errors import not_found, not_permitted
from lib.sandbox.files import address
from lib.sandbox.guard import Handler, throttled
from lib.sandbox.jobs import Snapshot
from lib.sandbox.money import number
from lib.sandbox.paid import price, submit
from lib.sandbox.rates import PRICES, pool_of
from lib.sandbox.state import State

_PAGE = 25
_LARGEST_PAGE = 50


def routes() -> list[Route]:
    """One route a call, all of them from the contract; boosters and samples have v1 paths."""
    paid = [
        made
        for each in ENDPOINTS
        for made in (
            route(each.method, each.path, pool_of(each), submit(each)),
            route(each.method, each.price_path, PRICES, price(each)),
        )
    ]
    return [
        route("GET", MODELS.path, MODELS.id, models),
        route("GET", JOB.path, JOB.id, job),
        route("GET", BALANCE.path, BALANCE.id, balance),
        *paid,
    ]


def route(method: str, path: str, pool: str, handler: Handler) -> Route:
    return Route(path, throttled(pool, handler), methods=[method])


async def models(request: Request, state: State) -> Response:
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


async def job(request: Request, state: State) -> Response:
    snapshot = state.jobs.find(request.path_params["request_id"])
    if snapshot is None:
        raise not_found()
    described = _described(snapshot, request)
    if snapshot.answer is None:
        return JSONResponse({"data": {**described, "result": None}})
    # The text is put in as it was written: writing vectors anew would hold everybody up.
    said = await asyncio.to_thread(answer.in_job, snapshot.answer)
    head = json.dumps({"data": described}).encode().removesuffix(b"}}")
    return Response(head + b', "result": ' + said + b"}}", media_type="application/json")


async def balance(_: Request, state: State) -> Response:
    if state.config.role == "api":
        raise not_permitted()
    return JSONResponse({"data": {"balance": number(state.account.balance)}})


def _described(job: Snapshot, request: Request) -> Mapping[str, Any]:
    """The job as deAPI shows it (deapi.md, Polling; the rest: gotchas §1), without its `result`."""

    def url(name: str | None) -> str | None:
        return name and address(request, name)

    alternatives = job.alternatives and {kind: url(name) for kind, name in job.alternatives.items()}
    cost = None
    if job.price is not None:
        cost = {"amount": number(job.price), "is_estimated": job.is_estimated}
    described: dict[str, Any] = {
        "status": job.status,
        "progress": job.progress,
        "preview": url(job.preview),
        "result_url": url(job.result),
        "results_alt_formats": alternatives,
        "price": cost,
        "prompt_boosted": False,
        "prompt_boost": None,
        **job.more,
    }
    if job.status == "error":
        described |= {"error_code": job.error_code, "error_message": job.error_message}
    return described


def _whole(text: str | None, default: int) -> int:
    """A page number or size; one that isn't a positive whole number is taken as not given."""
    given = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return max(1, int(text)) if given and text else default
