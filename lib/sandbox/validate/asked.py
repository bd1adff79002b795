"""What a call must hold: all parameters of a submit, or those that its price depends on."""

from collections.abc import Collection

from lib.deapi.contract import Endpoint, Param

_FREE = ("delivery", "inline", "extra")
"""Roles of parameters that make no price (gotchas §5 for the extras)."""


class Asked:
    """The parameters that are looked at, and which of them may be missing."""

    def __init__(self, endpoint: Endpoint, given: Collection[str], *, price: bool) -> None:
        """`given` are the names of what was sent."""
        self._endpoint = endpoint
        self.price = price
        self.replaced = _replaced(endpoint, given) if price else frozenset[str]()
        """The parameters in whose place measures were sent."""
        self.params = self._params(given)

    def needs(self, param: Param) -> bool:
        return param.required and not self.may_miss(param.name)

    def may_miss(self, name: str) -> bool:
        """Whether the price can be told without this parameter, which the submit requires.

        Prices in JSON take no files. Where a file can be described by its measures, it is the one
        that counts, and only it.
        """
        if not self.price or not self._endpoint.has(name):
            return False
        if name in self.replaced:
            return True
        if not self._endpoint.param(name).is_file:
            return False
        measured = {param.measures[0] for param in self._endpoint.measures if param.measures}
        files = {file.name for file in self._endpoint.files}
        if self._endpoint.price_encoding == "json" or self.replaced:
            return True
        return bool(measured & files) and name not in measured

    def _params(self, given: Collection[str]) -> tuple[Param, ...]:
        if not self.price:
            return self._endpoint.params
        own = [param for param in self._endpoint.params if param.role not in _FREE]
        measures = [
            measure
            for measure in self._endpoint.measures
            if measure.measures and (measure.measures[0] in self.replaced)
        ]
        names = {measure.name for measure in measures}
        return (
            *(
                param
                for param in own
                if param.name not in names and not self._is_away(param, given)
            ),
            *measures,
        )

    def _is_away(self, param: Param, given: Collection[str]) -> bool:
        return param.name in self.replaced and param.name not in given


def _replaced(endpoint: Endpoint, given: Collection[str]) -> frozenset[str]:
    """What isn't there, while a measure of it is that is no parameter of the submit itself."""
    return frozenset(
        measure.measures[0]
        for measure in endpoint.measures
        if measure.measures
        and measure.measures[0] not in given
        and measure.name in given
        and not endpoint.has(measure.name)
    )
