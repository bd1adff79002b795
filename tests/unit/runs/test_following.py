"""From `accepted` to the end of the job: what news does, and what silence does."""

import asyncio
import base64
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from lib.runs.journey import MISSING, PATIENCE, STALLED_POLL
from lib.runs.pace import SLOWEST
from lib.store import DiskFull, Run, State, Store, files, history, runs
from tests.support.media import is_kept
from tests.support.waiting import eventually
from tests.unit.runs.scripted import (
    GONE,
    PRICE,
    RESULT,
    Downloads,
    World,
    job,
    picture,
    reply,
)

UNREACHABLE = httpx.ConnectError("connection refused")
UNKNOWN_JOB = reply({"message": "Not found."}, 404)


def done(usd: float | None = 0.002) -> httpx.Response:
    return job("done", result_url=RESULT, price=usd and {"amount": usd})


def test_polls_lie_where_such_jobs_ended_before_and_then_ever_further_apart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "durations", lambda *_: [5.0, 5.2, 5.4, 5.6, 5.8, 6.0])
    world.deapi.jobs[:0] = [job("pending")] * 12
    world.go(world.order())
    first, *later = world.time.slept
    assert 5.0 < first < 5.3
    assert sum(1 for each in later if each < 1) >= 2  # close together while ends are likely
    assert later[-1] == max(later) > 4


@pytest.mark.parametrize("usd", ["0.0005", "0.0071", "0"])
def test_the_final_price_is_posted_as_it_is_below_and_above_the_quote(
    world: World, usd: str
) -> None:
    world.deapi.jobs = [
        httpx.Response(
            200,
            content=f'{{"data": {{"status": "done", "result_url": "{RESULT}",'
            f' "price": {{"amount": {usd}}}}}}}'.encode(),
        )
    ]
    run = world.go(world.order())
    assert (run.state, run.price) == (State.DONE, Decimal(usd))
    assert (world.spent, world.held) == (Decimal(usd), 0)


def test_a_job_that_names_no_price_costs_its_quote(world: World) -> None:
    world.deapi.jobs = [done(None)]
    assert world.go(world.order()).price == PRICE
    assert world.spent == PRICE


def test_an_estimated_price_is_marked(world: World) -> None:
    world.deapi.jobs = [
        job("done", result_url=RESULT, price={"amount": 0.002, "is_estimated": True})
    ]
    assert world.go(world.order()).price_estimated


@pytest.mark.parametrize("price", [None, {"amount": 0}])
def test_a_job_in_error_costs_nothing_and_keeps_its_reason(
    world: World, price: dict[str, float] | None
) -> None:
    world.deapi.jobs = [job("error", price=price, error_code="nsfw", error_message="Not that.")]
    run = world.go(world.order())
    assert (run.state, run.price) == (State.FAILED, None)
    assert run.error == {"kind": "JobFailed", "message": "Not that.", "code": "nsfw"}
    assert (world.spent, world.held) == (0, 0)


def test_a_job_in_error_that_names_a_price_is_paid(world: World) -> None:
    world.deapi.jobs = [job("failed", price={"amount": 0.001})]
    run = world.go(world.order())
    assert (run.state, run.price) == (State.FAILED, Decimal("0.001"))
    assert (world.spent, world.held) == (Decimal("0.001"), 0)


def test_the_price_is_posted_before_the_file_is_fetched(world: World) -> None:
    spent: list[tuple[str, Decimal]] = []
    run = world.order()
    world.downloads.results[:0] = [GONE]
    world.time.noticed = lambda _: spent.append((world.read(run).state, world.spent))
    world.go(run)
    assert spent[-1] == (State.KEEPING, PRICE)


def test_the_balance_is_looked_at_when_a_price_was_settled(world: World) -> None:
    world.go(world.order())
    eventually(lambda: world.deapi.count("/api/v2/account/balance") == 1)


