"""Prices against the rows of deapi.md's pricing table."""

from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from lib.sandbox.money import nanos, number, text
from lib.sandbox.order import Measured, Order
from lib.sandbox.prices import price
from lib.sandbox.validate import check
from tests.unit.sandbox.orders import CATALOGUE, UPSCALES, generation, upscale


@pytest.mark.parametrize(("side", "usd"), [(512, "0.0019"), (1024, "0.0037")])
def test_a_picture_of_four_steps_costs_what_the_table_says(side: int, usd: str) -> None:
    assert price(generation(width=side, height=side, steps=4)) == nanos(usd)


def test_a_picture_costs_in_proportion_to_its_steps() -> None:
    assert price(generation(steps=8)) == 2 * price(generation(steps=4))


def test_a_model_without_steps_costs_as_with_the_tables_four() -> None:
    order = generation()
    params = {name: value for name, value in order.params.items() if name != "steps"}
    assert price(Order(order.endpoint, order.model, params)) == price(order)


def test_an_upscale_from_512_to_2048_costs_what_the_table_says() -> None:
    four_times = next(each for each in CATALOGUE.of_types(["img_upscale"]) if each.factor == 4)
    by_file = Order(UPSCALES, four_times, {}, {"image": (Measured(512, 512),)})
    measures = {"model": four_times.slug, "width": 512, "height": 512}
    by_measures, _ = check(UPSCALES, measures, CATALOGUE, price=True)
    assert price(by_file) == price(by_measures) == nanos("0.00059")


def test_twice_as_wide_costs_a_quarter_of_four_times_as_wide(tmp_path: Path) -> None:
    picture = Image.new("RGB", (512, 512))
    prices = {upscale(picture, tmp_path, number).chosen.factor: number for number in (0, 1)}
    assert set(prices) == {2, 4}
    twice, four_times = (price(upscale(picture, tmp_path, prices[factor])) for factor in (2, 4))
    assert twice * 4 == four_times


@pytest.mark.parametrize("usd", ["0", "0.000000001", "0.00187", "5", "123456.123456789", "10"])
def test_money_is_written_exactly_in_text_and_as_a_number(usd: str) -> None:
    assert text(nanos(usd)) == usd
    assert Decimal(repr(number(nanos(usd)))) == Decimal(usd)
