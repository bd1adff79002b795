"""The lines of the table that a batch was made of, out of its plan: those that were sent together
(packing) are apart again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is the one that the line has in the table, from 1, `input` the row of the plan, from
    0, and `at` the line's place in it. `values` is what it gives to the fields, `beside` what else
    stood in the table, and `of` how many were sent with it, itself included."""

    number: int
    input: int
    at: int
    of: int
    values: Mapping[str, Any]
    beside: Mapping[str, str]


def lines(plan: Mapping[str, Any]) -> list[Line]:
    """Of a plan as it is written down (manifest), in the order of the table."""
    found: list[Line] = []
    for row, told in enumerate(plan.get("inputs", [])):
        found += _of(row, told, len(found))
    return found


def numbers(plan: Mapping[str, Any]) -> list[int]:
    """What each row of a plan goes by where it is shown: the number of its first line, if all have
    one, or else its own."""
    told: list[Sequence[int]] = [each.get("numbers") or () for each in plan.get("inputs", [])]
    return [each[0] for each in told] if all(told) else [*range(1, len(told) + 1)]


def columns(found: Sequence[Line]) -> tuple[list[str], list[str]]:
    """The fields that any line gives something to, and the other columns of the table."""
    fields = dict.fromkeys(name for each in found for name in each.values)
    beside = dict.fromkeys(name for each in found for name in each.beside)
    return list(fields), list(beside)


def text(value: Any) -> str:
    """What a person gave, as text: of a file its name."""
    if isinstance(value, list):
        return "\n".join(text(each) for each in cast(list[Any], value))
    if isinstance(value, Mapping):
        return str(cast(Mapping[str, Any], value).get("name", ""))
    return "" if value is None else str(value)


def _of(row: int, told: Mapping[str, Any], before: int) -> Iterator[Line]:
    """The lines of a row. Without numbers, as of a plan that was written when there were none, they
    count on from those `before`."""
    values: Mapping[str, Any] = told.get("values", {})
    beside: Sequence[Mapping[str, str]] = told.get("beside") or [{}]
    count = len(beside)
    numbers: Sequence[int] = told.get("numbers") or ()
    if len(numbers) != count:
        numbers = range(before + 1, before + count + 1)
    for at, (number, other) in enumerate(zip(numbers, beside, strict=True)):
        mine = {name: _part(value, at, count) for name, value in values.items()}
        yield Line(number, row, at, count, mine, other)


def _part(value: Any, at: int, count: int) -> Any:
    """Of a list with a value for each line, that one's."""
    if not isinstance(value, list):
        return value
    each = cast(list[Any], value)
    return each[at] if len(each) == count else each
