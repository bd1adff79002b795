"""The lines of a table out of the plan of its batch: each with the number that it has there."""

import pytest

from lib.deapi import fields
from lib.deapi.contract import endpoint
from lib.runs.experiments import lines, manifest, packing
from lib.runs.experiments.plan import Draft, Input
from tests.unit.ui.catalogue import MODELS

AT = endpoint("embeddings")
NUMBERS = (1, 2, 4, 7, 8)
"""Of a table some of whose rows were dropped."""


def rows() -> list[Input]:
    return [
        Input(
            name=f"text {number}",
            values={"input": [f"text {number}"]},
            beside=({"article": f"A-{number}"},),
            numbers=(number,),
        )
        for number in NUMBERS
    ]


def found(inputs: list[Input]) -> list[lines.Line]:
    draft = Draft(endpoint=AT.id, inputs=inputs, variants=[], seed=1)
    return lines.lines(manifest.written(draft))


def test_a_line_keeps_its_number_in_the_table_whichever_were_dropped() -> None:
    assert [each.number for each in found(rows())] == [*NUMBERS]


def test_lines_that_are_sent_together_keep_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_limits", lambda _: (2, None))
    field = next(each for each in fields.fields(AT, MODELS[0]) if each.name == "input")
    calls = packing.together(rows(), field)
    assert [each.numbers for each in calls] == [(1, 2), (4, 7), (8,)]
    together = found(calls)
    assert [each.number for each in together] == [*NUMBERS]
    assert [each.beside["article"] for each in together] == [f"A-{n}" for n in NUMBERS]


def test_a_plan_of_before_counts_its_lines() -> None:
    packed = {"values": {"input": ["a", "b"]}, "beside": [{}, {}]}
    plan = {"inputs": [packed, {"values": {"input": ["c"]}, "beside": [{}]}, {"values": {}}]}
    assert [each.number for each in lines.lines(plan)] == [1, 2, 3, 4]


def test_numbers_that_are_not_one_a_line_are_none() -> None:
    plan = {"inputs": [{"values": {}, "beside": [{}, {}], "numbers": [9]}]}
    assert [each.number for each in lines.lines(plan)] == [1, 2]
