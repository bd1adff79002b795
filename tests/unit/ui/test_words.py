"""Whatever the contract lists has words for people."""

import pytest

from lib.deapi import fields, media
from lib.deapi.contract import ENDPOINTS, Endpoint, Param
from lib.deapi.fields import Field
from lib.deapi.models import Model
from lib.store import State
from lib.ui import words
from tests.unit.ui.catalogue import PAIRS, TOP, name
from tests.unit.ui.making import run

PARAMS = [(each, param) for each in ENDPOINTS for param in each.params if param.role == "value"]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.id)
def test_every_endpoint_has_words(endpoint: Endpoint) -> None:
    told = words.endpoint(endpoint.id)
    assert told.title
    assert told.hint.endswith(".")
    assert told.noun
    assert told.working
    assert words.ready(endpoint.id).endswith("ready")


@pytest.mark.parametrize(
    ("endpoint", "param"), PARAMS, ids=[f"{each.id}.{param.name}" for each, param in PARAMS]
)
def test_every_field_has_words(endpoint: Endpoint, param: Param) -> None:
    told = words.field(endpoint.id, param.name)
    assert told.label
    assert told.help.endswith(".")
    if told.advanced:
        assert told.said.count("{}") == 1, "the folded line says what is set"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.id)
def test_an_endpoint_that_takes_a_file_says_so_on_a_result(endpoint: Endpoint) -> None:
    told = words.endpoint(endpoint.id)
    assert bool(told.take) == (bool(endpoint.files) and not told.group)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.id)
def test_an_endpoint_that_starts_from_a_text_has_examples(endpoint: Endpoint) -> None:
    starts_from_text = any(
        p.required and p.role == "value" and p.type in ("string", "string|array") and not p.choices
        for p in endpoint.params
    )
    examples = words.endpoint(endpoint.id).examples
    assert bool(examples) == starts_from_text
    assert len({each.text for each in examples}) == len(examples)


def test_every_family_has_a_page_and_lists_all_of_its_endpoints() -> None:
    assert {each.family for each in ENDPOINTS} == set(words.FAMILIES)
    listed = [each for family in words.FAMILIES for each in words.family(family)]
    assert sorted(each.id for each in listed) == sorted(each.id for each in ENDPOINTS)
    for told in (*words.FAMILIES.values(), words.HISTORY):
        assert (TOP / told.page).is_file()


def test_every_state_has_a_word() -> None:
    assert set(words.STATES) == set(State)


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_every_file_that_a_form_asks_for_can_be_tried_with_one_of_ours(
    pair: tuple[Endpoint, Model],
) -> None:
    at, model = pair
    asked = [field for field in every_field(at, model) if field.media]
    for field in asked:
        assert field.media
        sample = words.sample(at.id, field.name, field.media).path
        given = media.inspect(sample, sample.name, media=field.media)
        value = [given] if field.kind == "files" else given
        assert fields.check((field,), {field.name: value}) == {}
        assert given.size < 300_000


def every_field(at: Endpoint, model: Model) -> list[Field]:
    """The fields of a form in each of its modes."""
    first = fields.fields(at, model)
    choices = [each for each in first if each.kind in ("choice", "boolean")]
    chosen = [{each.name: value} for each in choices for value in each.choices or (True, False)]
    return [field for values in ({}, *chosen) for field in fields.fields(at, model, values)]


def test_a_run_is_called_by_its_text_else_by_its_file_else_by_what_it_does() -> None:
    assert words.name(run(text="A lighthouse")) == "A lighthouse"
    about_a_file = run(text="", params={"image": {"upload": "0" * 64, "name": "cat.png"}})
    assert words.name(about_a_file) == "cat.png"
    assert words.name(run(text="")) == words.endpoint(ENDPOINTS[0].id).title
