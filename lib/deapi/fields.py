"""Endpoint × model → the fields of a form.

A pure function, in which the documented facts and a model's own meet (for numbers, in `ranges`).
The form is drawn from it, values are checked by it before anything is paid, and the request is
built from it.

What a model doesn't support is not a field. Where the contract still requires it, `request` sends
the model's default, else the only legal value, else what the specification's own example sends
(rules.md, Fields).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from lib.deapi import ranges
from lib.deapi.contract import MEDIA_FORMATS, Endpoint, Media, Param
from lib.deapi.media import Upload
from lib.deapi.models import Lora, Model, number
from lib.deapi.ranges import LARGEST, SMALLEST, Number, Range
from lib.deapi.text import clean

Kind = Literal["text", "integer", "number", "choice", "loras", "file"]

# What deapi.md's own examples send (Complete Usage Example, Batch Operations): where a model gives
# no value of its own, these are known to be sensible ones.
_EXAMPLE: Mapping[str, Number] = {
    "guidance": 1,
    "seed": -1,
    "steps": 4,
    "width": 768,
    "height": 768,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form: a parameter as this model limits it.

    Bounds are inclusive and None where nobody documents one. `step` is the grid a number must lie
    on, counted from zero (`resolution_step`); the bounds lie on it. `random` asks deAPI to choose
    and is legal whatever the bounds. For files, `max_bytes` bounds the size and the width and
    height bounds the picture, in pixels.
    """

    name: str
    kind: Kind
    required: bool
    default: Any = None
    minimum: Number | None = None
    maximum: Number | None = None
    step: Number | None = None
    min_length: int | None = None
    max_length: int | None = None
    choices: tuple[str | int, ...] = ()
    loras: tuple[Lora, ...] = ()
    random: int | None = None
    media: Media | None = None
    formats: tuple[str, ...] = ()
    max_bytes: int | None = None
    min_width: Number | None = None
    max_width: Number | None = None
    min_height: Number | None = None
    max_height: Number | None = None


def fields(endpoint: Endpoint, model: Model) -> tuple[Field, ...]:
    """The fields of a form for `model` on `endpoint`, in the contract's order.

    An unknown limit or feature is no error, and a bound missing on one side comes from the other.
    Limits of a model that leave nothing legal at all are not believed: deAPI will say what it
    takes.
    """
    return tuple(
        _field(endpoint, param, model)
        for param in endpoint.params
        if param.role == "value" and _offered(param, model)
    )


