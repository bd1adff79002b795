"""Nobody spends more than they may, however much is ordered at once."""

import threading
from decimal import Decimal

import pytest

from lib.store import Caps, OverCap, Run, Store, caps, ledger, runs
from lib.store.tables import TEAM
from tests.unit.store.making import Clock, Making

USD = Decimal


def order(store: Store, new: Making, usd: str, person: str = "ada", **values: str) -> Run:
    return ledger.admit(store, new(person=person, reserved=USD(usd), quote=USD(usd), **values))


def held(store: Store) -> Decimal:
    return ledger.spent(store, "sandbox").day_held


def test_without_a_cap_anything_is_admitted(store: Store, new: Making) -> None:
    order(store, new, "1000000")
    assert caps.of(store, "sandbox", "ada") == Caps()
    assert caps.uses(store, "sandbox", "ada") == []


@pytest.mark.parametrize("whose", ["ada", TEAM])
@pytest.mark.parametrize("period", ["day", "month"])
def test_exactly_as_much_as_is_allowed_is_admitted_and_not_a_nano_more(
    store: Store, new: Making, whose: str, period: str
) -> None:
    caps.put(store, "sandbox", whose, Caps(**{period: USD(1)}))
    order(store, new, "0.999999999")
    with pytest.raises(OverCap) as refused:
        order(store, new, "0.000000002")
    assert (refused.value.team, refused.value.period) == (whose == TEAM, period)
    order(store, new, "0.000000001")
    assert held(store) == 1
    assert len(runs.open_runs(store)) == 2


def test_what_was_refused_leaves_nothing_behind(store: Store, new: Making) -> None:
    caps.put(store, "sandbox", TEAM, Caps(day=USD(1)))
    with pytest.raises(OverCap):
        order(store, new, "2")
    assert ledger.books(store, "sandbox") == {}
    assert all(each == ledger.Balance(held=USD(0), posted=USD(0)) for each in sums(store))
    assert runs.open_runs(store) == []


def test_a_press_that_was_admitted_stays_admitted_when_the_cap_is_full(
    store: Store, new: Making
) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(1)))
    first = order(store, new, "1", nonce="one press")
    assert order(store, new, "1", nonce="one press") == first


def test_the_other_person_the_other_profile_and_the_next_day_have_room(
    store: Store, new: Making, clock: Clock
) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(1)))
    order(store, new, "1")
    order(store, new, "1", person="bob")
    order(store, new, "1", profile="live")
    clock.move(days=1)
    order(store, new, "1")


def test_a_month_ends_later_than_a_day(store: Store, new: Making, clock: Clock) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(1), month=USD("1.5")))
    order(store, new, "1")
    clock.move(days=1)
    with pytest.raises(OverCap) as refused:
        order(store, new, "1")
    assert refused.value.period == "month"
    clock.move(days=20)
    order(store, new, "1")


def test_a_hold_that_ends_makes_room(store: Store, new: Making) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(1)))
    first = order(store, new, "1")
    assert runs.cancel(store, first.id, "ada")
    order(store, new, "1")


def test_a_price_above_the_hold_blocks_the_next_run(store: Store, new: Making) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(1)))
    run = runs.claim(store, order(store, new, "0.5").id, "engine")
    assert run
    run = runs.accept(store, run, "job")
    assert run
    assert runs.settle_done(store, run, USD("1.2"))
    [use] = caps.uses(store, "sandbox", "ada")
    assert (use.left, use.share) == (0, USD("1.2"))
    with pytest.raises(OverCap):
        order(store, new, "0.000000001")


def test_caps_are_changed_taken_away_and_never_negative(store: Store, new: Making) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(1)))
    caps.put(store, "sandbox", "ada", Caps(month=USD(0)))
    assert caps.of(store, "sandbox", "ada") == Caps(month=USD(0))
    with pytest.raises(OverCap):
        order(store, new, "0.1")
    caps.put(store, "sandbox", "ada", Caps())
    order(store, new, "0.1")
    with pytest.raises(ValueError, match="below zero"):
        caps.put(store, "sandbox", "ada", Caps(day=USD(-1)))


def test_what_is_left_is_told_for_the_person_and_the_team(store: Store, new: Making) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(2), month=USD(10)))
    caps.put(store, "sandbox", TEAM, Caps(month=USD(20)))
    order(store, new, "0.5")
    order(store, new, "3", person="bob")
    left = [(each.whose, each.period, each.left) for each in caps.uses(store, "sandbox", "ada")]
    assert left == [
        ("ada", "day", USD("1.5")),
        ("ada", "month", USD("9.5")),
        (TEAM, "month", USD("16.5")),
    ]


def test_two_hundred_orders_at_once_are_admitted_as_far_as_each_has_room(
    store: Store, new: Making
) -> None:
    """Each of ten people has room for ten of their twenty."""
    people = [f"person {n}" for n in range(10)]
    for person in people:
        caps.put(store, "sandbox", person, Caps(day=USD(1)))
    together = threading.Barrier(20)
    admitted: list[str] = []

    def press(n: int) -> None:
        together.wait()
        for k in range(10):
            person = people[(n + k) % 10]
            try:
                order(store, new, "0.1", person=person, nonce=f"{n} {k}")
                admitted.append(person)
            except OverCap:
                pass

    threads = [threading.Thread(target=press, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {person: admitted.count(person) for person in people} == dict.fromkeys(people, 10)
    assert held(store) == 10
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")


def sums(store: Store) -> list[ledger.Balance]:
    return list(ledger.sums(store, "sandbox").values())
