"""Endpoint × model → a form, what is wrong with its values, and the request made of them.

Over the whole seed catalogue, over models that say anything, and over an endpoint made up to have
every kind of parameter.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.deapi import fields
from lib.deapi.contract import ENDPOINTS, GATES, LISTS, SIZE_GATE, Endpoint, Param, endpoint
from lib.deapi.fields import Field
from lib.deapi.models import Model
from lib.deapi.rules import ExactlyOne
from tests.support.values import OF_MEDIA, PICTURE, RUBBISH, legal

TOP = Path(__file__).parents[3]
CATALOGUE = TOP / "lib" / "sandbox" / "models.json"
MODELS = [Model.parse(entry) for entry in json.loads(CATALOGUE.read_bytes())]

PAIRS = [
    (at, model)
    for at in ENDPOINTS
    for model in MODELS
    if model.inference_types & set(at.inference_types)
]
each_pair = pytest.mark.parametrize(
    ("at", "model"), PAIRS, ids=lambda it: it.id if isinstance(it, Endpoint) else it.slug
)

GENERATIONS = endpoint("images.generations")
UPSCALES = endpoint("images.upscales")

EVERYTHING = replace(
    UPSCALES,
    id="tests.everything",
    params=(
        Param(name="model", type="string", required=True, role="model"),
        Param(name="caption", type="string", required=True, min_length=3, max_length=20),
        Param(name="note", type="string", min_length=2),
        Param(name="tempo", type="integer", required=True, minimum=30, maximum=300),
        Param(name="strength", type="number", minimum=0, maximum=20),
        Param(name="height", type="integer", required=True),
        Param(name="width", type="number", minimum=-9, maximum=9),
        Param(name="format", type="string", required=True, choices=("wav", "mp3")),
        Param(name="signature", type="integer", choices=(2, 3, 4, 6)),
        Param(name="seed", type="integer", required=True, random=-1),
        Param(name="loras", type="array", listed="loras", item={"name": "string"}),
        Param(name="image", type="file", required=True, media="image", max_bytes=2000),
        Param(name="extra", type="file", media="image"),
        Param(name="webhook_url", type="string", role="delivery", scheme="https"),
    ),
)


def model(
    limits: Mapping[str, Any] | None = None,
    features: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
    loras: Any = None,
) -> Model:
    info = {"limits": limits or {}, "features": features or {}, "defaults": defaults or {}}
    return Model.parse({"slug": "a-model", "info": info, "loras": loras})


def form_of(at: Endpoint, of: Model) -> dict[str, Field]:
    return {field.name: field for field in fields.fields(at, of)}


def started(at: Endpoint, of: Model, **values: Any) -> dict[str, Any]:
    """A form as it is filled when it is first shown, with the text and files of a person."""
    form = fields.fields(at, of)
    alternatives = {
        name for rule in at.rules if isinstance(rule, ExactlyOne) for name in rule.params
    }
    given = {
        field.name: _given(field)
        for field in form
        if (field.required and field.kind in ("text", "texts", "file", "files"))
        or (field.name in alternatives and field.kind == "file")
    }
    return fields.adapt(form, given | values)


def _given(field: Field) -> Any:
    upload = OF_MEDIA[field.media or "image"]
    return {"text": "some words", "texts": ["some words"], "files": [upload]}.get(
        field.kind, upload
    )


# --- what is a field ------------------------------------------------------------------------------


@each_pair
def test_what_the_model_does_not_support_is_no_field(at: Endpoint, model: Model) -> None:
    form = form_of(at, model)
    for param in at.params:
        feature = param.feature or GATES.get(param.name)
        if param.role != "value" or (feature and model.features.get(feature) is False):
            assert param.name not in form
        elif param.type == "array":
            assert (param.name in form) == bool(model.loras)
        elif param.type in ("integer", "number") and not param.choices and not _is_listed(param):
            low, high = model.limit(f"min_{param.name}"), model.limit(f"max_{param.name}")
            gated = not param.required and param.name in ("width", "height")
            sized = not gated or model.features.get(SIZE_GATE) is not False
            assert (param.name in form) == (sized and (low is None or low != high))


def _is_listed(param: Param) -> bool:
    return param.name in LISTS


@each_pair
def test_fields_stand_in_the_contracts_order(at: Endpoint, model: Model) -> None:
    names = [param.name for param in at.params]
    assert [*form_of(at, model)] == sorted(form_of(at, model), key=names.index)


def test_sizes_that_the_contract_requires_are_shown_whatever_the_model_says_of_custom_sizes() -> (
    None
):
    """gotchas §6: the specification's own example says no to custom sizes and yes to limits."""
    says_no = [
        model for model in MODELS if model.features.get("supports_custom_output_size") is False
    ]
    shown = [form_of(GENERATIONS, each) for each in says_no if "txt2img" in each.inference_types]
    assert shown
    for form in shown:
        assert {"width", "height"} <= form.keys()


