"""What an experiment would do, cell by cell, before anything is paid.

A pure function: inputs × variants → cells, each checked by the same fields as a form. What differs
between two cells of an input is what their variants say, and nothing else: where nobody gives a
seed, all cells share one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from lib.deapi import fields
from lib.deapi.checks import is_empty
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.field import Field
from lib.deapi.models import NO_MODEL, Model
from lib.runs import quotes
from lib.runs.orders import text_of

MOST_CELLS = 4000
"""As many as stay usable on a page."""
MODEL = "model"
"""Beside the fields: where a problem with the model itself is named."""


class TooManyCells(ValueError):
    """The plan is larger than `MOST_CELLS`; the message says by how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A row: what it gives to the fields, such as a prompt or a file, and what it is called.

    `beside` is what else stood in the table that it comes from, column → text: that of one line,
    or of each of the lines whose texts are sent together (packing). `numbers` are the numbers that
    these lines have in that table, from 1: there may be others between them that were dropped.
    """

    name: str
    values: Mapping[str, Any]
    beside: Sequence[Mapping[str, str]] = ()
    numbers: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A column: a model by its slug, and what it puts into the fields in the place of the row's.

    `endpoint` is another one than the draft's, where it is. `words` is the column, of the
    experiment before this one, that writes the text of this one's cells.
    """

    name: str
    model: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    endpoint: str = ""
    words: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that it takes to plan an experiment of `endpoint`, the same way each time.

    `shared` goes into every cell; a row's values go before those, a variant's before both, and
    `own` before all: what was written for one cell alone, by (row, column). `then` is what the
    results of this one go into: an experiment whose words it writes. `before` is the experiment
    that wrote the words of this one. `view` names the page that it was made on.
    """

    endpoint: str
    inputs: Sequence[Input]
    variants: Sequence[Variant]
    seed: int
    shared: Mapping[str, Any] = field(default_factory=dict[str, Any])
    own: Mapping[tuple[int, int], Mapping[str, Any]] = field(
        default_factory=dict[tuple[int, int], Mapping[str, Any]]
    )
    then: "Draft | None" = None
    before: str = ""
    view: str = ""

    def at(self, column: int) -> Endpoint:
        """The endpoint of a column. Raises `KeyError` when deAPI has none of that name."""
        return endpoint(self.variants[column].endpoint or self.endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One result to be made: `input` and `variant` are its row and column, from 0.

    `problems` has a sentence for each field that would be refused, and such a cell has no
    `params`. `left_out` names what was given and this model does not support.
    """

    input: int
    variant: int
    endpoint: str
    model: str
    text: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    problems: Mapping[str, str] = field(default_factory=dict[str, str])
    left_out: tuple[str, ...] = ()


Known = dict[str, tuple[Cell, ...]]
"""The cells of rows that were planned before, by `_said`."""


def plan(draft: Draft, models: Iterable[Model], known: Known | None = None) -> list[Cell]:
    """Every cell, row by row. Raises `TooManyCells`.

    `known` has the rows of plans that differed in nothing but rows, models included, and takes
    those of this one: of thousands of rows, an edit changes one.
    """
    count = len(draft.inputs) * len(draft.variants)
    if count > MOST_CELLS:
        raise TooManyCells(f"These are {count:,} cells. Plan at most {MOST_CELLS:,} at once.")
    by_slug = {each.slug: each for each in models}
    known = {} if known is None else known
    return [each for row in range(len(draft.inputs)) for each in _row(draft, by_slug, row, known)]


def key(cell: Cell) -> str:
    """The key of its price, which cells share that differ in nothing a price depends on."""
    return quotes.key(endpoint(cell.endpoint), cell.params)


def distinct(cells: Iterable[Cell]) -> dict[str, Cell]:
    """One of the cells for each price there is to ask, by the key of the price."""
    return {key(each): each for each in cells if not each.problems}


def price(cells: Iterable[Cell], known: Mapping[str, Decimal]) -> list[Decimal]:
    """USD of each variant, by its number, out of the prices that are `known` by their keys; cells
    with problems cost nothing. Raises `KeyError` when one is missing."""
    totals: dict[int, Decimal] = {}
    for each in cells:
        cost = Decimal(0) if each.problems else known[key(each)]
        totals[each.variant] = totals.get(each.variant, Decimal(0)) + cost
    return [totals[variant] for variant in sorted(totals)]


def _row(draft: Draft, models: Mapping[str, Model], row: int, known: Known) -> tuple[Cell, ...]:
    said = _said(draft, row)
    if said not in known:
        known[said] = tuple(_cell(draft, models, row, at) for at in range(len(draft.variants)))
    # With the number that the row has here.
    return tuple(each if each.input == row else replace(each, input=row) for each in known[said])


def _said(draft: Draft, row: int) -> str:
    """What is equal for rows whose cells differ in nothing but their number."""
    own = [draft.own.get((row, at), {}) for at in range(len(draft.variants) if draft.own else 0)]
    return repr([sorted(each.items()) for each in (draft.inputs[row].values, *own)])


def _cell(draft: Draft, models: Mapping[str, Model], row: int, column: int) -> Cell:
    given = _given(draft, row, column)
    variant, at = draft.variants[column], draft.at(column)
    model = NO_MODEL if at.model_param is None else models.get(variant.model)
    if model is None:
        gone = {MODEL: "This model is not offered any more."}
        return Cell(
            input=row,
            variant=column,
            endpoint=at.id,
            model=variant.model,
            text="",
            problems=gone,
        )
    form = fields.fields(at, model, given)
    values = _values(form, given, draft.seed)
    problems = fields.check(form, values, at.rules)
    names = {each.name for each in form}
    return Cell(
        input=row,
        variant=column,
        endpoint=at.id,
        model=model.slug,
        text=text_of(at, values),
        params={} if problems else fields.request(at, model, values),
        problems=problems,
        left_out=tuple(sorted(_left_out(at, given.keys() - names, names))),
    )


def _left_out(at: Endpoint, unused: Iterable[str], names: Collection[str]) -> Iterator[str]:
    """Those without a field here, and without one that takes the same: one file or several."""
    for name in unused:
        twin = at.twin(name) if at.has(name) else None
        if twin is None or twin.name not in names:
            yield name


def _given(draft: Draft, row: int, column: int) -> dict[str, Any]:
    """What anybody said about a cell; the more particular goes before the more general."""
    said = (
        draft.shared,
        draft.inputs[row].values,
        draft.variants[column].values,
        draft.own.get((row, column), {}),
    )
    merged = {name: value for each in said for name, value in each.items()}
    return {name: value for name, value in merged.items() if not is_empty(value)}


def _values(form: Sequence[Field], given: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """What was given as it is, for `check` to judge, and defaults for the rest."""
    values = fields.adapt(form, given)
    for each in form:
        if each.name in given:
            values[each.name] = given[each.name]
        if each.random is not None and values[each.name] in (None, each.random):
            values[each.name] = fields.step_to(each, seed)
    return values
