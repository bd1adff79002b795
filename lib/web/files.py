"""The files of runs over HTTP: with ranges, sent once, and never as something that runs.

/files/{run id}/result     the result itself, shown in the page
/files/{run id}/download   the same, to be saved
/files/{run id}/thumb      a small picture of it
/files/{run id}/preview    the newest picture of a job that is still running
"""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from lib.store import Run, Store, files, history, runs

_SHOWN = frozenset(
    {
        *("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"),
        *("video/mp4", "video/webm", "video/ogg"),
        *("audio/mpeg", "audio/wav", "audio/x-wav", "audio/flac", "audio/x-flac", "audio/ogg"),
        *("audio/mp4", "audio/aac", "audio/webm"),
    }
)
"""What a browser may show by itself. Everything else is only ever saved: a result may be HTML or
SVG, and that would run with our origin's rights."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
_FOREVER = "private, max-age=31536000, immutable"
_NEVER = "private, no-store"


@dataclass(frozen=True, slots=True)
class _Served:
    path: Path
    media_type: str
    save_as: str | None
    cache: str


def routes(store: Callable[[], Store]) -> list[Route]:
    """The routes of run files, over the store that `store` gives when it is asked for."""

    async def serve(request: Request) -> Response:
        run_id, what = request.path_params["run_id"], request.path_params["what"]
        found = await run_in_threadpool(_find, store(), run_id, what)
        if found is None:
            return PlainTextResponse("There is no such file.\n", status_code=404, headers=_HEADERS)
        served, facts = found
        headers = {**_HEADERS, "Cache-Control": served.cache}
        response = FileResponse(
            served.path,
            media_type=served.media_type,
            filename=served.save_as,
            headers=headers,
            stat_result=facts,  # and with it, the ETag
        )
        etag = response.headers["etag"]
        if _has(request, etag):
            return Response(status_code=304, headers={**headers, "ETag": etag})
        return response

    return [Route("/files/{run_id}/{what}", serve, methods=["GET"])]


def _has(request: Request, etag: str) -> bool:
    """Whether the browser says that it has this very file already (RFC 9110, If-None-Match)."""
    named = request.headers.get("if-none-match", "")
    return any(each.strip().removeprefix("W/") in ("*", etag) for each in named.split(","))


def _find(store: Store, run_id: str, what: str) -> tuple[_Served, os.stat_result] | None:
    run = runs.get(store, run_id)
    if run is None:
        return None
    found = {"result": _result, "download": _download, "thumb": _thumb, "preview": _preview}
    served = found[what](store, run) if what in found else None
    if served is None:
        return None
    try:
        facts = served.path.stat()
    except OSError:
        return None
    return (served, facts) if stat.S_ISREG(facts.st_mode) else None


def _result(store: Store, run: Run) -> _Served | None:
    kept = history.results_of(store, [run.id]).get(run.id)
    if not kept:
        return None
    path = files.result_path(store, run.id, kept[0].name)
    if kept[0].media_type in _SHOWN:
        return _Served(path, kept[0].media_type, None, _FOREVER)
    return _Served(path, "application/octet-stream", _name(run, path), _FOREVER)


def _download(store: Store, run: Run) -> _Served | None:
    shown = _result(store, run)
    return shown and _Served(shown.path, shown.media_type, _name(run, shown.path), _FOREVER)


def _thumb(store: Store, run: Run) -> _Served:
    return _Served(files.thumb_path(store, run.id), "image/webp", None, _FOREVER)


def _preview(store: Store, run: Run) -> _Served:
    return _Served(files.preview_path(store, run.id), "image/webp", None, _NEVER)


def _name(run: Run, path: Path) -> str:
    """A name that says what it is and sorts by time, e.g. `images-generations-0193a1b2.png`."""
    return f"{run.endpoint.replace('.', '-')}-{run.id[:13]}{path.suffix}"
