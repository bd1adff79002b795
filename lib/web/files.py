"""The files of runs over HTTP: with ranges, sent once, and never as something that runs.

/files/{run id}/result        the result itself, shown in the page
/files/{run id}/download      the same, to be saved
/files/{run id}/download-{n}  its n-th other form, to be saved
/files/{run id}/thumb         a small picture of it
/files/{run id}/preview       the newest picture of a job that is still running
/files/uploads/{sha256}       what a person gave, by its content
/files/experiments/{id}       a ZIP of an experiment, to be saved
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from lib.people import who
from lib.people.who import Person
from lib.runs import steps
from lib.runs.experiments import export
from lib.store import (
    MediaDown,
    ResultFile,
    Run,
    Store,
    experiments,
    files,
    history,
    runs,
    showcases,
)
from lib.store.media import Facts, Media
from lib.web import streamed

_SHOWN = frozenset(
    {
        *("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"),
        *("video/mp4", "video/webm", "video/ogg", "video/quicktime"),
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
_ASK_AGAIN = "private, no-cache"
"""Kept by the browser, but shown only when we say so again: the next person at it may be another,
and who was signed out sees nothing any more. The file itself is not sent again."""
_NEVER = "private, no-store"
_PIECE = 256 * 1024
"""Bytes of a ZIP that are sent at once."""


@dataclass(frozen=True, slots=True)
class _Served:
    name: str
    """Of `Store.media`."""
    media_type: str
    save_as: str | None
    cache: str
    run: Run | None = None
    """Whose file it is; None of what was given."""


_Find = Callable[[Store, Person], _Served | None]


def routes(store: Callable[[], Store]) -> list[Route]:
    """The routes of these files, over the store that `store` gives when it is asked for."""

    async def of_run(request: Request) -> Response:
        run_id, what = request.path_params["run_id"], request.path_params["what"]
        return await answer(request, lambda store, person: _of_run(store, person, run_id, what))

    async def of_person(request: Request) -> Response:
        sha256 = request.path_params["sha256"]
        return await answer(request, lambda store, person: _upload(store, person, sha256))

    async def answer(request: Request, find: _Find) -> Response:
        try:
            found = await run_in_threadpool(_found, store(), request.cookies, find)
        except MediaDown as error:
            return _not_now(error)
        if found is None:
            return PlainTextResponse("There is no such file.\n", status_code=404, headers=_HEADERS)
        with _about(found[0]):
            return _answer(request, store().media, *found)

    async def export_of(request: Request) -> Response:
        wanted = request.path_params["experiment_id"]
        try:
            packed = await run_in_threadpool(_packed, store(), request.cookies, wanted)
        except MediaDown as error:
            return _not_now(error)
        if packed is None:
            return PlainTextResponse("There is no such file.\n", status_code=404, headers=_HEADERS)
        size = packed.seek(0, os.SEEK_END)
        packed.seek(0)
        headers = {
            **_HEADERS,
            "Cache-Control": _NEVER,
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="experiment-{wanted[:13]}.zip"',
        }
        return StreamingResponse(
            iter(lambda: packed.read(_PIECE), b""),
            media_type="application/zip",
            headers=headers,
            background=BackgroundTask(packed.close),
        )

    return [
        Route("/files/uploads/{sha256}", of_person, methods=["GET"]),
        Route("/files/experiments/{experiment_id}", export_of, methods=["GET"]),
        Route("/files/{run_id}/{what}", of_run, methods=["GET"]),
    ]


def _about(served: _Served) -> AbstractContextManager[None]:
    return nullcontext() if served.run is None else steps.about(served.run)


def _answer(
    request: Request, media: Media, served: _Served, facts: os.stat_result | Facts | bytes
) -> Response:
    headers = {**_HEADERS, "Cache-Control": served.cache}
    if isinstance(facts, bytes):
        return _small(request, facts, served.media_type, headers)
    if isinstance(facts, Facts):
        response = streamed.answer(
            request,
            media,
            facts,
            media_type=served.media_type,
            save_as=served.save_as,
            headers=headers,
        )
    else:
        response = FileResponse(
            media.path(served.name) or "",
            media_type=served.media_type,
            filename=served.save_as,
            headers=headers,
            stat_result=facts,  # and with it, the ETag
        )
    etag = response.headers["etag"]
    if _has(request, etag):
        return Response(status_code=304, headers={**headers, "ETag": etag})
    return response


def _not_now(error: MediaDown) -> Response:
    headers = {**_HEADERS, "Cache-Control": _NEVER}
    return PlainTextResponse(f"{error}\n", status_code=503, headers=headers)


def _small(
    request: Request, content: bytes, media_type: str, headers: Mapping[str, str]
) -> Response:
    """A file that another may take the place of at any moment, so that it is read as a whole."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = {**headers, "ETag": etag}
    if _has(request, etag):
        return Response(status_code=304, headers=known)
    return Response(content, media_type=media_type, headers=known)


