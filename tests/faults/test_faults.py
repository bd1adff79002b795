"""Each fault of the sandbox against a real engine: the run ends in the right state with the right
sentence, the books say what the sandbox charged, and nothing is sent again that must not be."""

from decimal import Decimal
from typing import Any

import pytest

from lib.deapi.contract import endpoint
from lib.store import Run, State
from lib.ui import errors, run_status
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

SUBMIT = endpoint("images.generations").path
PRICE = endpoint("images.generations").price_path


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=10, balance=100)


def fault(sandbox: Sandbox, kind: str, **details: Any) -> None:
    sandbox.control("POST", "faults", [{"fault": kind, **details}])


def submits(sandbox: Sandbox) -> int:
    return sum(each["path"] == SUBMIT for each in sandbox.requests())


def with_an_error(playground: Playground, run_id: str) -> Run:
    """The run, as soon as it says what is in its way."""

    def now() -> Run | None:
        run = playground.run(run_id)
        return run if run.error else None

    return eventually(now, timeout=30, every=0.01)


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
    sandbox: Sandbox, start_engine: StartEngine, kind: str, details: dict[str, Any], paid: bool
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
    playground.quote()
    fault(sandbox, kind, method="POST", path=SUBMIT, **details)
    run = playground.reaches(playground.order(), State.UNKNOWN)
    assert run_status.sentence(run) == "Nobody knows whether this was paid for"
    assert playground.books == (0, run.reserved)
    another = playground.reaches(playground.order(prompt="another"), State.DONE)
    assert submits(sandbox) == 2
    assert len(sandbox.charges()) == 1 + paid
    assert playground.books == (another.price, run.reserved)


def test_a_minute_limit_waits_and_a_daily_one_says_so(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
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
    assert submits(sandbox) == 3
    assert playground.books == (charged(sandbox), 0)


CODES = (  # deapi.md, Webhook Error Codes
    "WORKER_TIMEOUT",
    "PROCESSING_ERROR",
    "AGE_RESTRICTED",
    "CONTEXT_LENGTH_EXCEEDED",
    "INVALID_INPUT",
    "UNKNOWN_ERROR",
)


def test_a_job_in_error_costs_nothing_and_says_why_with_each_documented_code(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key, push=True)
    for code in CODES:
        fault(sandbox, "job_error", code=code, message=f"Not made: {code}")
    ordered = [playground.order(prompt=f"fox {n}") for n in range(len(CODES))]
    ended = [playground.reaches(each, State.FAILED, timeout=60) for each in ordered]
    assert sorted((run.error or {})["code"] for run in ended) == sorted(CODES)
    assert all((run.error or {})["code"] in sentence(run) for run in ended)
    assert (playground.books, charged(sandbox)) == ((0, 0), 0)


@pytest.mark.parametrize("price", ["0.000000001", "0.123456789"])
def test_the_final_price_is_booked_below_and_above_the_quote(
    sandbox: Sandbox, start_engine: StartEngine, price: str
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
    fault(sandbox, "final_price", price=price)
    run = playground.reaches(playground.order(), State.DONE)
    assert (run.price, charged(sandbox)) == (Decimal(price), Decimal(price))
    assert playground.books == (Decimal(price), 0)


def test_the_next_reservation_is_as_much_higher_as_the_last_final_price_was(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
    quote = playground.quote()
    fault(sandbox, "final_price", price=str(3 * quote))
    playground.reaches(playground.order(), State.DONE)
    second = playground.run(playground.order(prompt="another"))
    assert (second.quote, second.reserved) == (quote, 3 * quote)


def test_news_that_is_broken_is_asked_for_again(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
    broken = ["status", "html", "truncated", "reset_before", "reset_after"]
    sandbox.control("POST", "faults", [{"fault": k, "path": "/api/v2/jobs/*"} for k in broken])
    run = playground.reaches(playground.order(), State.DONE, timeout=60)
    assert (submits(sandbox), run.price) == (1, charged(sandbox))


def test_a_price_call_that_breaks_is_made_again(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    fault(sandbox, "reset_after", path=PRICE)
    playground = start_engine(sandbox.url, sandbox.key)
    playground.reaches(playground.order(), State.DONE)
    assert (submits(sandbox), len(sandbox.charges())) == (1, 1)


def test_an_expired_address_is_asked_for_anew_and_the_result_kept(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
    fault(sandbox, "expired", path="/files/*", times=2)
    run_id = playground.order()
    kept = with_an_error(playground, run_id)
    assert (kept.state, playground.books) == (State.KEEPING, (charged(sandbox), 0))
    playground.reaches(run_id, State.DONE, timeout=60)
    assert (submits(sandbox), playground.books) == (1, (charged(sandbox), 0))


@pytest.mark.parametrize("kind", ["push_lost", "push_doubled", "push_out_of_order"])
def test_push_that_is_lost_doubled_or_out_of_order_ends_the_same(
    sandbox: Sandbox, start_engine: StartEngine, kind: str
) -> None:
    playground = start_engine(sandbox.url, sandbox.key, push=True)
    playground.reaches(playground.order(), State.DONE)
    fault(sandbox, kind, times=None, every=2)
    ordered = [playground.order(prompt=f"fox {n}") for n in range(2)]
    for each in ordered:
        playground.reaches(each, State.DONE, timeout=60)
    assert (submits(sandbox), playground.books) == (3, (charged(sandbox), 0))


def test_a_job_that_never_ends_holds_its_price_and_nothing_else(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    playground = start_engine(sandbox.url, sandbox.key)
    fault(sandbox, "job_never_ends")
    run = playground.reaches(playground.order(), State.WORKING)
    other = playground.reaches(playground.order(prompt="another"), State.DONE)
    assert playground.books == (other.price, run.reserved)
