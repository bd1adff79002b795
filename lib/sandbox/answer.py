"""What a job says in its own words, kept beside its files: text that was read, vectors, prompts.

Vectors of 2,000 texts are 25 MB of JSON. They are written and read off the loop, and row by row, so
that nobody waits for them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from lib.sandbox.engines.base import Outputs

_FILE = "answer.json"


def keep(outputs: Outputs, folder: Path) -> None:
    """Write what an answer without a poll carries: data, else text."""
    value = outputs.text if outputs.data is None else outputs.data
    if value is not None:
        with (folder / _FILE).open("w", encoding="utf-8") as file:
            file.writelines(_pieces(value))


def in_answer(folder: Path) -> bytes:
    """As JSON; `null` when there is nothing."""
    try:
        return (folder / _FILE).read_bytes()
    except FileNotFoundError:
        return b"null"


def in_job(folder: Path) -> bytes:
    """As the JSON text that stands in a job's `result`; data is text that holds JSON there."""
    said = in_answer(folder)
    return said if said.startswith((b'"', b"null")) else json.dumps(said.decode()).encode()


def _pieces(value: Any) -> Iterator[str]:
    if not isinstance(value, list):
        yield json.dumps(value)
        return
    yield "["
    for at, each in enumerate(cast(list[Any], value)):
        yield f"{', ' if at else ''}{json.dumps(each)}"
    yield "]"
