"""Endpoint × model → the fields of a form.

A pure function, in which the documented facts and a model's own meet (for numbers in `ranges`, for
lists in `choices`). The form is drawn from it, values are checked by it before anything is paid,
and the request is built from it. Some fields depend on the value of another one: voices follow the
language, and each mode of speech has its own.

What a model doesn't support is not a field. Where the contract still requires it, `request` sends
the model's default, else the only legal value, else what the specification's own example sends
(rules.md, Fields).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from lib.deapi import choices, ranges
from lib.deapi.checks import is_empty, is_one_of, is_random, numbers, objects, problem
from lib.deapi.contract import (
    GATES,
    LIVE_RULES,
    MEDIA_FORMATS,
    RANDOM,
    SIZE_GATE,
    Endpoint,
    Param,
    Rule,
)
from lib.deapi.field import Field, Kind
from lib.deapi.media import Upload
from lib.deapi.models import Model, number
from lib.deapi.ranges import Number, Range
from lib.deapi.rules import AppliesTo, ExactlyOne, RequiredIf
from lib.deapi.values import files_in

__all__ = ["Field", "Kind", "adapt", "check", "fields", "request", "step_to"]

# What deapi.md's own examples send (Complete Usage Example, Batch Operations): where a model gives
# no value of its own, these are known to be sensible ones.
_EXAMPLE: Mapping[str, Number] = {
    "guidance": 1,
    "seed": -1,
    "steps": 4,
    "width": 768,
    "height": 768,
}


def fields(
    endpoint: Endpoint, model: Model, values: Mapping[str, Any] | None = None
) -> tuple[Field, ...]:
    """The fields of a form for `model` on `endpoint`, in the contract's order.

    `values` are those that the form has now, for fields that depend on others. An unknown limit or
    feature is no error, and a bound missing on one side comes from the other. Limits of a model
    that leave nothing legal at all are not believed: deAPI will say what it takes.
    """
    known = _known(endpoint, model, values or {})
    return tuple(
        _field(endpoint, param, model, known)
        for param in endpoint.params
        if param.role == "value" and _offered(endpoint, param, model, known)
    )


def adapt(form: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for `form` that keep as much of `values` as is legal.

    A number outside its bounds moves to the nearest legal one, a choice or LoRA the model doesn't
    have is dropped, and what is missing or no such value at all gets its default. Text and files
    are a person's own: they are kept even where this model takes less, and `check` says so.
    """
    return {field.name: _adapted(field, values.get(field.name)) for field in form}


def check(
    form: Sequence[Field], values: Mapping[str, Any], rules: Sequence[Rule] = ()
) -> dict[str, str]:
    """What is wrong with `values`: at most one plain sentence a field, by field name.

    `rules` are the endpoint's own, between its fields. Empty when a request made of the values
    would be accepted.
    """
    problems: dict[str, str] = {}
    for field in form:
        if said := problem(field, values.get(field.name)):
            problems[field.name] = said
    shown = {field.name for field in form}
    sent = {name: value for name, value in values.items() if name in shown and not is_empty(value)}
    for rule in rules:
        broken = rule.broken_at(sent)
        if broken in shown:
            problems.setdefault(broken, _RULES.get(type(rule), "This doesn't go together."))
    return problems


