"""Is this call one that deAPI would take? The contract and the model decide.

Messages are worded as Laravel words them, one a field; `message` of the answer is the first.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile

from lib.deapi.contract import Endpoint, Param
from lib.sandbox import images, prices
from lib.sandbox.catalogue import Catalogue, Model
from lib.sandbox.errors import invalid
from lib.sandbox.order import Order

Values = Mapping[str, object]
Uploads = Mapping[str, UploadFile]
"""The files of an order, proven to be what they should, by their parameters."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_INTEGERS = range(-(2**63), 2**63)
"""To Laravel a number beyond PHP's 64 bits is no integer."""
_STEP = "resolution_step"


class _Wrong(Exception):
    """The value of one field isn't taken; the message is its sentence."""


def check(
    endpoint: Endpoint, values: Values, catalogue: Catalogue, *, price: bool
) -> tuple[Order, Uploads]:
    """Check a submit, or a call that only asks its `price`. Raises `Refused` (422).

    Decodes uploaded pictures: call it off the loop.
    """
    return _Check(endpoint, values, catalogue, price).run()


class _Check:
    """One call under check; collects a sentence for each field that is wrong."""

    def __init__(self, endpoint: Endpoint, values: Values, catalogue: Catalogue, price: bool):
        self._endpoint = endpoint
        self._values = {key: value for key, value in values.items() if not _empty(value)}
        self._model = _model(endpoint, self._values, catalogue)
        self._params = endpoint.params
        if price and self._measured():
            # A price may be asked by the measures of a file instead of the file (gotchas §4).
            others = tuple(param for param in endpoint.params if param.type != "file")
            self._params = others + prices.measures(endpoint)
        self._errors: dict[str, list[str]] = {}
        self._taken: dict[str, Any] = {}
        self._sizes: dict[str, images.Size] = {}
        self._uploads: dict[str, UploadFile] = {}

    def run(self) -> tuple[Order, Uploads]:
        for param in self._params:
            self._check(param)
        for rule in self._endpoint.rules:
            if rule.param in self._values and rule.other not in self._values:
                self._fail(rule.param, f"requires the {_words(rule.other)} field.")
        if self._model is None:
            self._errors.setdefault("model", ["The selected model is invalid."])
        if self._errors or self._model is None:
            raise invalid(self._errors)
        return Order(self._endpoint, self._model, self._taken, self._sizes), self._uploads

    def _measured(self) -> bool:
        names = {param.name for param in prices.measures(self._endpoint)}
        has_file = any(file.name in self._values for file in self._endpoint.files)
        return bool(names & self._values.keys()) and not has_file

    def _check(self, param: Param) -> None:
        value = self._values.get(param.name)
        supported = _supports(self._model, param)
        try:
            if value is None:
                if param.required:
                    raise _Wrong("is required.")
            elif param.type == "file":
                self._take_file(param, value)
            else:
                taken = _typed(param, value)
                if supported:
                    _bounded(param, taken, self._model)
                    self._taken[param.name] = taken
        except _Wrong as wrong:
            self._fail(param.name, str(wrong))
        if not supported and self._model and param.name in self._model.defaults:
            # What a model doesn't support is ignored, not refused: it does as it always does.
            self._use_default(param, self._model.defaults[param.name])

    def _take_file(self, param: Param, value: object) -> None:
        if not isinstance(value, UploadFile):
            raise _Wrong("must be a file.")
        # Without a width to choose, the model's limits are about the file.
        model = None if self._endpoint.has("width") else self._model
        self._sizes[param.name] = _picture(param, value, model)
        self._uploads[param.name] = value

    def _use_default(self, param: Param, default: object) -> None:
        try:
            self._taken[param.name] = _typed(param, default)
        except _Wrong:  # a catalogue put in by a test may hold anything
            self._taken.pop(param.name, None)

    def _fail(self, field: str, what: str) -> None:
        self._errors.setdefault(field, []).append(f"The {_words(field)} field {what}")


def _model(endpoint: Endpoint, values: Values, catalogue: Catalogue) -> Model | None:
    slug = values.get("model")
    model = catalogue.find(slug) if isinstance(slug, str) else None
    serves = model is not None and model.inference_types & set(endpoint.inference_types)
    return model if serves else None


def _supports(model: Model | None, param: Param) -> bool:
    """Only an explicit no counts: what a model doesn't mention, it may well do."""
    if model is None:
        return True
    if param.listed is not None:
        return bool(getattr(model, param.listed))
    return param.feature is None or model.features.get(param.feature, True)


def _empty(value: object) -> bool:
    """Laravel takes an empty text, one of spaces alone, and no file chosen, as nothing sent."""
    if isinstance(value, UploadFile):
        return not value.filename and not value.size
    return value is None or (isinstance(value, str) and not value.strip())


