"""News that comes by itself: who it is handed to, and when it makes us ask."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from lib.deapi.wire import Job
from lib.runs.delivery import HELD, MOST_HELD, Desk, Following
from lib.runs.loop import Loop
from lib.store import State
from tests.support.waiting import eventually
from tests.unit.runs.scripted import PRICE, RESULT, Time, World, job


def news(state: str, request_id: str = "job-1", **facts: Any) -> Job:
    return Job.parse({"status": state, **facts}, request_id)


class Line:
    """A push connection that a test moves; it counts how often it was begun."""

    def __init__(self, heard: Callable[[Job], None], changed: Callable[[bool], None]) -> None:
        self.heard, self.changed = heard, changed
        self.is_up = False
        self.begun = 0

    async def run(self) -> None:
        self.begun += 1
        self.is_up = True
        try:
            await asyncio.Event().wait()
        finally:
            self.is_up = False


@pytest.fixture
def desk(loop: Loop) -> Desk:
    lines: list[Line] = []

    def make(heard: Callable[[Job], None], changed: Callable[[bool], None]) -> Line:
        lines.append(Line(heard, changed))
        return lines[0]

    made = Desk(loop, make)
    made.line = lines[0]  # pyright: ignore[reportAttributeAccessIssue]
    return made


def line_of(desk: Desk) -> Line:
    return desk.line  # pyright: ignore[reportAttributeAccessIssue]


def on(loop: Loop, work: Coroutine[Any, Any, Any]) -> Any:
    return loop.submit(work).result(timeout=10)


def test_news_wakes_who_follows_the_job_and_nobody_else(loop: Loop, desk: Desk) -> None:
    async def both() -> tuple[Job | None, bool]:
        with desk.following("job-1") as mine, desk.following("job-2") as other:
            desk.heard(news("processing"))
            return await mine.next(3600), bool(other._news)

    assert on(loop, both()) == (news("processing"), False)


def test_who_follows_a_job_is_told_how_each_piece_of_news_came(loop: Loop, desk: Desk) -> None:
    async def each() -> list[str]:
        line_of(desk).heard(news("done", "job-2"))  # before anybody knew it
        came: list[str] = []
        with desk.following("job-1") as mine, desk.following("job-2") as early:
            line_of(desk).heard(news("processing"))
            desk.heard(news("done"))
            for _ in range(3):
                await mine.next(1)
                came.append(mine.by)
            await early.next(1)
            return [*came, early.by]

    assert on(loop, each()) == ["push", "webhook", "poll", "push"]


def test_without_news_it_is_time_to_ask_after_the_wait(loop: Loop, desk: Desk, time: Time) -> None:
    async def waits() -> Job | None:
        with desk.following("job-1") as mine:
            return await mine.next(7.5)

    assert on(loop, waits()) is None
    assert time.slept == [7.5]


def test_news_that_came_before_anybody_knew_the_job_is_handed_over(loop: Loop, desk: Desk) -> None:
    """deAPI may push before its answer to the submit is written down."""

    async def early() -> Job | None:
        desk.heard(news("done"))
        with desk.following("job-1") as mine:
            return await mine.next(3600)

    assert on(loop, early()) == news("done")
    assert desk.orphans() == []


def test_news_of_jobs_nobody_knows_is_held_ten_minutes(desk: Desk, time: Time) -> None:
    desk.heard(news("processing", "stranger"))
    time.move(seconds=(HELD - timedelta(seconds=1)).total_seconds())
    assert [each.job.request_id for each in desk.orphans()] == ["stranger"]
    time.move(seconds=2)
    assert desk.orphans() == []


def test_a_flood_of_news_of_strangers_stays_bounded(desk: Desk) -> None:
    for n in range(MOST_HELD + 50):
        desk.heard(news("processing", f"stranger-{n}"))
    held = desk.orphans()
    assert (len(held), held[-1].job.request_id) == (MOST_HELD, f"stranger-{MOST_HELD + 49}")


def test_push_reports_on_a_job_from_its_first_news_and_while_the_line_stands(
    loop: Loop, desk: Desk
) -> None:
    line = line_of(desk)

    async def look(mine: Following) -> bool:
        return mine.is_pushed

    with desk.following("job-1") as mine:
        line.is_up = True
        assert not on(loop, look(mine))
        line.heard(news("processing"))
        assert on(loop, look(mine))
        line.is_up = False
        assert not on(loop, look(mine))


@pytest.mark.parametrize("stood", [True, False], ids=["stood before", "came up meanwhile"])
def test_after_a_loss_of_the_line_every_open_job_is_asked_about(
    loop: Loop, desk: Desk, stood: bool
) -> None:
    """Whether push had told of it or not."""

    async def both() -> list[Job | None]:
        line_of(desk).is_up = stood
        with desk.following("job-1") as one, desk.following("job-2") as two:
            if not stood:
                line_of(desk).changed(True)
            line_of(desk).heard(news("processing", "job-1"))
            assert await one.next(3600) is not None
            line_of(desk).changed(False)
            line_of(desk).changed(True)
            assert one.is_awake
            assert two.is_awake
            return [await one.next(3600), await two.next(3600)]

    assert on(loop, both()) == [None, None]


def test_a_first_connection_costs_no_poll(loop: Loop, desk: Desk) -> None:
    """Nothing was missed, and on few requests a minute one more is too many."""

    async def woken() -> bool:
        with desk.following("job-1") as mine:
            line_of(desk).changed(True)
            return mine.is_awake

    assert not on(loop, woken())


def test_push_stands_only_while_something_is_followed(
    loop: Loop, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.runs.delivery.LINGER", 0.01)
    line = line_of(desk)

    async def keep() -> None:
        loop.spawn(desk.keep_line())

    async def follow() -> None:
        with desk.following("job-1"):
            await asyncio.to_thread(eventually, lambda: line.is_up)

    on(loop, keep())
    for times in (1, 2):
        on(loop, follow())
        eventually(lambda: not line.is_up)
        assert line.begun == times


def test_a_pushed_end_asks_once_and_settles_by_what_the_job_says(world: World) -> None:
    """Price and address come from the job, whatever the hint claims (gotchas §7)."""
    run = world.accept(world.order())
    assert run.request_id is not None
    world.deapi.jobs = [job("done", result_url=RESULT, price={"amount": 0.002})]
    hint = news("done", run.request_id, result_url="https://evil.example/x", price=99)
    world.journey.desk.heard(hint, pushed=True)
    ended = world.go(run)
    assert (ended.state, ended.price, world.deapi.asked) == (State.DONE, PRICE, 1)
    assert world.downloads.urls == [RESULT]


def test_news_of_a_job_at_work_is_taken_without_asking(world: World) -> None:
    run = world.accept(world.order())
    assert run.request_id is not None
    world.journey.desk.heard(news("in_progress", run.request_id, progress="40.5"), pushed=True)
    seen: list[tuple[State, float | None, int]] = []

    def look(_: float) -> None:
        now = world.read(run)
        seen.append((now.state, now.progress, world.deapi.asked))

    world.time.noticed = look
    assert world.go(run).state is State.DONE
    assert (State.WORKING, 40.5, 0) in seen


def test_an_end_that_the_job_does_not_know_of_yet_is_asked_about_again_soon(world: World) -> None:
    run = world.accept(world.order())
    assert run.request_id is not None
    world.deapi.jobs[:0] = [job("processing", progress=50)] * 2
    world.journey.desk.heard(news("done", run.request_id), pushed=True)
    assert world.go(run).state is State.DONE
    assert world.time.slept[0] <= 1
    assert world.time.slept[1] <= 2
