"""The rate windows, on a clock of the test's own."""

import pytest

from lib.sandbox.config import Tier
from lib.sandbox.rates import BASIC, DAY, MINUTE, Rates, Verdict


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(rates: Rates, pool: str, times: int) -> list[Verdict]:
    return [rates.take(pool) for _ in range(times)]


@pytest.mark.parametrize("pool", ["images.generations", "images.upscales", "jobs", "prices"])
def test_basic_allows_the_documented_calls_a_minute_and_refuses_the_next(
    pool: str, clock: Clock
) -> None:
    allowed = BASIC[pool].minute if pool in BASIC else 10
    verdicts = taken(Rates("basic", clock), pool, allowed + 1)
    assert [verdict.exceeded for verdict in verdicts] == [None] * allowed + ["minute"]


@pytest.mark.parametrize("tier", ["basic", "premium"])
def test_every_answer_says_how_its_pool_stands(tier: Tier, clock: Clock) -> None:
    first, second = taken(Rates(tier, clock), "images.upscales", 2)
    limit = {"basic": 5, "premium": 300}[tier]
    assert first.headers["X-RateLimit-Limit"] == str(limit)
    assert first.headers["X-RateLimit-Remaining"] == str(limit - 1)
    assert second.headers["X-RateLimit-Remaining"] == str(limit - 2)
    assert second.headers["X-RateLimit-Source"] == "images.upscales"
    assert ("X-RateLimit-Daily-Limit" in first.headers) is (tier == "basic")
    assert "Retry-After" not in first.headers
    assert "X-RateLimit-Type" not in first.headers


def test_the_minute_opens_with_the_first_call_and_runs_its_full_length(clock: Clock) -> None:
    rates = Rates("basic", clock)
    rates.take("images.generations")
    clock.now += 45
    taken(rates, "images.generations", 2)
    over = rates.take("images.generations")
    assert (over.exceeded, over.headers["Retry-After"]) == ("minute", "15")
    assert over.headers["X-RateLimit-Remaining"] == "0"

    clock.now += 15
    assert rates.take("images.generations").exceeded is None
    assert rates.take("images.generations").headers["X-RateLimit-Remaining"] == "1"


def test_a_refused_call_is_not_counted(clock: Clock) -> None:
    rates = Rates("basic", clock)
    taken(rates, "images.generations", 50)
    clock.now += MINUTE
    assert rates.take("images.generations").headers["X-RateLimit-Daily-Remaining"] == "96"


def test_the_day_runs_from_its_first_call_and_not_to_midnight(clock: Clock) -> None:
    rates = Rates("basic", clock)
    opened = clock.now
    while (verdict := rates.take("images.generations")).exceeded != "daily":
        if verdict.exceeded:
            clock.now += float(verdict.headers["Retry-After"])
    assert verdict.headers["X-RateLimit-Type"] == "daily"
    assert float(verdict.headers["Retry-After"]) == pytest.approx(opened + DAY - clock.now, abs=1)

    clock.now += float(verdict.headers["Retry-After"])
    assert rates.take("images.generations").exceeded is None


def test_pools_do_not_touch_each_other(clock: Clock) -> None:
    rates = Rates("basic", clock)
    taken(rates, "images.generations", 4)
    assert rates.take("images.upscales").exceeded is None
    assert rates.take("jobs").exceeded is None