def test_unknown_limits_and_features_are_no_error_and_change_nothing() -> None:
    known = model(limits={"min_steps": 2}, loras=[{"name": "grain"}])
    more = model(
        limits={"min_steps": 2, "max_smell": 4, "levels": ["a"], "min_": 1, "max_steps": "many"},
        features={"supports_smell": False, "supports_": True, "supports_steps": "maybe"},
        defaults={"smell": 3, "loras": "none"},
        loras=[{"name": "grain"}, {"smell": 1}, 7],
    )
    assert fields.fields(GENERATIONS, known) == fields.fields(GENERATIONS, more)


def test_a_number_with_one_legal_value_is_no_field() -> None:
    assert "steps" not in form_of(GENERATIONS, model({"min_steps": 4, "max_steps": 4}))
    assert "steps" in form_of(GENERATIONS, model({"min_steps": 4, "max_steps": 5}))
    # 128 is the only multiple of 64 between these.
    only = model({"min_width": 100, "max_width": 150, "resolution_step": 64})
    assert "width" not in form_of(GENERATIONS, only)
    assert fields.request(GENERATIONS, only, {})["width"] == 128


def test_text_of_one_legal_length_is_a_field() -> None:
    exact = form_of(GENERATIONS, model({"min_prompt": 5, "max_prompt": 5}))["prompt"]
    assert (exact.min_length, exact.max_length) == (5, 5)


def test_bounds_are_the_narrower_of_both_sides() -> None:
    form = form_of(EVERYTHING, model({"min_tempo": 60, "max_tempo": 900, "max_caption": 10}))
    assert (form["tempo"].minimum, form["tempo"].maximum) == (60, 300)
    assert (form["caption"].min_length, form["caption"].max_length) == (3, 10)
    form = form_of(EVERYTHING, model({"max_strength": "7.5"}))
    assert (form["strength"].minimum, form["strength"].maximum) == (0, 7.5)


def test_a_bound_that_nobody_documents_is_not_invented() -> None:
    form = form_of(GENERATIONS, model())
    for name in ("width", "height", "steps", "guidance", "seed"):
        assert (form[name].minimum, form[name].maximum, form[name].step) == (None, None, None)
    assert form["prompt"].max_length is None
    picture = form_of(UPSCALES, model())["image"]
    assert (picture.max_width, picture.min_height) == (None, None)


def test_bounds_of_sizes_lie_on_the_grid() -> None:
    form = form_of(GENERATIONS, model({"min_width": 100, "max_width": 2000, "resolution_step": 64}))
    width = form["width"]
    assert (width.minimum, width.maximum, width.step) == (128, 1984, 64)
    assert form["steps"].step is None


@pytest.mark.parametrize(
    "limits",
    [
        {"min_width": 2048, "max_width": 256},
        {"min_width": 100, "max_width": 110, "resolution_step": 64},
        {"resolution_step": 0},
        {"resolution_step": -16},
        {"min_width": 10**30},
        {"min_prompt": 9, "max_prompt": 3},
        {"max_prompt": -1},
        {"max_prompt": 0},
        {"max_width": 0.5, "min_width": 0.1},
    ],
)
def test_limits_that_leave_nothing_legal_are_not_believed(limits: dict[str, Any]) -> None:
    form = fields.fields(GENERATIONS, model(limits))
    assert fields.check(form, started(GENERATIONS, model(limits))) == {}


def test_sides_of_a_picture_that_leave_nothing_legal_are_not_believed() -> None:
    form = form_of(UPSCALES, model({"min_width": 2048, "max_width": 256, "max_height": 9}))
    assert (form["image"].min_width, form["image"].max_width) == (None, None)
    assert form["image"].max_height == 9
    assert form_of(UPSCALES, model({"max_width": 0}))["image"].max_width is None