def _has(request: Request, etag: str) -> bool:
    """Whether the browser says that it has this very file already (RFC 9110, If-None-Match)."""
    named = request.headers.get("if-none-match", "")
    return any(each.strip().removeprefix("W/") in ("*", etag) for each in named.split(","))


def _found(
    store: Store, cookies: Mapping[str, str], find: _Find
) -> tuple[_Served, os.stat_result | Facts | bytes] | None:
    """The file with its facts or, when it changes while a run goes on, with its content. Raises
    `MediaDown`."""
    person = who.of_cookies(store, cookies)
    served = find(store, person) if person else None
    if served is None:
        return None
    try:
        with _about(served):
            facts = _facts(store, served)
    except OSError:
        return None
    return None if facts is None else (served, facts)


def _facts(store: Store, served: _Served) -> os.stat_result | Facts | bytes | None:
    if served.cache == _NEVER:
        return files.content(store, served.name)
    path = store.media.path(served.name)
    if path is None:
        return store.media.facts(served.name)
    facts = path.stat()
    return facts if stat.S_ISREG(facts.st_mode) else None


def _packed(store: Store, cookies: Mapping[str, str], experiment_id: str) -> IO[bytes] | None:
    """The ZIP, in a file that is gone when it is closed, or with this process."""
    person = who.of_cookies(store, cookies)
    experiment = experiments.get(store, experiment_id)
    if person is None or experiment is None or not person.may_see(experiment):
        return None
    packed = TemporaryFile(dir=store.data_dir)  # noqa: SIM115 - sent after this returns
    try:
        export.write(store, experiment, packed, _whose(person))
    except BaseException:
        packed.close()
        raise
    return packed


def _of_run(store: Store, person: Person, run_id: str, what: str) -> _Served | None:
    run = runs.get(store, run_id)
    # The same answer for all that is not theirs: ids are not to be guessed.
    if run is None or run.id != run_id or run.deleted_at is not None:
        return None
    if not (person.may_see(run) or _shared(store, run_id)):
        return None
    if other := _OTHER_FORM.fullmatch(what):
        return _download(store, run, int(other[1]))
    found = {"result": _result, "download": _download, "thumb": _thumb, "preview": _preview}
    return found[what](store, run) if what in found else None


def _shared(store: Store, run_id: str) -> bool:
    """Whether its person shows it to the whole team, wherever that is."""
    return experiments.shows(store, run_id) or showcases.shows(store, run_id)


_OTHER_FORM = re.compile(r"download-([1-9][0-9]?)", re.ASCII)


def _result(store: Store, run: Run, n: int = 0) -> _Served | None:
    file = _kept(store, run, n)
    if file is None:
        return None
    name, shown = files.result_name(run.id, file.name), _shown_as(file.media_type)
    save_as = None if shown == file.media_type else _name(run, name)
    return _Served(name, shown, save_as, _ASK_AGAIN, run)


def _download(store: Store, run: Run, n: int = 0) -> _Served | None:
    shown = _result(store, run, n)
    return shown and replace(shown, save_as=_name(run, shown.name))


def _kept(store: Store, run: Run, n: int) -> ResultFile | None:
    kept = history.results_of(store, [run.id]).get(run.id, [])
    return next((file for file in kept if file.n == n), None)


def _whose(person: Person) -> str | None:
    """Whose given files this person may see: their own, an admin everyone's."""
    return None if person.is_admin else person.name


def _upload(store: Store, person: Person, sha256: str) -> _Served | None:
    given = files.upload(store, _whose(person), sha256)
    if given is None:
        return None
    shown = _shown_as(given.media_type)
    name = files.upload_name(sha256)
    return _Served(name, shown, None if shown == given.media_type else "file", _ASK_AGAIN)


def _shown_as(media_type: str) -> str:
    """The type under which a file of this type is sent: its own only if it can't run anything."""
    return media_type if media_type in _SHOWN else "application/octet-stream"


def _thumb(_store: Store, run: Run) -> _Served:
    return _Served(files.thumb_name(run.id), "image/webp", None, _ASK_AGAIN, run)


def _preview(_store: Store, run: Run) -> _Served:
    return _Served(files.preview_name(run.id), "image/webp", None, _NEVER, run)


def _name(run: Run, name: str) -> str:
    """A name that says what it is and sorts by time, e.g. `images-generations-0193a1b2.png`."""
    return f"{run.endpoint.replace('.', '-')}-{run.id[:13]}{PurePosixPath(name).suffix}"
