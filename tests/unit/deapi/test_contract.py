"""What the code relies on about every endpoint and every rule, whatever the facts say."""

import dataclasses
from collections.abc import Sequence
from typing import Any, get_args

import pytest

from lib.deapi.contract import CALLS, ENDPOINTS, LIVE_RULES, MEDIA_FORMATS, Endpoint, endpoint
from lib.deapi.rules import (
    AppliesTo,
    AtMost,
    ExactlyOne,
    ForbiddenUnless,
    RequiredIf,
    Requires,
    Rule,
    Together,
)

each_endpoint = pytest.mark.parametrize("at", ENDPOINTS, ids=lambda at: at.id)


def test_an_endpoint_is_found_by_its_id() -> None:
    for each in ENDPOINTS:
        assert endpoint(each.id) is each
    with pytest.raises(KeyError):
        endpoint("images.unheard-of")


def test_no_two_endpoints_share_an_id_or_an_address() -> None:
    for names in (
        [each.id for each in (*ENDPOINTS, *CALLS)],
        [path for each in ENDPOINTS for path in (each.path, each.price_path)],
        [path for each in ENDPOINTS for path in (*each.v1_paths, *each.v1_price_paths)],
    ):
        assert len(names) == len(set(names))


def test_what_v1_boosters_do_an_endpoint_of_v2_does_too() -> None:
    by_path = {each.path: each for each in ENDPOINTS}
    for old in ENDPOINTS:
        if old.replaced_by is not None:
            assert old.path in by_path[old.replaced_by].replaces
    for new in ENDPOINTS:
        assert all(by_path[path].replaced_by == new.path for path in new.replaces)


@each_endpoint
def test_a_parameter_is_found_by_its_name(at: Endpoint) -> None:
    for param in at.params:
        assert at.param(param.name) is param
        assert at.has(param.name)
    assert not at.has("unheard_of")
    with pytest.raises(KeyError):
        at.param("unheard_of")


@each_endpoint
def test_one_parameter_names_the_model_where_there_are_models(at: Endpoint) -> None:
    models = [param for param in at.params if param.role == "model"]
    # The prompt boosters of v1 take none.
    assert len(models) == (1 if at.version == "v2" else 0)
    assert at.model_param is (models[0] if models else None)
    assert all(param.required for param in models)


@each_endpoint
def test_news_of_a_job_is_never_asked_of_a_person(at: Endpoint) -> None:
    delivery = {param.name for param in at.params if param.role == "delivery"}
    assert delivery == {param.name for param in at.params if param.name.startswith("webhook_")}


@each_endpoint
def test_an_answer_is_a_job_or_the_result(at: Endpoint) -> None:
    assert ("data.request_id" in at.answer_at) == (at.answers == "job")
    assert (at.result == "prompt") == (at.answers == "inline")


@each_endpoint
def test_files_say_what_they_hold_and_how_much(at: Endpoint) -> None:
    assert set(at.files) == {param for param in at.params if param.type in ("file", "file[]")}
    assert all(param.media is None for param in at.params if param not in at.files)
    for file in at.files:
        assert file.max_bytes
        assert file.media is not None
        assert file.formats or file.media in MEDIA_FORMATS
        assert bool(file.max_items_default) == (file.type == "file[]")


@each_endpoint
def test_files_are_never_sent_as_json(at: Endpoint) -> None:
    assert at.encoding == "multipart" or not at.files


@each_endpoint
def test_documented_bounds_leave_something_legal(at: Endpoint) -> None:
    for param in (*at.params, *at.measures):
        for low, high in (
            (param.minimum, param.maximum),
            (param.min_length, param.max_length),
            (param.min_seconds, param.max_seconds),
        ):
            assert low is None or high is None or low <= high


@each_endpoint
def test_a_listed_parameter_is_listed_where_the_model_has_it(at: Endpoint) -> None:
    lists = {"loras", "languages[].slug", "languages[].voices[].slug"}
    assert {param.listed for param in at.params} <= lists | {None}


@each_endpoint
def test_each_choice_that_needs_a_feature_is_a_choice(at: Endpoint) -> None:
    for param in at.params:
        assert param.choice_features is None or param.choice_features.keys() == set(param.choices)


@each_endpoint
def test_a_way_of_asking_a_price_names_what_the_endpoint_has(at: Endpoint) -> None:
    measures = {measure.name: measure for measure in at.measures}
    known = measures.keys() | {param.name for param in at.params}
    used = {name for way in at.price_by for name in (*way.params, *way.optional)}
    assert used <= known
    assert measures.keys() <= used


@each_endpoint
def test_a_measure_is_of_something_that_the_endpoint_takes(at: Endpoint) -> None:
    for measure in at.measures:
        assert measure.measures is not None
        source, what = measure.measures
        assert what in (("width", "height", "seconds") if at.param(source).is_file else ("length",))
    # Nothing but a measure is one.
    assert all(param.measures is None for param in at.params)