def test_a_models_sides_bound_the_picture_where_the_request_has_no_size_of_its_own() -> None:
    limits = {"min_width": 16, "max_width": 2048, "min_height": 8, "max_height": 1024}
    image = form_of(UPSCALES, model(limits))["image"]
    assert (image.min_width, image.max_width, image.min_height, image.max_height) == (
        *(16, 2048, 8, 1024),
    )
    with_size = replace(UPSCALES, params=(*UPSCALES.params, GENERATIONS.param("width")))
    assert form_of(with_size, model(limits))["image"].max_width is None
    assert form_of(with_size, model(limits))["width"].maximum == 2048


# --- defaults -------------------------------------------------------------------------------------


@each_pair
def test_a_form_as_it_is_first_shown_is_accepted(at: Endpoint, model: Model) -> None:
    assert fields.check(fields.fields(at, model), started(at, model)) == {}


@each_pair
def test_a_form_starts_with_the_models_own_values(at: Endpoint, model: Model) -> None:
    for name, field in form_of(at, model).items():
        if field.kind in ("integer", "number") and name in model.defaults:
            assert field.default == model.defaults[name]


@each_pair
def test_a_placeholder_is_not_filled_in(at: Endpoint, model: Model) -> None:
    form = form_of(at, model)
    texts = [field for field in form.values() if field.kind == "text"]
    assert [field.default for field in texts] == [field.nothing for field in texts]
    assert "negative_prompt" not in fields.request(at, model, started(at, model))


def test_a_default_that_is_illegal_moves_to_the_nearest_legal_value() -> None:
    odd = model(
        {"min_width": 256, "max_width": 1024, "resolution_step": 64, "max_steps": 10},
        defaults={"width": 1000, "height": "770", "steps": 99, "guidance": "much"},
    )
    form = form_of(GENERATIONS, odd)
    assert (form["width"].default, form["height"].default) == (1024, 768)
    assert (form["steps"].default, form["guidance"].default) == (10, 1)


def test_a_seed_starts_at_random() -> None:
    assert form_of(GENERATIONS, model())["seed"].default == -1
    assert form_of(GENERATIONS, model({"min_seed": 0}))["seed"].default == -1
    assert form_of(GENERATIONS, model(defaults={"seed": 7}))["seed"].default == 7


def test_a_choice_starts_with_the_models_own_or_the_first_where_one_is_required() -> None:
    form = form_of(EVERYTHING, model())
    assert (form["format"].default, form["signature"].default) == ("wav", None)
    form = form_of(EVERYTHING, model(defaults={"format": "mp3", "signature": 3}))
    assert (form["format"].default, form["signature"].default) == ("mp3", 3)
    form = form_of(EVERYTHING, model(defaults={"format": "ogg", "signature": True}))
    assert (form["format"].default, form["signature"].default) == ("wav", None)


# --- what is sent ---------------------------------------------------------------------------------


@each_pair
def test_a_request_holds_the_model_and_everything_required(at: Endpoint, model: Model) -> None:
    sent = fields.request(at, model, started(at, model))
    assert at.model_param is not None
    assert sent[at.model_param.name] == model.slug
    required = {param.name for param in at.params if param.required}
    assert required <= sent.keys()
    assert all(value is not None and value not in ("", []) for value in sent.values())


@each_pair
def test_a_request_holds_nothing_optional_that_the_model_does_not_support(
    at: Endpoint, model: Model
) -> None:
    rubbish = {param.name: "left over" for param in at.params} | {"unheard_of": 1}
    sent = fields.request(at, model, rubbish | started(at, model))
    form = form_of(at, model)
    for name in sent:
        param = at.param(name)
        assert name in form or param.required or param.choices or param.role in ("model", "inline")
        assert param.role != "delivery"


def test_what_is_required_and_hidden_is_sent_as_the_model_wants_it() -> None:
    def sent(**about: Any) -> dict[str, Any]:
        of = model(**about)
        assert not {"steps", "guidance"} & form_of(GENERATIONS, of).keys()
        return fields.request(GENERATIONS, of, started(GENERATIONS, of, steps=9, guidance=9))

    no = {"supports_steps": False, "supports_guidance": "0"}
    both = sent(features=no, defaults={"steps": "8", "guidance": 0})
    assert (both["steps"], both["guidance"]) == (8, 0)  # the model's default
    fixed = {"min_steps": 4, "max_steps": 4, "min_guidance": 2.5, "max_guidance": "2.5"}
    both = sent(limits=fixed)
    assert (both["steps"], both["guidance"]) == (4, 2.5)  # else its only legal value
    assert sent(features=no, limits={"min_steps": 6})["steps"] == 6
    both = sent(features=no)
    assert both["guidance"] == 1  # else what the specification's example sends
    assert both["seed"] == -1


