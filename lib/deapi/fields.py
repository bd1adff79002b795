"""Endpoint × model → the fields of a form.

A pure function, and the one place where the documented bounds and a model's own meet. The form is
drawn from it, values are checked by it before anything is paid, and the request is built from it.

What a model doesn't support is not a field. Where the contract still requires it, `request` sends
the model's default, else the only legal value, else what the specification's own example sends
(rules.md, Fields).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, cast

from lib.deapi.contract import MEDIA_FORMATS, Endpoint, Media, Param
from lib.deapi.media import Upload
from lib.deapi.models import Lora, Model, number

Kind = Literal["text", "integer", "number", "choice", "loras", "file"]
Number = int | float

# What deapi.md's Complete Usage Example sends where a model gives no value of its own.
_EXAMPLE: Mapping[str, Number] = {"guidance": 1, "seed": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form: a parameter as this model limits it.

    Bounds are inclusive and None where nobody documents one. `step` is the grid a number must lie
    on, counted from zero (`resolution_step`). For files, `max_bytes` bounds the size and the
    width and height bounds the picture, in pixels.
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
    """
    return tuple(
        _field(endpoint, param, model)
        for param in endpoint.params
        if param.role == "value" and _offered(param, model)
    )


def adapt(form: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for `form` that keep as much of `values` as is legal.

    A number outside its bounds moves to the nearest legal one, a choice or LoRA the model doesn't
    have is dropped, and what is missing gets its default.
    """
    return {field.name: _adapted(field, values.get(field.name, field.default)) for field in form}


def check(form: Sequence[Field], values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with `values`: at most one plain sentence a field, by field name.

    Empty when a request made of them would be accepted.
    """
    problems: dict[str, str] = {}
    for field in form:
        value = values.get(field.name)
        if value is None or value == "" or value == []:
            if field.required:
                problems[field.name] = _MISSING[field.kind]
        elif problem := _CHECKS[field.kind](field, value):
            problems[field.name] = problem
    return problems


def request(endpoint: Endpoint, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a submit: `values` of this form's fields, the model, and what the contract
    requires although the model doesn't support it. Empty values are left out.
    """
    shown = {field.name for field in fields(endpoint, model)}
    params: dict[str, Any] = {}
    for param in endpoint.params:
        if param.role == "model":
            params[param.name] = model.slug
        elif param.name in shown:
            value = values.get(param.name)
            if value is not None and value != "" and value != []:
                params[param.name] = value
        elif param.role == "value" and param.required:
            params[param.name] = _unsupported(param, model)
    return params


def step_to(field: Field, value: Number) -> Number:
    """The legal number nearest to `value`: on the grid and within the bounds of `field`."""
    step = field.step or (1 if field.kind == "integer" else None)
    if step is not None:
        value = _whole(round(Decimal(str(value)) / Decimal(str(step))) * Decimal(str(step)))
        low, high = _grid_edges(field, step)
    else:
        low, high = field.minimum, field.maximum
    if low is not None and value < low:
        value = low
    if high is not None and value > high:
        value = high
    return int(value) if field.kind == "integer" else float(value)


def _grid_edges(field: Field, step: Number) -> tuple[Number | None, Number | None]:
    """The lowest and highest points of the grid that lie within the field's bounds."""
    low, high = field.minimum, field.maximum
    grid = Decimal(str(step))
    if low is not None:
        low = _whole(-(-Decimal(str(low)) // grid) * grid)
    if high is not None:
        high = _whole(Decimal(str(high)) // grid * grid)
    return low, high


def _whole(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else float(value)


def _offered(param: Param, model: Model) -> bool:
    """Whether the model leaves a person a choice here.

    Only a feature that the model denies hides a parameter: what it doesn't mention may be there
    (`supports_steps` is missing on models that take steps). A parameter with one legal value is
    no choice either, and is sent without being asked for.
    """
    if param.feature is not None and model.features.get(param.feature) is False:
        return False
    if param.listed is not None and not model.loras:
        return False
    low, high = _bounds(param, model)
    return low is None or low != high


def _bounds(param: Param, model: Model) -> tuple[Number | None, Number | None]:
    """The narrower of the documented and the model's bounds (`min_X` and `max_X`, gotchas §6)."""
    lows = [each for each in (param.minimum, model.limit(f"min_{param.name}")) if each is not None]
    highs = [each for each in (param.maximum, model.limit(f"max_{param.name}")) if each is not None]
    return max(lows, default=None), min(highs, default=None)


def _field(endpoint: Endpoint, param: Param, model: Model) -> Field:
    match param.type:
        case "integer" | "number":
            return _number_field(param, model)
        case "string":
            return _text_field(param, model)
        case "array":
            return Field(name=param.name, kind="loras", required=param.required, loras=model.loras)
        case "file":
            return _file_field(endpoint, param, model)


def _number_field(param: Param, model: Model) -> Field:
    low, high = _bounds(param, model)
    grid = "resolution_step" if "resolution_step" in param.limits else None
    field = Field(
        name=param.name,
        kind="integer" if param.type == "integer" else "number",
        required=param.required,
        minimum=low,
        maximum=high,
        step=model.limit(grid) if grid else None,
        choices=param.choices,
        random=param.random,
    )
    wishes = (number(model.defaults.get(param.name)), param.random, _EXAMPLE.get(param.name), low)
    default = next((each for each in wishes if each is not None), None)
    return field if default is None else replace(field, default=step_to(field, default))


def _text_field(param: Param, model: Model) -> Field:
    # For text, the model's `min_X` and `max_X` count characters (`max_text`, `max_caption`).
    shortest = [each for each in (param.min_length, model.limit(f"min_{param.name}")) if each]
    longest = [each for each in (param.max_length, model.limit(f"max_{param.name}")) if each]
    return Field(
        name=param.name,
        kind="choice" if param.choices else "text",
        required=param.required,
        min_length=int(max(shortest)) if shortest else None,
        max_length=int(min(longest)) if longest else None,
        choices=param.choices,
        default=param.choices[0] if param.choices and param.required else None,
    )


def _file_field(endpoint: Endpoint, param: Param, model: Model) -> Field:
    def side(name: str) -> Number | None:
        # Where the request has a size of its own, the model's sides bound that, else the picture.
        return None if endpoint.has("width") else model.limit(name)

    return Field(
        name=param.name,
        kind="file",
        required=param.required,
        media=param.media,
        formats=MEDIA_FORMATS[param.media] if param.media else (),
        max_bytes=param.max_bytes,
        min_width=side("min_width"),
        max_width=side("max_width"),
        min_height=side("min_height"),
        max_height=side("max_height"),
    )


def _unsupported(param: Param, model: Model) -> Number | str | bool | None:
    default = model.defaults.get(param.name)
    if default is not None:
        read = number(default)
        return default if read is None else read
    low, high = _bounds(param, model)
    if low is not None and low == high:
        return low
    return _EXAMPLE.get(param.name, low)


# --- keeping values when the model changes -------------------------------------------------------


def _adapted(field: Field, value: Any) -> Any:
    if value is None:
        return field.default
    if field.kind in ("integer", "number"):
        read = number(value)
        return field.default if read is None else step_to(field, read)
    if field.kind == "choice":
        return value if value in field.choices else field.default
    if field.kind == "loras":
        known = {lora.name for lora in field.loras}
        return [each for each in _lora_items(value) if each.get("name") in known] or None
    return value


def _lora_items(value: Any) -> list[Mapping[str, Any]]:
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
    if not value.strip() and field.required:
        return _MISSING["text"]
    if field.max_length is not None and len(value) > field.max_length:
        over = len(value) - field.max_length
        return f"At most {field.max_length:,} characters; this is {over:,} too long."
    if field.min_length is not None and len(value.strip()) < field.min_length:
        return f"At least {field.min_length:,} characters."
    return None


def _check_number(field: Field, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return "This must be a number."
    if field.kind == "integer" and not float(value).is_integer():
        return "This must be a whole number."
    if field.choices and value not in field.choices:
        return f"Choose one of {', '.join(map(str, field.choices))}."
    if field.minimum is not None and value < field.minimum:
        return f"At least {field.minimum:,}."
    if field.maximum is not None and value > field.maximum:
        return f"At most {field.maximum:,}."
    if field.step and Decimal(str(value)) % Decimal(str(field.step)):
        near = step_to(field, value)
        return f"Use a multiple of {field.step:,}, for example {near:,}."
    return None


def _check_choice(field: Field, value: Any) -> str | None:
    return None if value in field.choices else "Choose one from the list."


def _check_loras(field: Field, value: Any) -> str | None:
    known = {lora.name for lora in field.loras}
    items = _lora_items(value)
    if not isinstance(value, list) or len(items) != len(cast(list[Any], value)):
        return "Choose from the list."
    for each in items:
        if each.get("name") not in known:
            return "This model doesn't have one of these styles."
        weight = each.get("weight")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or weight != weight:
            return "Each style needs a weight."
    return None


def _check_file(field: Field, value: Any) -> str | None:
    if not isinstance(value, Upload):
        return _MISSING["file"]
    if field.max_bytes is not None and value.size > field.max_bytes:
        size, limit = value.size / 2**20, field.max_bytes / 2**20
        return f"This file has {size:.1f} MB; at most {limit:.0f} MB are accepted."
    if field.formats and value.format not in field.formats:
        return f"This is a {value.format} file; use one of {', '.join(field.formats)}."
    return _check_sides(field, value)


def _check_sides(field: Field, value: Upload) -> str | None:
    size = f"This picture has {value.width} × {value.height} pixels"
    low, high = (field.min_width or 0, field.min_height or 0), (field.max_width, field.max_height)
    if value.width < low[0] or value.height < low[1]:
        return f"{size}; this model needs at least {low[0]} × {low[1]}."
    if (high[0] is not None and value.width > high[0]) or (
        high[1] is not None and value.height > high[1]
    ):
        return f"{size}; this model takes at most {high[0]} × {high[1]}."
    return None


_CHECKS: Mapping[Kind, Callable[[Field, Any], str | None]] = {
    "text": _check_text,
    "integer": _check_number,
    "number": _check_number,
    "choice": _check_choice,
    "loras": _check_loras,
    "file": _check_file,
}
