"""The models on offer: `models.json`, or the list that `PUT /sandbox/models` gave."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lib.deapi.inference import canonical

Raw = dict[str, Any]


_NO = (False, 0, "0", "false", "")
_FACTOR = re.compile(r"x(\d{1,2})(?!\d)", re.IGNORECASE)


class BadCatalogue(ValueError):
    """The list given as a catalogue isn't one; the message says why."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model as validation needs it; `raw` is what `GET /models` answers.

    A test may put in models written the way the live service writes them (gotchas §1: numbers and
    flags as text, `info` as an empty array), so nothing here trusts a shape.
    """

    raw: Raw
    slug: str
    inference_types: frozenset[str]
    """In the specification's names."""
    limits: Mapping[str, float]
    lists: Mapping[str, tuple[str | int, ...]]
    """The limits that list legal values, e.g. sample rates."""
    features: Mapping[str, bool]
    defaults: Mapping[str, Any]
    loras: frozenset[str]
    languages: Mapping[str, tuple[str, ...]]
    """The voices of each language, by their slugs."""

    @classmethod
    def parse(cls, raw: object) -> "Model":
        """Raises `BadCatalogue` when `raw` has no slug."""
        model = _object(raw)
        slug = model.get("slug")
        if not isinstance(slug, str) or not slug:
            raise BadCatalogue("Every model needs a slug.")
        info = _object(model.get("info"))
        raw_limits = _object(info.get("limits"))
        limits = {key: _number(value) for key, value in raw_limits.items()}
        features = _object(info.get("features"))
        return cls(
            raw=model,
            slug=slug,
            # A list, or (as seen live) an object with the types as its keys.
            inference_types=frozenset(map(canonical, map(str, model.get("inference_types") or ()))),
            limits={key: value for key, value in limits.items() if value is not None},
            lists={
                key: _listed(cast(list[Any], each))
                for key, each in raw_limits.items()
                if isinstance(each, list)
            },
            features={key: value not in _NO for key, value in features.items()},
            defaults=_object(info.get("defaults")),
            loras=frozenset(str(lora["name"]) for lora in _named(model.get("loras"), "name")),
            languages={
                language["slug"]: tuple(
                    voice["slug"] for voice in _named(language.get("voices"), "slug")
                )
                for language in _named(model.get("languages"), "slug")
            },
        )

    @property
    def factor(self) -> int:
        """How many times as wide and high an upscaler makes a picture.

        deAPI publishes it in the names only, e.g. `…_x4`; a model that names none doubles.
        """
        named = _FACTOR.search(self.slug) or _FACTOR.search(str(self.raw.get("name")))
        return max(1, int(named.group(1))) if named else 2


class Catalogue:
    """The models on offer, in the order they are listed."""

    def __init__(self, raw: object) -> None:
        """Raises `BadCatalogue` when `raw` isn't a list of models."""
        if not isinstance(raw, list):
            raise BadCatalogue("The catalogue must be a list of models.")
        models = map(Model.parse, cast(list[object], raw))
        self._models: Mapping[str, Model] = {model.slug: model for model in models}

    @classmethod
    def shipped(cls) -> "Catalogue":
        """The specification's catalogue, kept beside this file."""
        return cls(json.loads((Path(__file__).parent / "models.json").read_bytes()))

    def find(self, slug: str) -> Model | None:
        return self._models.get(slug)

    def of_types(self, names: Iterable[str]) -> Sequence[Model]:
        """The models that serve any of these inference types, however written; none: all."""
        wanted = frozenset(map(canonical, names))
        models = self._models.values()
        return [model for model in models if not wanted or wanted & model.inference_types]


def _object(value: object) -> Raw:
    return cast(Raw, value) if isinstance(value, dict) else {}


def _named(value: object, name: str) -> list[Raw]:
    """The objects of a list that have a text under `name`."""
    items = cast(list[object], value) if isinstance(value, list) else []
    return [each for each in map(_object, items) if isinstance(each.get(name), str)]


def _listed(values: object) -> tuple[str | int, ...]:
    """The texts and whole numbers of a list; a catalogue may list anything."""
    items = cast(list[object], values) if isinstance(values, list) else []
    return tuple(
        each for each in items if isinstance(each, str | int) and not isinstance(each, bool)
    )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