def test_a_hidden_default_that_is_out_of_bounds_is_sent_only_where_the_bounds_are_moot() -> None:
    limits = {"min_guidance": 1, "max_guidance": 20}
    none = model(limits, {"supports_guidance": False}, {"guidance": 0})
    assert fields.request(GENERATIONS, none, {})["guidance"] == 0
    fixed = model({"min_steps": 4, "max_steps": 4}, defaults={"steps": 20})
    assert fields.request(GENERATIONS, fixed, {})["steps"] == 4


@pytest.mark.parametrize("seed", [0, False])
def test_a_hidden_seed_is_sent_too(seed: Any) -> None:
    fixed = model({"min_seed": 5, "max_seed": 5}, defaults={"seed": seed})
    assert fields.request(GENERATIONS, fixed, {})["seed"] == 5


def test_nothing_is_sent_for_what_is_empty() -> None:
    of = model(loras=[{"name": "grain"}])
    empty = {"negative_prompt": " \n", "loras": [], "seed": None, "prompt": "\0 \0"}
    sent = fields.request(GENERATIONS, of, started(GENERATIONS, of) | empty)
    assert not empty.keys() & sent.keys()


def test_whole_numbers_are_sent_as_such() -> None:
    sent = fields.request(GENERATIONS, model(), started(GENERATIONS, model()) | {"width": 512.0})
    assert repr(sent["width"]) == "512"


def test_of_a_style_its_name_and_weight_are_sent() -> None:
    of = model(loras=[{"name": "grain"}])
    kept = {"name": "grain", "weight": 0.8, "title": math.nan}
    sent = fields.request(GENERATIONS, of, {"loras": [kept]})
    assert sent["loras"] == [{"name": "grain", "weight": 0.8}]


# --- switching models -----------------------------------------------------------------------------


@given(data=st.data(), pair=st.sampled_from(PAIRS), other=st.sampled_from(PAIRS))
def test_what_is_legal_for_the_next_model_is_kept_and_the_rest_is_moved(
    data: st.DataObject, pair: tuple[Endpoint, Model], other: tuple[Endpoint, Model]
) -> None:
    before = _drawn(data, *pair)
    form = fields.fields(*other, before)
    wrong = fields.check(form, before)
    after = fields.adapt(form, before)
    for field in form:
        value = before.get(field.name)
        if field.name not in wrong and value not in (None, []) and field.kind != "files":
            assert after[field.name] == value
        elif field.kind in ("integer", "number") and value is not None:
            assert fields.check((field,), after) == {}
            assert abs(after[field.name] - value) == _distance(field, value)


def _distance(field: Field, value: float) -> float:
    """How far the nearest legal value is, found by looking at all of them."""
    low, high = field.minimum, field.maximum
    assert low is not None
    assert high is not None
    if field.kind == "number":
        return max(low - value, value - high, 0)
    everyone = range(0, int(high) + 1, int(field.step or 1))
    return min(abs(each - value) for each in everyone if each >= low)


def _drawn(data: st.DataObject, at: Endpoint, of: Model) -> dict[str, Any]:
    """Legal values for a form, each field as those before it make it."""
    values: dict[str, Any] = {}
    for name in [param.name for param in at.params]:
        field = next((each for each in fields.fields(at, of, values) if each.name == name), None)
        if field is not None:
            values[name] = data.draw(legal(field), label=name)
    return values


@given(data=st.data(), pair=st.sampled_from(PAIRS))
def test_every_legal_value_is_kept(data: st.DataObject, pair: tuple[Endpoint, Model]) -> None:
    values = _drawn(data, *pair)
    form = [each for each in fields.fields(*pair, values) if each.name in values]
    assert fields.check(form, values) == {}
    for field in form:
        if values[field.name] not in (None, []):
            assert fields.adapt(form, values)[field.name] == values[field.name]


