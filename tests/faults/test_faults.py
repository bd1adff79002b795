"""Each fault of the sandbox against a real engine: the run ends in the right state with the right
sentence, the books say what the sandbox charged, and nothing is sent again that must not be."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from lib.deapi.contract import endpoint
from lib.store import Run, State
from lib.ui import errors, run_status
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine, engines
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.waiting import eventually

SUBMIT = endpoint("images.generations").path
PRICE = endpoint("images.generations").price_path


class Place:
    """A sandbox and an engine that tests of this file share, and what one test adds to both."""

    def __init__(self, sandbox: Sandbox, playground: Playground) -> None:
        self.sandbox, self.playground = sandbox, playground
        self.begin()

    def begin(self) -> None:
        """Count from here; no fault is left from what was before."""
        self.sandbox.control("DELETE", "faults")
        self._before = self._now()

    @property
    def submits(self) -> int:
        return self._now()[0] - self._before[0]

    @property
    def accepted(self) -> int:
        return self._now()[1] - self._before[1]

    @property
    def charged(self) -> Decimal:
        return self._now()[2] - self._before[2]

    @property
    def books(self) -> tuple[Decimal, Decimal]:
        """USD spent and held since the beginning."""
        return self._now()[3] - self._before[3], self._now()[4] - self._before[4]

    def struck(self) -> int:
        """How often the faults that were asked for have struck."""
        return sum(each["struck"] for each in self.sandbox.control("GET", "faults"))

    def _now(self) -> tuple[int, int, Decimal, Decimal, Decimal]:
        charges = self.sandbox.charges()
        submitted = sum(each["path"] == SUBMIT for each in self.sandbox.requests())
        return submitted, len(charges), charged(self.sandbox), *self.playground.books


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandboxes(tmp_path_factory.mktemp("sandbox")) as start:
        yield start(engines="none", speed=50, balance=1000)


@pytest.fixture(scope="module")
def polling(sandbox: Sandbox, start_shared: StartEngine) -> Place:
    """An engine without push."""
    return _warm(sandbox, start_shared(sandbox.url, sandbox.key))


@pytest.fixture(scope="module")
def pushed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An engine that hears the sandbox's push; on SQLite alone, as `test_delivery` has both."""
    with engines(tmp_path_factory.mktemp("pushed")) as start:
        made = _warm(sandbox, start(sandbox.url, sandbox.key, push=True))
        assert made.playground.pushed(), "nothing has come by push"
        yield made


def _warm(sandbox: Sandbox, playground: Playground) -> Place:
    """Let it learn how long pictures take here: it would guess at deAPI's own seconds."""
    sandbox.control("DELETE", "faults")
    first = [playground.order(prompt=f"warm {n}") for n in range(3)]
    for each in first:
        playground.reaches(each, State.DONE, timeout=60)
    return Place(sandbox, playground)


@pytest.fixture
def place(polling: Place) -> Place:
    polling.begin()
    return polling


@pytest.fixture
def push_place(pushed: Place) -> Place:
    pushed.begin()
    return pushed


def fault(sandbox: Sandbox, kind: str, **details: Any) -> None:
    sandbox.control("POST", "faults", [{"fault": kind, **details}])


def with_an_error(playground: Playground, run_id: str) -> Run:
    """The run, as soon as it says what is in its way."""

    def now() -> Run | None:
        run = playground.run(run_id)
        return run if run.error else None

    return eventually(now, timeout=30)


def sentence(run: Run) -> str:
    return errors.advice(run.error or {}).sentence


@pytest.mark.parametrize(
    ("kind", "details", "paid"),
    [
        ("status", {"status": 500}, False),
        ("status", {"status": 503}, False),
        ("html", {"status": 200}, False),
        ("html", {"status": 502}, False),
        ("truncated", {}, True),
        ("reset_before", {}, False),
        ("reset_after", {}, True),
        ("stall", {"seconds": 0.3}, True),
        ("stall", {"seconds": 0.3, "processed": False}, False),
    ],
)
def test_an_unclear_answer_to_a_submit_is_unknown_held_and_never_sent_again(
    place: Place, kind: str, details: dict[str, Any], paid: bool
) -> None:
    playground = place.playground
    fault(place.sandbox, kind, method="POST", path=SUBMIT, **details)
    run = playground.reaches(playground.order(), State.UNKNOWN)
    assert run_status.sentence(run) == "Nobody knows whether this was paid for"
    assert place.books == (0, run.reserved)
    another = playground.reaches(playground.order(prompt="another"), State.DONE)
    assert (place.submits, place.accepted) == (2, 1 + paid)
    assert place.books == (another.price, run.reserved)


