"""The files that people gave to an experiment, in the ZIP of its export.

They lie in a folder of their own, named by their content: so a plan finds its own again, whatever
else the ZIP says of itself.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from zipfile import ZipFile

from lib.deapi.media import BadMedia, Upload
from lib.deapi.terms import Media
from lib.deapi.values import several
from lib.runs.experiments import archive
from lib.runs.experiments.table import Unreadable
from lib.store import Store, files

FOLDER = "inputs"
_INSIDE = re.compile(rf"{FOLDER}/([0-9a-f]{{64}})-[^/]*")
_NAME = 60
"""Characters of its own name in the name of a file."""


def inside(sha256: str, name: str) -> str:
    """What a file is called in the ZIP."""
    safe = re.sub(r"[^\w.-]+", "-", name)[-_NAME:]
    return f"{FOLDER}/{sha256}-{safe}"


def named(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each file that a plan, as it is written down, works on: what the plan says of it, once."""
    seen: set[str] = set()
    for value in _values(plan):
        facts = cast(dict[str, Any], value) if isinstance(value, dict) else {}
        sha256 = facts.get("upload")
        if isinstance(sha256, str) and sha256 not in seen:
            seen.add(sha256)
            yield facts


def _values(plan: Mapping[str, Any]) -> Iterator[Any]:
    """Every value of it, those of the experiment that comes after included."""
    rows = [row for what in ("inputs", "variants", "own") for row in plan.get(what, [])]
    for values in (plan.get("shared", {}), *(row.get("values", {}) for row in rows)):
        for value in values.values():
            yield from several(value)
    if plan.get("then"):
        yield from _values(plan["then"])


class Brought:
    """The files in somebody's ZIP, as that person's own uploads. Nothing that the ZIP says of them
    counts: each is looked at as one that is given on a page."""

    def __init__(self, store: Store, person: str, parts: ZipFile) -> None:
        self._store, self._person, self._parts = store, person, parts
        found = ((_INSIDE.fullmatch(name), name) for name in parts.namelist())
        self._names = {match[1]: name for match, name in found if match}
        self._total = archive.Total()

    def take(self, sha256: str, name: str, media: Media) -> Upload | None:
        """The file of this content, which its person calls `name` and which should be `media`;
        None where it is not in the ZIP. Raises `Unreadable` and `StoreError`."""
        if sha256 not in self._names:
            return None
        with archive.stream(self._parts, self._names[sha256], self._total) as source:
            try:
                with files.looked_at(self._store, source, name, media) as found:
                    if found.sha256 != sha256:
                        raise Unreadable("This is not the file that the plan works on.")
                    return files.save_upload(self._store, self._person, found)
            except BadMedia as error:
                raise Unreadable(str(error)) from error