class TestStalled:
    def test_two_404s_a_minute_apart_stall_it_and_news_brings_it_back(self, world: World) -> None:
        missing = [UNKNOWN_JOB] * 35  # the polls of a minute, and some of the hourly ones
        world.deapi.jobs = [job("processing", progress=10), *missing, job("processing"), done()]
        run = world.order()
        states = world.watch(run)
        ended = world.go(run)
        assert [state for state, _ in states] == ["accepted", "working", "stalled", "working"]
        assert (ended.state, ended.missing_since, world.spent) == (State.DONE, None, PRICE)
        hourly = [each for each in world.time.slept if each == STALLED_POLL]
        assert len(hourly) >= 2

    def test_a_single_404_does_not_stall_however_long_the_silence_after_it(
        self, world: World
    ) -> None:
        world.deapi.jobs = [UNKNOWN_JOB, *[UNREACHABLE] * 60, job("pending"), done()]
        run = world.order()
        states = world.watch(run)
        assert world.go(run).state is State.DONE
        assert {state for state, _ in states} == {"accepted"}
        assert sum(world.time.slept) > MISSING.total_seconds()

    def test_a_job_without_an_end_in_sight_stalls_keeps_its_hold_and_is_asked_hourly(
        self, world: World
    ) -> None:
        world.deapi.jobs = [*[job("processing")] * 110, done()]
        run = world.order()
        held: dict[str, Decimal] = {}
        world.time.noticed = lambda _: held.update({world.read(run).state: world.held})
        assert world.go(run).state is State.DONE
        assert held["stalled"] == PRICE
        waited = timedelta(seconds=_before_hourly(world))
        assert PATIENCE <= waited < PATIENCE + timedelta(seconds=2 * SLOWEST)
        assert world.time.slept.count(STALLED_POLL) > 2

    def test_a_job_that_still_moves_is_not_stalled(self, world: World) -> None:
        moving = [job("processing", progress=n / 2) for n in range(199)]
        world.deapi.jobs = [*moving, done()]
        run = world.order()
        states = world.watch(run)
        assert world.go(run).state is State.DONE
        assert sum(world.time.slept) > 2 * PATIENCE.total_seconds()
        assert [state for state, _ in states] == ["accepted", "working"]

    def test_patience_is_ten_times_what_such_jobs_usually_take(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        minutes = [*[1.0] * 19, 60.0 * 10, 60.0 * 5000]  # the p95 is ten minutes
        monkeypatch.setattr(history, "durations", lambda *_: minutes)
        world.deapi.jobs = [*[job("processing")] * 300, done()]
        world.go(world.order())
        assert 100 * 60 <= _before_hourly(world) < 100 * 60 + 2 * SLOWEST

    def test_a_stalled_run_is_asked_about_soon_after_a_start(self, world: World) -> None:
        run = world.order()
        stalled = runs.stall(world.store, world.accept(run))
        assert stalled is not None
        world.go(stalled)
        assert world.time.slept[0] < 1

    def test_silence_of_an_unreachable_deapi_does_not_become_hourly(self, world: World) -> None:
        """A laptop wakes up after hours: the network comes back a few seconds later."""
        run = world.order()
        on_its_way = world.accept(run)
        world.time.move(hours=9)
        world.deapi.jobs = [*[UNREACHABLE] * 4, done()]
        assert world.go(on_its_way).state is State.DONE
        assert max(world.time.slept) <= SLOWEST


def _before_hourly(world: World) -> float:
    """Seconds that were slept before the first hour."""
    return sum(world.time.slept[: world.time.slept.index(STALLED_POLL)])


def test_a_limit_on_polls_is_waited_for(world: World) -> None:
    limited = reply({"message": "Too Many Attempts."}, 429, retry_after="40", type="minute")
    world.deapi.jobs[:0] = [limited]
    assert world.go(world.order()).state is State.DONE
    assert 40 in world.time.slept


@pytest.mark.parametrize(
    "silence",
    [
        UNREACHABLE,
        httpx.ReadError("reset"),
        reply({"message": "Server Error"}, 500),
        httpx.Response(200, text="<html>"),
        reply({"message": "Unauthenticated."}, 401),
    ],
    ids=["unreachable", "reset", "500", "HTML", "401"],
)
def test_a_poll_that_fails_says_nothing_about_the_job(
    world: World, silence: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    world.deapi.jobs[:0] = [silence] * 30
    run = world.go(world.order())
    assert (run.state, world.spent, world.deapi.asked) == (State.DONE, PRICE, 31)
    assert len(caplog.records) == 1  # and the log is not filled with it


def test_an_end_that_can_not_be_written_is_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [DiskFull("full")] * 3
    settle = runs.settle_done

    def full(*args: Any, **facts: Any) -> Run | None:
        if failures:
            raise failures.pop()
        return settle(*args, **facts)

    monkeypatch.setattr(runs, "settle_done", full)
    assert world.go(world.order()).state is State.DONE
    assert (world.spent, world.held) == (PRICE, 0)


class TestPreviews:
    def test_each_new_one_is_fetched_and_shown_while_it_works(
        self, world: World, previews: Downloads
    ) -> None:
        first, second = (f"https://cdn.example/{n}.png" for n in (1, 2))

        async def newer(_: httpx.Request) -> httpx.Response:
            shown, fetching = files.preview_name(run.id), world.journey._previews._fetching
            # And the one who fetched it has gone.
            await asyncio.to_thread(
                eventually, lambda: is_kept(world.store, shown) and not fetching
            )
            return job("processing", progress=30, preview=second)

        world.deapi.jobs[:0] = [
            job("processing", progress=10, preview=first),
            job("processing", progress=20, preview=first),
            newer,
            newer,
        ]
        run = world.order()
        world.go(run)
        assert previews.urls == [first, second]
        assert is_kept(world.store, files.preview_name(run.id))

    def test_a_picture_in_base64_is_shown_too(self, world: World) -> None:
        inline = base64.b64encode(picture()).decode()
        world.deapi.jobs[:0] = [job("processing", progress=10, preview=inline)]
        run = world.order()
        ended = world.go(run)
        assert is_kept(world.store, files.preview_name(run.id))
        assert ended.preview_url is None

    @pytest.mark.parametrize(
        "broken", [GONE, OSError(28, "No space left on device"), b"not a picture", b""]
    )
    def test_one_that_fails_never_hurts(
        self, world: World, previews: Downloads, broken: bytes | Exception
    ) -> None:
        previews.results = [broken]
        world.deapi.jobs[:0] = [job("processing", preview="https://cdn.example/1.png")]
        run = world.go(world.order())
        assert (run.state, run.error) == (State.DONE, None)

    @pytest.mark.parametrize("preview", ["%%%", "data:image/png;base64,AAAA", "ä" * 9000])
    def test_nonsense_is_no_preview_and_no_harm(self, world: World, preview: str) -> None:
        world.deapi.jobs[:0] = [job("processing", preview=preview)]
        assert world.go(world.order()).state is State.DONE

    def test_a_full_disk_is_only_a_missing_preview(
        self, world: World, previews: Downloads, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_store: Store, _run: str, _source: object) -> None:
            raise DiskFull("full")

        monkeypatch.setattr(files, "make_preview", full)
        world.deapi.jobs[:0] = [job("processing", preview="https://cdn.example/1.png")]
        assert world.go(world.order()).state is State.DONE
        assert previews.urls
