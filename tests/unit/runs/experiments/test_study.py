"""A study has a variant for each way that it compares, and every word gets where it belongs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi.contract import ENDPOINTS, ENHANCER, endpoint, rewriters
from lib.deapi.media import Upload
from lib.runs.experiments import plan, study
from lib.runs.experiments.plan import Input
from lib.runs.experiments.study import AVOID, HAND, WRITTEN, Names, Study
from tests.unit.ui.catalogue import MODELS

AT = endpoint("images.generations")
DRAWING = [each for each in MODELS if each.inference_types & {*AT.inference_types}]
OLDER = rewriters(AT)[1].id
NAMES = Names(wording=str, model=str, value=str, plain="plain")


def asked(**values: Any) -> Study:
    told = {
        "endpoint": AT.id,
        "text": "prompt",
        "inputs": [Input(name=each, values={"prompt": each}) for each in ("a fox", "a hare")],
        "wordings": [WRITTEN],
        "models": [DRAWING[0].slug],
        "seed": 7,
        "rewriter": DRAWING[0].slug,
    }
    return Study(**(told | values))


def test_every_wording_meets_every_model_and_value_and_names_say_what_differs() -> None:
    one, other = (each.slug for each in DRAWING[:2])
    found = study.draft(
        asked(
            wordings=[WRITTEN, HAND],
            by_hand=["x", "y"],
            models=[one, other],
            swept="steps",
            values=[2, 3],
        ),
        NAMES,
    )
    assert len(found.variants) == 8
    assert {each.model for each in found.variants} == {one, other}
    assert [each.values for each in found.variants[:2]] == [{"steps": 2}, {"steps": 3}]
    assert len({each.name for each in found.variants}) == 8
    assert found.variants[0].name == f"{WRITTEN} · {one} · 2"
    assert found.then is None


def test_one_variant_alone_is_named_by_its_model() -> None:
    assert [each.name for each in study.draft(asked(), NAMES).variants] == [DRAWING[0].slug]


def test_rewritten_words_are_an_experiment_of_their_own_that_knows_what_it_is_for() -> None:
    found = study.draft(asked(wordings=[WRITTEN, ENHANCER, OLDER]), NAMES)
    assert [each.endpoint for each in found.variants] == [ENHANCER, OLDER]
    assert found.then is not None
    assert [each.words for each in found.then.variants] == [None, 0, 1]
    cells = plan.plan(found, MODELS)
    assert [each.problems for each in cells] == [{}] * 4
    assert [each.params["prompt"] for each in cells] == ["a fox", "a fox", "a hare", "a hare"]
    assert cells[0].params["type"] == AT.enhanced_as
    assert {each.endpoint for each in cells} == {ENHANCER, OLDER}


def test_what_to_avoid_goes_to_who_rewrites_and_each_is_made_without_it_too() -> None:
    rows = [Input(name="a fox", values={"prompt": "a fox", AVOID: "blur"})]
    can = next(each for each in DRAWING if each.features.get("supports_negative_prompt"))
    found = study.draft(
        asked(inputs=rows, wordings=[ENHANCER], models=[can.slug], plain=True), NAMES
    )
    [words] = plan.plan(found, MODELS)
    assert words.params[AVOID] == "blur"
    assert found.then is not None
    texts = {(0, 0): {"prompt": "a better fox", AVOID: "noise"}}
    made = plan.plan(study.with_words(found.then, "prompt", texts), MODELS)
    assert [each.params["prompt"] for each in made] == ["a better fox"] * 2
    assert [each.params.get(AVOID) for each in made] == ["noise", None]


def test_a_picture_goes_along_to_who_rewrites_for_it(tmp_path: Any) -> None:
    picture = Upload(
        sha256="0" * 64,
        name="fox.png",
        size=9,
        format="PNG",
        media_type="image/png",
        width=9,
        height=9,
        path=tmp_path / "fox.png",
    )
    edits = endpoint("images.edits")
    rows = [Input(name="x", values={"prompt": "make it winter", "image": picture})]
    found = study.draft(
        asked(endpoint=edits.id, inputs=rows, wordings=[rewriters(edits)[1].id], models=[]), NAMES
    )
    assert found.inputs[0].values["image"] == picture


def test_where_no_words_were_written_nothing_is_made_of_the_old_ones() -> None:
    found = study.draft(asked(wordings=[WRITTEN, ENHANCER]), NAMES).then
    assert found is not None
    made = plan.plan(study.with_words(found, "prompt", {(0, 0): {"prompt": "better"}}), MODELS)
    assert [bool(each.problems) for each in made] == [False, False, False, True]
    assert made[1].params["prompt"] == "better"


@given(
    texts=st.lists(st.text(min_size=3, max_size=20).filter(str.strip), min_size=1, max_size=4),
    wordings=st.lists(st.sampled_from([WRITTEN, HAND, ENHANCER, OLDER]), min_size=1, unique=True),
    models=st.lists(
        st.sampled_from([each.slug for each in DRAWING]), min_size=1, max_size=3, unique=True
    ),
)
def test_every_cell_has_the_words_of_its_own_row_and_wording(
    texts: list[str], wordings: list[str], models: list[str]
) -> None:
    rows = [Input(name=each, values={"prompt": each}) for each in texts]
    hand = [f"by hand {n}" for n in range(len(texts))]
    found = study.draft(asked(inputs=rows, wordings=wordings, models=models, by_hand=hand), NAMES)
    results = found.then or found
    words = study.rewritten(wordings)
    written = {
        (row, column): {"prompt": f"{name} of {row}"}
        for row in range(len(texts))
        for column, name in enumerate(words)
    }
    results = study.with_words(results, "prompt", written)
    order = [each for each in wordings for _ in models]
    for cell in plan.plan(results, MODELS):
        wording = order[cell.variant]
        expected = {WRITTEN: texts[cell.input], HAND: hand[cell.input]}.get(
            wording, f"{wording} of {cell.input}"
        )
        assert cell.text == expected


@pytest.mark.parametrize("at", ENDPOINTS, ids=lambda each: each.id)
def test_who_rewrites_for_an_endpoint_says_that_it_does(at: Any) -> None:
    for each in rewriters(at):
        assert each.result == "prompt"
    assert not [each for each in rewriters(at) if each.id == at.id]


def test_an_experiment_remembers_what_wrote_its_words() -> None:
    found = study.draft(asked(wordings=[ENHANCER]), NAMES).then
    assert found is not None
    assert study.with_words(found, "prompt", {}, "that one").before == "that one"
