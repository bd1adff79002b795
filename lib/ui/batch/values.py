"""What a row of texts gives to the fields: typed values, and the files that it names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from lib.deapi.checks import is_empty
from lib.deapi.field import Field
from lib.deapi.media import Upload
from lib.runs.experiments import mapping
from lib.runs.experiments.plan import Input
from lib.ui.plain import clip

_NAME = 80


@dataclass(slots=True)
class Values:
    """`meaning` is column → field. `uploads` are the files that rows may name. `first` is the field
    that names a row, if there is one."""

    known: Mapping[str, Field]
    meaning: Mapping[str, str]
    uploads: Iterable[Upload]
    first: str | None = None
    missing: dict[int, dict[str, str]] = field(default_factory=dict[int, dict[str, str]])
    """By the place of a row and a field, why the file that it names is not to be had."""
    _files: dict[str, dict[str, Upload]] = field(default_factory=dict[str, dict[str, Upload]])

    def __post_init__(self) -> None:
        for each in self.uploads:
            self._files.setdefault(_name(each.name), {})[each.sha256] = each

    def row(self, place: int, told: Mapping[str, str]) -> Input:
        """What the row at `place` gives; `told` is column → text."""
        values: dict[str, Any] = {}
        for name, of in self.meaning.items():
            if not is_empty(told[name]):
                value = self._value(place, self.known[of], told[name])
                values |= {} if value is None else {of: value}
        named = values.get(self.first or "") or next(iter(values.values()), "")
        beside = {name: said for name, said in told.items() if name not in self.meaning}
        name, number = _called(named, place), place + 1
        return Input(name=name, values=values, beside=(beside,), numbers=(number,))

    def _value(self, place: int, field: Field, text: str) -> Any:
        if field.kind == "texts":
            return [text]  # a row is one text, whatever lines it has
        if field.kind not in ("file", "files"):
            return mapping.typed(field, text)
        found = self._files.get(_name(text), {})
        if len(found) == 1:
            [upload] = found.values()
            return [upload] if field.kind == "files" else upload
        said = clip(text, 60)
        why = f"there is no file “{said}” among those given."
        if found:
            why = f"several of the files given are called “{said}”."
        self.missing.setdefault(place, {})[field.name] = why
        return None


def _name(text: str) -> str:
    """What a file is known by: its name without folders, whatever the case."""
    return PurePosixPath(text.strip().replace("\\", "/")).name.casefold()


def _called(value: Any, place: int) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    said = value.name if isinstance(value, Upload) else str(value)
    return clip(said, _NAME) or f"Row {place + 1}"
