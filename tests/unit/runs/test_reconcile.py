"""The books beside the balance: a drift is told, and only a drift."""

from decimal import Decimal

import httpx
import pytest

from lib.runs import reconcile
from lib.runs.profiles import SANDBOX
from lib.runs.reconcile import Comparison, compare
from lib.store import Books, balances, ledger, runs
from tests.unit.runs.scripted import PRICE, Answer, World, reply


def see(
    world: World,
    left: str,
    posted: str = "0",
    held: str = "0",
    *,
    after: float = 60.0,
    estimates: int = 0,
) -> Comparison | None:
    """A look `after` seconds, and what is said then."""
    world.time.move(seconds=after)
    books = Books(posted=Decimal(posted), held=Decimal(held), estimates=estimates)
    now = world.time.now()
    balances.note(world.store, SANDBOX, Decimal(left), books, now, now)
    return compare(world.store, SANDBOX)


def stands(world: World, left: str, posted: str = "0") -> None:
    """Two looks that see the same, so that the comparison may start there."""
    see(world, left, posted)
    see(world, left, posted)


def drift(found: Comparison | None) -> Decimal | None:
    assert found is not None
    return found.drift


def test_nothing_is_compared_before_a_look_at_which_nothing_is_held(world: World) -> None:
    assert compare(world.store, SANDBOX) is None
    assert see(world, "5", held="0.1") is None
    assert drift(see(world, "4.9", posted="0.1")) == 0


def test_what_was_spent_is_what_the_account_lost(world: World) -> None:
    see(world, "5")
    found = see(world, "4.90001", posted="0.09999")
    assert found is not None
    assert (found.lost, found.booked, found.drift) == (Decimal("0.09999"), Decimal("0.09999"), 0)


@pytest.mark.parametrize("left", ["4.9", "4.85", "4.8"])
def test_what_is_held_may_be_charged_or_not(world: World, left: str) -> None:
    see(world, "5.000")
    assert drift(see(world, left, posted="0.1", held="0.1")) == 0


@pytest.mark.parametrize(
    ("left", "held", "told"),
    [("4.7", "0", "0.2"), ("4.7", "0.1", "0.1"), ("6", "0", "-1.1"), ("6", "5", "-1.1")],
)
def test_a_drift_is_told_by_the_second_look_that_finds_one(
    world: World, left: str, held: str, told: str
) -> None:
    stands(world, "5.000")
    assert drift(see(world, left, "0.1", held)) is None
    assert drift(see(world, left, "0.1", held)) == Decimal(told)


def test_one_look_alone_is_no_drift(world: World) -> None:
    stands(world, "5.000")
    assert drift(see(world, "4.7", "0.1")) is None
    assert drift(see(world, "4.9", "0.1")) == 0
    assert drift(see(world, "4.7", "0.1")) is None


def test_two_looks_at_the_same_passing_state_are_no_drift(world: World) -> None:
    stands(world, "5.000")
    assert drift(see(world, "4.7", "0.1")) is None
    assert drift(see(world, "4.7", "0.1", after=2)) is None
    assert drift(see(world, "4.6", "0.1", after=2)) is None
    assert drift(see(world, "4.6", "0.1", after=20)) == Decimal("0.3")


def test_looks_that_miss_it_on_different_sides_are_no_drift(world: World) -> None:
    stands(world, "5.000")
    assert drift(see(world, "4.7", "0.1")) is None
    assert drift(see(world, "5.2", "0.1")) is None


def test_a_first_look_at_a_passing_state_is_no_start(world: World) -> None:
    """A job has failed, and its refund comes a second later."""
    see(world, "4.9")
    see(world, "5.000", after=2)
    assert drift(see(world, "5.000")) == 0
    assert drift(see(world, "4.9", "0.1")) == 0


def test_an_account_on_which_somebody_spends_all_the_time_has_a_drift(world: World) -> None:
    found = None
    for n in range(12):
        found = see(world, str(Decimal(5) - Decimal(n) / 10))
    assert drift(found) == Decimal("1.1")


def test_a_drift_is_not_told_while_prices_are_estimates(world: World) -> None:
    stands(world, "5.000")
    run = world.accept(world.order())
    runs.settle_done(world.store, run, Decimal("0.1"), estimated=True)
    for _ in range(2):
        found = see(world, "4.8", "0.1", estimates=1)
        assert found is not None
        assert (found.drift, found.estimates) == (None, 1)
    ledger.correct(world.store, run.id, Decimal("0.2"))
    found = see(world, "4.8", "0.2")
    assert found is not None
    assert (found.drift, found.estimates) == (0, 0)


def test_looks_from_before_a_correction_tell_of_no_drift(world: World) -> None:
    stands(world, "5.000")
    run = world.accept(world.order())
    runs.settle_done(world.store, run, Decimal("0.1"), estimated=True)
    see(world, "4.8", "0.1", estimates=1)
    see(world, "4.8", "0.1", estimates=1)
    world.time.move(seconds=1)
    ledger.correct(world.store, run.id, Decimal("0.2"))
    assert drift(compare(world.store, SANDBOX)) is None


def test_an_estimate_that_deapi_never_changes_hides_a_drift_for_a_day(world: World) -> None:
    stands(world, "5.000")
    run = world.accept(world.order())
    runs.settle_done(world.store, run, Decimal("0.1"), estimated=True)
    see(world, "4.8", "0.1", estimates=1)
    assert drift(see(world, "4.8", "0.1", estimates=1)) is None
    world.time.move(hours=25)
    assert drift(see(world, "4.8", "0.1")) == Decimal("0.1")


def test_what_rounding_to_cents_may_hide_is_no_drift(world: World) -> None:
    stands(world, "5.01")
    see(world, "5.00", "0.002")
    assert drift(see(world, "5.00", "0.002")) == 0
    assert drift(see(world, "4.99", "0.002")) is None
    assert drift(see(world, "4.99", "0.002")) == Decimal("0.018")


def test_a_new_starting_point_forgets_the_drift(world: World) -> None:
    stands(world, "5")
    see(world, "9")
    assert drift(see(world, "9")) == -4
    balances.begin_anew(world.store, SANDBOX)
    assert compare(world.store, SANDBOX) is None
    assert drift(see(world, "9")) == 0


def look(world: World) -> None:
    world.loop.submit(reconcile.look(world.loop, world.store, world.profile)).result(timeout=10)


def left(usd: str) -> httpx.Response:
    return reply({"data": {"balance": float(usd)}})


def test_a_look_stands_beside_the_books_of_its_moment(world: World) -> None:
    world.deapi.balances = [left("5"), left("4.998")]
    look(world)
    world.go(world.order())
    world.time.move(seconds=1)
    look(world)
    assert drift(compare(world.store, SANDBOX)) == 0
    now, *_, first = balances.last(world.store, SANDBOX, 9)
    assert (first.amount, first.posted) == (5, 0)
    assert (now.amount, now.posted) == (Decimal("4.998"), PRICE)


def test_a_look_during_which_the_books_moved_is_not_written_down(world: World) -> None:
    answer, order = left("5"), world.order

    async def orders_meanwhile(_: httpx.Request) -> httpx.Response:
        await world.loop.thread(order)
        return answer

    script: list[Answer] = [orders_meanwhile]
    world.deapi.balances = script
    look(world)
    assert balances.last(world.store, SANDBOX, 9) == []


def test_a_key_that_may_not_see_the_balance_compares_nothing(world: World) -> None:
    world.deapi.balances = [reply({"code": "insufficient_permissions"}, 403)]
    look(world)
    assert compare(world.store, SANDBOX) is None
