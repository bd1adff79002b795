"""What the code relies on about every endpoint, whatever the facts say."""

import dataclasses

import pytest

from lib.deapi.contract import CALLS, ENDPOINTS, MEDIA_FORMATS, Endpoint, Requires, endpoint

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


@each_endpoint
def test_a_parameter_is_found_by_its_name(at: Endpoint) -> None:
    for param in at.params:
        assert at.param(param.name) is param
        assert at.has(param.name)
    assert not at.has("unheard_of")
    with pytest.raises(KeyError):
        at.param("unheard_of")


@each_endpoint
def test_exactly_one_parameter_names_the_model(at: Endpoint) -> None:
    (model,) = [param for param in at.params if param.role == "model"]
    assert model.required


@each_endpoint
def test_news_of_a_job_is_never_asked_of_a_person(at: Endpoint) -> None:
    delivery = {param.name for param in at.params if param.role == "delivery"}
    assert delivery == {param.name for param in at.params if param.name.startswith("webhook_")}


@each_endpoint
def test_files_say_what_they_hold_and_how_much(at: Endpoint) -> None:
    assert set(at.files) == {param for param in at.params if param.type == "file"}
    for file in at.files:
        assert file.max_bytes
        assert file.media in MEDIA_FORMATS


@each_endpoint
def test_documented_bounds_leave_something_legal(at: Endpoint) -> None:
    for param in at.params:
        for low, high in (
            (param.minimum, param.maximum),
            (param.min_length, param.max_length),
        ):
            assert low is None or high is None or low <= high


@each_endpoint
def test_a_listed_parameter_is_listed_where_the_model_has_it(at: Endpoint) -> None:
    assert {param.listed for param in at.params} <= {None, "loras"}


@each_endpoint
def test_rules_are_about_parameters_of_the_endpoint(at: Endpoint) -> None:
    for rule in at.rules:
        assert at.has(rule.param)
        assert at.has(rule.other)


def test_a_rule_reads_like_the_facts() -> None:
    assert str(Requires("one", "another")) == "one requires another"


def test_the_contract_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ENDPOINTS[0].path = "/elsewhere"  # pyright: ignore[reportAttributeAccessIssue]
