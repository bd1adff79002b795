"""The catalogue, in the specification's shapes and in the live service's."""

import json
from pathlib import Path

import pytest

from lib.sandbox.catalogue import BadCatalogue, Catalogue, Model
from tests.unit.sandbox.orders import CATALOGUE


def test_the_shipped_catalogue_has_models_for_every_endpoint() -> None:
    for inference_type in ("txt2img", "img_upscale"):
        assert CATALOGUE.of_types([inference_type])


@pytest.mark.parametrize("spelling", ["img_upscale", "img-upscale", "IMG-UPSCALE"])
def test_types_are_found_however_they_are_written(spelling: str) -> None:
    assert CATALOGUE.of_types([spelling]) == CATALOGUE.of_types(["img_upscale"])


def test_several_types_give_the_models_of_any() -> None:
    both = CATALOGUE.of_types(["txt2img", "img_upscale"])
    assert len(both) == sum(len(CATALOGUE.of_types([each])) for each in ("txt2img", "img_upscale"))


def test_a_type_nobody_knows_gives_none_and_no_type_gives_all() -> None:
    shipped = Path("lib/sandbox/models.json")
    assert CATALOGUE.of_types(["smell2img"]) == []
    assert len(CATALOGUE.of_types([])) == len(json.loads(shipped.read_bytes()))


def test_a_model_written_as_the_live_service_writes_it_is_understood() -> None:
    model = Model.parse(
        {
            "slug": "live",
            "inference_types": {"img-upscale": {"price": 1}},
            "info": {
                "limits": {"min_width": "64", "max_steps": 4, "languages": ["en"]},
                "features": {"supports_steps": "0", "supports_guidance": 1},
            },
        }
    )
    assert model.inference_types == {"img_upscale"}
    assert model.limits == {"min_width": 64.0, "max_steps": 4.0}
    assert model.features == {"supports_steps": False, "supports_guidance": True}


@pytest.mark.parametrize("info", [[], None, {"limits": [], "features": None}])
def test_a_model_that_says_nothing_of_itself_has_no_limits(info: object) -> None:
    model = Model.parse({"slug": "quiet", "info": info})
    assert (model.limits, model.features, model.loras) == ({}, {}, frozenset())


@pytest.mark.parametrize("raw", [None, {}, "models", [{}], [{"slug": 3}], ["slug"]])
def test_what_is_no_list_of_models_is_refused(raw: object) -> None:
    with pytest.raises(BadCatalogue):
        Catalogue(raw)


@pytest.mark.parametrize(
    ("slug", "name", "factor"),
    [("Sharp_x4", "", 4), ("sharp-X8-v2", "", 8), ("sharp", "Sharp x3", 3), ("sharp", "Sharp", 2)],
)
def test_an_upscalers_factor_stands_in_its_names(slug: str, name: str, factor: int) -> None:
    assert Model.parse({"slug": slug, "name": name}).factor == factor
