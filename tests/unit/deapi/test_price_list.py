"""The price list says what the specification's table says, row by row."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lib.deapi.contract import endpoint
from lib.deapi.price_list import PRICE_LIST, ListPrice

FACTS = Path(__file__).parents[2] / "contract" / "facts" / "contract.json"
ROWS: list[dict[str, Any]] = json.loads(FACTS.read_text(), parse_float=Decimal)["pricing_table"]
PAIRS = list(zip(PRICE_LIST, ROWS, strict=False))


def test_every_row_is_there_and_no_other() -> None:
    assert len(PRICE_LIST) == len(ROWS)


@pytest.mark.parametrize(("ours", "row"), PAIRS)
def test_a_row_says_the_same(ours: ListPrice, row: dict[str, Any]) -> None:
    assert ours.usd == row.get("usd")
    assert ours.unit == row.get("unit", "")
    assert ours.exact is (row.get("approx") is False)
    conditions = re.search(r"\((\d.*)\)", row["service"])
    assert ours.conditions == (conditions[1] if conditions else "")


@pytest.mark.parametrize("ours", PRICE_LIST)
def test_the_conditions_are_parameters_of_the_endpoint(ours: ListPrice) -> None:
    at = endpoint(ours.endpoint)
    assert all(at.has(name) for name in ours.like)
    assert all(str(value) in ours.conditions for value in ours.like.values()) or not ours.conditions


@pytest.mark.parametrize(("ours", "row"), PAIRS)
def test_a_row_that_only_names_a_price_call_names_that_of_its_endpoint(
    ours: ListPrice, row: dict[str, Any]
) -> None:
    if ours.usd is None:
        assert (endpoint(ours.endpoint).price_path or "-") in row["price"]
