"""Results that are text: what kind of file keeps them, and what they say."""

import json
from typing import Any, cast

from lib.deapi import transcripts
from lib.deapi.contract import Result

_AS_JSON = ("application/json", "json")
_AS_TEXT = ("text/plain", "txt")

WRITING: frozenset[Result] = frozenset({"prompt", "text", "transcript"})
"""Results that say something which another run may be given."""


def file_type(text: str) -> tuple[str, str]:
    """The media type and the ending for `text`: JSON when it is an object or a list."""
    if text.lstrip()[:1] not in ("{", "["):
        return _AS_TEXT
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return _AS_TEXT
    return _AS_JSON


def written(result: Result, content: str) -> list[str]:
    """The texts in a result of this kind that may be given to another run: a prompt and what it
    avoids, or what was read or heard."""
    if result in ("text", "transcript"):
        return [transcripts.parse(content).text]
    if result != "prompt":
        return []
    found = prompts(content)
    return [found[name] for name in ("prompt", "negative_prompt") if name in found]


def prompts(content: str) -> dict[str, str]:
    """The `prompt` and the `negative_prompt` that a result of that kind names, if it does."""
    try:
        facts: Any = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    said = cast(dict[str, Any], facts) if isinstance(facts, dict) else {}
    wanted = ("prompt", "negative_prompt")
    return {name: said[name] for name in wanted if isinstance(said.get(name), str)}
