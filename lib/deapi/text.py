"""Reading text that somebody else wrote, without trusting it."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, cast

MAX_DEPTH = 64
"""How deep an answer may nest. deAPI's own nest less than ten levels."""

_TAGS = re.compile(r"<(script|style)\b[^<>]*>[^<]*</\1\s*>|<[^<>]*>", re.IGNORECASE)
_HTML_CHARACTERS = 64 * 1024
_EXPONENT = 308
"""Of the largest number that a float can be."""


def loads(body: bytes) -> Any:
    """The JSON value in `body`, its fractions as `Decimal`, so that money stays exact.

    Raises `ValueError`, and nothing else, for whatever is not plain JSON: another language, broken
    UTF-8, NaN and Infinity, numbers out of any range, nesting beyond `MAX_DEPTH`.
    """
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (RecursionError, InvalidOperation) as error:
        raise ValueError("not JSON that can be read") from error
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for each in level for child in _children(each)]
        if not level:
            return value
    raise ValueError("nested too deep")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(cast(dict[str, Any], value).values())
    return cast(list[Any], value) if isinstance(value, list) else []


def plain(value: Any) -> Any:
    """`value`, as `loads` gave it, made of what every JSON writer and database takes.

    Fractions become floats (money is read before), numbers beyond all floats text, and text loses
    what `clean` takes away.
    """
    if isinstance(value, Decimal):
        if value.adjusted() > _EXPONENT:
            return str(value)  # a few signs that would be millions of digits
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(name): plain(each) for name, each in cast(dict[str, Any], value).items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast(list[Any], value)]
    return value


def clean(text: str) -> str:
    """`text` without what can't be stored: NUL, and halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:
        return text  # nearly all of what deAPI says
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def short(text: str, characters: int = 500) -> str:
    """One line of at most `characters`: control characters and runs of space become one space."""
    printable = "".join(each if each.isprintable() else " " for each in text[: 8 * characters])
    line = " ".join(clean(printable).split())
    return line if len(line) <= characters else line[: characters - 1] + "…"


def words(body: bytes, characters: int = 500) -> str:
    """What a person would read of a body that is not JSON, such as a gateway's HTML page."""
    page = body[:_HTML_CHARACTERS].decode("utf-8", "replace")
    return short(_TAGS.sub(" ", page), characters)
