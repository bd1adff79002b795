"""Which numbers a parameter takes from one model.

The documented bounds and the model's own meet here, and so does the grid that sizes lie on.
Decimals count as they are written: 0.1 is a tenth, so that a grid of tenths has it.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from lib.deapi.contract import GRIDS, Param
from lib.deapi.models import Model

Number = int | float

SMALLEST, LARGEST = -(2**63), 2**63 - 1
"""An integer on the wire has 64 bits: a longer one is none to deAPI, whatever the parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The numbers between `low` and `high`, both included, that are multiples of `step`.

    What is None bounds nothing. `whole` leaves the integers of 64 bits.
    """

    low: Number | None
    high: Number | None
    step: Number | None
    whole: bool

    def nearest(self, value: Number) -> Number:
        """The number of the range nearest to `value`, which is finite."""
        near, grid = _exact(value), self._grid()
        if grid is not None:
            near = round(near / grid) * grid
        low, high = self._ends()
        if low is not None:
            near = max(near, low)
        if high is not None:
            near = min(near, high)
        return int(near) if self.whole else float(near)

    def misses(self, value: Number) -> bool:
        """Whether `value` lies off the grid."""
        grid = self._grid()
        return grid is not None and _exact(value) % grid != 0

    @property
    def is_empty(self) -> bool:
        low, high = self._ends()
        return low is not None and high is not None and low > high

    def tidy(self) -> "Range":
        """The same numbers, with bounds that are among them."""
        low, high = self._ends()
        grid = self._grid()
        return replace(
            self,
            low=None if self.low is None else _plain(low),
            high=None if self.high is None else _plain(high),
            step=None if self.step is None else _plain(grid),
        )

    def _grid(self) -> Fraction | None:
        """The distance between two numbers. Of the multiples of 1.5, the whole ones are 3 apart."""
        if self.step is None:
            return Fraction(1) if self.whole else None
        return Fraction(_exact(self.step).numerator) if self.whole else _exact(self.step)

    def _ends(self) -> tuple[Fraction | None, Fraction | None]:
        """The lowest and the highest number, on the grid."""
        low = None if self.low is None else _exact(self.low)
        high = None if self.high is None else _exact(self.high)
        if self.whole:
            low = Fraction(SMALLEST) if low is None else max(low, Fraction(SMALLEST))
            high = Fraction(LARGEST) if high is None else min(high, Fraction(LARGEST))
        if (grid := self._grid()) is not None:
            low = None if low is None else math.ceil(low / grid) * grid
            high = None if high is None else math.floor(high / grid) * grid
        return low, high


def of(param: Param, model: Model) -> Range:
    """What `model` takes for `param`: the narrower of the documented and the model's bounds
    (`min_X` and `max_X`, gotchas §6), on the model's grid.

    A model's limits that leave no number at all are not believed, the grid first.
    """
    grid = GRIDS.get(param.name)
    step = None if grid is None else model.limit(grid)
    documented = Range(
        low=param.minimum, high=param.maximum, step=None, whole=param.type == "integer"
    )
    bounded = replace(
        documented,
        low=_highest(param.minimum, model.limit(f"min_{param.name}")),
        high=_lowest(param.maximum, model.limit(f"max_{param.name}")),
    )
    stepped = replace(bounded, step=step if step is not None and step > 0 else None)
    return next(
        (each.tidy() for each in (stepped, bounded) if not each.is_empty), documented.tidy()
    )


def _highest(*bounds: Number | None) -> Number | None:
    return max((each for each in bounds if each is not None), default=None)


def _lowest(*bounds: Number | None) -> Number | None:
    return min((each for each in bounds if each is not None), default=None)


def _exact(value: Number) -> Fraction:
    return Fraction(value) if isinstance(value, int) else Fraction(str(value))


def _plain(value: Fraction | None) -> Number | None:
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)
