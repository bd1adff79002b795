"""From a plan with its prices to an experiment that may begin."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from lib.runs.experiments import manifest, plan
from lib.runs.experiments.plan import Cell, Draft
from lib.runs.params import stored
from lib.store import Store, experiments, ledger
from lib.store.experiments import NewCell, NewExperiment


def order(
    store: Store,
    draft: Draft,
    cells: Sequence[Cell],
    known: Mapping[str, Decimal],
    *,
    profile: str,
    person: str,
    nonce: str,
    title: str,
    most: Decimal | None = None,
    shared: bool = False,
    kept: Mapping[str, str] | None = None,
) -> NewExperiment:
    """The experiment of these cells at the prices that are `known` by their keys (USD), for `nonce`
    of the press that begins it. Cells with problems stay out of it. `kept` are results from before
    that are to be reused (`reusable`); with them, even with none, what is asked for twice is made
    once. Raises `KeyError` when a price is missing, and `StoreError`.
    """
    factors = {
        of: ledger.overrun(store, profile, *of)
        for of in {(each.endpoint, each.model) for each in cells}
    }
    planned: list[NewCell] = []
    asked: set[str] = set()
    for each in cells:
        if each.problems:
            continue
        name, price = same(each), known[plan.key(each)]
        again = kept is not None and name in asked and name not in kept
        asked.add(name)
        if again:
            price = Decimal(0)
        planned.append(
            NewCell(
                input=each.input,
                variant=each.variant,
                endpoint=each.endpoint,
                model=each.model,
                params=stored(each.params),
                text=each.text,
                quote=price,
                reserved=price * factors[each.endpoint, each.model],
                run_id=(kept or {}).get(name),
                reused=again,
            )
        )
    return NewExperiment(
        profile=profile,
        person=person,
        nonce=nonce,
        title=title,
        plan=manifest.written(draft),
        cells=planned,
        most=most,
        shared=shared,
    )


def reusable(store: Store, profile: str, person: str, cells: Sequence[Cell]) -> dict[str, str]:
    """The results that this person has of the very same: by `same` of the cells, the run. Raises
    `StoreError`."""
    found: dict[str, str] = {}
    for of in {(each.endpoint, each.model) for each in cells if not each.problems}:
        there = experiments.kept(store, profile, person, *of)
        mine = [each for each in cells if (each.endpoint, each.model) == of and not each.problems]
        for each in mine:
            run_id = there.get(experiments.same(stored(each.params)))
            if run_id is not None:
                found[same(each)] = run_id
    return found


def to_pay(cells: Sequence[Cell], kept: Collection[str] | None) -> list[Cell]:
    """Those of an order of these that cost something, if `kept` are the results to be reused."""
    good = [each for each in cells if not each.problems]
    if kept is None:
        return good
    first: dict[str, Cell] = {}
    for each in good:
        first.setdefault(same(each), each)
    return [each for name, each in first.items() if name not in kept]


def same(cell: Cell) -> str:
    """What is equal for cells that ask for the same."""
    return f"{cell.endpoint}:{cell.model}:{experiments.same(stored(cell.params))}"
