"""Results that are text: what kind of file keeps them."""

import json

_AS_JSON = ("application/json", "json")
_AS_TEXT = ("text/plain", "txt")


def file_type(text: str) -> tuple[str, str]:
    """The media type and the ending for `text`: JSON when it is an object or a list."""
    if text.lstrip()[:1] not in ("{", "["):
        return _AS_TEXT
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return _AS_TEXT
    return _AS_JSON
