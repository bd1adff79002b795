"""Values of parameters, each of which may be one or a list of them."""

from collections.abc import Iterable
from typing import Any, cast

from lib.deapi.media import Upload


def several(value: Any) -> list[Any]:
    """`value` as a list; what is none becomes the only one in it."""
    return cast(list[Any], value) if isinstance(value, list) else [value]


def files_in(values: Iterable[Any]) -> list[Upload]:
    """Every file among these values, in their order."""
    flat = (each for value in values for each in several(value))
    return [each for each in flat if isinstance(each, Upload)]