def test_a_size_moves_to_the_nearest_point_of_the_grid_within_bounds() -> None:
    of = model({"min_width": 100, "max_width": 500, "resolution_step": 64})
    width = form_of(GENERATIONS, of)["width"]
    for given_, nearest in ((1, 128), (128, 128), (159, 128), (161, 192), (447, 448), (9999, 448)):
        assert fields.step_to(width, given_) == nearest
        assert fields.adapt((width,), {"width": given_}) == {"width": nearest}
        assert fields.adapt((width,), {"width": str(given_)}) == {"width": nearest}


def test_a_style_that_the_next_model_lacks_is_dropped_and_the_others_stay() -> None:
    of = model(loras=[{"name": "grain"}, {"name": "blur"}])
    form = fields.fields(GENERATIONS, of)
    mixed = [{"name": "grain", "weight": 0.5}, {"name": "gone", "weight": 1}, {"name": []}, 7]
    kept = fields.adapt(form, {"loras": mixed})["loras"]
    assert kept == [{"name": "grain", "weight": 0.5}]
    assert fields.adapt(form, {"loras": [{"name": "gone", "weight": 1}]})["loras"] is None


def test_a_choice_that_the_next_model_lacks_becomes_its_default() -> None:
    form = fields.fields(EVERYTHING, model())
    for gone in ("ogg", 7, True, [], None):
        assert fields.adapt(form, {"format": gone})["format"] == "wav"
    assert fields.adapt(form, {"format": "mp3"})["format"] == "mp3"


def test_words_that_are_too_long_for_the_next_model_are_kept_and_said_to_be() -> None:
    form = fields.fields(GENERATIONS, model({"max_prompt": 10}))
    words = "a prompt that somebody wrote"
    after = fields.adapt(form, {"prompt": words})
    assert after["prompt"] == words
    assert fields.check(form, after)["prompt"] == "At most 10 characters; this is 18 too long."


# --- any values, any model ------------------------------------------------------------------------

NAMES = sorted({param.name for at in (*ENDPOINTS, EVERYTHING) for param in at.params})
FEATURES = sorted({p.feature for at in ENDPOINTS for p in at.params if p.feature})
HOSTILE = st.one_of(
    st.integers(-100, 5000),
    st.sampled_from([0, 10**30, 10**300, -(10**300), 5e-324, 0.1, 1.5, "16", "7.5", "1e300", "x"]),
    st.floats(),
    st.none(),
    st.lists(st.integers(), max_size=2),
)
LIMITS = st.sampled_from(
    ["resolution_step", *(f"{end}_{n}" for n in NAMES for end in ("min", "max"))]
)
HOSTILE_MODELS = st.builds(
    model,
    limits=st.dictionaries(LIMITS, HOSTILE, max_size=8),
    features=st.dictionaries(st.sampled_from(FEATURES), st.sampled_from([True, "0", 1, "x", None])),
    defaults=st.dictionaries(st.sampled_from(NAMES), HOSTILE | st.text(max_size=3), max_size=5),
    loras=st.none() | st.lists(st.fixed_dictionaries({"name": st.sampled_from("abc")}), max_size=3),
)
ANY_MODEL = st.sampled_from(MODELS) | HOSTILE_MODELS
ANY_ENDPOINT = st.sampled_from([*ENDPOINTS, EVERYTHING])
ANY_VALUES = st.dictionaries(st.sampled_from(NAMES), RUBBISH)


@given(ANY_ENDPOINT, ANY_MODEL, ANY_VALUES)
@settings(max_examples=150)
def test_whatever_goes_in_adapted_values_are_accepted(
    at: Endpoint, of: Model, values: dict[str, Any]
) -> None:
    form = fields.fields(at, of)
    after = fields.adapt(form, values)
    assert after.keys() == {field.name for field in form}
    wrong = fields.check(form, after)
    for field in form:
        if field.kind in ("text", "file"):
            # A person's own: missing, too long or too short, never changed.
            assert after[field.name] in (field.nothing, values.get(field.name))
        elif field.kind in ("texts", "files"):
            assert after[field.name] is None or after[field.name]
        elif field.name in wrong:
            # Nobody knows a value to start with.
            assert (after[field.name], field.default) == (None, None)
            assert field.kind in ("integer", "number")
            assert field.minimum is None


@given(ANY_ENDPOINT, ANY_MODEL, ANY_VALUES)
@settings(max_examples=150)
def test_a_check_never_raises_and_says_one_plain_sentence_a_field(
    at: Endpoint, of: Model, values: dict[str, Any]
) -> None:
    form = fields.fields(at, of)
    wrong = fields.check(form, values)
    assert wrong.keys() <= {field.name for field in form}
    for sentence in wrong.values():
        assert re.fullmatch(r"[A-Z][^\n]*\.", sentence)
        assert not re.search(r"None|nan|inf\b|Fraction|object|\[|\{", sentence)


