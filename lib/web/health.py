"""`GET /healthz`: 200 when the database and the place of results can be used, else 503."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lib.store import Store, StoreError

_SECONDS = 5.0
"""After this a part that says nothing counts as down."""


def routes(store: Callable[[], Store]) -> list[Route]:
    """The route, over the store that `store` gives when it is asked for."""

    async def health(_: Request) -> JSONResponse:
        of = store()
        database, results = await asyncio.gather(_state(of.check), _state(of.media.check))
        well = database == results == "ok"
        body = {"status": "ok" if well else "down", "database": database, "results": results}
        return JSONResponse(body, status_code=200 if well else 503)

    return [Route("/healthz", health, methods=["GET"])]


async def _state(check: Callable[[], None]) -> str:
    try:
        # Whoever waits is answered in time; the thread ends when its call does.
        await asyncio.wait_for(asyncio.to_thread(check), _SECONDS)
    except (StoreError, TimeoutError):
        return "down"
    return "ok"