def _words(name: str) -> str:
    return name.replace("_", " ")


# --- types -------------------------------------------------------------------------------------


def _typed(param: Param, value: object) -> Any:
    """`value` in the parameter's type; a form sends numbers as text. Raises `_Wrong`."""
    match param.type:
        case "string":
            if not isinstance(value, str):
                raise _Wrong("must be a string.")
            return value
        case "integer":
            return _integer(value)
        case "number":
            return _number(value)
        case "array":
            return _items(param, value)
        case "file":
            raise _Wrong("must be a file.")


def _integer(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip() if isinstance(value, str | int) else ""
    if isinstance(value, bool) or not _INTEGER.fullmatch(text) or int(text) not in _INTEGERS:
        raise _Wrong("must be an integer.")
    return int(text)


def _number(value: object) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(cast(Any, value))
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _Wrong("must be a number.")
    return number


def _items(param: Param, value: object) -> list[dict[str, Any]]:
    if isinstance(value, str):  # some clients put JSON into a form's field (gotchas §4)
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, list):
        raise _Wrong("must be an array.")
    return [_item(param, item) for item in cast(list[object], value)]


def _item(param: Param, item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise _Wrong("must be an array of objects.")
    given = cast(dict[str, object], item)
    taken: dict[str, Any] = {}
    for name, kind in (param.item or {}).items():
        if _empty(given.get(name)):
            raise _Wrong(f"needs a {_words(name)} in every item.")
        try:
            taken[name] = _typed(Param(name=name, type=kind), given[name])
        except _Wrong as wrong:
            raise _Wrong(f"has an item whose {_words(name)} {wrong}") from wrong
    return taken


# --- bounds ------------------------------------------------------------------------------------


def _bounded(param: Param, value: Any, model: Model | None) -> None:
    """The contract's bounds and the model's together. Raises `_Wrong`."""
    limits: Mapping[str, float] = model.limits if model else {}
    if param.random is not None and value == param.random:
        return  # no value but the wish for one: a model's bounds are about values
    if param.choices and value not in param.choices:
        raise _Wrong("is invalid.")
    if param.scheme and not _is_url(value, param.scheme):
        raise _Wrong(f"must be a valid URL that starts with {param.scheme}://.")
    if param.listed and model:
        _listed(value, getattr(model, param.listed))
    if param.type == "string":
        least = _highest(param.min_length, limits.get(f"min_{param.name}"))
        most = _lowest(param.max_length, limits.get(f"max_{param.name}"))
        _between(len(value), least, most, " characters")
    elif param.type in ("integer", "number"):
        least = _highest(param.minimum, limits.get(f"min_{param.name}"))
        most = _lowest(param.maximum, limits.get(f"max_{param.name}"))
        _between(value, least, most)
        step = limits.get(_STEP) if _STEP in param.limits else None
        if step and value % step:
            raise _Wrong(f"must be a multiple of {step:g}.")


def _between(value: float, least: float | None, most: float | None, unit: str = "") -> None:
    if least is not None and value < least:
        raise _Wrong(f"must be at least {least:g}{unit}.")
    if most is not None and value > most:
        raise _Wrong(f"must not be greater than {most:g}{unit}.")


def _highest(*bounds: float | None) -> float | None:
    return max((bound for bound in bounds if bound is not None), default=None)


def _lowest(*bounds: float | None) -> float | None:
    return min((bound for bound in bounds if bound is not None), default=None)


def _listed(items: list[dict[str, Any]], offered: frozenset[str]) -> None:
    for item in items:
        if item["name"] not in offered:
            raise _Wrong(f"names {item['name']}, which this model doesn't have.")


def _is_url(text: str, scheme: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == scheme and bool(parts.hostname)


# --- files -------------------------------------------------------------------------------------


def _picture(param: Param, upload: UploadFile, model: Model | None) -> images.Size:
    """The size of a picture that decodes, within the parameter's bytes and the model's sides.

    Raises `_Wrong`.
    """
    if param.max_bytes is not None and (upload.size or 0) > param.max_bytes:
        raise _Wrong(f"must not be greater than {param.max_bytes // 1024} kilobytes.")
    try:
        size = images.size(upload.file)
        if model:
            _between(size.width, *_sides(model, "width"), " pixels wide")
            _between(size.height, *_sides(model, "height"), " pixels high")
        images.prove(upload.file)
    except images.NotAPicture as error:
        raise _Wrong("must be an image (jpeg, png, gif, bmp, webp).") from error
    return size


def _sides(model: Model, name: str) -> tuple[float | None, float | None]:
    return model.limits.get(f"min_{name}"), model.limits.get(f"max_{name}")
