"""Columns find their fields, and texts become what a field takes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi.checks import problem
from lib.deapi.contract import ENDPOINTS
from lib.deapi.field import Field, Kind
from lib.runs.experiments.mapping import guess, mapped, typed
from lib.runs.experiments.reading import read

NEGATIVE = "negative_prompt"
PICTURE = ["prompt", "width", "height", "guidance", "steps", "seed", NEGATIVE]


@pytest.mark.parametrize(
    ("columns", "names", "expected"),
    [
        (["Prompt", "Seed"], PICTURE, {"Prompt": "prompt", "Seed": "seed"}),
        (["prompt text"], PICTURE, {"prompt text": "prompt"}),
        (
            ["text", "negative prompt"],
            PICTURE,
            {"text": "prompt", "negative prompt": NEGATIVE},
        ),
        (["text", "PROMPT"], PICTURE, {"PROMPT": "prompt"}),
        (["text", "caption"], PICTURE, {"text": "prompt"}),
        (
            ["Negative", "CFG scale"],
            PICTURE,
            {"Negative": NEGATIVE, "CFG scale": "guidance"},
        ),
        (["steps"], ["caption", "inference_steps"], {"steps": "inference_steps"}),
        (["text", "ref text"], ["text", "ref_text"], {"text": "text", "ref text": "ref_text"}),
        (["seed", "SEED "], PICTURE, {"seed": "seed"}),
        (["id", "?", ""], PICTURE, {}),
    ],
)
def test_a_column_is_meant_for_the_field_that_people_call_so(
    columns: list[str], names: list[str], expected: dict[str, str]
) -> None:
    assert guess(columns, names) == expected


@pytest.mark.parametrize("at", ENDPOINTS, ids=lambda at: at.id)
def test_the_name_of_a_field_is_always_guessed(at: Any) -> None:
    names = [each.name for each in at.params]
    assert guess(names, names) == {name: name for name in names}
    assert guess([name.upper() for name in names], names) == {name.upper(): name for name in names}


@given(st.lists(st.text(max_size=12), unique=True, max_size=6))
def test_no_field_is_given_two_columns(columns: list[str]) -> None:
    found = guess([*columns, "text", "prompts"], PICTURE)
    assert len({*found.values()}) == len(found)


def test_rows_give_what_is_mapped_and_not_what_is_empty() -> None:
    table = read(b"Prompt,Seed,Note\nA fox,7,x\nA hare, ,y\n", "a.csv")
    assert mapped(table, {"Prompt": "prompt", "Seed": "seed"}) == [
        {"prompt": "A fox", "seed": "7"},
        {"prompt": "A hare"},
    ]


def field(kind: Kind, **facts: Any) -> Field:
    return Field(name="it", kind=kind, required=True, **facts)


SHAPE = field("choice", choices=("9:16", "Wide", "wide", 4), titles={"9:16": "Tall", 4: "Four"})


@pytest.mark.parametrize(
    ("to", "text", "expected"),
    [
        (field("integer"), " 7 ", 7),
        (field("integer"), "-1", -1),
        (field("integer"), "512.0", 512),
        (field("integer"), "9007199254740993", 9007199254740993),
        (field("integer"), "1.5", 1.5),
        (field("number"), "7", 7.0),
        (field("number"), "7.5e1", 75.0),
        (field("boolean"), "Yes", True),
        (field("boolean"), "0", False),
        (SHAPE, "9:16", "9:16"),
        (SHAPE, "tall", "9:16"),
        (SHAPE, "Wide", "Wide"),
        (SHAPE, "4", 4),
        (SHAPE, "FOUR", 4),
        (field("texts"), "one\n\n two \r\n", ["one", "two"]),
        (field("text"), " as it is\n", " as it is\n"),
    ],
)
def test_text_becomes_what_the_field_takes(to: Field, text: str, expected: Any) -> None:
    value = typed(to, text)
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize(
    ("to", "text"),
    [
        *((field("integer"), text) for text in ["", "seven", "1_000", "1,5", "nan", "٣", "0x1"]),
        *((field("number"), text) for text in ["inf", "1e999", "1 2", "--1", "9" * 61]),
        (field("boolean"), "perhaps"),
        (SHAPE, "round"),
    ],
)
def test_what_can_t_be_turned_stays_text_and_is_judged_later(to: Field, text: str) -> None:
    assert typed(to, text) == text
    assert problem(to, text)


KINDS: list[Kind] = ["text", "texts", "integer", "number", "boolean", "choice", "loras", "file"]


@given(st.sampled_from(KINDS), st.text(max_size=40) | st.from_regex(r"[+-]?[0-9.eE]{1,12}"))
def test_no_text_is_an_exception(kind: Kind, text: str) -> None:
    problem(field(kind), typed(field(kind, choices=("a", 1)), text))
