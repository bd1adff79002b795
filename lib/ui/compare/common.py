"""What the forms of several models have in common, and what only some of them have.

Pure functions over the fields of an endpoint: which of them are asked once for all, which by model,
and the plan that the answers make.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.deapi import fields
from lib.deapi.checks import is_empty
from lib.deapi.contract import Endpoint, Result
from lib.deapi.field import Field
from lib.deapi.media import Upload
from lib.deapi.models import Model
from lib.deapi.values import files_in
from lib.runs.experiments.plan import Draft, Input, Variant
from lib.ui import words
from lib.ui.experiment import settings
from lib.ui.plain import clip

SHOWN: frozenset[Result] = frozenset({"image", "video", "audio", "text", "transcript"})
"""Results that can be seen, heard or read beside each other."""
FEWEST, MOST = 2, 6
"""So many results stand beside each other."""
_NAME = 80
_GIVEN = ("text", "texts", "file", "files")
"""Kinds of fields that a person's own input goes into."""


@dataclass(frozen=True, slots=True)
class Some:
    """Fields that these models have and others don't; they are asked as the first has them.

    `apart` are lists of which others have one too, with no entry in common, such as voices: a
    value of theirs is these models' own.
    """

    names: tuple[str, ...]
    models: tuple[Model, ...]
    apart: bool = False

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(each.slug for each in self.models)


