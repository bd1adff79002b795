"""What a recipe would do and cost with other words and files, before anything is paid.

What a step takes from another does not exist yet. Its price is asked with what was taken when the
recipe was saved, and where a new file has other measures, so has what is made of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lib.deapi import fields
from lib.deapi.checks import is_empty
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.media import Upload
from lib.deapi.models import NO_MODEL, Model
from lib.deapi.values import several
from lib.runs.experiments.plan import MODEL, Cell
from lib.runs.orders import text_of
from lib.runs.params import restored, stored
from lib.runs.recipes.given import put
from lib.store import Store, files
from lib.store.recipes import Step

Given = Mapping[tuple[int, str], Any]
"""What a person puts in: (number of the step, parameter) → value; None for nothing."""

_NOT_YOURS = "It works on a file of its owner's too, which is not yours to send."


@dataclass(frozen=True, slots=True)
class _Scale:
    """How much larger or longer the files of a step are than when the recipe was saved."""

    width: float = 1.0
    height: float = 1.0
    seconds: float = 1.0

    def of(self, upload: Upload) -> Upload:
        return replace(
            upload,
            width=None if upload.width is None else max(1, round(upload.width * self.width)),
            height=None if upload.height is None else max(1, round(upload.height * self.height)),
            seconds=None if upload.seconds is None else upload.seconds * self.seconds,
        )


def filled(steps: Sequence[Step], given: Given) -> tuple[Step, ...]:
    """The steps with what is `given` in the place of what they were saved with."""
    return tuple(_filled(n, step, given) for n, step in enumerate(steps))


def _filled(n: int, step: Step, given: Given) -> Step:
    mine = {name: given[n, name] for name in step.inputs if (n, name) in given}
    params = {**step.params, **stored(mine)}
    return replace(step, params={k: v for k, v in params.items() if not is_empty(v)})


def cells(
    store: Store, person: str, saved: Sequence[Step], steps: Sequence[Step], models: Iterable[Model]
) -> list[Cell]:
    """Each of the filled `steps` of a recipe as it was `saved`, as far as it is known now, checked
    as its form is. Files that are not `person`'s are a problem."""
    known = {each.slug: each for each in models}
    scales: list[_Scale] = []
    found: list[Cell] = []
    for n, (before, now) in enumerate(zip(saved, steps, strict=True)):
        at = endpoint(now.endpoint)
        old, new = restored(before.params, store), restored(now.params, store)
        for take in (each for each in now.takes if each.what == "result"):
            example = several(old.get(take.param))[take.place :][:1]
            for upload in example:
                put(new, take, scales[take.step].of(upload))
        scales.append(_scale(at, old, new))
        cell = _cell(n, at, now, new, known)
        if not cell.problems and not _are_mine(store, person, at, now):
            cell = replace(cell, params={}, problems={MODEL: _NOT_YOURS})
        found.append(cell)
    return found


def _cell(
    n: int, at: Endpoint, step: Step, values: Mapping[str, Any], known: Mapping[str, Model]
) -> Cell:
    model = NO_MODEL if at.model_param is None else known.get(step.model)
    cell = Cell(input=n, variant=0, endpoint=at.id, model=step.model, text=text_of(at, values))
    if model is None:
        return replace(cell, problems={MODEL: "This model is not offered any more."})
    problems = fields.check(fields.fields(at, model, values), values, at.rules)
    if problems:
        return replace(cell, problems=problems)
    return replace(cell, params=fields.request(at, model, values))


def _are_mine(store: Store, person: str, at: Endpoint, step: Step) -> bool:
    """Whether every file that it has from the beginning was given by this person."""
    taken = {(each.param, each.place) for each in step.takes}
    own = [
        each["upload"]
        for param in at.files
        for place, each in enumerate(several(step.params.get(param.name)))
        if each is not None and (param.name, place) not in taken
    ]
    return all(files.upload(store, person, sha256) is not None for sha256 in own)


def _scale(at: Endpoint, old: Mapping[str, Any], new: Mapping[str, Any]) -> _Scale:
    """How much larger its result is than it was, by the first of its files. What has a size of its
    own is as large as ever."""
    for param in at.files:
        was, now = several(old.get(param.name))[0], several(new.get(param.name))[0]
        if isinstance(was, Upload) and isinstance(now, Upload):
            sized = at.has("width")
            return _Scale(
                1.0 if sized else _ratio(was.width, now.width),
                1.0 if sized else _ratio(was.height, now.height),
                _ratio(was.seconds, now.seconds),
            )
    return _Scale()


def _ratio(was: float | None, now: float | None) -> float:
    return now / was if was and now else 1.0