@given(ANY_ENDPOINT, ANY_MODEL, ANY_VALUES)
@settings(max_examples=150)
def test_what_passes_the_check_can_be_sent_and_keeps_the_bounds(
    at: Endpoint, of: Model, values: dict[str, Any]
) -> None:
    form = fields.fields(at, of)
    after = fields.adapt(form, values)
    sent = fields.request(at, of, after)
    for field in form:
        value = sent.get(field.name)
        if field.kind in ("file", "files") or value is None:
            continue
        json.dumps(value, allow_nan=False)
        if field.kind in ("integer", "number") and value != field.random:
            assert field.minimum is None or value >= field.minimum
            assert field.maximum is None or value <= field.maximum
        if field.kind == "integer":
            assert isinstance(value, int)
            assert -(2**63) <= value < 2**63
            assert not field.step or value % field.step == 0


@given(at=ANY_ENDPOINT, of=HOSTILE_MODELS, data=st.data())
def test_a_legal_value_of_any_model_passes_and_stays(
    at: Endpoint, of: Model, data: st.DataObject
) -> None:
    for field in fields.fields(at, of):
        # A grid of any fraction is one that floats can't draw from; nobody writes a page a letter.
        if (at is EVERYTHING and field.name == "width") or (field.min_length or 0) > 1000:
            continue
        value = data.draw(legal(field), label=field.name)
        assert fields.check((field,), {field.name: value}) == {}
        if value not in (None, []):
            assert fields.adapt((field,), {field.name: value}) == {field.name: value}


# --- each kind of mistake -------------------------------------------------------------------------


def says(field: Field, value: Any) -> str | None:
    return fields.check((field,), {field.name: value}).get(field.name)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, True, "5", [], {}, b""])
def test_what_is_no_finite_number_is_said_to_be_none(value: Any) -> None:
    for name in ("steps", "guidance", "seed"):
        field = form_of(GENERATIONS, model())[name]
        expected = "Enter a number." if value == [] else "This must be a number."
        assert says(field, value) == expected


def test_numbers_off_their_bounds_or_grid_get_their_sentence() -> None:
    of = model(
        {"min_width": 256, "max_width": 2048, "resolution_step": 128, "max_guidance": 7.5},
    )
    form = form_of(GENERATIONS, of)
    assert says(form["width"], 128) == "At least 256."
    assert says(form["width"], 2176) == "At most 2,048."
    assert says(form["width"], 520) == "Use a multiple of 128, for example 512."
    assert says(form["width"], 512.5) == "This must be a whole number."
    assert says(form["width"], 512) is None
    assert says(form["guidance"], 7.6) == "At most 7.5."
    assert says(form["guidance"], 7.5) is None


def test_a_grid_of_tenths_has_its_tenths() -> None:
    ratio = form_of(EVERYTHING, model({"resolution_step": 0.1}))["width"]
    assert [says(ratio, tenth / 10) for tenth in range(-90, 91)] == [None] * 181
    assert says(ratio, 0.35)


def test_an_integer_has_64_bits() -> None:
    seed = form_of(GENERATIONS, model())["seed"]
    assert says(seed, 2**63 - 1) is None
    assert says(seed, 2**63) == f"At most {2**63 - 1:,}."
    assert says(seed, -(2**63) - 1) == f"At least {-(2**63):,}."
    assert fields.step_to(seed, 10**30) == 2**63 - 1


def test_the_value_that_asks_deapi_to_choose_is_legal_whatever_the_bounds() -> None:
    seed = form_of(GENERATIONS, model({"min_seed": 0, "max_seed": 99}))["seed"]
    assert says(seed, -1) is None
    assert says(seed, -2) == "At least 0."
    assert fields.adapt((seed,), {"seed": -1}) == {"seed": -1}
    assert fields.adapt((seed,), {"seed": -2}) == {"seed": 0}


def test_missing_values_are_asked_for_in_words_that_fit() -> None:
    form = fields.fields(EVERYTHING, model())
    said = fields.check(form, {})
    assert said == {
        "caption": "Write something here first.",
        "tempo": "Enter a number.",
        "height": "Enter a number.",
        "format": "Choose one.",
        "seed": "Enter a number.",
        "image": "Choose a file first.",
    }
    blank = dict.fromkeys(said, "") | {"caption": " \t\0"}
    assert fields.check(form, blank) == said


