"""One entry of the catalogue, read tolerantly.

The live service writes the same fact in several ways (gotchas §1): inference types as a list or
as an object's keys, `info` as an object, `[]` or null, numbers and flags as text. Whatever can be
read is kept; whatever can't is left out, and is never an error.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lib.deapi.inference import canonical

Scalar = int | float | str | bool

_WHOLE = re.compile(r"[+-]?[0-9]{1,300}")
_FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}


@dataclass(frozen=True, slots=True)
class Lora:
    """A style that can be laid over a model: `name` is sent, `title` is shown."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of a language: `slug` is sent, `title` is shown."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a model speaks, with its voices: `slug` is sent, `title` is shown."""

    slug: str
    title: str
    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A model as `GET /models` describes it (deapi.md, Dynamic Model Discovery).

    `limits` hold numbers or lists of them, `features` flags, `defaults` the model's own values.
    `raw` is the entry as it came, for people who want to see it and for remembering it.
    """

    slug: str
    name: str
    inference_types: frozenset[str]
    limits: Mapping[str, int | float | tuple[Scalar, ...]]
    features: Mapping[str, bool]
    defaults: Mapping[str, Scalar]
    loras: tuple[Lora, ...]
    languages: tuple[Language, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "Model":
        """Read one entry. Raises `ValueError` when it has no slug: it can't be used then."""
        slug = raw.get("slug")
        if not isinstance(slug, str) or not slug.strip():
            raise ValueError("a model without a slug")
        name = raw.get("name")
        info = _object(raw.get("info"))
        return cls(
            slug=slug,
            name=name if isinstance(name, str) and name.strip() else slug,
            inference_types=frozenset(
                canonical(each) for each in _names(raw.get("inference_types"))
            ),
            limits=_limits(_object(info.get("limits"))),
            features=_features(_object(info.get("features"))),
            defaults=_defaults(_object(info.get("defaults"))),
            loras=tuple(_loras(raw.get("loras"))),
            languages=tuple(_languages(raw.get("languages"))),
            raw=raw,
        )

    def limit(self, name: str) -> int | float | None:
        """The number published as `name`, or None when there is none or it is a list."""
        value = self.limits.get(name)
        return value if isinstance(value, int | float) else None

    def listed(self, name: str) -> tuple[Scalar, ...]:
        """The values that the limit `name` lists, e.g. sample rates; none when it is no list."""
        value = self.limits.get(name)
        return value if isinstance(value, tuple) else ()


NO_MODEL = Model(
    slug="",
    name="",
    inference_types=frozenset(),
    limits={},
    features={},
    defaults={},
    loras=(),
    languages=(),
    raw={},
)
"""Stands where an endpoint takes no model."""


def _object(value: Any) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []


def _names(value: Any) -> list[str]:
    found: Iterable[Any] = _object(value) or _items(value)
    return [each for each in found if isinstance(each, str)]


def number(value: Any) -> int | float | None:
    """`value` as a finite number: `4`, `4.0`, `"4"` and `"7.5"` are, everything else is None.

    A number too large for a float is none either.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = value if isinstance(value, int) else _read(value)
        near = float(read)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(near):
        return None
    return int(read) if near.is_integer() else read


def _read(value: float | str) -> int | float:
    """Whole numbers in text are read as such: a float would lose their last digits."""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    return float(value)


def _limits(raw: Mapping[str, Any]) -> dict[str, int | float | tuple[Scalar, ...]]:
    limits: dict[str, int | float | tuple[Scalar, ...]] = {}
    for name, value in raw.items():
        if isinstance(value, list):
            limits[name] = tuple(each for each in _items(value) if isinstance(each, Scalar))
        elif (read := number(value)) is not None:
            limits[name] = read
    return limits


def _features(raw: Mapping[str, Any]) -> dict[str, bool]:
    flags = {name: _flag(value) for name, value in raw.items()}
    return {name: flag for name, flag in flags.items() if flag is not None}


def _flag(value: Any) -> bool | None:
    """`true`, `1` and `"1"` say yes; `false`, `0`, `"0"` and `""` say no; the rest says nothing."""
    if isinstance(value, str):
        value = _FLAGS.get(value.strip().lower())
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else None


def _defaults(raw: Mapping[str, Any]) -> dict[str, Scalar]:
    return {name: value for name, value in raw.items() if isinstance(value, Scalar)}


def _loras(raw: Any) -> Iterable[Lora]:
    for each in _items(raw):
        entry = _object(each)
        name, title = entry.get("name"), entry.get("display_name")
        if isinstance(name, str) and name:
            yield Lora(name, title if isinstance(title, str) and title else name)


def _languages(raw: Any) -> Iterable[Language]:
    for each in _items(raw):
        entry = _object(each)
        slug = entry.get("slug")
        if isinstance(slug, str) and slug:
            voices = tuple(_voices(entry.get("voices")))
            yield Language(slug, _title(entry, slug), voices)


def _voices(raw: Any) -> Iterable[Voice]:
    for each in _items(raw):
        entry = _object(each)
        slug, gender = entry.get("slug"), entry.get("gender")
        if isinstance(slug, str) and slug:
            said = f" ({gender})" if isinstance(gender, str) and gender else ""
            yield Voice(slug, _title(entry, slug) + said)


def _title(entry: Mapping[str, Any], slug: str) -> str:
    name = entry.get("name")
    return name if isinstance(name, str) and name.strip() else slug