@dataclass(frozen=True, slots=True)
class Split:
    """The names of the fields that are asked once, and of those that only some models have.

    A file and several files are one thing: the form shows what its model takes, both are `shared`.
    """

    shared: frozenset[str]
    some: tuple[Some, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a form says: the `values` as they are in it, for these models, each with what it alone
    puts into its fields (`own`), and what each is called."""

    at: Endpoint
    values: Mapping[str, Any]
    models: Sequence[Model]
    own: Sequence[Mapping[str, Any]]
    names: Sequence[str]
    seed: int


def offered() -> list[Endpoint]:
    """What can be compared, in the order of the pages: where there is a model to choose, and
    something to show."""
    return [
        at
        for family in words.FAMILIES
        for at in words.family(family)
        if at.result in SHOWN and at.model_param is not None
    ]


def split(at: Endpoint, models: Sequence[Model], values: Mapping[str, Any]) -> Split:
    """What all of these models ask for, and what only some do; `values` are those of the form,
    for fields that depend on others."""
    forms = [fields.fields(at, model, values) for model in models]
    having: dict[str, list[int]] = {}
    circles = _circles(forms)
    for n, form in enumerate(forms):
        for each in form:
            having.setdefault(_thing(at, each.name), []).append(n)
    everyone = {
        thing for thing, some in having.items() if len(some) == len(models) and thing not in circles
    }
    found: dict[tuple[int, ...], list[str]] = {}
    for n, form in enumerate(forms):
        for each in form:
            thing = _thing(at, each.name)
            alike = circles.get(thing, [tuple(having[thing])])
            owners = next(some for some in alike if n in some)
            if thing not in everyone and each.name not in found.get(owners, ()):
                found.setdefault(owners, []).append(each.name)
    return Split(
        frozenset(
            each.name for form in forms for each in form if _thing(at, each.name) in everyone
        ),
        tuple(
            Some(tuple(some), tuple(models[n] for n in owners), alone)
            for owners, names in found.items()
            for alone in (False, True)
            if (some := [name for name in names if (name in circles) is alone])
        ),
    )


def _circles(forms: Sequence[Sequence[Field]]) -> dict[str, list[tuple[int, ...]]]:
    """The lists whose entries some models share and others have nothing of: by their names, the
    numbers of the models that are asked together."""
    lists: dict[str, list[tuple[int, set[str | int]]]] = {}
    for n, form in enumerate(forms):
        for each in form:
            if each.kind in ("choice", "loras"):
                entries = {*each.choices, *(lora.name for lora in each.loras)}
                lists.setdefault(each.name, []).append((n, entries))
    found = {name: _joined(some) for name, some in lists.items()}
    return {name: circles for name, circles in found.items() if len(circles) > 1}


def _joined(lists: Sequence[tuple[int, set[str | int]]]) -> list[tuple[int, ...]]:
    circles: list[tuple[set[int], set[str | int]]] = []
    for n, entries in lists:
        near = [each for each in circles if each[1] & entries]
        circles = [each for each in circles if each not in near]
        numbers = {n}.union(*(each[0] for each in near))
        circles.append((numbers, entries.union(*(each[1] for each in near))))
    return sorted(tuple(sorted(numbers)) for numbers, _ in circles)


def handed_out(
    at: Endpoint, some: Some, values: Mapping[str, Any], said: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """What was said for the models of `some` together, for each by its slug: a default of the
    first that another can't take is not meant for that one."""
    usual = fields.adapt(fields.fields(at, some.models[0], {**values, **said}), {})
    return {
        model.slug: {
            name: value
            for name, value in said.items()
            if value != usual.get(name) or _takes(at, model, name, value, {**values, **said})
        }
        for model in some.models
    }


def lacking(asked: Asked) -> dict[str, list[Model]]:
    """What some of the models, and not all, can't do without and nobody has given yet."""
    found: dict[str, list[Model]] = {}
    for model in asked.models:
        for each in fields.fields(asked.at, model, asked.values):
            empty = is_empty(asked.values.get(each.name))
            if each.required and each.kind in _GIVEN and empty:
                found.setdefault(each.name, []).append(model)
    return {name: some for name, some in found.items() if len(some) < len(asked.models)}


def missing(asked: Asked) -> bool:
    """Whether there is nothing to work on yet, so that nothing has a price."""
    needed = [
        each
        for model in asked.models
        for each in fields.fields(asked.at, model, asked.values)
        if each.kind in _GIVEN
    ]
    empty = {each.name for each in needed if is_empty(asked.values.get(each.name))}
    if any(each.required and each.name in empty for each in needed):
        return True
    return bool(needed) and len(empty) == len({each.name for each in needed})


def draft(asked: Asked, view: str) -> Draft:
    """The experiment of one row that this asks for."""
    at, found = asked.at, split(asked.at, asked.models, asked.values)
    twins = {name for name in found.shared if at.twin(name) is not None}
    own = {name for each in asked.own for name in each}
    shared = _said(asked, asked.models, found.shared - twins - own)
    kinds = {each.name: each.kind for each in fields.fields(at, asked.models[0], asked.values)}
    given = {name: value for name, value in shared.items() if kinds[name] in _GIVEN}
    return Draft(
        endpoint=at.id,
        inputs=[Input(name=_name(at, asked.values, given), values=given)],
        variants=[
            Variant(
                name=name,
                model=model.slug,
                values={**_of_model(asked, model, found, twins), **mine},
            )
            for model, name, mine in zip(asked.models, asked.names, asked.own, strict=True)
        ],
        seed=asked.seed,
        shared={name: value for name, value in shared.items() if name not in given},
        view=view,
    )


def _of_model(asked: Asked, model: Model, found: Split, twins: set[str]) -> dict[str, Any]:
    """What is said for this model and not for all: its own fields, and the files in the way that
    it takes them."""
    form = {each.name for each in fields.fields(asked.at, model, asked.values)}
    values = {name: asked.values.get(name) for name in twins & form}
    for some in found.some:
        if model in some.models and not some.apart:
            values |= _said(asked, some.models, set(some.names) & form)
    return {name: value for name, value in values.items() if not is_empty(value)}


def _said(asked: Asked, models: Sequence[Model], names: Collection[str]) -> dict[str, Any]:
    """The values of these fields, drawn as the first of these models has them, that go to all.

    What somebody changed does, and what stands in the open, if all can take it: with the same
    shape, pictures lie over each other. What is folded away and left as it is follows each model.
    """
    at, lead = asked.at, models[0]
    found = settings.changed(at, lead, asked.values, {settings.SEED})
    found = {name: value for name, value in found.items() if name in names}
    for each in fields.fields(at, lead, asked.values):
        value = asked.values.get(each.name)
        hidden = each.name not in names or words.field(at.id, each.name).advanced
        if hidden or each.name in found or is_empty(value) or each.name == settings.SEED:
            continue
        if all(_takes(at, model, each.name, value, asked.values) for model in models):
            found[each.name] = value
    return found


def _takes(at: Endpoint, model: Model, name: str, value: object, values: Mapping[str, Any]) -> bool:
    form = [each for each in fields.fields(at, model, values) if each.name == name]
    return bool(form) and not fields.check(form, {name: value})


def _thing(at: Endpoint, name: str) -> str:
    """A field, or the pair of which a form has one."""
    twin = at.twin(name)
    return name if twin is None else min(name, twin.name)


def _name(at: Endpoint, values: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """What the comparison is called: its words, else the file it is about."""
    texts = [value for value in given.values() if isinstance(value, str) and value.strip()]
    files = [each.name for each in _uploads(at, values)]
    return clip(next(iter([*texts, *files]), "Comparison"), _NAME)


def _uploads(at: Endpoint, values: Mapping[str, Any]) -> list[Upload]:
    return files_in(values.get(param.name) for param in at.files)
