"""What stands beside every page, as it was in one moment: else a run that ends between two looks
would be held and spent at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.store import HOLDING, Run, Spent, Store, Use, caps, experiments, ledger, recipes, runs


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A person's runs that have not ended, newest first; their running experiments, and runs of
    recipes that go on by themselves, id → title; what they have spent, what is held for them (USD),
    and how much of each cap is used."""

    runs: Sequence[Run]
    experiments: Mapping[str, str]
    recipes: Mapping[str, str]
    spent: Spent
    held: Decimal
    uses: Sequence[Use]


def take(store: Store, profile: str, person: str) -> Snapshot:
    """Raises `StoreError`."""
    with store.snapshot():
        open_now = runs.running(store, profile, person)
        # Whenever it was held: what last month left open still is.
        of_runs = sum((run.reserved for run in open_now if run.state in HOLDING), Decimal(0))
        return Snapshot(
            runs=open_now,
            experiments=experiments.running(store, profile, person),
            recipes=recipes.running(store, profile, person),
            spent=ledger.spent(store, profile, person),
            held=of_runs + experiments.held(store, profile, person),
            uses=caps.uses(store, profile, person),
        )
