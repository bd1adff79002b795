"""`GET /healthz`: 200 when the database and the place of results can be used, else 503."""

import os
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lib.store import Store, StoreError


def routes(store: Callable[[], Store]) -> list[Route]:
    """The route, over the store that `store` gives when it is asked for."""

    async def health(_: Request) -> JSONResponse:
        parts = await run_in_threadpool(_parts, store())
        well = all(state == "ok" for state in parts.values())
        body = {"status": "ok" if well else "down", **parts}
        return JSONResponse(body, status_code=200 if well else 503)

    return [Route("/healthz", health, methods=["GET"])]


def _parts(store: Store) -> dict[str, str]:
    try:
        store.check()
        database = "ok"
    except StoreError:
        database = "down"
    results = "ok" if os.access(store.data_dir, os.R_OK | os.W_OK | os.X_OK) else "down"
    return {"database": database, "results": results}
