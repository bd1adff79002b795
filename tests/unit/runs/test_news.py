"""News of a job by any way, in any order, doubled, late and lost: the end is the same, and it is
settled once.

Whoever hears of a job may have read the run long ago, as push, poll and webhook do. So each rule
lets an old snapshot of the run hear something.
"""

from decimal import Decimal
from types import MappingProxyType

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from lib.deapi.wire import Job
from lib.store import Run, State
from tests.unit.runs.scripted import PRICE, RESULT, World, job, reply

FINAL = Decimal("0.0031")
RANK = MappingProxyType(
    {State.ACCEPTED: 0, State.STALLED: 1, State.WORKING: 1, State.KEEPING: 2, State.FAILED: 2}
)

snapshots = Bundle("snapshots")


class News(RuleBasedStateMachine):
    """One run from its acceptance on. `world` is put in by the test."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.end: State | None = None
        self.progress = 0.0
        self.rank = 0

    @initialize(target=snapshots)
    def accepted(self) -> Run:
        self.before = self.world.books
        self.run = self.world.accept(self.world.order())
        return self.run

    def hear(self, snapshot: Run, answer: httpx.Response) -> Run:
        self.world.deapi.jobs = [answer]
        asked = self.world.journey._ask(snapshot)
        heard = self.world.loop.submit(asked).result(timeout=10)
        return heard or self.now

    @rule(target=snapshots, snapshot=snapshots)
    def queued(self, snapshot: Run) -> Run:
        return self.hear(snapshot, job("queued"))

    @rule(target=snapshots, snapshot=snapshots, progress=st.none() | st.integers(0, 100))
    def working(self, snapshot: Run, progress: int | None) -> Run:
        return self.hear(snapshot, job("processing", progress=progress))

    @rule(target=snapshots, snapshot=snapshots)
    def unknown(self, snapshot: Run) -> Run:
        return self.hear(snapshot, reply({"message": "Not found."}, 404))

    @rule(
        target=snapshots,
        snapshot=snapshots,
        state=st.sampled_from(["pending", "processing", "in_progress", "done", "error"]),
        progress=st.none() | st.integers(0, 100),
    )
    def hint(self, snapshot: Run, state: str, progress: int | None) -> Run:
        """By push or webhook, true or not: it may ask, and then deAPI tells how it is."""
        self.world.deapi.jobs = [self.truth]
        said = Job.parse({"status": state, "progress": progress, "price": 99}, "any")
        taken = self.world.journey._take(snapshot, said)
        return self.world.loop.submit(taken).result(timeout=10) or self.now

    @property
    def truth(self) -> httpx.Response:
        if self.end is None:
            return job("processing")
        ended = {"result_url": RESULT, "price": {"amount": float(FINAL)}}
        return job("error") if self.end is State.FAILED else job("done", **ended)

    def teardown(self) -> None:
        """All other news is lost: one answer to a poll makes up for it."""
        if hasattr(self, "run"):
            self.end = self.end or State.KEEPING
            self.hear(self.now, self.truth)
            self.it_only_goes_forward()
            self.the_first_end_is_the_end_and_it_is_settled_once()

    @rule(seconds=st.sampled_from([1, 30, 61]))
    def time_passes(self, seconds: int) -> None:
        self.world.time.move(seconds=seconds)

    @rule(target=snapshots, snapshot=snapshots)
    def done(self, snapshot: Run) -> Run:
        self.end = self.end or State.KEEPING
        return self.hear(snapshot, job("done", result_url=RESULT, price={"amount": float(FINAL)}))

    @rule(target=snapshots, snapshot=snapshots)
    def failed(self, snapshot: Run) -> Run:
        self.end = self.end or State.FAILED
        return self.hear(snapshot, job("error", error_message="No"))

    @property
    def now(self) -> Run:
        return self.world.read(self.run)

    @invariant()
    def it_only_goes_forward(self) -> None:
        if not hasattr(self, "run"):
            return
        now = self.now
        rank, progress = RANK[now.state], now.progress or 0.0
        assert rank >= self.rank
        assert progress >= self.progress
        self.rank, self.progress = rank, progress

    @invariant()
    def the_first_end_is_the_end_and_it_is_settled_once(self) -> None:
        if not hasattr(self, "run"):
            return
        spent, held = (now - then for now, then in zip(self.world.books, self.before, strict=True))
        if self.end is None:
            assert (spent, held) == (0, PRICE)
        else:
            assert self.now.state is self.end
            assert (spent, held) == (FINAL if self.end is State.KEEPING else 0, 0)


@pytest.fixture
def machine(world: World) -> type[News]:
    return type("NewsInThisWorld", (News,), {"world": world})


def test_news_in_any_order_doubled_late_and_lost_ends_the_same(machine: type[News]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
