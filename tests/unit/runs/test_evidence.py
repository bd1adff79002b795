"""What the account tells of a run of which nobody knows whether it was paid for."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi.wire import Job
from lib.runs import evidence
from lib.runs.delivery import Orphan
from lib.runs.evidence import TAKEN_IN, Says, Span, gather, of_account
from lib.runs.profiles import SANDBOX
from lib.runs.reconcile import CENT
from lib.store import Cost, Run, Seen, Settlement, State, balances, ledger, runs
from tests.support.waiting import eventually
from tests.unit.runs.scripted import PRICE, World, accepted, reply
from tests.unit.ui.making import run as any_run

ZERO, FINE = Decimal(0), Decimal("1e-5")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BALANCE = "/api/v2/account/balance"


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def lost(**facts: Any) -> Run:
    """The run that is asked about: sent at minute 0 for $0.002."""
    told = {"id": "lost", "state": State.UNKNOWN, "created_at": at(-0.1), "sending_at": at(0)}
    return any_run(**{**told, "quote": PRICE, "reserved": PRICE, **facts})


def other(sent: float, ended: float | None, **facts: Any) -> Cost:
    """Another one, for $0.002 if nothing else is said; it ends with that price."""
    told = {
        "id": "other",
        "sending_at": at(sent),
        "ended_at": None if ended is None else at(ended),
        "quote": PRICE,
        "reserved": PRICE,
        "price": None if ended is None else PRICE,
        "settled": None,
    }
    return Cost(**{**told, **facts})


def seen(left: str, minute: float, posted: str = "0", estimates: int = 0) -> Seen:
    books = {"posted": Decimal(posted), "held": ZERO, "estimates": estimates}
    return Seen(amount=Decimal(left), first_at=at(minute), last_at=at(minute), **books)


def own(run: Run) -> Cost:
    return Cost(**{each.name: getattr(run, each.name) for each in fields(Cost)})


def says(before: Seen, after: Seen, *others: Cost, unit: Decimal = FINE) -> Says:
    run = lost()
    return Span.between(before, after, [own(run), *others]).tells_of(run, unit).says


def test_what_only_it_can_explain_says_that_it_was_paid() -> None:
    assert says(seen("5", -1), seen("4.998", 1)) is Says.PAID


def test_what_others_explain_says_that_it_was_not() -> None:
    ended = other(0.1, 0.5, price=Decimal("0.1"))
    assert says(seen("5.000", -1), seen("4.9", 1, posted="0.1"), ended) is Says.FREE


def test_another_that_is_open_as_well_may_explain_it() -> None:
    assert says(seen("5", -1), seen("4.998", 1), other(0.1, None)) is Says.NOTHING


def test_two_of_them_that_both_were_paid_say_so() -> None:
    assert says(seen("5", -1), seen("4.996", 1), other(0.1, None)) is Says.PAID


@pytest.mark.parametrize("sent", [None, at(1.5)])
def test_another_that_had_not_left_at_the_second_look_explains_nothing(
    sent: datetime | None,
) -> None:
    waiting = other(0.1, None, sending_at=sent)
    assert says(seen("5", -1), seen("4.998", 1), waiting) is Says.PAID


def test_another_may_have_been_charged_before_the_first_look() -> None:
    early = other(-2, 0.5)
    assert says(seen("5", -1), seen("4.998", 1, posted="0.002"), early) is Says.NOTHING


@pytest.mark.parametrize(
    ("how", "price", "posted"),
    [(Settlement.PAID, PRICE, "0.002"), (Settlement.FREE, None, "0")],
)
def test_what_a_person_has_said_of_another_explains_nothing_for_sure(
    how: Settlement, price: Decimal | None, posted: str
) -> None:
    by_hand = other(0.1, 0.5, settled=how, price=price)
    after = seen("4.998", 1, posted=posted)
    assert says(seen("5", -1), after, by_hand) is Says.NOTHING


def test_what_has_ended_a_moment_ago_may_still_be_refunded() -> None:
    failed = other(0.1, 0.99, price=None)
    assert says(seen("5", -1), seen("4.998", 1), failed) is Says.NOTHING
    assert says(seen("5", -1), seen("5.000", 2), failed) is Says.FREE


def test_a_price_above_its_hold_may_have_been_charged_before() -> None:
    dear = other(-2, 0.5, price=Decimal("0.005"))
    assert says(seen("5", -1), seen("4.998", 1, posted="0.005"), dear) is Says.NOTHING


def test_books_that_the_runs_of_the_time_don_t_explain_say_nothing() -> None:
    """A price was corrected meanwhile, say."""
    assert says(seen("5", -1), seen("4.998", 1, posted="0.002")) is Says.NOTHING


def test_prices_that_are_estimates_say_nothing() -> None:
    assert says(seen("5", -1), seen("4.998", 1, estimates=1)) is Says.NOTHING


def test_a_top_up_says_nothing() -> None:
    assert says(seen("5.000", -1), seen("9", 1)) is Says.NOTHING


def test_a_balance_in_cents_says_nothing_of_less_than_a_cent() -> None:
    assert says(seen("5.01", -1), seen("5.01", 1), unit=CENT) is Says.NOTHING


@dataclass(frozen=True)
class Life:
    """Of another run, in minutes: what deAPI takes of it first, and in the end."""

    sent: float
    charged_after: float
    lasts: float
    first: int
    final: int
    how: str

    @property
    def ended(self) -> float:
        return self.sent + self.lasts

    def run(self, until: float) -> Cost:
        """As the books know it for good: `until` is when they are read."""
        whole = Decimal(self.first)
        facts = {"quote": whole, "reserved": whole}
        if self.how == "open" or self.ended > until:
            return other(self.sent, None, **facts)
        if self.how == "failed":
            return other(self.sent, self.ended, **facts, price=None)
        if self.how in ("paid", "free"):
            settled = Settlement.PAID if self.how == "paid" else Settlement.FREE
            price = whole if self.how == "paid" else None
            return other(self.sent, self.ended, **facts, price=price, settled=settled)
        return other(self.sent, self.ended, **facts, price=Decimal(self.final))

    def charged(self, minute: float) -> Decimal:
        """What deAPI has taken of it until then."""
        first_at = self.sent + min(self.charged_after, self.lasts)
        if self.how in ("paid", "free"):
            return Decimal(self.first if minute >= first_at and self.final % 2 else 0)
        if minute < first_at:
            return ZERO
        if self.how == "open" or minute < self.ended:
            return Decimal(self.first)
        return ZERO if self.how == "failed" else Decimal(self.final)

    def posted(self, minute: float) -> Decimal:
        run = self.run(minute)
        return run.price or ZERO


LIVES = st.builds(
    Life,
    sent=st.floats(-3, 3),
    charged_after=st.floats(0, 0.1),
    lasts=st.floats(0.01, 4),
    first=st.sampled_from([1, 2, 4]),
    final=st.sampled_from([1, 2, 3, 4]),
    how=st.sampled_from(["done", "done", "open", "failed", "paid", "free"]),
)


@given(lives=st.lists(LIVES, max_size=4), paid=st.booleans(), quote=st.sampled_from([1, 2, 4]))
def test_it_never_says_what_is_not_so(lives: list[Life], paid: bool, quote: int) -> None:
    """Whatever became of the others, and whenever."""
    run = lost(quote=Decimal(quote), reserved=Decimal(quote))
    cost = Decimal(quote if paid else 0)

    def look(minute: float, own: Decimal) -> Seen:
        left = Decimal("1000.001") - own - sum((each.charged(minute) for each in lives), ZERO)
        posted = sum((each.posted(minute) for each in lives), ZERO)
        return Seen(amount=left, posted=posted, held=ZERO, first_at=at(minute), last_at=at(minute))

    before, after = look(-1, ZERO), look(2, cost)
    others = [each.run(2) for each in lives if each.sent <= 2 and each.ended >= -1]
    told = Span.between(before, after, [own(run), *others]).tells_of(run, FINE).says
    assert told in {Says.PAID if paid else Says.FREE, Says.NOTHING}


class TestOfAccount:
    """Out of a real store."""

    def see(self, world: World, left: str) -> None:
        """A look at an account with `left` USD, beside the books as they are."""
        now = world.time.now()
        books = balances.books(world.store, SANDBOX, now - timedelta(days=1))
        balances.note(world.store, SANDBOX, Decimal(left), books, now, now)

    def lose(self, world: World) -> Run:
        claimed = runs.claim(world.store, world.order().id, "this engine")
        assert claimed is not None
        world.time.move(seconds=30)  # of silence
        gone = runs.lose(world.store, claimed, {})
        assert gone is not None
        return gone

    def says(self, world: World, run: Run) -> Says:
        return of_account(world.store, SANDBOX, [run])[run.id].says

    def test_a_look_right_after_it_was_lost_comes_too_early(self, world: World) -> None:
        self.see(world, "5.000")
        world.time.move(minutes=1)
        run = self.lose(world)
        self.see(world, "5.000")
        assert self.says(world, run) is Says.UNSEEN
        world.time.at += TAKEN_IN
        self.see(world, "4.998")
        assert self.says(world, run) is Says.PAID

    def test_one_of_which_nobody_wrote_down_when_it_was_lost_has_a_minute(
        self, world: World
    ) -> None:
        run = replace(lost(), lost_at=None)
        assert evidence.told_from(run) == at(1) + TAKEN_IN

    def test_money_put_on_the_account_meanwhile_is_no_evidence(self, world: World) -> None:
        self.see(world, "5.000")
        world.time.move(minutes=1)
        run = self.lose(world)
        balances.begin_anew(world.store, SANDBOX)
        world.time.move(minutes=1)
        self.see(world, "5.000")
        assert self.says(world, run) is Says.UNSEEN

    def test_without_a_look_before_it_was_not_seen(self, world: World) -> None:
        run = self.lose(world)
        world.time.move(minutes=1)
        self.see(world, "5.000")
        assert self.says(world, run) is Says.UNSEEN

    def test_several_lost_at_once_each_have_their_answer(self, world: World) -> None:
        self.see(world, "5.000")
        world.time.move(minutes=1)
        gone = [self.lose(world) for _ in range(3)]
        world.time.at += TAKEN_IN
        self.see(world, str(5 - 3 * PRICE))
        told = of_account(world.store, SANDBOX, gone)
        assert [told[run.id].says for run in gone] == [Says.PAID] * 3

    def test_another_that_was_settled_by_hand_leaves_it_open(self, world: World) -> None:
        self.see(world, "5.000")
        world.time.move(minutes=1)
        run, by_hand = self.lose(world), self.lose(world)
        world.time.at += TAKEN_IN
        runs.settle_unknown(world.store, by_hand.id, None, paid=True)
        world.time.move(minutes=1)
        self.see(world, "4.998")
        assert self.says(world, run) is Says.NOTHING

    def test_late_news_of_a_run_that_has_ended_is_no_stranger_s(self, world: World) -> None:
        run = self.lose(world)
        ours = world.accept(world.order())
        assert ours.request_id is not None
        later = world.time.now() + timedelta(seconds=1)
        orphans = [
            Orphan(Job(request_id=request_id, state="done"), later)
            for request_id in (ours.request_id, "stranger")
        ]
        known = gather(world.store, run, orphans)
        assert [each.job.request_id for each in known.orphans] == ["stranger"]


def left(usd: str) -> httpx.Response:
    return reply({"data": {"balance": float(usd)}})


def test_the_account_is_looked_at_once_the_lost_run_must_be_on_it(world: World) -> None:
    """Through the journey: what was lost shows, and not before it can."""
    world.deapi.submits = [reply({"message": "Bad gateway"}, 502), accepted()]
    now = world.time.now()
    books = balances.books(world.store, SANDBOX, now)
    balances.note(world.store, SANDBOX, Decimal("5.000"), books, now, now)
    world.time.move(seconds=1)
    world.deapi.balances = [left("4.998")]
    run = world.go(world.order())
    assert run.state is State.UNKNOWN
    eventually(lambda: world.deapi.count(BALANCE) == 1)
    eventually(lambda: len(balances.last(world.store, SANDBOX, 9)) == 2)
    assert run.lost_at is not None
    assert balances.last(world.store, SANDBOX, 1)[0].last_at >= run.lost_at + TAKEN_IN
    assert of_account(world.store, SANDBOX, [run])[run.id].says is Says.PAID


def test_a_run_that_was_lost_long_ago_asks_for_no_look(world: World) -> None:
    claimed = runs.claim(world.store, world.order().id, "this engine")
    assert claimed is not None
    run = runs.lose(world.store, claimed, {})
    assert run is not None
    world.time.move(hours=1)
    world.go(run)
    assert world.deapi.count(BALANCE) == 0
    assert ledger.standing(world.store, SANDBOX).held == PRICE