def request(endpoint: Endpoint, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a submit: `values` of this form's fields, the model, and what the contract
    requires although the model doesn't support it. Empty values are left out, and an answer that
    carries the result is asked for where there is one.
    """
    known = _known(endpoint, model, values)
    shown = {field.name: field for field in fields(endpoint, model, values)}
    params: dict[str, Any] = {}
    for param in endpoint.params:
        if param.role == "model":
            params[param.name] = model.slug
        elif param.role == "inline":
            params[param.name] = True
        elif param.name in shown:
            value = values.get(param.name)
            if not is_empty(value):
                params[param.name] = _written(shown[param.name], value)
        elif param.role == "value" and _applies(endpoint, param, known):
            value = _unasked(endpoint, param, model, known)
            if param.required or param.choices:
                params[param.name] = value
    return {name: value for name, value in params.items() if value is not None}


def step_to(field: Field, value: Number) -> Number:
    """The legal number nearest to `value`, which is finite: on the grid and within the bounds."""
    return numbers(field).nearest(value)


_RULES: Mapping[type[Rule], str] = {ExactlyOne: "Give one of these, and only one."}


def _written(field: Field, value: Any) -> Any:
    """A legal value the way it is sent: whole numbers as such (`512.0` in a form is none), and
    nothing beside what is asked for."""
    if field.kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return _known_loras(field, value) if field.kind == "loras" else value


# --- which parameters are fields, and how --------------------------------------------------------


def _known(endpoint: Endpoint, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that other fields depend on, as they would be sent."""
    known: dict[str, Any] = {}
    for param in endpoint.params:
        if param.type in ("string", "boolean") and param.role == "value":
            known[param.name] = choices.effective(endpoint, param, model, values, known)
    return known


def _kind(endpoint: Endpoint, param: Param, model: Model, known: Mapping[str, Any]) -> Kind:
    if choices.of(endpoint, param, model, known):
        return "choice"
    match param.type:
        case "string":
            return "text"
        case "string|array":
            return "texts"
        case "array":
            return "loras"
        case "file[]":
            return "files"
        case "integer" | "number" | "boolean" | "file":
            return param.type


def _rules(endpoint: Endpoint) -> tuple[Rule, ...]:
    return (*endpoint.rules, *LIVE_RULES.get(endpoint.id, ()))


def _applies(endpoint: Endpoint, param: Param, known: Mapping[str, Any]) -> bool:
    return all(
        known.get(rule.other) == rule.value
        for rule in _rules(endpoint)
        if isinstance(rule, AppliesTo) and rule.param == param.name
    )


def _offered(endpoint: Endpoint, param: Param, model: Model, known: Mapping[str, Any]) -> bool:
    """Whether the model leaves a person a choice here.

    Only a feature that the model denies hides a documented parameter: what it doesn't mention may
    be there (`supports_steps` is missing on models that take steps). What only the live service
    knows is offered where the model says that it has it. A parameter with one legal value is no
    choice either, and is sent without being asked for.
    """
    if _is_denied(param, model) or not _applies(endpoint, param, known):
        return False
    if not _chosen_form(endpoint, param, model):
        return False
    legal = choices.of(endpoint, param, model, known)
    if param.listed is not None and not (model.loras if param.listed == "loras" else legal):
        return False
    if param.source == "live" and not (
        legal or (param.feature and model.features.get(param.feature))
    ):
        return False
    if param.type == "array" and not model.loras:
        return False
    if legal:
        return len(legal) > 1 or not (param.required or param.choices)
    if param.choices:
        return False  # a list of which the model has none
    if param.type not in ("integer", "number"):
        return True
    bounds = ranges.of(param, model)
    return bounds.low is None or bounds.low != bounds.high


def _is_denied(param: Param, model: Model) -> bool:
    gate = param.feature or GATES.get(param.name)
    if gate is None and param.name in ("width", "height") and not param.required:
        gate = SIZE_GATE
    return gate is not None and model.features.get(gate) is False


def _chosen_form(endpoint: Endpoint, param: Param, model: Model) -> bool:
    """Of one file or a list of files, the form has the one that this model takes."""
    twin = endpoint.twin(param.name)
    if twin is None:
        return True
    several = param if param.type == "file[]" else twin
    return (_most_items(several, model) > 1) == (param.type == "file[]")


def _most_items(param: Param, model: Model) -> int:
    own = model.limit(param.max_items_limit) if param.max_items_limit else None
    return int(own) if own is not None and own >= 1 else (param.max_items_default or 1)


def _is_required(endpoint: Endpoint, param: Param, model: Model, known: Mapping[str, Any]) -> bool:
    if param.required:
        return not param.must_be_present  # deAPI takes it empty, as long as it is there
    for rule in _rules(endpoint):
        if isinstance(rule, RequiredIf) and rule.param == param.name:
            return known.get(rule.other) in rule.values
        if isinstance(rule, ExactlyOne) and param.name in rule.params and param.is_file:
            # Of which the form shows only this one.
            others = [endpoint.param(name) for name in rule.params if name != param.name]
            return all(not _chosen_form(endpoint, each, model) for each in others)
    return False


def _field(endpoint: Endpoint, param: Param, model: Model, known: Mapping[str, Any]) -> Field:
    kind = _kind(endpoint, param, model, known)
    field = Field(
        name=param.name,
        kind=kind,
        required=_is_required(endpoint, param, model, known),
        default=True if kind == "boolean" and param.default == 1 else None,
    )
    match kind:
        case "integer" | "number":
            return _number_field(field, param, model)
        case "choice":
            return _choice_field(field, endpoint, param, model, known)
        case "text":
            return _text_field(field, param, model)
        case "texts":
            return _texts_field(field, param, model)
        case "boolean":
            return replace(field, default=False)
        case "loras":
            return replace(field, loras=model.loras)
        case "file" | "files":
            return _file_field(field, endpoint, param, model)


def _number_field(field: Field, param: Param, model: Model) -> Field:
    legal = ranges.of(param, model)
    random = param.random if param.random is not None else RANDOM.get(param.name)
    field = replace(field, minimum=legal.low, maximum=legal.high, step=legal.step, random=random)
    field = replace(field, rate=param.rate)
    wishes = [number(model.defaults.get(param.name)), number(param.default), random]
    if param.required:
        wishes += [_EXAMPLE.get(param.name), legal.low]
    default = next((each for each in wishes if each is not None), None)
    return field if default is None else replace(field, default=_adapted(field, default))


def _choice_field(
    field: Field, endpoint: Endpoint, param: Param, model: Model, known: Mapping[str, Any]
) -> Field:
    legal = choices.of(endpoint, param, model, known)
    default = known.get(param.name)
    if default is None:
        default = choices.default(endpoint, param, model, known)
    if default is None and field.required:
        default = next(iter(legal))
    return replace(
        field,
        choices=tuple(legal),
        titles=legal,
        open=choices.is_open(endpoint, param),
        default=default,
    )


def _text_field(field: Field, param: Param, model: Model) -> Field:
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
    return replace(
        field,
        default=param.nothing,
        nothing=param.nothing,
        min_length=shortest,
        max_length=None if longest is None else int(longest),
        scheme="https" if param.address else param.scheme,
        sources=param.sources,
    )


def _texts_field(field: Field, param: Param, model: Model) -> Field:
    each, together = model.limit("max_input_tokens"), model.limit("max_total_tokens")
    return replace(
        field,
        max_items=param.max_items,
        max_tokens=_least(param.max_tokens, each),
        max_total_tokens=_least(param.max_total_tokens, together),
    )


def _least(documented: int | None, own: Number | None) -> int | None:
    known = [each for each in (documented, own) if each is not None and each >= 1]
    return int(min(known)) if known else None


def _file_field(field: Field, endpoint: Endpoint, param: Param, model: Model) -> Field:
    # Where the request has a size of its own, the model's sides bound that, else the picture.
    own_size = (
        endpoint.has("width")
        or endpoint.decided_by is not None  # the picture is for the words, not for the model
        or param.media in ("audio", "recording")
    )
    min_width, max_width = (None, None) if own_size else _side(model, "width")
    min_height, max_height = (None, None) if own_size else _side(model, "height")
    longest = param.max_minutes * 60 if param.max_minutes else param.max_seconds
    own_longest = model.limit("max_video_duration_seconds") if param.media == "video" else None
    formats = param.formats or (MEDIA_FORMATS.get(param.media, ()) if param.media else ())
    return replace(
        field,
        media=param.media,
        formats=formats,
        max_bytes=param.max_bytes,
        max_items=_most_items(param, model) if param.type == "file[]" else None,
        min_width=min_width,
        max_width=max_width,
        min_height=min_height,
        max_height=max_height,
        min_seconds=param.min_seconds,
        max_seconds=_least(longest, own_longest),
    )


def _side(model: Model, name: str) -> tuple[Number | None, Number | None]:
    low, high = model.limit(f"min_{name}"), model.limit(f"max_{name}")
    pixels = Range(low=max(low or 1, 1), high=high, step=None, whole=True)
    return (None, None) if pixels.is_empty else (low, high)


def _unasked(endpoint: Endpoint, param: Param, model: Model, known: Mapping[str, Any]) -> Any:
    """What is sent for a parameter that nobody is asked for: the model's default, else its only
    legal value, else what deapi.md's example sends (rules.md, Fields)."""
    legal = choices.of(endpoint, param, model, known)
    if legal:
        return next(iter(legal)) if len(legal) == 1 else known.get(param.name)
    if param.choices:
        return None
    field = _field(endpoint, param, model, known)
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
            return read if is_random(field, read) else step_to(field, read)
        case "choice":
            kept = is_one_of(field.choices, value) or (field.open and isinstance(value, str))
            return value if kept else field.default
        case "loras":
            return _known_loras(field, value) or None
        case "text":
            return value if isinstance(value, str) else field.default
        case "texts":
            lines = cast(list[Any], value) if isinstance(value, list) else []
            return [each for each in lines if isinstance(each, str)] or None
        case "boolean":
            return value if isinstance(value, bool) else field.default
        case "file":
            return value if isinstance(value, Upload) else None
        case "files":
            return files_in([value]) or None


def _known_loras(field: Field, value: Any) -> list[dict[str, Any]]:
    names = [lora.name for lora in field.loras]
    weights = [(each.get("name"), number(each.get("weight"))) for each in objects(value)]
    return [
        {"name": name, "weight": weight}
        for name, weight in weights
        if name in names and weight is not None
    ]
