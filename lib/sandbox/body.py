"""The body of a call as plain values, whichever way it is encoded.

Laravel reads JSON and forms alike on every route, so we do. Nothing is held in memory that could
be large: files of a form go to disk as they arrive.
"""

import json
import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from starlette.requests import Request
from starlette.types import Message

from lib.deapi.contract import MIB, Endpoint
from lib.sandbox.errors import too_large

JSON_BYTES = 4 * MIB
"""Room for 300,000 tokens to embed."""
_MOST_FILES = 4
"""That any model takes for a parameter of several files, and one too many."""
_FORM_OVERHEAD = MIB

_NESTED = re.compile(r"(\w+)\[(\d{1,4})\]\[(\w+)\]")
_LISTED = re.compile(r"(\w+)\[(\d{0,4})\]")


def limit_of(endpoint: Endpoint) -> int:
    """How large a form may be, in bytes.

    Twice what its files may hold, so that a file that is somewhat too large gets its 422 with the
    limit in the message, and only an absurd one is cut off.
    """
    sizes = (
        (file.max_bytes or 0) * (_MOST_FILES if file.type == "file[]" else 1)
        for file in endpoint.files
    )
    return _FORM_OVERHEAD + 2 * sum(sizes)


@asynccontextmanager
async def values(request: Request, endpoint: Endpoint) -> AsyncGenerator[Mapping[str, object]]:
    """The call's parameters; uploads live until the block ends. Raises `Refused` (413)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if endpoint.method == "GET":
        yield dict(request.query_params)
    elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        bounded = _bounded(request, limit_of(endpoint))
        async with bounded.form(max_files=16, max_fields=4096) as form:
            yield _named(_nested(form.multi_items()), endpoint)
    else:
        yield _named(_parsed(await _bounded(request, JSON_BYTES).body()), endpoint)


async def json_value(request: Request) -> object:
    """The body as JSON; `None` when it isn't any. Raises `Refused` (413)."""
    return _loads(await _bounded(request, JSON_BYTES).body())


def _parsed(body: bytes) -> Mapping[str, object]:
    """A body that isn't a JSON object has no parameters, as in Laravel: the 422 names them all."""
    parsed = _loads(body)
    return cast(dict[str, object], parsed) if isinstance(parsed, dict) else {}


def _loads(body: bytes) -> object:
    try:
        # Python would read NaN, which is no JSON.
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _nested(form: Iterable[tuple[str, object]]) -> Mapping[str, object]:
    """`loras[0][name]=x` as `{"loras": [{"name": "x"}]}`, `images[]` as a list under `images`;
    other names as they are, the last of several of one name counting."""
    plain: dict[str, object] = {}
    objects: dict[str, dict[int, dict[str, object]]] = {}
    lists: dict[str, list[object]] = {}
    for key, value in form:
        if nested := _NESTED.fullmatch(key):
            name, index, inner = nested.groups()
            objects.setdefault(name, {}).setdefault(int(index), {})[inner] = value
        elif listed := _LISTED.fullmatch(key):
            lists.setdefault(listed[1], []).append(value)
        else:
            plain[key] = value
    for name, items in objects.items():
        plain[name] = [items[index] for index in sorted(items)]
    return plain | lists


def _named(given: Mapping[str, object], endpoint: Endpoint) -> Mapping[str, object]:
    """A list of files goes by its parameter's name, `images[]`, as PHP reads it under `images`."""
    names = {param.name.removesuffix("[]"): param.name for param in endpoint.params}
    return {names.get(name, name): value for name, value in given.items()}


def _bounded(request: Request, limit: int) -> Request:
    """The same request, which raises `Refused` once its body grows beyond `limit` bytes."""
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise too_large()
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise too_large()
        return message

    return Request(request.scope, receive)
