"""What was spent is split up without a cent lost, and finds its owner."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from lib.store import Run, Store, history, inherit, ledger, runs, spending
from lib.store.spending import By, Share
from lib.store.tables import LOCAL
from tests.unit.store.making import Clock, Making

USD = Decimal


def spend(store: Store, new: Making, usd: str, **values: str) -> Run:
    """A run that has cost `usd`."""
    claimed = runs.claim(store, ledger.admit(store, new(**values)).id, "engine")
    assert claimed is not None
    accepted = runs.accept(store, claimed, claimed.id)
    assert accepted is not None
    done = runs.settle_done(store, accepted, USD(usd))
    assert done is not None
    return done


@pytest.fixture
def spent(store: Store, clock: Clock, new: Making) -> None:
    clock.at = datetime(2026, 10, 31, 12, tzinfo=UTC)
    spend(store, new, "9", person="ada")
    clock.at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    spend(store, new, "1", person="ada")
    dear = spend(store, new, "0.5", person="bob", model="paint-2")
    clock.at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    spend(store, new, "3", person="bob", endpoint="audio.speech")
    spend(store, new, "7", person="bob", profile="live")
    ledger.correct(store, dear.id, USD("0.75"))
    ledger.admit(store, new(person="ada"))


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("person", [("bob", "3.75", 2), ("ada", "1", 1)]),
        ("endpoint", [("audio.speech", "3", 1), ("images.generations", "1.75", 2)]),
        ("model", [("paint-1", "4", 2), ("paint-2", "0.75", 1)]),
        ("day", [("2026-11-02", "1.75", 2), ("2026-11-24", "3", 1)]),
    ],
)
def test_a_month_is_split_up_in_every_way_with_its_corrections(
    store: Store, by: By, found: list[tuple[str, str, int]]
) -> None:
    told = spending.shares(store, "sandbox", date(2026, 11, 24), by)
    assert told == [Share(name=name, spent=USD(usd), count=count) for name, usd, count in found]


@pytest.mark.usefixtures("spent")
def test_what_each_has_used_today_and_this_month_counts_what_is_held(store: Store) -> None:
    used = spending.by_person(store, "sandbox", date(2026, 11, 24))
    assert used == {
        "ada": (USD("0.003"), USD("1.003")),
        "bob": (USD("3"), USD("3.75")),
    }


@pytest.mark.parametrize(
    ("today", "end"),
    [("2026-11-01", "30"), ("2026-11-10", "3"), ("2026-11-30", "1"), ("2028-02-29", "1")],
)
def test_the_month_s_end_is_projected_from_its_days_so_far(today: str, end: str) -> None:
    assert spending.projected(USD(1), date.fromisoformat(today)) == USD(end)


def test_what_was_made_before_there_were_accounts_goes_to_who_takes_it(
    store: Store, clock: Clock, new: Making
) -> None:
    for person in (LOCAL, "ada"):
        for at in (datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)):
            clock.at = at
            spend(store, new, "1", person=person)
    spend(store, new, "2", person="bob")
    assert inherit.left(store) == 2
    assert inherit.take(store, "ada") == 2
    assert inherit.left(store) == 0
    assert len(history.page(store, history.Filters(profile="sandbox", person="ada"))) == 4
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")
    assert ledger.spent(store, "sandbox", "ada").month_posted == 2
    assert ledger.standing(store, "sandbox").posted == 6
    assert inherit.take(store, "ada") == 0
