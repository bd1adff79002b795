"""Result files over HTTP, at addresses that can't be guessed and need no key."""

import re

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from lib.sandbox.errors import not_found
from lib.sandbox.guard import state_of

FILES = "/files/"
"""How their paths begin."""

_TOKEN = re.compile(r"[\w-]{32}", re.ASCII)
_NAME = re.compile(r"[a-z0-9-]+\.[a-z0-9]+")


def address(request: Request, name: str) -> str:
    """Where the caller of `request` finds the file `name`, which is `token/file.ext`."""
    path = state_of(request).faults.fresh(f"{FILES}{name}")
    return f"{request.base_url}{path.removeprefix('/')}"


def routes() -> list[Route]:
    return [Route(f"{FILES}{{token}}/{{name}}", _file)]


async def _file(request: Request) -> Response:
    """The file or the ranges asked for; `ETag` and content type included."""
    token, name = request.path_params["token"], request.path_params["name"]
    if not (_TOKEN.fullmatch(token) and _NAME.fullmatch(name)):
        raise not_found()
    path = state_of(request).jobs.files / token / name
    if not path.is_file():
        raise not_found()
    headers = {
        "Cache-Control": "private, max-age=86400, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(path, headers=headers)
