"""A file out of a bucket over HTTP: whole, or a range of it, passed on piece by piece."""

import re
from collections.abc import Mapping
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from lib import logs
from lib.store.media import Facts, Media

_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))")


def answer(
    request: Request,
    media: Media,
    file: Facts,
    *,
    media_type: str,
    save_as: str | None,
    headers: Mapping[str, str],
) -> Response:
    """What `request` gets of `file`, as Starlette's `FileResponse` gives it of a file on the disk:
    one range at most; who asks for several gets the whole file, as the protocol allows.

    `save_as` is the plain name that a browser saves it by; with None it is shown.
    """
    told = {
        **headers,
        "Accept-Ranges": "bytes",
        "ETag": file.etag,
        "Last-Modified": format_datetime(file.changed, usegmt=True),
    }
    part = _part(request, told, file.size)
    if part is not None and not part:
        told["Content-Range"] = f"bytes */{file.size}"
        return PlainTextResponse("", status_code=416, headers=told)
    if save_as is not None:
        told["Content-Disposition"] = f'attachment; filename="{save_as}"'
    if part is not None:
        told["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    status, part = (200, range(file.size)) if part is None else (206, part)
    told["Content-Length"] = str(len(part))
    if request.method == "HEAD":
        return Response(status_code=status, headers=told, media_type=media_type)
    pieces = logs.going_on(media.read(file, part.start, len(part)))
    return StreamingResponse(pieces, status_code=status, headers=told, media_type=media_type)


def _part(request: Request, told: Mapping[str, str], size: int) -> range | None:
    """The bytes that are asked for: none of them where the file has no such, None for all."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    known = request.headers.get("if-range", told["ETag"])
    if asked is None or known not in (told["ETag"], told["Last-Modified"]):
        return None
    first, last, suffix = asked.groups()
    if suffix is not None:
        return range(max(size - int(suffix), 0), size)
    if last is not None and int(last) < int(first):
        return None  # nonsense is passed over
    return range(int(first), size if last is None else min(int(last) + 1, size))
