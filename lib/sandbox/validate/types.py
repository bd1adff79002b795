"""Is a value of its parameter's type? A form sends everything as text."""

import json
import math
import re
from typing import Any, cast

from starlette.datastructures import UploadFile

from lib.deapi.contract import Param
from lib.sandbox.validate.wrong import Wrong, words

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_INTEGERS = range(-(2**63), 2**63)
"""To Laravel a number beyond PHP's 64 bits is no integer."""


def is_empty(value: object) -> bool:
    """Laravel takes an empty text, one of spaces or NULs alone, and no file chosen, as nothing
    sent."""
    if isinstance(value, UploadFile):
        return not value.filename and not value.size
    if isinstance(value, list):
        return all(map(is_empty, cast(list[object], value)))
    return value is None or (isinstance(value, str) and not value.replace("\0", "").strip())


def typed(param: Param, value: object) -> Any:
    """`value` in the type of `param`, which is no file. Raises `Wrong`."""
    match param.type:
        case "string":
            return _text(value)
        case "integer":
            return _integer(value)
        case "number":
            return _number(value)
        case "boolean":
            return _boolean(value)
        case "array":
            return _items(param, value)
        case "string|array":
            return _texts(value)
        case "file" | "file[]":
            raise Wrong("must be a file.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong("must be a string.")
    return value


def _integer(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip() if isinstance(value, str | int) else ""
    if isinstance(value, bool) or not _INTEGER.fullmatch(text) or int(text) not in _INTEGERS:
        raise Wrong("must be an integer.")
    return int(text)


def _number(value: object) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(cast(Any, value))
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Wrong("must be a number.")
    return number


def _boolean(value: object) -> bool:
    """JSON's true and false, 1 and 0, also as text; the words as text are none (gotchas §4)."""
    if isinstance(value, bool | int) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.strip() in ("0", "1"):
        return value.strip() == "1"
    raise Wrong("must be true or false.")


def _texts(value: object) -> list[str]:
    items = cast(list[object], value) if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        raise Wrong("must be a string or an array of strings.")
    if any(map(is_empty, items)):
        raise Wrong("must not hold an empty text.")
    return cast(list[str], items)


def _items(param: Param, value: object) -> list[dict[str, Any]]:
    if isinstance(value, str):  # some clients put JSON into a form's field (gotchas §4)
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, list):
        raise Wrong("must be an array.")
    return [_item(param, item) for item in cast(list[object], value)]


def _item(param: Param, item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Wrong("must be an array of objects.")
    given = cast(dict[str, object], item)
    taken: dict[str, Any] = {}
    for name, kind in (param.item or {}).items():
        if is_empty(given.get(name)):
            raise Wrong(f"needs a {words(name)} in every item.")
        try:
            taken[name] = typed(Param(name=name, type=kind), given[name])
        except Wrong as wrong:
            raise Wrong(f"has an item whose {words(name)} {wrong}") from wrong
    return taken
