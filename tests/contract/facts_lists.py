"""The two lists of facts, and how two accounts of one thing are compared.

`facts/contract.json` is the specification's own list, `facts/live.json` ours of what only the live
service does.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Facts = dict[str, Any]

FOLDER = Path(__file__).parent / "facts"
SPEC: Facts = json.loads((FOLDER / "contract.json").read_bytes())
LIVE: Facts = json.loads((FOLDER / "live.json").read_bytes())

# For people who read the facts; nothing follows from it.
PROSE = {
    "note",
    "example",
    "examples",
    "section",
    "spec_line",
    "max_bytes_source",
    "price_note",
    "price_content_note",
    "price_example",
    "v1_note",
}


def entry(entries: Iterable[Facts], name: str) -> Facts:
    """The entry with that `id`, or one that only says so."""
    return next((each for each in entries if each.get("id") == name), {"id": name})


def places(value: Any, at: str = "") -> Iterator[str]:
    """Where something stands in an answer that the facts show by example: `data.request_id`."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, f"{at}.{key}" if at else key)
    else:
        yield at


def unequal(of: str, said: Mapping[str, Any], documented: Mapping[str, Any]) -> list[str]:
    return [
        f"{of}: {key} is {said.get(key)!r}, documented as {documented.get(key)!r}"
        for key in sorted(said.keys() | documented.keys())
        if said.get(key) != documented.get(key) or (key in said) != (key in documented)
    ]


def uneven(of: str, ours: list[str], documented: list[Any]) -> list[str]:
    return [
        f"{of}: {name} is there {ours.count(name)} times, documented {documented.count(name)} times"
        for name in {*ours, *documented}
        if ours.count(name) != documented.count(name)
    ]


def without(facts: Facts, keys: Iterable[str]) -> Facts:
    return less(facts, {*keys, *PROSE})


def less(facts: Facts, keys: Iterable[str]) -> Facts:
    left_out = set(keys)
    return {key: value for key, value in facts.items() if key not in left_out}
