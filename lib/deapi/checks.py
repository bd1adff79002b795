"""What is wrong with one value of a field: a plain sentence for the person who gave it."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from lib.deapi.field import Field, Kind
from lib.deapi.media import Upload, accepted
from lib.deapi.models import number
from lib.deapi.ranges import LARGEST, SMALLEST, Number, Range
from lib.deapi.text import clean
from lib.deapi.values import several


def problem(field: Field, value: Any) -> str | None:
    """What is wrong with `value`, or None when a request with it would be accepted."""
    if is_empty(value):
        return MISSING[field.kind] if field.required else None
    return _CHECKS[field.kind](field, value)


def is_empty(value: Any) -> bool:
    """What deAPI takes as nothing sent: spaces alone are, as in every Laravel application."""
    if isinstance(value, str):
        return not clean(value).strip()
    return value is None or value == []


def numbers(field: Field) -> Range:
    """The numbers that a field takes, its `random` aside."""
    whole = field.kind == "integer"
    return Range(low=field.minimum, high=field.maximum, step=field.step, whole=whole)


def is_random(field: Field, value: Any) -> bool:
    return field.random is not None and value == field.random


def is_one_of(choices: Sequence[str | int], value: Any) -> bool:
    """To Python `True` is 1, to deAPI it isn't."""
    return any(type(each) is type(value) and each == value for each in choices)


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list, and nothing of what else it may hold."""
    if not isinstance(value, list):
        return []
    return [
        cast(Mapping[str, Any], each) for each in cast(list[Any], value) if isinstance(each, dict)
    ]


MISSING: Mapping[Kind, str] = {
    "text": "Write something here first.",
    "texts": "Write at least one line first.",
    "integer": "Enter a number.",
    "number": "Enter a number.",
    "boolean": "Say yes or no.",
    "choice": "Choose one.",
    "loras": "Choose at least one.",
    "file": "Choose a file first.",
    "files": "Choose at least one file first.",
}


def _check_text(field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        return "This must be text."
    sent = clean(value)
    if field.scheme is not None and not _is_address(sent, field.scheme):
        return f"This must be an address that begins with {field.scheme}://."
    if field.max_length is not None and len(sent) > field.max_length:
        over = len(sent) - field.max_length
        return f"At most {field.max_length:,} characters; this is {over:,} too long."
    # Laravel takes spaces off the ends before it counts, and nobody says whether deAPI does: what
    # passes here passes either way.
    if field.min_length is not None and len(sent.strip()) < field.min_length:
        return f"At least {field.min_length:,} characters."
    return None


def _check_number(field: Field, value: Any) -> str | None:
    if not _is_number(value):
        return "This must be a number."
    if is_random(field, value):
        return None
    low, high = field.minimum, field.maximum
    if field.kind == "integer":
        if value != int(value):
            return "This must be a whole number."
        low = SMALLEST if low is None else low
        high = LARGEST if high is None else high
    if low is not None and value < low:
        return f"At least {low:,}."
    if high is not None and value > high:
        return f"At most {high:,}."
    if field.step is not None and numbers(field).misses(value):
        return f"Use a multiple of {field.step:,}, for example {numbers(field).nearest(value):,}."
    return None


def _is_number(value: Any) -> bool:
    return not isinstance(value, str) and number(value) is not None


def _is_address(text: str, scheme: str) -> bool:
    """Its shape only: what it leads to is for deAPI to see, and never fetched by us."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme == scheme and "." in (parts.hostname or "")


def _check_texts(field: Field, value: Any) -> str | None:
    """Of tokens only what is certain: a text has at least as many as words."""
    lines = several(value)
    if field.max_items is not None and len(lines) > field.max_items:
        return f"At most {field.max_items:,} texts at once; these are {len(lines):,}."
    words: list[int] = []
    for at, line in enumerate(lines, start=1):
        if not isinstance(line, str) or is_empty(line):
            return f"Text {at:,} is empty."
        words.append(len(line.split()))
        if field.max_tokens is not None and words[-1] > field.max_tokens:
            return f"Text {at:,} is too long: at most {field.max_tokens:,} tokens."
    if field.max_total_tokens is not None and sum(words) > field.max_total_tokens:
        return f"Together at most {field.max_total_tokens:,} tokens; these are more."
    return None


def _check_boolean(field: Field, value: Any) -> str | None:
    return None if isinstance(value, bool) else MISSING["boolean"]


def _check_choice(field: Field, value: Any) -> str | None:
    if field.open and isinstance(value, str):
        return None
    return None if is_one_of(field.choices, value) else "Choose one from the list."


def _check_loras(field: Field, value: Any) -> str | None:
    names = [lora.name for lora in field.loras]
    items = objects(value)
    if not isinstance(value, list) or len(items) != len(cast(list[Any], value)):
        return "Choose from the list."
    for each in items:
        if each.get("name") not in names:
            return "This model doesn't have one of these styles."
        if not _is_number(each.get("weight")):
            return "Each style needs a weight."
    return None


def _check_file(field: Field, value: Any) -> str | None:
    if not isinstance(value, Upload):
        return MISSING["file"]
    if field.max_bytes is not None and value.size > field.max_bytes:
        # Rounded up, or one byte too many would read "has 10.0 MB; at most 10 MB".
        size, limit = math.ceil(value.size / 2**20 * 10) / 10, field.max_bytes / 2**20
        return f"This file has {size:.1f} MB; at most {limit:.0f} MB are accepted."
    if field.formats and not accepted(value, field.formats):
        return f"This is a {value.format} file; use one of {', '.join(field.formats)}."
    return (
        _check_side("wide", value.width, field.min_width, field.max_width)
        or _check_side("high", value.height, field.min_height, field.max_height)
        or _check_seconds(field, value.seconds)
    )


def _check_files(field: Field, value: Any) -> str | None:
    files = several(value)
    if field.max_items is not None and len(files) > field.max_items:
        return f"At most {field.max_items:,} files for this model; these are {len(files):,}."
    return next((each for each in (_check_file(field, file) for file in files) if each), None)


def _check_seconds(field: Field, seconds: float | None) -> str | None:
    if seconds is None:
        return None
    low, high = field.min_seconds, field.max_seconds
    if low is not None and seconds < low:
        return f"This lasts {seconds:.1f} seconds; at least {low:,} are needed."
    if high is not None and seconds > high:
        return f"This lasts {_long(seconds)}; at most {_long(high)} are accepted."
    return None


def _long(seconds: float) -> str:
    return f"{seconds:.1f} seconds" if seconds < 120 else f"{seconds / 60:.1f} minutes"


def _check_side(
    way: str, pixels: int | None, low: Number | None, high: Number | None
) -> str | None:
    if pixels is None:
        return None
    if low is not None and pixels < low:
        return f"This is {pixels:,} pixels {way}; this model needs at least {low:,}."
    if high is not None and pixels > high:
        return f"This is {pixels:,} pixels {way}; this model takes at most {high:,}."
    return None


_CHECKS: Mapping[Kind, Callable[[Field, Any], str | None]] = {
    "text": _check_text,
    "texts": _check_texts,
    "integer": _check_number,
    "number": _check_number,
    "boolean": _check_boolean,
    "choice": _check_choice,
    "loras": _check_loras,
    "file": _check_file,
    "files": _check_files,
}