def test_text_is_counted_as_it_is_sent() -> None:
    form = form_of(EVERYTHING, model())
    assert says(form["caption"], "ab") == "At least 3 characters."
    assert says(form["caption"], "ab   ") == "At least 3 characters."
    assert says(form["caption"], "ab\0") == "At least 3 characters."
    assert says(form["caption"], "x" * 20 + "\0") is None
    assert says(form["caption"], "x" * 21) == "At most 20 characters; this is 1 too long."
    assert says(form["caption"], "🙂" * 20) is None
    assert says(form["caption"], 7) == "This must be text."
    assert says(form["note"], "  ") is None
    assert says(form["note"], "x") == "At least 2 characters."


def test_choices_are_taken_as_they_are_listed() -> None:
    form = form_of(EVERYTHING, model())
    assert says(form["signature"], 3) is None
    for other in (5, "3", True, [], {}, 3.5):
        expected = None if other == [] else "Choose one from the list."
        assert says(form["signature"], other) == expected


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([{"name": "grain", "weight": 0.8}, {"name": "grain", "weight": -1}], None),
        ([{"name": "gone", "weight": 1}], "This model doesn't have one of these styles."),
        ([{"name": ["grain"], "weight": 1}], "This model doesn't have one of these styles."),
        ([{"weight": 1}], "This model doesn't have one of these styles."),
        ([{"name": "grain"}], "Each style needs a weight."),
        ([{"name": "grain", "weight": "1"}], "Each style needs a weight."),
        ([{"name": "grain", "weight": True}], "Each style needs a weight."),
        ([{"name": "grain", "weight": math.inf}], "Each style needs a weight."),
        (["grain"], "Choose from the list."),
        ("grain", "Choose from the list."),
        ({"name": "grain", "weight": 1}, "Choose from the list."),
    ],
)
def test_styles_are_taken_from_the_list_with_a_weight(value: Any, sentence: str | None) -> None:
    form = form_of(GENERATIONS, model(loras=[{"name": "grain"}]))
    assert says(form["loras"], value) == sentence


def test_files_get_their_sentence() -> None:
    limits = {"min_width": 16, "max_width": 2048, "min_height": 8, "max_height": 1024}
    image = form_of(UPSCALES, model(limits))["image"]

    def of(**changes: Any) -> str | None:
        return says(image, replace(PICTURE, **changes))

    assert of() is None
    assert of(size=10 * 2**20) is None
    assert of(size=10 * 2**20 + 1) == "This file has 10.1 MB; at most 10 MB are accepted."
    assert of(format="TIFF") == "This is a TIFF file; use one of JPEG, PNG, GIF, BMP, WEBP."
    assert of(width=15) == "This is 15 pixels wide; this model needs at least 16."
    assert of(height=7) == "This is 7 pixels high; this model needs at least 8."
    assert of(width=3000) == "This is 3,000 pixels wide; this model takes at most 2,048."
    assert of(height=1025) == "This is 1,025 pixels high; this model takes at most 1,024."
    for nothing in ("picture.png", b"\x89PNG", {"upload": "0" * 64}, 7):
        assert says(image, nothing) == "Choose a file first."


def test_a_picture_bounded_on_one_side_only_is_checked_on_that_side() -> None:
    image = form_of(UPSCALES, model({"max_height": 100}))["image"]
    assert says(image, replace(PICTURE, width=9999)) is None
    assert says(image, replace(PICTURE, height=101)) == (
        "This is 101 pixels high; this model takes at most 100."
    )


# --- no model is known by name --------------------------------------------------------------------


def test_no_model_slug_stands_in_code() -> None:
    """deapi.md: never hardcode model names. The sandbox's catalogue is data, and the only place."""
    kinds = {".py", ".toml", ".css", ".html", ".js", ".json", ".md"}
    sources = [TOP / "app.py"]
    for folder in ("lib", "pages"):
        sources += [path for path in (TOP / folder).rglob("*") if path.suffix in kinds]
    assert len(sources) > 40
    named = {
        f"{path.relative_to(TOP)}: {each.slug}"
        for path in sources
        if path != CATALOGUE
        for each in MODELS
        if each.slug.lower() in path.read_text("utf-8").lower()
    }
    assert named == set()
