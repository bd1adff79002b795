"""The answers that say no, with the bodies a Laravel application gives (gotchas §3)."""

from collections.abc import Mapping, Sequence
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """The call is answered with `status` and `body`, and changes nothing."""

    def __init__(self, status: int, message: str, **body: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: Mapping[str, object] = {"message": message, **body}

    def response(self) -> Response:
        return JSONResponse(self.body, self.status)


def unauthenticated() -> Refused:
    return Refused(401, "Unauthenticated.")


def not_found() -> Refused:
    return Refused(404, "Not found.")


def not_acceptable() -> Refused:
    return Refused(406, "This API answers JSON only: send Accept: application/json.")


def not_permitted() -> Refused:
    """What an inference-only key gets where money is shown (gotchas §11)."""
    return Refused(403, "This API key may not see billing.", code="insufficient_permissions")


def too_large() -> Refused:
    return Refused(413, "The POST data is too large.")


def too_many() -> Refused:
    return Refused(429, "Too Many Attempts.")


def invalid(errors: Mapping[str, Sequence[str]]) -> Refused:
    """422: `message` is the first of the errors (gotchas §3). `errors` must not be empty."""
    first = next(iter(errors.values()))[0]
    return Refused(422, first, errors=errors)


async def answer_refused(_: Request, refused: Exception) -> Response:
    return cast(Refused, refused).response()


async def answer_http(_: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such route, no such method, a broken form), as JSON."""
    refused = cast(HTTPException, error)
    message = "Not found." if refused.status_code == 404 else refused.detail
    return JSONResponse({"message": message}, refused.status_code, headers=refused.headers)


async def answer_bug(_: Request, __: Exception) -> Response:
    """Anything unforeseen: never HTML, never a traceback (the server logs that)."""
    return JSONResponse({"message": "Server Error"}, 500)
