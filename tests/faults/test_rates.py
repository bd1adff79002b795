"""Many runs on few requests a minute, against a real sandbox whose minutes are short."""

from typing import Any

import pytest

from lib.deapi.contract import endpoint
from lib.store import State
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

MINUTE = 3.0
"""Seconds that a minute lasts here."""
LIMIT = 5
"""Pictures a minute."""
PICTURES = endpoint("images.generations")


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    started = start_sandbox(engines="none", speed=40)
    limit(started, minute=LIMIT)
    return started


def limit(sandbox: Sandbox, **own: Any) -> None:
    sandbox.control("PUT", "tier", {"tier": "basic", "window": MINUTE, **own})


def refused(sandbox: Sandbox) -> list[str]:
    return [each["path"] for each in sandbox.requests() if each["status"] == 429]


def all_done(playground: Playground, runs: list[str]) -> None:
    for each in runs:
        playground.reaches(each, State.DONE, timeout=60)


@pytest.mark.parametrize("push", [True, False], ids=["push", "poll"])
def test_ten_runs_on_five_a_minute_all_finish_and_none_is_refused(
    sandbox: Sandbox, start_engine: StartEngine, push: bool
) -> None:
    playground = start_engine(sandbox.url, sandbox.key, minute=MINUTE, push=push)
    ordered = [playground.order() for _ in range(10)]
    all_done(playground, ordered)
    assert refused(sandbox) == []
    assert playground.books == (charged(sandbox), 0)


def test_a_card_says_how_long_its_run_waits_for_the_rate_limit(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    # A whole minute, as the cards of people have it: nothing here waits until it is over.
    limit(sandbox, minute=1, window=60)
    playground = start_engine(sandbox.url, sandbox.key)
    playground.reaches(playground.order(), State.DONE)
    waiting = [playground.order(prompt=f"fox {n}") for n in range(3)]
    said = [playground.words(each) for each in waiting]
    for n, words in enumerate(said):
        assert words.startswith("Waiting for the rate limit, about ")
        assert minutes(words) == pytest.approx(n + 1, abs=0.5)
    # Who takes one back lets the others forward.
    assert playground.cancel(waiting[0])


def minutes(words: str) -> float:
    """The time in a card's words: `about 58 s`, `about 1 min 58 s`."""
    units = {"s": 1 / 60, "min": 1.0, "h": 60.0}
    told = words.partition("about ")[2].split()
    return sum(float(n) * units[unit] for n, unit in zip(told[::2], told[1::2], strict=True))


def test_two_playgrounds_on_one_key_both_finish_and_are_hardly_refused(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    both = [start_engine(sandbox.url, sandbox.key, minute=MINUTE) for _ in range(2)]
    ordered = [(each, each.order()) for _ in range(8) for each in both]
    for playground, run in ordered:
        playground.reaches(run, State.DONE, timeout=90)
    assert sum(each.books[0] for each in both) == charged(sandbox)
    # No header says what the other will send. Each may fill a fresh minute, and is told then.
    full = len(ordered) // LIMIT
    assert len(refused(sandbox)) <= full * LIMIT
    assert set(refused(sandbox)) <= {PICTURES.path}


def test_a_used_up_day_stops_that_endpoint_alone_and_says_until_when(
    sandbox: Sandbox, start_engine: StartEngine
) -> None:
    limit(sandbox, minute=LIMIT, day=2)
    playground = start_engine(sandbox.url, sandbox.key, minute=MINUTE)
    all_done(playground, [playground.order() for _ in range(2)])
    third = playground.order(prompt="one too many")
    words = eventually(lambda: day_is_over(playground.words(third)))
    run = playground.run(third)
    assert run.state is State.WAITING
    assert run.not_before is not None
    assert f"{run.not_before:%H:%M}" in words
    waits = (run.not_before - run.created_at).total_seconds()
    assert 86_000 < waits <= 86_500
    assert refused(sandbox) == []
    speech = playground.order(endpoint="audio.speech", text="Another endpoint has its own day.")
    playground.reaches(speech, State.DONE)


def day_is_over(words: str) -> str | None:
    return words if words.startswith("Today's runs are used up, goes on in ") else None
