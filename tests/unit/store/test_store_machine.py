"""Any order of moves, with old and new snapshots, against a model in plain Python.

After each step the totals equal the sum of the entries, and both equal the model (of the second
profile at the end only, for the sake of time).
"""

from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from lib.store import (
    ENDED,
    FOLLOWED,
    MOVES,
    OPEN,
    NewRun,
    Run,
    State,
    Store,
    final,
    ledger,
    reserve_up,
    runs,
)
from lib.store.ledger import Balance
from lib.store.money import ZERO
from tests.unit.store.making import BERLIN, Clock, OpenStore

ERROR = {"kind": "Test", "message": "a test said so"}
amounts = st.decimals(min_value=0, max_value=2, places=11)
prices = st.none() | amounts
olds = st.booleans()


@dataclass
class Expected:
    """What the model knows of a run."""

    order: NewRun
    admitted: datetime
    state: State = State.WAITING
    fence: int = 0
    progress: float = 0.0
    holds: bool = True
    price: Decimal | None = None


class StoreAgainstModel(RuleBasedStateMachine):
    """Each rule tries a move on any run in any state, and predicts whether it wins."""

    made = Bundle("made")

    open_store: OpenStore

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.server = "server 0"
        self.expected: dict[str, Expected] = {}
        self.first: dict[str, Run] = {}
        self.last: dict[str, Run] = {}

    @initialize()
    def opened(self) -> None:
        self.opening: AbstractContextManager[Store] = self.open_store(self.clock)
        self.store = self.opening.__enter__()

    def teardown(self) -> None:
        self.agreed("live")
        self.opening.__exit__(None, None, None)

    # The rules

    @rule(
        target=made,
        person=st.sampled_from(["ada", "bob"]),
        profile=st.sampled_from(["sandbox", "live"]),
        quote=amounts,
        factor=st.sampled_from([Decimal(1), Decimal("1.25")]),
    )
    def admit(self, person: str, profile: str, quote: Decimal, factor: Decimal) -> str:
        order = NewRun(
            profile=profile,
            person=person,
            endpoint="images.generations",
            model="paint-1",
            params={},
            nonce=f"nonce {len(self.expected)}",
            quote=quote,
            reserved=quote * factor,
        )
        run = ledger.admit(self.store, order)
        assert run.id not in self.expected
        self.expected[run.id] = Expected(order=order, admitted=self.clock.at)
        self.first[run.id] = self.last[run.id] = run
        return run.id

    @rule(run_id=made)
    def press_again(self, run_id: str) -> None:
        assert ledger.admit(self.store, self.expected[run_id].order) == self.last[run_id]

    @rule(run_id=made)
    def claim(self, run_id: str) -> None:
        moved = runs.claim(self.store, run_id, self.server)
        if self.check(moved, run_id, {State.WAITING}, State.SENDING):
            self.expected[run_id].fence += 1

    @rule(run_id=made, old=olds)
    def accept(self, run_id: str, old: bool) -> None:
        run = self.snapshot(run_id, old)
        moved = runs.accept(self.store, run, f"request {run_id}")
        self.check(moved, run_id, {State.SENDING, State.UNKNOWN}, State.ACCEPTED, run)

    @rule(run_id=made, old=olds)
    def unsend(self, run_id: str, old: bool) -> None:
        run = self.snapshot(run_id, old)
        moved = runs.unsend(self.store, run, None, ERROR)
        self.check(moved, run_id, {State.SENDING}, State.WAITING, run)

    @rule(run_id=made, old=olds)
    def refuse(self, run_id: str, old: bool) -> None:
        run = self.snapshot(run_id, old)
        moved = runs.refuse(self.store, run, ERROR)
        if self.check(moved, run_id, {State.SENDING}, State.FAILED, run):
            self.expected[run_id].holds = False

    @rule(run_id=made, old=olds)
    def lose(self, run_id: str, old: bool) -> None:
        run = self.snapshot(run_id, old)
        moved = runs.lose(self.store, run, ERROR)
        self.check(moved, run_id, {State.SENDING}, State.UNKNOWN, run)

    @rule(run_id=made, person=st.sampled_from(["ada", "bob"]))
    def cancel(self, run_id: str, person: str) -> None:
        moved = runs.cancel(self.store, run_id, person)
        if person != self.expected[run_id].order.person:
            assert moved is None
        elif self.check(moved, run_id, {State.WAITING}, State.CANCELLED):
            self.expected[run_id].holds = False

    @rule(
        run_id=made,
        old=olds,
        state=st.sampled_from([State.ACCEPTED, State.WORKING]),
        progress=st.none() | st.floats(0, 100),
    )
    def news(self, run_id: str, old: bool, state: State, progress: float | None) -> None:
        run, expected = self.snapshot(run_id, old), self.expected[run_id]
        moved = runs.news(self.store, run, state, progress)
        if expected.state not in FOLLOWED or run.fence != expected.fence:
            assert moved is None
            return
        assert moved
        grew = (progress or 0.0) > expected.progress
        expected.progress = max(progress or 0.0, expected.progress)
        if state is State.WORKING if expected.state is State.ACCEPTED else grew:
            expected.state = State.WORKING
        self.agree(moved)

    @rule(run_id=made, old=olds)
    def stall(self, run_id: str, old: bool) -> None:
        run = self.snapshot(run_id, old)
        moved = runs.stall(self.store, run)
        self.check(moved, run_id, {State.ACCEPTED, State.WORKING}, State.STALLED, run)

    @rule(run_id=made, old=olds, price=prices)
    def settle_done(self, run_id: str, old: bool, price: Decimal | None) -> None:
        run, expected = self.snapshot(run_id, old), self.expected[run_id]
        moved = runs.settle_done(self.store, run, price)
        if self.check(moved, run_id, FOLLOWED, State.KEEPING, run):
            expected.holds = False
            expected.price = final(expected.order.quote if price is None else price)

    @rule(run_id=made, old=olds, price=prices)
    def settle_error(self, run_id: str, old: bool, price: Decimal | None) -> None:
        run, expected = self.snapshot(run_id, old), self.expected[run_id]
        moved = runs.settle_error(self.store, run, price, ERROR)
        if self.check(moved, run_id, FOLLOWED, State.FAILED, run):
            expected.holds = False
            expected.price = final(price) if price else None

    @rule(run_id=made, old=olds)
    def keep(self, run_id: str, old: bool) -> None:
        run = self.snapshot(run_id, old)
        moved = runs.keep(self.store, run, [], thumb=False)
        self.check(moved, run_id, {State.KEEPING}, State.DONE, run)

    @rule(run_id=made, old=olds)
    def give_up_keeping(self, run_id: str, old: bool) -> None:
        run = self.snapshot(run_id, old)
        moved = runs.give_up_keeping(self.store, run, ERROR)
        self.check(moved, run_id, {State.KEEPING}, State.FAILED, run)

    @rule(run_id=made, paid=st.booleans())
    def settle_unknown(self, run_id: str, paid: bool) -> None:
        expected = self.expected[run_id]
        if expected.state is State.STALLED:
            self.clock.move(days=7)
        moved = runs.settle_unknown(self.store, run_id, None, paid=paid)
        if self.check(moved, run_id, {State.UNKNOWN, State.STALLED}, State.FAILED):
            expected.holds = False
            expected.price = final(expected.order.quote) if paid else None

    @rule(run_id=made, price=amounts)
    def correct(self, run_id: str, price: Decimal) -> None:
        corrected = ledger.correct(self.store, run_id, price)
        expected = self.expected[run_id]
        assert (corrected is None) == (expected.price is None)
        if corrected:
            expected.price = final(price)
            self.agree(corrected)

    @rule()
    def restart(self) -> None:
        self.server = f"server {int(self.server.split()[1]) + 1}"
        recovered = {run.id: run for run in runs.take_over(self.store, self.server)}
        for run_id, expected in self.expected.items():
            if expected.state is State.SENDING:
                expected.state = State.UNKNOWN
            if expected.state not in ENDED:
                expected.fence += 1
            assert (run_id in recovered) == (expected.state in OPEN)
        for run in recovered.values():
            self.agree(run)

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.clock.move(hours=hours)

    # The checks

    @invariant()
    def books_totals_and_model_agree(self) -> None:
        self.agreed("sandbox")

    def agreed(self, profile: str) -> None:
        books = ledger.books(self.store, profile)
        assert ledger.sums(self.store, profile) == books
        assert books == self.model_books(profile)

    def model_books(self, profile: str) -> dict[tuple[str, str], Balance]:
        held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        posted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for expected in self.expected.values():
            if expected.order.profile != profile:
                continue
            day = expected.admitted.astimezone(BERLIN)
            for person in ("", expected.order.person):
                for period in (f"day:{day:%Y-%m-%d}", f"month:{day:%Y-%m}"):
                    holds = reserve_up(expected.order.reserved) if expected.holds else ZERO
                    held[person, period] += holds
                    posted[person, period] += expected.price or ZERO
        return {key: Balance(held=held[key], posted=posted[key]) for key in held}

    def snapshot(self, run_id: str, old: bool) -> Run:
        return (self.first if old else self.last)[run_id]

    def check(
        self,
        moved: Run | None,
        run_id: str,
        origins: frozenset[State] | set[State],
        target: State,
        run: Run | None = None,
    ) -> bool:
        """Whether the move won, which must be what the model says."""
        expected = self.expected[run_id]
        fenced_off = run is not None and run.fence != expected.fence
        if expected.state not in origins or fenced_off:
            assert moved is None
            assert runs.get(self.store, run_id) == self.last[run_id]
            return False
        assert moved
        assert target in MOVES[expected.state]
        expected.state = target
        self.last[run_id] = moved
        assert runs.get(self.store, run_id) == moved
        return True

    def agree(self, run: Run) -> None:
        expected = self.expected[run.id]
        assert (run.state, run.fence, run.price) == (
            expected.state,
            expected.fence,
            expected.price,
        )
        self.last[run.id] = run


def test_any_order_of_moves(open_store: OpenStore) -> None:
    opening = staticmethod(open_store)

    class Here(StoreAgainstModel):
        open_store = opening

    run_state_machine_as_test(Here, settings=settings(max_examples=10, stateful_step_count=50))
