"""What a result cost, beside what was quoted for it."""

from decimal import Decimal

import pytest

from lib.ui import result
from tests.unit.ui.making import run


@pytest.mark.parametrize(
    ("price", "estimated", "told"),
    [
        ("0.0019", False, "$0.0019"),
        ("0.0019", True, "$0.0019 (estimated)"),
        ("0.0025", False, "$0.0025, quoted $0.0019"),
        ("0.0025", True, "$0.0025 (estimated), quoted $0.0019"),
        ("0.0018999", False, "$0.0018999, quoted $0.0019"),
    ],
)
def test_the_quote_is_named_where_it_was_another_price(
    price: str, estimated: bool, told: str
) -> None:
    done = run(price=Decimal(price), price_estimated=estimated, quote=Decimal("0.0019"))
    assert result._line(done, "", []).count(told) == 1
    assert ("quoted" in result._line(done, "", [])) == ("quoted" in told)