def adapt(form: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for `form` that keep as much of `values` as is legal.

    A number outside its bounds moves to the nearest legal one, a choice or LoRA the model doesn't
    have is dropped, and what is missing or no such value at all gets its default. Text and files
    are a person's own: they are kept even where this model takes less, and `check` says so.
    """
    return {field.name: _adapted(field, values.get(field.name)) for field in form}


def check(form: Sequence[Field], values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with `values`: at most one plain sentence a field, by field name.

    Empty when a request made of them would be accepted.
    """
    problems: dict[str, str] = {}
    for field in form:
        value = values.get(field.name)
        if _is_empty(value):
            if field.required:
                problems[field.name] = _MISSING[field.kind]
        elif problem := _CHECKS[field.kind](field, value):
            problems[field.name] = problem
    return problems


def request(endpoint: Endpoint, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a submit: `values` of this form's fields, the model, and what the contract
    requires although the model doesn't support it. Empty values are left out.
    """
    shown = {field.name: field for field in fields(endpoint, model)}
    params: dict[str, Any] = {}
    for param in endpoint.params:
        if param.role == "model":
            params[param.name] = model.slug
        elif param.name in shown:
            value = values.get(param.name)
            if not _is_empty(value):
                params[param.name] = _written(shown[param.name], value)
        elif param.role == "value" and param.required:
            params[param.name] = _unasked(endpoint, param, model)
    return params


def step_to(field: Field, value: Number) -> Number:
    """The legal number nearest to `value`, which is finite: on the grid and within the bounds."""
    return _numbers(field).nearest(value)


def _numbers(field: Field) -> Range:
    whole = field.kind == "integer"
    return Range(low=field.minimum, high=field.maximum, step=field.step, whole=whole)


def _is_empty(value: Any) -> bool:
    """What deAPI takes as nothing sent: spaces alone are, as in every Laravel application."""
    if isinstance(value, str):
        return not clean(value).strip()
    return value is None or value == []


def _written(field: Field, value: Any) -> Any:
    """A legal value the way it is sent: whole numbers as such (`512.0` in a form is none), and
    nothing beside what is asked for."""
    if field.kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return _known_loras(field, value) if field.kind == "loras" else value


# --- which parameters are fields, and how --------------------------------------------------------


def _kind(param: Param) -> Kind:
    if param.choices:
        return "choice"
    match param.type:
        case "string":
            return "text"
        case "array":
            return "loras"
        case "integer" | "number" | "file":
            return param.type


def _offered(param: Param, model: Model) -> bool:
    """Whether the model leaves a person a choice here.

    Only a feature that the model denies hides a parameter: what it doesn't mention may be there
    (`supports_steps` is missing on models that take steps). A number with one legal value is no
    choice either, and is sent without being asked for.
    """
    if _is_denied(param, model) or (param.listed is not None and not model.loras):
        return False
    if _kind(param) not in ("integer", "number"):
        return True
    legal = ranges.of(param, model)
    return legal.low is None or legal.low != legal.high


def _is_denied(param: Param, model: Model) -> bool:
    return param.feature is not None and model.features.get(param.feature) is False


def _field(endpoint: Endpoint, param: Param, model: Model) -> Field:
    match _kind(param):
        case "integer" | "number":
            return _number_field(param, model)
        case "choice":
            return _choice_field(param, model)
        case "text":
            return _text_field(param, model)
        case "loras":
            return Field(name=param.name, kind="loras", required=param.required, loras=model.loras)
        case "file":
            return _file_field(endpoint, param, model)


def _number_field(param: Param, model: Model) -> Field:
    legal = ranges.of(param, model)
    field = Field(
        name=param.name,
        kind=_kind(param),
        required=param.required,
        minimum=legal.low,
        maximum=legal.high,
        step=legal.step,
        random=param.random,
    )
    wishes = number(model.defaults.get(param.name)), param.random, _EXAMPLE.get(param.name)
    default = next((each for each in wishes if each is not None), legal.low)
    return field if default is None else replace(field, default=_adapted(field, default))


def _choice_field(param: Param, model: Model) -> Field:
    field = Field(
        name=param.name,
        kind="choice",
        required=param.required,
        choices=param.choices,
        default=param.choices[0] if param.required else None,
    )
    return replace(field, default=_adapted(field, model.defaults.get(param.name)))


def _text_field(param: Param, model: Model) -> Field:
    """For text, the model's `min_X` and `max_X` count characters (`max_text`, `max_caption`).

    Its default is not filled in: it is a placeholder, such as "Negative prompt" (gotchas §6).
    """
    shortest, longest = param.min_length, param.max_length
    own_low, own_high = model.limit(f"min_{param.name}"), model.limit(f"max_{param.name}")
    if own_low is not None and own_low > 0:
        shortest = max(shortest or 0, math.ceil(own_low))
    if own_high is not None and own_high >= 1:
        longest = min(longest or math.inf, math.floor(own_high))
    if shortest is not None and longest is not None and shortest > longest:
        shortest, longest = param.min_length, param.max_length
    return Field(
        name=param.name,
        kind="text",
        required=param.required,
        min_length=shortest,
        max_length=None if longest is None else int(longest),
    )


def _file_field(endpoint: Endpoint, param: Param, model: Model) -> Field:
    # Where the request has a size of its own, the model's sides bound that, else the picture.
    own_size = endpoint.has("width")
    min_width, max_width = (None, None) if own_size else _side(model, "width")
    min_height, max_height = (None, None) if own_size else _side(model, "height")
    return Field(
        name=param.name,
        kind="file",
        required=param.required,
        media=param.media,
        formats=MEDIA_FORMATS[param.media] if param.media else (),
        max_bytes=param.max_bytes,
        min_width=min_width,
        max_width=max_width,
        min_height=min_height,
        max_height=max_height,
    )


def _side(model: Model, name: str) -> tuple[Number | None, Number | None]:
    low, high = model.limit(f"min_{name}"), model.limit(f"max_{name}")
    pixels = Range(low=max(low or 1, 1), high=high, step=None, whole=True)
    return (None, None) if pixels.is_empty else (low, high)


def _unasked(endpoint: Endpoint, param: Param, model: Model) -> Any:
    """What is sent for a parameter that the contract requires and nobody is asked for: the model's
    default, else its only legal value, else what deapi.md's example sends (rules.md, Fields)."""
    field = _field(endpoint, param, model)
    default = number(model.defaults.get(param.name))
    if default is not None and _is_denied(param, model) and field.kind in ("integer", "number"):
        # Bounds are about values that people choose: a guidance of 0 means that there is none.
        return round(default) if field.kind == "integer" else default
    if field.minimum is not None and field.minimum == field.maximum:
        return field.minimum
    return field.default


# --- keeping values when the model changes -------------------------------------------------------


def _adapted(field: Field, value: Any) -> Any:
    match field.kind:
        case "integer" | "number":
            read = number(value)
            if read is None:
                return field.default
            return read if _is_random(field, read) else step_to(field, read)
        case "choice":
            return value if _is_one_of(field.choices, value) else field.default
        case "loras":
            return _known_loras(field, value) or None
        case "text":
            return value if isinstance(value, str) else field.default
        case "file":
            return value if isinstance(value, Upload) else None


def _is_random(field: Field, value: Number) -> bool:
    return field.random is not None and value == field.random


def _is_one_of(choices: Sequence[str | int], value: Any) -> bool:
    """To Python `True` is 1, to deAPI it isn't."""
    return any(type(each) is type(value) and each == value for each in choices)


def _known_loras(field: Field, value: Any) -> list[dict[str, Any]]:
    names = [lora.name for lora in field.loras]
    weights = [(each.get("name"), number(each.get("weight"))) for each in _objects(value)]
    return [
        {"name": name, "weight": weight}
        for name, weight in weights
        if name in names and weight is not None
    ]


def _objects(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        return []
    return [
        cast(Mapping[str, Any], each) for each in cast(list[Any], value) if isinstance(each, dict)
    ]


# --- one sentence a field ------------------------------------------------------------------------

_MISSING: Mapping[Kind, str] = {
    "text": "Write something here first.",
    "integer": "Enter a number.",
    "number": "Enter a number.",
    "choice": "Choose one.",
    "loras": "Choose at least one.",
    "file": "Choose a file first.",
}


def _check_text(field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        return "This must be text."
    sent = clean(value)
    if field.max_length is not None and len(sent) > field.max_length:
        over = len(sent) - field.max_length
        return f"At most {field.max_length:,} characters; this is {over:,} too long."
    # Laravel takes spaces off the ends before it counts, and nobody says whether deAPI does: what
    # passes here passes either way.
    if field.min_length is not None and len(sent.strip()) < field.min_length:
        return f"At least {field.min_length:,} characters."
    return None


def _check_number(field: Field, value: Any) -> str | None:
    if not _is_number(value):
        return "This must be a number."
    if _is_random(field, value):
        return None
    low, high = field.minimum, field.maximum
    if field.kind == "integer":
        if value != int(value):
            return "This must be a whole number."
        low = SMALLEST if low is None else low
        high = LARGEST if high is None else high
    if low is not None and value < low:
        return f"At least {low:,}."
    if high is not None and value > high:
        return f"At most {high:,}."
    if field.step is not None and _numbers(field).misses(value):
        return f"Use a multiple of {field.step:,}, for example {step_to(field, value):,}."
    return None


def _is_number(value: Any) -> bool:
    return not isinstance(value, str) and number(value) is not None


def _check_choice(field: Field, value: Any) -> str | None:
    return None if _is_one_of(field.choices, value) else "Choose one from the list."


def _check_loras(field: Field, value: Any) -> str | None:
    names = [lora.name for lora in field.loras]
    items = _objects(value)
    if not isinstance(value, list) or len(items) != len(cast(list[Any], value)):
        return "Choose from the list."
    for each in items:
        if each.get("name") not in names:
            return "This model doesn't have one of these styles."
        if not _is_number(each.get("weight")):
            return "Each style needs a weight."
    return None


def _check_file(field: Field, value: Any) -> str | None:
    if not isinstance(value, Upload):
        return _MISSING["file"]
    if field.max_bytes is not None and value.size > field.max_bytes:
        # Rounded up, or one byte too many would read "has 10.0 MB; at most 10 MB".
        size, limit = math.ceil(value.size / 2**20 * 10) / 10, field.max_bytes / 2**20
        return f"This file has {size:.1f} MB; at most {limit:.0f} MB are accepted."
    if field.formats and value.format not in field.formats:
        return f"This is a {value.format} file; use one of {', '.join(field.formats)}."
    return _check_side("wide", value.width, field.min_width, field.max_width) or _check_side(
        "high", value.height, field.min_height, field.max_height
    )


def _check_side(way: str, pixels: int, low: Number | None, high: Number | None) -> str | None:
    if low is not None and pixels < low:
        return f"This picture is {pixels:,} pixels {way}; this model needs at least {low:,}."
    if high is not None and pixels > high:
        return f"This picture is {pixels:,} pixels {way}; this model takes at most {high:,}."
    return None


_CHECKS: Mapping[Kind, Callable[[Field, Any], str | None]] = {
    "text": _check_text,
    "integer": _check_number,
    "number": _check_number,
    "choice": _check_choice,
    "loras": _check_loras,
    "file": _check_file,
}
