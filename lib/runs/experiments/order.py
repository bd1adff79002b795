"""From a plan with its prices to an experiment that may begin."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lib.runs.experiments import manifest, plan
from lib.runs.experiments.plan import Cell, Draft
from lib.runs.params import stored
from lib.store import Store, ledger
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
) -> NewExperiment:
    """The experiment of these cells at the prices that are `known` by their keys (USD), for `nonce`
    of the press that begins it. Cells with problems stay out of it. Raises `KeyError` when a price
    is missing, and `StoreError`."""
    factors = {
        of: ledger.overrun(store, profile, *of)
        for of in {(each.endpoint, each.model) for each in cells}
    }
    planned: list[NewCell] = []
    for each in cells:
        if each.problems:
            continue
        price = known[plan.key(each)]
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
