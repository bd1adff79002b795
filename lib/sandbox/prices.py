"""What a job costs, in nano-dollars.

deAPI publishes a table of approximate prices (deapi.md, Pricing) and leaves the rest to its price
calls. Each row we use is quoted at its function; how we carry on from the rows is ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib.deapi.contract import Endpoint, Param
from lib.sandbox.money import nanos
from lib.sandbox.order import Order


@dataclass(frozen=True, slots=True)
class Price:
    """How one endpoint is priced.

    `measures` may be sent to the price call instead of the file whose size they give.
    """

    of: Callable[[Order], int]
    measures: tuple[Param, ...] = ()


def price(order: Order) -> int:
    """What `order` costs, in nano-dollars."""
    return _PRICES[order.endpoint.id].of(order)


def measures(endpoint: Endpoint) -> tuple[Param, ...]:
    return _PRICES[endpoint.id].measures


_SMALL, _LARGE = 512**2, 1024**2
_SMALL_PRICE, _LARGE_PRICE = nanos("0.0019"), nanos("0.0037")
_TABLE_STEPS = 4


def _generation(order: Order) -> int:
    """The table: 0.0019 for 512x512 and 0.0037 for 1024x1024, both with 4 steps.

    Ours: a straight line through the two by pixels, times the steps.
    """
    pixels = order.params["width"] * order.params["height"]
    steps = order.params.get("steps", _TABLE_STEPS)
    above_small = (_LARGE_PRICE - _SMALL_PRICE) * (pixels - _SMALL)
    at_table_steps = _SMALL_PRICE * (_LARGE - _SMALL) + above_small
    return round(at_table_steps * steps / ((_LARGE - _SMALL) * _TABLE_STEPS))


def _upscale(order: Order) -> int:
    """The table: 0.00059 for 512 to 2048, four times. Ours: in proportion to the pixels made."""
    size = order.measured["image"][0]
    made = (size.width or 0) * (size.height or 0) * order.chosen.factor**2
    return round(nanos("0.00059") * made / 2048**2)


def _side(name: str) -> Param:
    """A measure of a picture, in pixels; the live service takes 1 to 10240 (gotchas §4)."""
    return Param(
        name=name,
        type="integer",
        required=True,
        minimum=1,
        maximum=10240,
        limits=(f"min_{name}", f"max_{name}"),
    )


_PRICES: Mapping[str, Price] = {
    "images.generations": Price(_generation),
    "images.upscales": Price(_upscale, measures=(_side("width"), _side("height"))),
}
