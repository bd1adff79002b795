"""The books beside the balance: a drift is told, and only a drift."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.runs import reconcile
from lib.runs.evidence import Says, of_balance
from lib.runs.profiles import SANDBOX
from lib.runs.reconcile import CENT, Comparison, compare
from lib.store import Balance, Run, Seen, balances, runs
from tests.support.waiting import eventually
from tests.unit.runs.scripted import PRICE, Answer, World, accepted, reply
from tests.unit.ui.making import run as any_run

ZERO, FINE = Decimal(0), Decimal("1e-5")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def see(world: World, left: str, posted: str = "0", held: str = "0") -> Comparison | None:
    """A look a minute after the last, and what is said then."""
    world.time.move(minutes=1)
    books = Balance(posted=Decimal(posted), held=Decimal(held))
    balances.note(world.store, SANDBOX, Decimal(left), books, world.time.now())
    return compare(world.store, SANDBOX)


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
    see(world, "5.000")
    assert drift(see(world, left, "0.1", held)) is None
    assert drift(see(world, left, "0.1", held)) == Decimal(told)


def test_one_look_alone_is_no_drift(world: World) -> None:
    see(world, "5.000")
    assert drift(see(world, "4.7", "0.1")) is None
    assert drift(see(world, "4.9", "0.1")) == 0
    assert drift(see(world, "4.7", "0.1")) is None


def test_what_rounding_to_cents_may_hide_is_no_drift(world: World) -> None:
    see(world, "5.01")
    see(world, "5.00", "0.002")
    assert drift(see(world, "5.00", "0.002")) == 0
    assert drift(see(world, "4.99", "0.002")) is None
    assert drift(see(world, "4.99", "0.002")) == Decimal("0.018")


def test_a_new_starting_point_forgets_the_drift(world: World) -> None:
    see(world, "5")
    see(world, "9")
    assert drift(see(world, "9")) == -4
    balances.close(world.store, SANDBOX)
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


def test_a_run_that_nobody_knows_of_has_the_balance_looked_at(world: World) -> None:
    world.deapi.submits = [reply({"message": "Bad gateway"}, 502), accepted()]
    run = world.go(world.order())
    assert run.state.value == "unknown"
    eventually(lambda: world.deapi.count("/api/v2/account/balance") == 1)


class TestEvidence:
    def unknown(self, world: World) -> Run:
        world.time.move(minutes=1)
        claimed = runs.claim(world.store, world.order().id, "this engine")
        assert claimed is not None
        lost = runs.lose(world.store, claimed, {})
        assert lost is not None
        return lost

    def test_what_only_it_can_explain_says_that_it_was_paid(self, world: World) -> None:
        run = self.unknown(world)
        assert of_balance(run, seen("5", -1), seen("4.998", 1, held=run), FINE).says is Says.PAID

    def test_what_others_explain_says_that_it_was_not(self, world: World) -> None:
        run = self.unknown(world)
        after = seen("4.9", 1, posted="0.1", held=run)
        assert of_balance(run, seen("5.000", -1), after, FINE).says is Says.FREE

    def test_another_that_is_open_as_well_may_explain_it(self, world: World) -> None:
        run = self.unknown(world)
        after = seen("4.998", 1, held=run, others="0.002")
        assert of_balance(run, seen("5", -1), after, FINE).says is Says.NOTHING

    def test_two_of_them_that_both_were_paid_say_so(self, world: World) -> None:
        run = self.unknown(world)
        after = seen("4.996", 1, held=run, others="0.002")
        assert of_balance(run, seen("5", -1), after, FINE).says is Says.PAID

    def test_a_top_up_says_nothing(self, world: World) -> None:
        run = self.unknown(world)
        assert of_balance(run, seen("5.000", -1), seen("9", 1, held=run), FINE).says is Says.NOTHING

    def test_a_balance_in_cents_says_nothing_of_less_than_a_cent(self, world: World) -> None:
        run = self.unknown(world)
        assert (
            of_balance(run, seen("5.01", -1), seen("5.01", 1, held=run), CENT).says is Says.NOTHING
        )

    def test_without_a_look_before_or_after_it_was_not_seen(self, world: World) -> None:
        run = self.unknown(world)
        assert of_balance(run, None, seen("5", 1, held=run), FINE).says is Says.UNSEEN
        assert of_balance(run, seen("5", -1), None, FINE).says is Says.UNSEEN

    @given(
        before=st.lists(st.sampled_from(["1", "2", "4"]), max_size=3),
        after=st.lists(st.sampled_from(["1", "2", "4"]), max_size=3),
        charged=st.data(),
    )
    def test_it_never_says_what_is_not_so(
        self, before: list[str], after: list[str], charged: st.DataObject
    ) -> None:
        """Whatever of the others was charged before the first look, or not yet at the second."""
        yes = partial(charged.draw, st.booleans())
        run = any_run(created_at=NOW)
        paid = yes()
        early = sum((Decimal(each) for each in before if yes()), ZERO)
        open_now = sum((Decimal(each) for each in after), ZERO)
        open_charged = sum((Decimal(each) for each in after if yes()), ZERO)
        settled = sum((Decimal(each) for each in before), ZERO)
        start = Decimal("1000.001")
        first = make(start - early, ZERO, settled, NOW - timedelta(minutes=1))
        now = start - settled - open_charged - (run.quote if paid else ZERO)
        second = make(now, settled, open_now + run.reserved, NOW + timedelta(minutes=1))
        says = of_balance(run, first, second, FINE).says
        assert says in {Says.PAID if paid else Says.FREE, Says.NOTHING}


def seen(
    left: str, minute: int, *, posted: str = "0", held: Run | None = None, others: str = "0"
) -> Seen:
    total = Decimal(others) + (held.reserved if held else ZERO)
    return make(Decimal(left), Decimal(posted), total, NOW + timedelta(minutes=minute))


def make(left: Decimal, posted: Decimal, held: Decimal, at: datetime) -> Seen:
    return Seen(amount=left, posted=posted, held=held, first_at=at, last_at=at)
