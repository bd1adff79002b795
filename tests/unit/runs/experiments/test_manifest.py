"""A plan that was written down plans the same cells again; what is no plan is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.deapi import media
from lib.deapi.contract import endpoint
from lib.runs.experiments import manifest, plan
from lib.runs.experiments.manifest import BadManifest
from lib.runs.experiments.plan import Draft, Input, Variant
from lib.store import Store, files
from tests.support.values import RUBBISH
from tests.unit.runs.scripted import picture
from tests.unit.ui.catalogue import MODELS

AT = endpoint("images.generations")
ANY_TEXT = st.text(st.sampled_from("aü😀\n\0\ud800\udfff"), max_size=3)
"""Also what nothing can show or keep: NUL and halves of pairs."""
MODEL = next(each for each in MODELS if each.inference_types & {*AT.inference_types})


_NO_NUMBERS: list[Any] = [
    [0],
    [-1],
    [True],
    [1.0],
    ["1"],
    [4001],
    [2**63],
    [],
    [1, 2],
    [[1]],
    {},
    7,
]


def _line(numbers: Any) -> dict[str, Any]:
    return {"name": "x", "values": {}, "beside": [{}], "numbers": numbers}


def draft(**values: Any) -> Draft:
    told: dict[str, Any] = {
        "endpoint": AT.id,
        "inputs": [Input(name="fox", values={"prompt": "a fox"}), Input(name="", values={})],
        "variants": [
            Variant(name="quick", model=MODEL.slug, values={"steps": 2}),
            Variant(name="slow", model=MODEL.slug, values={"steps": 4}),
        ],
        "seed": 7,
        "shared": {"negative_prompt": "blur"},
        "own": {(1, 0): {"prompt": "a hare"}},
    }
    return Draft(**(told | values))


def again(store: Store, told: Draft) -> Draft:
    return manifest.read(json.loads(json.dumps(manifest.written(told))), store, "ada")


def shown(store: Store, told: Any) -> str:
    """Why it is no plan, or what is kept of it, which can be planned."""
    try:
        found = manifest.read(told, store, "ada")
    except BadManifest as error:
        return str(error)
    plan.plan(found, MODELS)
    return json.dumps(manifest.written(found), ensure_ascii=False, allow_nan=False)


def test_the_same_cells_are_planned_again(store: Store) -> None:
    told = draft()
    assert again(store, told) == told
    assert plan.plan(again(store, told), MODELS) == plan.plan(told, MODELS)


def test_two_stages_are_written_down_as_one_plan(store: Store) -> None:
    results = draft(
        variants=[Variant(name="better", model=draft().variants[0].model, words=0)], own={}
    )
    words = Variant(name="better", model="", endpoint="v1.prompt.image")
    told = draft(variants=[words], own={}, then=results, view="lab")
    assert again(store, told) == told


def test_the_lines_of_a_table_keep_their_numbers(store: Store) -> None:
    line = Input(name="fox", values={}, beside=({"article": "A-3"}, {}), numbers=(3, 4000))
    told = draft(inputs=[line, Input(name="", values={})])
    assert again(store, told) == told


def test_what_an_experiment_came_from_stays_where_it_was(store: Store) -> None:
    told = draft(before="another experiment")
    assert manifest.written(told)["before"] == "another experiment"
    assert again(store, told) == draft()


def test_files_are_ones_own_and_found_by_their_content_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(picture())
    kept = files.save_upload(store, "ada", media.inspect(path, "fox.png"))
    told = draft(inputs=[Input(name="fox", values={"image": kept})], own={})
    assert again(store, told) == told
    facts = manifest.written(told)
    facts["inputs"][0]["values"]["image"] |= {"size": 1, "width": 9}
    assert manifest.read(facts, store, "ada") == told
    with pytest.raises(BadManifest, match="have not given"):
        manifest.read(facts, store, "bob")


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        ("version", 2, "version"),
        ("endpoint", "images.nothing", "endpoint"),
        ("inputs", {}, "inputs"),
        ("inputs", [{"name": "x" * 201, "values": {}}], "inputs › 0 › name"),
        (
            "inputs",
            [{"name": "x", "values": {"prompt": {"upload": "../../etc", "size": 1}}}],
            "not given",
        ),
        ("inputs", [{"name": "x", "values": {"prompt": "x" * 20_001}}], "prompt"),
        *(("inputs", [_line(each)], "inputs › 0 › numbers") for each in _NO_NUMBERS),
        ("inputs", [_line([7]), _line([7])], "inputs"),
        ("variants", [{"name": "x", "values": {}}], "model"),
        ("variants", [{"name": "x", "model": "", "values": {}, "endpoint": "x"}], "endpoint"),
        ("variants", [{"name": "x", "model": "", "values": {}, "words": -1}], "words"),
        ("then", {"seed": 1}, "then › inputs"),
        ("view", 7, "view"),
        ("own", [{"input": 9, "variant": 0, "values": {}}], "own › 0 › input"),
        ("seed", True, "seed"),
        ("seed", -1, "seed"),
        ("view", "\ud800", "view must be a text"),
        ("inputs", [{"name": "\ud800x", "values": {}}], "inputs › 0 › name must be a text"),
        ("inputs", [{"name": "x", "values": {"prompt": "a \0 fox"}}], "prompt must be a text"),
        ("inputs", [{"name": "x", "values": {"prompt": ["a", "\udfff"]}}], "prompt must be a text"),
        ("inputs", [{"name": "x", "values": {"\ud800": 1}}], "values › . must be a text"),
        ("inputs", [{"name": "x", "values": {}, "beside": [{"\0": "x"}]}], "beside › 0"),
        (
            "inputs",
            [{"name": "x", "values": {"loras": [{"\ud800": 1}]}}],
            "loras › . must be a text",
        ),
        ("shared", {"steps": float("nan")}, "steps must be"),
        ("shared", {"steps": [float("inf")]}, "steps must be"),
    ],
)
def test_what_is_no_plan_is_refused_by_its_place(
    store: Store, where: str, value: Any, said: str
) -> None:
    with pytest.raises(BadManifest, match=said):
        manifest.read(manifest.written(draft()) | {where: value}, store, "ada")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rubbish=RUBBISH
    | st.dictionaries(st.sampled_from([*manifest.written(draft())]), RUBBISH, max_size=4)
)
def test_rubbish_is_refused_and_never_more(store: Store, rubbish: Any) -> None:
    told = rubbish
    if isinstance(rubbish, dict):
        told = manifest.written(draft()) | rubbish
    assert shown(store, told).encode()


JSON = st.recursive(
    ANY_TEXT | st.none() | st.floats() | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "upload"]) | ANY_TEXT, inner, max_size=3)
    ),
    max_leaves=6,
)


PLACES: list[Callable[[Any], dict[str, Any]]] = [
    lambda each: {"view": each},
    lambda each: {"shared": {"prompt": each}},
    lambda each: {"shared": each},
    lambda each: {"inputs": [{"name": each, "values": {}}], "own": []},
    lambda each: {"inputs": [{"name": "", "values": {"x": each}}], "own": []},
    lambda each: {"inputs": [{"name": "", "values": {}, "beside": [each]}], "own": []},
    lambda each: {"variants": [{"name": each, "model": "", "values": {}}]},
    lambda each: {"variants": [{"name": "", "model": each, "values": {}}]},
    lambda each: {"variants": [{"name": "", "model": "", "values": each}]},
    lambda each: {"own": [{"input": 0, "variant": 0, "values": each}]},
]
"""Where something stands in a plan."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.sampled_from(PLACES).flatmap(lambda at: st.builds(at, JSON)))
def test_any_json_within_a_plan_is_refused_or_can_be_shown_and_kept(
    store: Store, told: dict[str, Any]
) -> None:
    whole = json.loads(json.dumps(manifest.written(draft()) | told))
    assert shown(store, whole).encode()
