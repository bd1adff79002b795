"""Is a value within the contract's bounds and the model's?"""

import math
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from lib.deapi.contract import GRIDS, LISTS, OFFERED, RANDOM, Endpoint, Param
from lib.sandbox.catalogue import Model
from lib.sandbox.engines.embedding import tokens
from lib.sandbox.validate.wrong import Unlisted, Wrong, plain

_ALSO: Mapping[str, str] = {"lang": "auto"}
"""Taken beside what a model lists: a language to be found out (gotchas §5)."""

Bounds = tuple[float | None, float | None]


def bounded(
    endpoint: Endpoint, param: Param, value: Any, model: Model | None, known: Mapping[str, Any]
) -> None:
    """Raises `Wrong`. `known` are the values of the parameters before this one."""
    if value == param.random or (param.name in RANDOM and value == RANDOM[param.name]):
        return  # no value but the wish for one: a model's bounds are about values
    match param.type:
        case "string":
            _text(param, value, model)
        case "integer" | "number":
            _number(param, value, model)
        case "string|array":
            _texts(param, value, model)
        case _:
            pass
    _chosen(endpoint, param, value, model, known)


def between(value: float, bounds: Bounds, unit: str = "") -> None:
    """Raises `Wrong`; `unit` is what is counted, with a space before it."""
    least, most = bounds
    if least is not None and value < least:
        raise Wrong(f"must be at least {plain(least)}{unit}.")
    if most is not None and value > most:
        raise Wrong(f"must not be greater than {plain(most)}{unit}.")


def of_model(
    model: Model | None,
    name: str,
    least: float | None = None,
    most: float | None = None,
    *,
    whole: bool = True,
) -> Bounds:
    """The narrower of the bounds given and the model's; a model's that leave nothing don't count.

    `whole`: only whole numbers count as something.
    """
    limits: Mapping[str, float] = model.limits if model else {}
    low = _highest(least, limits.get(f"min_{name}"))
    high = _lowest(most, limits.get(f"max_{name}"))
    if low is None or high is None:
        return low, high
    is_void = math.ceil(low) > math.floor(high) if whole else low > high
    return (least, most) if is_void else (low, high)


def _highest(*bounds: float | None) -> float | None:
    return max((bound for bound in bounds if bound is not None), default=None)


def _lowest(*bounds: float | None) -> float | None:
    return min((bound for bound in bounds if bound is not None), default=None)


def _text(param: Param, value: str, model: Model | None) -> None:
    bounds = of_model(model, param.name, param.min_length, param.max_length)
    between(len(value), bounds, " characters")
    if param.scheme and not _is_url(value, (param.scheme,)):
        raise Wrong(f"must be a valid URL that starts with {param.scheme}://.")
    if param.address and not _is_url(value, ("http", "https")):
        raise Wrong("must be a valid URL.")


def _is_url(text: str, schemes: Collection[str]) -> bool:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname)


def _number(param: Param, value: float, model: Model | None) -> None:
    whole = param.type == "integer"
    bounds = of_model(model, param.name, param.minimum, param.maximum, whole=whole)
    between(value, bounds)
    step = model.limits.get(GRIDS.get(param.name, "")) if model and not param.measures else None
    if step is not None and step > 0 and _exact(value) % _exact(step) and _has_any(bounds, step):
        raise Wrong(f"must be a multiple of {plain(step)}.")


def _has_any(bounds: Bounds, step: float) -> bool:
    """Whether a multiple of `step` lies within `bounds`; a grid that misses them doesn't count."""
    low, high = bounds
    if low is None or high is None:
        return True
    return math.ceil(_exact(low) / _exact(step)) * _exact(step) <= _exact(high)


def _exact(value: float) -> Fraction:
    return Fraction(value) if isinstance(value, int) else Fraction(str(value))


def _texts(param: Param, value: list[str], model: Model | None) -> None:
    if param.max_items is not None and len(value) > param.max_items:
        raise Wrong(f"must not have more than {param.max_items} items.")
    limits: Mapping[str, float] = model.limits if model else {}
    longest = _lowest(param.max_tokens, limits.get("max_input_tokens"))
    most = _lowest(param.max_total_tokens, limits.get("max_total_tokens"))
    counts = [tokens(text) for text in value]
    if longest is not None and max(counts) > longest:
        raise Wrong(f"must not have more than {plain(longest)} tokens in a text.")
    if most is not None and sum(counts) > most:
        raise Wrong(f"must not have more than {plain(most)} tokens in total.")


def _chosen(
    endpoint: Endpoint, param: Param, value: Any, model: Model | None, known: Mapping[str, Any]
) -> None:
    legal = _legal(endpoint, param, model, known)
    if param.type == "array":
        for item in value:
            if model and item["name"] not in model.loras:
                raise Wrong(f"names {item['name']}, which this model doesn't have.")
    elif legal and value not in legal:
        raise Unlisted


def _legal(
    endpoint: Endpoint, param: Param, model: Model | None, known: Mapping[str, Any]
) -> Collection[str | int]:
    """The values there are; empty where nobody lists any."""
    if param.choices:
        needed = param.choice_features or {}
        features: Mapping[str, bool] = model.features if model else {}
        return [each for each in param.choices if features.get(needed.get(str(each), ""), True)]
    if model and param.listed == "languages[].slug":
        return model.languages
    if model and param.listed == "languages[].voices[].slug":
        return model.languages.get(str(known.get("lang")), ())
    if model and param.name in LISTS:
        own = model.lists.get(LISTS[param.name], ())
        return (*own, _ALSO[param.name]) if own and param.name in _ALSO else own
    return OFFERED.get(f"{endpoint.id}.{param.name}", ())
