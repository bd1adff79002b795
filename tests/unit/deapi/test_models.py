"""One entry of the catalogue, however the service writes it (gotchas §1)."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi.models import Lora, Model, number

CATALOGUE = Path(__file__).parents[3] / "lib" / "sandbox" / "models.json"
ENTRIES: list[dict[str, Any]] = json.loads(CATALOGUE.read_bytes())

PLAIN: dict[str, Any] = {
    "name": "A Model",
    "slug": "a-model",
    "inference_types": ["txt2img", "img2img"],
    "info": {
        "limits": {"min_width": 256, "max_width": 2048, "min_guidance": 1.5, "steps": 4},
        "features": {"supports_steps": True, "supports_guidance": False},
        "defaults": {"width": 768, "guidance": 7.5, "negative_prompt": "Negative prompt"},
    },
    "loras": [{"display_name": "Film Grain", "name": "film-grain"}],
}

HUGE = pytest.param(10**5000, id="huge")
"""More digits than Python writes out."""


def changed(**parts: Any) -> dict[str, Any]:
    return {**PLAIN, **parts}


def with_info(**parts: Any) -> Model:
    return Model.parse(changed(info=parts))


def test_an_entry_in_the_specifications_shape_is_read() -> None:
    model = Model.parse(PLAIN)
    assert (model.slug, model.name) == ("a-model", "A Model")
    assert model.inference_types == {"txt2img", "img2img"}
    assert model.limits == PLAIN["info"]["limits"]
    assert model.features == PLAIN["info"]["features"]
    assert model.defaults == PLAIN["info"]["defaults"]
    assert model.loras == (Lora("film-grain", "Film Grain"),)
    assert model.raw is PLAIN


@pytest.mark.parametrize(
    "types",
    [
        ["img_upscale", "txt2img"],
        {"img_upscale": "Upscale", "txt2img": None},
        {"img-upscale": {}, "txt2img": False},
        ["IMG-UPSCALE", "txt2img", "txt2img", 7, None],
    ],
)
def test_types_come_as_a_list_or_as_the_keys_of_an_object(types: Any) -> None:
    model = Model.parse(changed(inference_types=types))
    assert model.inference_types == {"img_upscale", "txt2img"}


@pytest.mark.parametrize("types", [None, [], {}, "txt2img", 7])
def test_types_that_cannot_be_read_are_none(types: Any) -> None:
    assert Model.parse(changed(inference_types=types)).inference_types == frozenset()


@pytest.mark.parametrize("nothing", [[], None, {}, "", 0])
def test_an_empty_info_is_an_empty_object(nothing: Any) -> None:
    whole = Model.parse(changed(info=nothing))
    parts = with_info(limits=nothing, features=nothing, defaults=nothing)
    for model in (whole, parts):
        assert (model.limits, model.features, model.defaults) == ({}, {}, {})


def test_an_entry_with_nothing_but_a_slug_is_a_model() -> None:
    model = Model.parse({"slug": "bare"})
    assert (model.name, model.loras) == ("bare", ())


@pytest.mark.parametrize("slug", ["", "  ", None, 7, [], {}])
def test_an_entry_without_a_slug_is_refused(slug: Any) -> None:
    with pytest.raises(ValueError, match="without a slug"):
        Model.parse(changed(slug=slug))
    with pytest.raises(ValueError, match="without a slug"):
        Model.parse({})


@pytest.mark.parametrize("name", ["", " ", None, 7, []])
def test_a_model_without_a_name_goes_by_its_slug(name: Any) -> None:
    assert Model.parse(changed(name=name)).name == "a-model"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (4, 4),
        ("4", 4),
        (" 4 ", 4),
        (4.0, 4),
        ("4.0", 4),
        ("7.5", 7.5),
        ("-1", -1),
        (0, 0),
        ("9007199254740993", 9007199254740993),  # a float would make it …992
        (10**300, 10**300),
    ],
)
def test_numbers_come_as_numbers_and_as_text(written: Any, read: float) -> None:
    assert number(written) == read
    assert with_info(limits={"max_x": written}).limit("max_x") == read


@pytest.mark.parametrize(
    "written",
    [
        *(None, True, False, "", "many", "4 steps", "nan", "inf", math.nan, math.inf, -math.inf),
        *("1e999", {}, {"value": 4}),
        HUGE,
        pytest.param("9" * 5000, id="huge text"),
    ],
)
def test_what_is_no_finite_number_is_no_limit(written: Any) -> None:
    assert number(written) is None
    model = with_info(limits={"max_x": written})
    assert "max_x" not in model.limits
    assert model.limit("max_x") is None


def test_a_list_among_the_limits_is_kept_and_is_no_number() -> None:
    model = with_info(limits={"timestamp_levels": ["word", "char", None, {}], "ratios": [1, "2"]})
    assert model.limits == {"timestamp_levels": ("word", "char"), "ratios": (1, "2")}
    assert model.limit("timestamp_levels") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (True, True),
        (1, True),
        ("1", True),
        ("true", True),
        (1.0, True),
        (False, False),
        (0, False),
        ("0", False),
        ("false", False),
        ("", False),
    ],
)
def test_flags_come_as_booleans_numbers_and_text(written: Any, read: bool) -> None:
    features = with_info(features={"supports_steps": written}).features
    assert features["supports_steps"] is read


@pytest.mark.parametrize("written", [None, "maybe", 2, math.nan, [], HUGE])
def test_what_is_no_flag_says_nothing(written: Any) -> None:
    assert with_info(features={"supports_steps": written}).features == {}


@pytest.mark.parametrize("loras", [None, [], {}, "grain", [None, 7, {}, {"name": ""}, {"name": 7}]])
def test_styles_that_cannot_be_read_are_left_out(loras: Any) -> None:
    assert Model.parse(changed(loras=loras)).loras == ()


def test_a_style_without_a_title_goes_by_its_name() -> None:
    model = Model.parse(changed(loras=[{"name": "grain"}, {"name": "blur", "display_name": 7}]))
    assert model.loras == (Lora("grain", "grain"), Lora("blur", "blur"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["slug"])
def test_the_seed_catalogue_is_read_without_a_loss(entry: dict[str, Any]) -> None:
    model, info = Model.parse(entry), entry["info"]
    as_lists = {name: list(v) if isinstance(v, tuple) else v for name, v in model.limits.items()}
    assert as_lists == info["limits"]
    assert model.features == info["features"]
    assert model.defaults == info["defaults"]
    assert model.inference_types == set(entry["inference_types"])
    assert len(model.loras) == len(entry["loras"] or ())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["slug"])
def test_both_shapes_of_an_entry_make_one_model(entry: dict[str, Any]) -> None:
    """The live service's writing: types as keys with other marks, numbers and flags as text."""
    info = entry["info"]
    live = {
        **entry,
        "inference_types": {name.replace("_", "-"): {} for name in entry["inference_types"]},
        "info": {
            "limits": {
                name: value if isinstance(value, list) else str(value)
                for name, value in info["limits"].items()
            },
            "features": {name: str(int(value)) for name, value in info["features"].items()},
            "defaults": info["defaults"],
        },
    }
    assert Model.parse(live) == Model.parse(entry)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**4000)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(["1", "0", "true", "7.5", "1e999"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["limits", "features", "defaults", "name", "display_name", "min_x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KEYS = ["name", "slug", "inference_types", "info", "loras", "languages"]


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_whatever_an_entry_holds_only_a_missing_slug_is_an_error(entry: dict[str, Any]) -> None:
    slug = entry.get("slug")
    if isinstance(slug, str) and slug.strip():
        model = Model.parse(entry)
        assert (model.slug, bool(model.name)) == (slug, True)
        assert all(math.isfinite(v) for v in model.limits.values() if isinstance(v, int | float))
        assert set(model.features.values()) <= {True, False}
    else:
        with pytest.raises(ValueError, match="without a slug"):
            Model.parse(entry)


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_a_hostile_entry_with_a_slug_is_a_model(
    types: Any, info: Any, loras: Any, name: Any
) -> None:
    entry = {"slug": "x", "inference_types": types, "info": info, "loras": loras, "name": name}
    assert Model.parse(entry).slug == "x"
