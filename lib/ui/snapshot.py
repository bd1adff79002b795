"""What stands beside every page, as it was in one moment: else a run that ends between two looks
would be held and spent at once. And what ended, or waits, before the first page was drawn."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from lib.store import (
    HOLDING,
    Run,
    Spent,
    Store,
    StoreError,
    Use,
    bells,
    caps,
    experiments,
    ledger,
    recipes,
    runs,
)
from lib.store.experiments import Experiment
from lib.store.recipes import RecipeRun

Ended = Run | Experiment | RecipeRun
RECENT = timedelta(days=7)
"""What ended longer ago is no news to anybody."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A person's runs that have not ended, newest first; their running experiments, and runs of
    recipes that go on by themselves, id → title; what they have spent, what is held for them (USD),
    and how much of each cap is used; and when that was."""

    at: datetime
    runs: Sequence[Run]
    experiments: Mapping[str, str]
    recipes: Mapping[str, str]
    spent: Spent
    held: Decimal
    uses: Sequence[Use]


def take(store: Store, profile: str, person: str) -> Snapshot:
    """Raises `StoreError`."""
    now = store.now()  # before it: what ends in between is told of once more rather than never
    with store.snapshot():
        open_now = runs.running(store, profile, person)
        # Whenever it was held: what last month left open still is.
        of_runs = sum((run.reserved for run in open_now if run.state in HOLDING), Decimal(0))
        return Snapshot(
            at=now,
            runs=open_now,
            experiments=experiments.running(store, profile, person),
            recipes=recipes.running(store, profile, person),
            spent=ledger.spent(store, profile, person),
            held=of_runs + experiments.held(store, profile, person),
            uses=caps.uses(store, profile, person),
        )


def missed(store: Store, profile: str, person: str, limit: int) -> list[Ended]:
    """What of a person's has ended since they opened the bell last, and what waits for them, the
    last first and at most `limit`; nothing from before their first visit, which is noted here.
    Raises `StoreError`."""
    now = store.now()
    with store.snapshot():
        opened = bells.opened(store, profile, person)
        if opened is not None:
            since = max(opened, now - RECENT)
            found: list[Ended] = [
                *runs.ended(store, profile, person, since, limit=limit),
                *experiments.ended(store, profile, person, since, limit=limit),
                *recipes.ended(store, profile, person, since, limit=limit),
                # Since whenever: nothing of it goes on before they answer.
                *experiments.asking(store, profile, person, limit=limit),
                *recipes.asking(store, profile, person, limit=limit),
            ]
            return sorted(found, key=_end, reverse=True)[:limit]
    with suppress(StoreError):  # a full disk keeps nobody from a page: the next visit is noted
        bells.open_at(store, profile, person, now)
    return []


def _end(ended: Ended) -> datetime:
    kept = ended.kept_at if isinstance(ended, Run) else None
    return kept or ended.ended_at or ended.created_at
