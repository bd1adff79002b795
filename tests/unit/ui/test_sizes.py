"""Shapes are sizes that the model takes."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.fields import Field
from lib.deapi.models import Model
from lib.ui import sizes
from tests.unit.ui.catalogue import PAIRS, name

SIZED = [pair for pair in PAIRS if "width" in {each.name for each in fields.fields(*pair)}]


def sides(endpoint: Endpoint, model: Model) -> tuple[Field, Field]:
    form = {field.name: field for field in fields.fields(endpoint, model)}
    return form["width"], form["height"]


@pytest.mark.parametrize("pair", SIZED, ids=name)
def test_every_preset_of_every_model_is_accepted(pair: tuple[Endpoint, Model]) -> None:
    width, height = sides(*pair)
    for wide, high in sizes.presets(width, height).values():
        assert fields.check((width, height), {"width": wide, "height": high}) == {}


@pytest.mark.parametrize("pair", SIZED, ids=name)
def test_a_preset_has_its_shape_and_about_the_models_own_area(
    pair: tuple[Endpoint, Model],
) -> None:
    width, height = sides(*pair)
    presets = sizes.presets(width, height)
    assert {"Square", "Portrait 3:4", "Landscape 16:9"} <= set(presets)
    for shape, (wide, high) in presets.items():
        assert abs(math.log(wide / high / sizes.SHAPES[shape])) < math.log(1.15)
        if width.default and height.default:
            assert 0.4 < wide * high / (width.default * height.default) < 2.5


@pytest.mark.parametrize("pair", SIZED, ids=name)
def test_a_size_is_called_by_its_preset(pair: tuple[Endpoint, Model]) -> None:
    width, height = sides(*pair)
    for shape, size in sizes.presets(width, height).items():
        assert sizes.shape_of(width, height, size) == shape
    assert sizes.shape_of(width, height, (1, None)) == sizes.CUSTOM


@settings(max_examples=30)
@given(
    st.integers(1, 64),
    st.sampled_from([None, 1, 8, 16, 64, 128]),
    st.integers(0, 3000),
    st.integers(0, 4),
)
def test_presets_are_legal_whatever_the_limits(
    low: int, step: int | None, span: int, aside: int
) -> None:
    low, high = low * (step or 1), (low + aside) * (step or 1) + span
    side = {"kind": "integer", "required": True, "minimum": low, "maximum": high, "step": step}
    width, height = Field(name="width", **side), Field(name="height", **side)
    for wide, tall in sizes.presets(width, height).values():
        assert fields.check((width, height), {"width": wide, "height": tall}) == {}


def test_a_model_that_publishes_no_limits_still_has_shapes() -> None:
    width = Field(name="width", kind="integer", required=True)
    height = Field(name="height", kind="integer", required=True)
    assert list(sizes.presets(width, height)) == list(sizes.SHAPES)
