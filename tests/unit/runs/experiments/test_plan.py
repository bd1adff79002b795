"""Inputs × variants → cells that deAPI would take, or a sentence why not, before anything costs."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi import fields
from lib.deapi.contract import endpoint
from lib.runs import quotes
from lib.runs.experiments import plan
from lib.runs.experiments.plan import Draft, Input, TooManyCells, Variant
from tests.unit.ui.catalogue import MODELS

AT = endpoint("images.generations")
DRAWING = [each for each in MODELS if each.inference_types & {*AT.inference_types}]
ONE, OTHER = DRAWING[:2]
SEED = 4242


def rows(*prompts: str) -> list[Input]:
    return [Input(name=text, values={"prompt": text}) for text in prompts]


def columns(*values: dict[str, Any]) -> list[Variant]:
    return [Variant(name=str(each), model=ONE.slug, values=each) for each in values]


def draft(**values: Any) -> Draft:
    told = {"endpoint": AT.id, "inputs": rows("a fox"), "variants": columns({}), "seed": SEED}
    return Draft(**(told | values))


def cells(**values: Any) -> list[plan.Cell]:
    return plan.plan(draft(**values), MODELS)


def test_every_row_meets_every_column_in_order() -> None:
    found = cells(inputs=rows("a fox", "a hare"), variants=columns({"steps": 2}, {"steps": 4}))
    assert [(each.input, each.variant) for each in found] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [each.params["prompt"] for each in found] == ["a fox", "a fox", "a hare", "a hare"]
    assert [each.params["steps"] for each in found] == [2, 4, 2, 4]
    assert [each.text for each in found] == ["a fox", "a fox", "a hare", "a hare"]


def test_cells_of_a_row_differ_in_what_their_variants_say_and_nothing_else() -> None:
    one, other = (each.params for each in cells(variants=columns({"steps": 2}, {"steps": 4})))
    assert {name for name in one if one[name] != other[name]} == {"steps"}
    assert one["seed"] == SEED


def test_who_gives_a_seed_gets_it() -> None:
    found = cells(variants=columns({"seed": 1}, {"seed": 2}, {"seed": -1}, {}))
    assert [each.params["seed"] for each in found] == [1, 2, SEED, SEED]


def test_the_more_particular_goes_before_the_more_general() -> None:
    found = cells(
        shared={"steps": 1, "prompt": "shared"},
        inputs=[Input(name="", values={"prompt": "row"}), Input(name="", values={})],
        variants=columns({}, {"prompt": "column"}),
        own={(1, 1): {"prompt": "own"}},
    )
    assert [each.params["prompt"] for each in found] == ["row", "column", "shared", "own"]
    assert {each.params["steps"] for each in found} == {1}


def test_what_would_be_refused_is_named_by_row_column_and_field_and_is_not_mended() -> None:
    [fine, steps, empty, _] = cells(
        inputs=[*rows("a fox"), Input(name="", values={})],
        variants=columns({}, {"steps": 10**6}),
    )
    assert fine.problems == {}
    assert set(steps.problems) == {"steps"}
    assert set(empty.problems) == {"prompt"}
    assert steps.params == empty.params == {}


def test_what_a_model_does_not_support_is_left_out_and_said() -> None:
    [cell] = cells(variants=columns({"voice": "someone", "lyrics": ""}))
    assert cell.left_out == ("voice",)
    assert cell.problems == {}


def test_a_model_that_is_gone_is_a_problem_of_its_cells_alone() -> None:
    variants = [*columns({}), Variant(name="gone", model="no-such-model")]
    fine, gone = cells(variants=variants)
    assert fine.problems == {}
    assert "not offered" in gone.problems[plan.MODEL]


def test_a_plan_beyond_all_measure_is_refused() -> None:
    with pytest.raises(TooManyCells, match="5,000 cells"):
        cells(inputs=rows(*map(str, range(2500))), variants=columns({}, {"steps": 2}))


def test_prices_are_asked_once_for_what_costs_the_same() -> None:
    found = cells(
        inputs=rows("a fox", "a fox", "a fox"), variants=columns({"steps": 2}, {"steps": 4})
    )
    asked = plan.distinct(found)
    assert len(asked) == 2
    known = {key: Decimal(each.params["steps"]) for key, each in asked.items()}
    assert plan.price(found, known) == [6, 12]


@given(
    steps=st.lists(st.integers(-2, 60), min_size=1, max_size=4),
    prompts=st.lists(st.text(max_size=30), min_size=1, max_size=4),
    model=st.sampled_from(DRAWING),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_planned_cell_is_one_that_the_form_would_send(
    steps: list[int], prompts: list[str], model: Any, seed: int
) -> None:
    variants = [Variant(name="", model=model.slug, values={"steps": each}) for each in steps]
    found = cells(inputs=rows(*prompts), variants=variants, seed=seed)
    assert len(found) == len(steps) * len(prompts)
    for each in found:
        if each.problems:
            assert not each.params
            continue
        form = fields.fields(AT, model, each.params)
        assert fields.check(form, each.params, AT.rules) == {}
        assert quotes.key(AT, each.params) in plan.distinct(found)


def test_of_a_plan_that_is_known_only_the_rows_that_changed_are_planned_anew() -> None:
    known: plan.Known = {}
    first = plan.plan(draft(inputs=rows("a fox", "a hare", "a fox")), MODELS, known)
    assert len(known) == 2
    changed = rows("an owl", "a fox", "a hare")
    again = plan.plan(draft(inputs=changed), MODELS, known)
    assert len(known) == 3
    assert again == plan.plan(draft(inputs=changed), MODELS)
    assert [each.input for each in (*first, *again)] == [0, 1, 2, 0, 1, 2]
    assert again[1].params is first[0].params


def test_what_was_written_for_one_cell_is_never_taken_for_another_rows() -> None:
    known: plan.Known = {}
    told = draft(inputs=rows("a fox", "a fox"), own={(1, 0): {"prompt": "a hare"}})
    for _ in range(2):
        assert [each.text for each in plan.plan(told, MODELS, known)] == ["a fox", "a hare"]
    assert len(known) == 2