def test_a_minute_limit_waits_and_a_daily_one_says_so(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    """An engine of its own: nothing more is sent on a day that is used up."""
    place = Place(sandbox, start_engine(sandbox.url, sandbox.key))
    playground = place.playground
    playground.quote()
    fault(sandbox, "minute_limit", method="POST", path=SUBMIT, retry_after=2)
    run_id = playground.order()
    waiting = with_an_error(playground, run_id)
    assert run_status.sentence(waiting).startswith("Waiting for the rate limit, about ")
    playground.reaches(run_id, State.DONE)
    fault(sandbox, "daily_limit", method="POST", path=SUBMIT, retry_after=7200)
    run_id = playground.order(prompt="another")
    waiting = with_an_error(playground, run_id)
    assert run_status.sentence(waiting).startswith("Today's runs are used up")
    assert waiting.state is State.WAITING
    assert playground.cancel(run_id)
    assert place.submits == 3
    assert place.books == (place.charged, 0)


CODES = (  # deapi.md, Webhook Error Codes
    "WORKER_TIMEOUT",
    "PROCESSING_ERROR",
    "AGE_RESTRICTED",
    "CONTEXT_LENGTH_EXCEEDED",
    "INVALID_INPUT",
    "UNKNOWN_ERROR",
)


def test_a_job_in_error_costs_nothing_and_says_why_with_each_documented_code(
    push_place: Place,
) -> None:
    """All at once, and though no error comes by push."""
    playground = push_place.playground
    for code in CODES:
        fault(push_place.sandbox, "job_error", code=code, message=f"Not made: {code}")
    ordered = [playground.order(prompt=f"fox {n}") for n in range(len(CODES))]
    ended = [playground.reaches(each, State.FAILED, timeout=60) for each in ordered]
    assert sorted((run.error or {})["code"] for run in ended) == sorted(CODES)
    assert all((run.error or {})["code"] in sentence(run) for run in ended)
    assert (push_place.books, push_place.charged) == ((0, 0), 0)


def test_final_prices_are_booked_as_they_are_and_the_next_reservation_is_as_much_higher(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    """An engine of its own: what it reserves follows from all that it has paid."""
    place = Place(sandbox, start_engine(sandbox.url, sandbox.key))
    playground = place.playground
    quote = playground.quote()
    for price, reserved in (("0.000000001", quote), (str(3 * quote), quote)):
        before = place.books[0]
        fault(sandbox, "final_price", price=price)
        run = playground.reaches(playground.order(prompt=price), State.DONE)
        assert (run.price, run.quote, run.reserved) == (Decimal(price), quote, reserved)
        assert place.books == (before + Decimal(price), 0)
    assert place.charged == place.books[0]
    next_one = playground.run(playground.order(prompt="another"))
    assert (next_one.quote, next_one.reserved) == (quote, 3 * quote)


def test_news_that_is_broken_is_asked_for_again(place: Place) -> None:
    broken = ["status", "html", "truncated", "reset_before", "reset_after"]
    path = "/api/v2/jobs/*"
    place.sandbox.control("POST", "faults", [{"fault": each, "path": path} for each in broken])
    run = place.playground.reaches(place.playground.order(), State.DONE, timeout=60)
    assert (place.submits, run.price) == (1, place.charged)
    assert place.struck() == len(broken)


def test_a_price_call_that_breaks_is_made_again(place: Place) -> None:
    fault(place.sandbox, "reset_after", path=PRICE)
    asked = place.playground.order(width=512, height=512)  # which nobody has asked before
    place.playground.reaches(asked, State.DONE)
    assert (place.struck(), place.submits, place.accepted) == (1, 1, 1)


def test_an_expired_address_is_asked_for_anew_and_the_result_kept(place: Place) -> None:
    """It stays expired: only the job names one that isn't."""
    playground = place.playground
    fault(place.sandbox, "expired", path="/files/*", times=2)
    run_id = playground.order()
    kept = with_an_error(playground, run_id)
    assert (kept.state, place.books) == (State.KEEPING, (place.charged, 0))
    playground.reaches(run_id, State.DONE, timeout=60)
    assert (place.submits, place.struck(), place.books) == (1, 2, (place.charged, 0))


@pytest.mark.parametrize("kind", ["push_lost", "push_doubled", "push_out_of_order"])
def test_push_that_is_lost_doubled_or_out_of_order_ends_the_same(
    push_place: Place, kind: str
) -> None:
    playground = push_place.playground
    before = playground.pushed()
    fault(push_place.sandbox, kind, times=None, every=2)
    ordered = [playground.order(prompt=f"fox {n}") for n in range(2)]
    for each in ordered:
        playground.reaches(each, State.DONE, timeout=60)
    assert push_place.struck(), "no news was struck"
    assert playground.pushed() > before, "nothing has come by push"
    assert (push_place.submits, push_place.books) == (2, (push_place.charged, 0))


@pytest.mark.parametrize("by", ["polls", "push"])
def test_a_job_that_never_ends_holds_its_price_and_nothing_else(
    place: Place, push_place: Place, by: str
) -> None:
    place = {"polls": place, "push": push_place}[by]
    playground = place.playground
    before = playground.pushed()
    fault(place.sandbox, "job_never_ends")
    run = playground.reaches(playground.order(), State.WORKING)
    other = playground.reaches(playground.order(prompt="another"), State.DONE)
    assert (place.struck(), place.books) == (1, (other.price, run.reserved))
    assert playground.run(run.id).state is State.WORKING
    assert (playground.pushed() > before) is (by == "push")
