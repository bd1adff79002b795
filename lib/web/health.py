"""`GET /healthz`: 200 when the database and the place of results can be used, else 503."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lib.store import Store, StoreError
from lib.web.questions import Question

PATH = "/healthz"
_SECONDS = 5.0
"""After this a part that says nothing counts as down."""


def routes(store: Callable[[], Store]) -> list[Route]:
    """The route, over the store that `store` gives when it is asked for."""

    def check_database() -> None:
        store().check()

    def check_results() -> None:
        store().media.check()

    of_database, of_results = (Question(each, _SECONDS) for each in (check_database, check_results))

    async def health(_: Request) -> JSONResponse:
        database, results = await asyncio.gather(_state(of_database), _state(of_results))
        well = database == results == "ok"
        body = {"status": "ok" if well else "down", "database": database, "results": results}
        return JSONResponse(body, status_code=200 if well else 503)

    return [Route(PATH, health, methods=["GET"])]


async def _state(check: Question[None]) -> str:
    try:
        await check.answer()
    except (StoreError, TimeoutError):
        return "down"
    return "ok"