def rules_of(at: Endpoint) -> tuple[Rule, ...]:
    return (*at.rules, *at.price_rules, *LIVE_RULES.get(at.id, ()))


@each_endpoint
def test_rules_are_about_parameters_of_the_endpoint(at: Endpoint) -> None:
    params = {param.name: param for param in (*at.params, *at.measures)}
    for rule in rules_of(at):
        if isinstance(rule, ExactlyOne | Together):
            assert set(rule.params) <= params.keys()
            continue
        assert rule.param in params
        match rule:
            case Requires():
                assert rule.other in params
            case RequiredIf() | AppliesTo():
                values = rule.values if isinstance(rule, RequiredIf) else (rule.value,)
                other = params[rule.other]
                legal = (True, False) if other.type == "boolean" else other.choices
                assert set(values) <= set(legal)
            case ForbiddenUnless():
                assert params[rule.param].feature == rule.feature
            case AtMost():
                limits = (params[rule.param].max_items_limit, params[rule.param].max_items_default)
                assert limits == (rule.limit, rule.default)


@each_endpoint
def test_no_parameter_that_a_rule_leaves_out_is_required(at: Endpoint) -> None:
    for rule in (*at.rules, *LIVE_RULES.get(at.id, ())):
        match rule:
            case ExactlyOne() | Together():
                names: Sequence[str] = rule.params
            case RequiredIf() | AppliesTo() | ForbiddenUnless() | Requires():
                names = (rule.param,)
            case AtMost():
                names = ()
        assert not any(at.param(name).required for name in names)


ONE_OR = ExactlyOne(("one", "two"))
BOTH = Together(("width", "height"))
WHEN = RequiredIf("ref", "mode", ("clone",))
WHEN_SOME = RequiredIf("image", "type", ("edit", "animate"))


@pytest.mark.parametrize(
    ("rule", "sent", "at"),
    [
        (Requires("secret", "url"), {}, None),
        (Requires("secret", "url"), {"url": "u"}, None),
        (Requires("secret", "url"), {"secret": "s", "url": "u"}, None),
        (Requires("secret", "url"), {"secret": "s"}, "secret"),
        (ONE_OR, {"one": 1}, None),
        (ONE_OR, {"two": 2, "three": 3}, None),
        (ONE_OR, {}, "one"),
        (ONE_OR, {"three": 3}, "one"),
        (ONE_OR, {"two": 2, "one": 1}, "two"),
        (ExactlyOne(("one", "two", "three")), {"three": 3, "one": 1}, "three"),
        (BOTH, {}, None),
        (BOTH, {"height": 2, "width": 1}, None),
        (BOTH, {"width": 1}, "height"),
        (BOTH, {"height": 1}, "width"),
        (WHEN, {}, None),
        (WHEN, {"mode": "design"}, None),
        (WHEN, {"mode": "clone", "ref": b""}, None),
        (WHEN, {"ref": b""}, None),
        (WHEN, {"mode": "clone"}, "ref"),
        (WHEN_SOME, {"type": "animate"}, "image"),
        (WHEN_SOME, {"type": "draw"}, None),
        (WHEN_SOME, {"type": ["edit"]}, None),
        # Between a parameter and a model, or about what deAPI ignores: nothing to refuse here.
        (AppliesTo("voice", "mode", "custom"), {"voice": "v"}, None),
        (ForbiddenUnless("scale", "supports_scale"), {"scale": 2}, None),
        (AtMost("images[]", "max_input_images", 1), {"images[]": [1, 2, 3]}, None),
    ],
    ids=str,
)
def test_a_rule_names_the_parameter_at_which_it_is_broken(
    rule: Rule, sent: dict[str, Any], at: str | None
) -> None:
    assert rule.broken_at(sent) == at


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Requires("secret", "url"), "secret requires url"),
        (ONE_OR, "exactly_one_of: one,two"),
        (BOTH, "together: width,height"),
        (WHEN, "required_if: ref when mode=clone"),
        (WHEN_SOME, "required_if: image when type in edit,animate"),
        (AppliesTo("voice", "mode", "custom"), "voice applies to mode=custom"),
        (
            ForbiddenUnless("scale", "supports_scale"),
            "forbidden_unless: scale requires model.info.features.supports_scale",
        ),
        (
            AtMost("images[]", "max_input_images", 1),
            "max_items: images[] <= model.info.limits.max_input_images (default 1)",
        ),
    ],
)
def test_a_rule_reads_like_the_facts(rule: Rule, text: str) -> None:
    assert str(rule) == text


def test_every_kind_of_rule_is_used_somewhere() -> None:
    used = {type(rule) for each in ENDPOINTS for rule in rules_of(each)}
    assert used == set(get_args(Rule))


def test_the_contract_cannot_be_changed() -> None:
    one = ENDPOINTS[0]
    for value, name in ((one, "path"), (one.params[0], "name"), (ONE_OR, "params")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, "/elsewhere")
