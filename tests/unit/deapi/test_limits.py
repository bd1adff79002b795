"""The governor, against a deAPI that counts as the real one does, on a clock that tests turn."""

import asyncio
import heapq
import itertools
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.deapi.errors import DailyLimit
from lib.deapi.limits import FIRST, Governor, Priority

MINUTE, DAY = 60.0, 86_400.0

HEADERS = [
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Daily-Limit",
    "X-RateLimit-Daily-Remaining",
    "X-RateLimit-Source",
    "X-RateLimit-Type",
    "Retry-After",
]


class Time:
    """Seconds that pass only when everything that can happen has happened."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), woken))
        await woken

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)

    async def pass_until(self, done: Callable[[], bool], latest: float = math.inf) -> None:
        """Go from one awaited moment to the next until `done()`, or none is left by `latest`."""
        await self.settle()
        while not done():
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if not self._sleepers or self._sleepers[0][0] > latest:
                self.now = max(self.now, min(latest, 10 * DAY))
                return
            at, _, woken = heapq.heappop(self._sleepers)
            self.now = max(self.now, at)
            woken.set_result(None)
            await self.settle()


@dataclass
class Window:
    """`limit` requests in `length` seconds from the first (gotchas §11)."""

    limit: int
    length: float
    opened: float = -math.inf
    used: int = 0

    def take(self, now: float) -> bool:
        if now >= self.opened + self.length:
            self.opened, self.used = now, 0
        if self.used >= self.limit:
            return False
        self.used += 1
        return True


class Server:
    """A pool of deAPI: answers after a while, with headers, and counts its refusals."""

    def __init__(self, time: Time, minute: int, day: int = 10**6, seed: int = 0) -> None:
        self.time = time
        self.minute = Window(minute, MINUTE)
        self.day = Window(day, DAY)
        self.chance = random.Random(seed)
        self.slowest = 3.0
        self.source = "images"
        self.loses = 0.0
        self.asked = 0
        self.unheard = 0
        """Requests answered until the first answer got through, itself included."""
        self._heard = False
        self.accepted = 0
        self.refused = 0

    async def answer(self) -> tuple[dict[str, str], int | None]:
        """The headers and the status, or none of both for the share of answers it `loses`."""
        self.asked += 1
        await self.time.sleep(self.chance.uniform(0, self.slowest))
        status, headers = self.count()
        await self.time.sleep(self.chance.uniform(0, self.slowest))
        self.unheard += not self._heard
        if self.chance.random() < self.loses:
            return {}, None
        self._heard = True
        return headers, status

    def count(self) -> tuple[int, dict[str, str]]:
        now = self.time.now
        said: dict[str, str] = {}
        if self.day.used >= self.day.limit and now < self.day.opened + DAY:
            self.refused += 1
            wait = self.day.opened + DAY - now
            said = {"X-RateLimit-Type": "daily", "Retry-After": str(math.ceil(wait))}
        elif not self.minute.take(now):
            self.refused += 1
            wait = self.minute.opened + MINUTE - now
            said = {"X-RateLimit-Type": "minute", "Retry-After": str(math.ceil(wait))}
        else:
            self.day.take(now)
            self.accepted += 1
        return (429 if said else 200), said | {
            "X-RateLimit-Source": self.source,
            "X-RateLimit-Limit": str(self.minute.limit),
            "X-RateLimit-Remaining": str(self.minute.limit - self.minute.used),
            "X-RateLimit-Daily-Limit": str(self.day.limit),
            "X-RateLimit-Daily-Remaining": str(self.day.limit - self.day.used),
        }


def simulated(test: Callable[[Time, Governor], Awaitable[None]]) -> None:
    async def limited() -> None:
        time = Time()
        async with asyncio.timeout(60):
            await test(time, Governor(clock=lambda: time.now, sleep=time.sleep))

    asyncio.run(limited())


async def ask(
    governor: Governor, server: Server, name: str = "a", priority: Priority = Priority.SUBMIT
) -> int | None:
    await governor.turn(name, priority)
    headers, status = await server.answer()
    governor.learn(name, headers, status)
    return status


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(1, 12),
    starts=st.lists(st.floats(0, 400), min_size=1, max_size=40),
    already=st.integers(0, 12),
    loses=st.sampled_from([0, 0, 0.2, 0.6]),
    seed=st.integers(0, 10**6),
)
def test_no_request_is_refused_that_the_headers_had_foretold(
    limit: int, starts: list[float], already: int, loses: float, seed: int
) -> None:
    """Whatever is asked when, however answers are late or lost, and whoever asked before us."""

    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, limit, seed=seed)
        server.loses = loses
        for _ in range(min(already, limit)):
            server.minute.take(time.now)

        async def one(start: float) -> None:
            await time.sleep(start)
            while await ask(governor, server) == 429:
                pass

        asked = [asyncio.ensure_future(one(start)) for start in starts]
        await time.pass_until(lambda: all(each.done() for each in asked))
        # Before it has heard of a limit it can't know what is used up; the very first of all
        # requests is never refused.
        assert server.refused <= server.unheard - (not already)
        if not loses:
            assert server.accepted == len(starts)

    simulated(test)


def test_sixty_requests_on_ten_a_minute_take_hardly_longer_than_they_must() -> None:
    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 10)
        server.slowest = 0.1
        asked = [asyncio.ensure_future(ask(governor, server)) for _ in range(60)]
        await time.pass_until(lambda: all(each.done() for each in asked))
        assert server.refused == 0
        assert time.now <= 5 * MINUTE * 1.05

    simulated(test)


def test_before_the_first_answer_only_a_first_request_goes() -> None:
    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 10)
        asked = [asyncio.ensure_future(ask(governor, server)) for _ in range(8)]
        await time.settle()
        assert server.asked == FIRST
        await time.pass_until(lambda: all(each.done() for each in asked))
        assert time.now < MINUTE

    simulated(test)


def test_a_first_request_without_an_answer_lets_the_next_one_try() -> None:
    async def test(time: Time, governor: Governor) -> None:
        await governor.turn("a", Priority.SUBMIT)
        second = asyncio.ensure_future(governor.turn("a", Priority.SUBMIT))
        await time.settle()
        assert not second.done()
        governor.learn("a", {}, None)
        await second
        third = asyncio.ensure_future(governor.turn("a", Priority.SUBMIT))
        await time.settle()
        assert not third.done()
        governor.untaken("a")
        await third

    simulated(test)


def test_a_service_without_limits_is_not_limited() -> None:
    async def test(time: Time, governor: Governor) -> None:
        await governor.turn("a", Priority.POLL)
        governor.learn("a", {}, 200)
        for _ in range(1000):
            await governor.turn("a", Priority.POLL)
        assert governor.delay("a") == 0

    simulated(test)


def test_who_waits_goes_by_priority_and_then_by_arrival() -> None:
    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 1)
        server.slowest = 0
        went: list[str] = []

        async def one(name: str, priority: Priority) -> None:
            await governor.turn("a", priority)
            went.append(name)
            headers, status = await server.answer()
            governor.learn("a", headers, status)

        asked = [
            asyncio.ensure_future(one(name, priority))
            for name, priority in [
                ("first", Priority.CATALOGUE),
                ("models", Priority.CATALOGUE),
                ("quote", Priority.QUOTE),
                ("poll 1", Priority.POLL),
                ("poll 2", Priority.POLL),
                ("submit", Priority.SUBMIT),
            ]
        ]
        await time.pass_until(lambda: all(each.done() for each in asked))
        assert went == ["first", "submit", "poll 1", "poll 2", "quote", "models"]
        assert time.now == pytest.approx(5 * MINUTE)

    simulated(test)


@given(st.lists(st.sampled_from(["ada", "ben", "cyd", "dan"]), min_size=1, max_size=24))
@settings(max_examples=40, deadline=None)
def test_persons_take_turns_each_in_the_order_of_arrival(who: list[str]) -> None:
    """Nobody gets a second turn while somebody who waited as long has had fewer."""

    async def test(_: Time, governor: Governor) -> None:
        await governor.turn("pool", Priority.SUBMIT)
        went: list[tuple[str, int]] = []

        async def wait(name: str, n: int) -> None:
            await governor.turn("pool", Priority.SUBMIT, name)
            went.append((name, n))
            governor.learn("pool", {}, 200)

        waiting = [asyncio.ensure_future(wait(name, n)) for n, name in enumerate(who)]
        await asyncio.sleep(0)
        governor.learn("pool", {}, 500)  # says nothing of limits: one goes after the other
        await asyncio.gather(*waiting)
        for name in set(who):
            mine = [n for each, n in went if each == name]
            assert mine == sorted(mine)
        for n in range(len(went)):
            had = {name: sum(each == name for each, _ in went[:n]) for name in set(who)}
            left = {name: who.count(name) - had[name] for name in set(who)}
            assert all(had[went[n][0]] <= had[name] for name in set(who) if left[name])

    simulated(test)


def test_who_comes_late_waits_for_one_turn_of_each_other_and_not_for_their_queues() -> None:
    async def test(_: Time, governor: Governor) -> None:
        await governor.turn("pool", Priority.SUBMIT)
        went: list[str] = []

        async def wait(name: str) -> None:
            await governor.turn("pool", Priority.SUBMIT, name)
            went.append(name)
            if len(went) == 3:
                late.append(asyncio.ensure_future(wait("ben")))
                await asyncio.sleep(0)
            governor.learn("pool", {}, 500)

        late: list[asyncio.Future[None]] = []
        waiting = [asyncio.ensure_future(wait("ada")) for _ in range(10)]
        await asyncio.sleep(0)
        governor.learn("pool", {}, 500)
        await asyncio.gather(*waiting)
        await asyncio.gather(*late)
        assert went.index("ben") <= 4

    simulated(test)


def test_who_takes_back_what_waited_stands_behind_nobody_for_it() -> None:
    async def test(_: Time, governor: Governor) -> None:
        await governor.turn("pool", Priority.SUBMIT)
        went: list[str] = []

        async def wait(name: str) -> None:
            await governor.turn("pool", Priority.SUBMIT, name)
            went.append(name)
            governor.learn("pool", {}, 500)

        many = [asyncio.ensure_future(wait("ada")) for _ in range(10)]
        waiting = [asyncio.ensure_future(wait("ben")) for _ in range(5)]
        await asyncio.sleep(0)
        for each in many:
            each.cancel()
        await asyncio.wait(many)
        waiting.append(asyncio.ensure_future(wait("ada")))
        await asyncio.sleep(0)
        governor.learn("pool", {}, 500)
        await asyncio.gather(*waiting)
        assert went.index("ada") <= 1

    simulated(test)


def test_the_delay_of_one_that_waits_is_that_of_its_own_place() -> None:
    async def test(_: Time, governor: Governor) -> None:
        await governor.turn("pool", Priority.SUBMIT)
        governor.learn("pool", {"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0"}, 200)
        tags = ["first", "second", "third"]
        waiting = [
            asyncio.ensure_future(governor.turn("pool", Priority.SUBMIT, "ada", tag))
            for tag in tags
        ]
        await asyncio.sleep(0)
        delays = [governor.delay("pool", tag, "ada") for tag in [*tags, "one that is not there"]]
        assert delays == [MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE]
        for each in waiting:
            each.cancel()

    simulated(test)


def test_a_new_one_waits_for_its_turn_and_not_for_everybody_s_queue() -> None:
    async def test(_: Time, governor: Governor) -> None:
        await governor.turn("pool", Priority.SUBMIT)
        governor.learn("pool", {"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0"}, 200)
        waiting = [
            asyncio.ensure_future(governor.turn("pool", priority, "ada"))
            for priority in [Priority.SUBMIT] * 5 + [Priority.QUOTE] * 5
        ]
        await asyncio.sleep(0)
        # Ben's first comes after ada's first; ada's own next, after her five.
        assert governor.delay("pool", who="ben") == 2 * MINUTE
        assert governor.delay("pool", who="ada") == 6 * MINUTE
        assert governor.delay("pool", who="ben", priority=Priority.QUOTE) == 7 * MINUTE
        for each in waiting:
            each.cancel()

    simulated(test)


def test_who_moves_to_a_shared_pool_takes_part_in_its_turns() -> None:
    """Rounds are counted by pool: those of the old one would put it behind or before everybody."""

    async def test(_: Time, governor: Governor) -> None:
        went: list[str] = []
        free = {"X-RateLimit-Source": "shared"}

        async def wait(pool: str, name: str) -> None:
            await governor.turn(pool, Priority.SUBMIT, name)
            went.append(name)
            governor.learn(pool, {}, 500)

        await governor.turn("one", Priority.SUBMIT)
        governor.learn("one", free, 500)  # known by its name, and still one at a time
        await governor.turn("one", Priority.SUBMIT)
        await governor.turn("two", Priority.SUBMIT, "ben")
        many = [asyncio.ensure_future(wait("one", "ada")) for _ in range(8)]
        # In the other pool these have rounds 1 to 4 before them.
        later = [asyncio.ensure_future(wait("two", "ben")) for _ in range(4)]
        await asyncio.sleep(0)
        for each in later[:3]:
            each.cancel()
        await asyncio.wait(later[:3])
        governor.learn("two", free, 500)
        governor.learn("one", {}, 500)
        await asyncio.gather(*many, later[3])
        assert went.index("ben") <= 1

    simulated(test)


def test_a_shorter_minute_is_one_for_a_sandbox_with_such_minutes() -> None:
    async def test() -> None:
        governor = Governor(minute=3, clock=lambda: 0.0)
        await governor.turn("a", Priority.SUBMIT)
        governor.learn("a", {"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0"}, 200)
        assert governor.delay("a") == 3

    asyncio.run(test())


def test_a_used_up_day_stops_everybody_until_it_ends() -> None:
    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 10, day=4)
        asked = [asyncio.ensure_future(ask(governor, server)) for _ in range(6)]
        await time.pass_until(lambda: all(each.done() for each in asked))
        stopped = [each.exception() for each in asked if each.exception()]
        assert len(stopped) == 2
        assert server.refused == 0
        for error in stopped:
            assert isinstance(error, DailyLimit)
            assert error.retry_after == pytest.approx(DAY, abs=20)
        assert governor.delay("a") == pytest.approx(DAY, abs=20)
        await time.pass_until(lambda: False, latest=time.now + DAY)
        last = asyncio.ensure_future(ask(governor, server))
        await time.pass_until(last.done)
        assert (server.accepted, server.refused) == (5, 0)

    simulated(test)


def test_a_new_day_is_noticed_by_its_first_answer() -> None:
    """Yesterday evening's requests no longer count then, although they are not a day old."""

    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 10, day=4)
        server.slowest = 0

        async def one() -> int | None:
            asked = asyncio.ensure_future(ask(governor, server))
            await time.pass_until(asked.done)
            return await asked

        for hours in (0, 0, 20, 20, 24, 24, 24, 24):
            time.now = max(time.now, hours * 3600.0 + 1)
            assert await one() == 200
        with pytest.raises(DailyLimit):
            await one()

    simulated(test)


def test_a_daily_429_closes_the_pool_until_its_retry_after() -> None:
    async def test(time: Time, governor: Governor) -> None:
        await governor.turn("a", Priority.SUBMIT)
        waiting = asyncio.ensure_future(governor.turn("a", Priority.SUBMIT))
        await time.settle()
        governor.learn("a", {"X-RateLimit-Type": "daily", "Retry-After": "7200"}, 429)
        with pytest.raises(DailyLimit) as stopped:
            await waiting
        assert stopped.value.retry_after == 7200
        time.now += 7200
        await governor.turn("a", Priority.SUBMIT)

    simulated(test)


def test_a_day_that_others_used_up_is_asked_about_once_an_hour() -> None:
    """Its end is unknown then: a refused request costs nothing and says when it is."""

    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 10, day=15)
        server.slowest = 0
        for _ in range(14):
            server.day.take(time.now)
        time.now += 23.5 * 3600
        first = asyncio.ensure_future(ask(governor, server))
        await time.pass_until(first.done)
        with pytest.raises(DailyLimit) as stopped:
            await governor.turn("a", Priority.SUBMIT)
        assert stopped.value.retry_after == pytest.approx(3600)
        time.now += 3600
        second = asyncio.ensure_future(ask(governor, server))
        await time.pass_until(second.done)
        assert await second == 200
        # Its answer says that a new day has begun.
        third = asyncio.ensure_future(ask(governor, server))
        await time.pass_until(third.done)
        assert (server.accepted, server.refused) == (3, 0)

    simulated(test)


def test_pools_that_the_headers_call_by_one_name_share_their_limit() -> None:
    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 4)
        for name in ("file", "url"):
            one = asyncio.ensure_future(ask(governor, server, name))
            await time.pass_until(one.done)
        asked = [asyncio.ensure_future(ask(governor, server, name)) for name in ["file", "url"] * 5]
        await time.pass_until(lambda: all(each.done() for each in asked))
        assert server.refused == 0
        assert time.now > 2 * MINUTE

    simulated(test)


def test_a_refused_minute_waits_as_long_as_it_is_told() -> None:
    async def test(time: Time, governor: Governor) -> None:
        await governor.turn("a", Priority.SUBMIT)
        governor.learn("a", {"Retry-After": "41"}, 429)
        assert governor.delay("a") == 41
        waiting = asyncio.ensure_future(governor.turn("a", Priority.SUBMIT))
        await time.pass_until(waiting.done)
        assert time.now == 41

    simulated(test)


def test_the_delay_counts_those_who_wait_already() -> None:
    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 2)
        server.slowest = 0
        for _ in range(2):
            one = asyncio.ensure_future(ask(governor, server))
            await time.pass_until(one.done)
        assert governor.delay("a") == pytest.approx(MINUTE)
        waiting = [asyncio.ensure_future(governor.turn("a", Priority.SUBMIT)) for _ in range(2)]
        await time.settle()
        assert governor.delay("a") == pytest.approx(2 * MINUTE)
        for each in waiting:
            each.cancel()
        await time.settle()
        assert governor.delay("a") == pytest.approx(MINUTE)
        assert governor.delay("never asked") == 0

    simulated(test)


@pytest.mark.parametrize(
    ("count", "day", "lasts"),
    [
        (4, 1000, 0.0),
        (5, 1000, MINUTE),
        (14, 1000, MINUTE),
        (15, 1000, 2 * MINUTE),
        (94, 1000, 9 * MINUTE),
        (24, 30, 2 * MINUTE),
        (25, 30, DAY),
        (54, 30, DAY),
        (55, 30, 2 * DAY),
    ],
)
def test_a_plan_knows_how_long_it_takes_in_minutes_and_in_days(
    count: int, day: int, lasts: float
) -> None:
    async def test(time: Time, governor: Governor) -> None:
        assert governor.lasts("a", count) is None
        server = Server(time, 10, day=day)
        server.slowest = 0
        for _ in range(6):
            one = asyncio.ensure_future(ask(governor, server))
            await time.pass_until(one.done)
        assert governor.lasts("a", count) == pytest.approx(lasts, abs=20)

    simulated(test)


@given(count=st.integers(1, 60), limit=st.integers(1, 12))
@settings(deadline=None, max_examples=40)
def test_and_it_is_right_when_nobody_else_is_there(count: int, limit: int) -> None:
    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, limit)
        server.slowest = 0
        one = asyncio.ensure_future(ask(governor, server))
        await time.pass_until(one.done)
        lasts, start = governor.lasts("a", count), time.now
        asked = [asyncio.ensure_future(ask(governor, server)) for _ in range(count)]
        await time.pass_until(lambda: all(each.done() for each in asked))
        assert lasts == pytest.approx(time.now - start, abs=2)

    simulated(test)


def test_nothing_runs_while_nobody_waits() -> None:
    async def test(time: Time, governor: Governor) -> None:
        server = Server(time, 1)
        one = asyncio.ensure_future(ask(governor, server))
        await time.pass_until(one.done)
        waiting = asyncio.ensure_future(governor.turn("a", Priority.POLL))
        await time.settle()
        waiting.cancel()
        await time.settle()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    simulated(test)


def test_a_turn_that_comes_to_somebody_who_left_goes_to_the_next() -> None:
    async def test(time: Time, governor: Governor) -> None:
        await governor.turn("a", Priority.SUBMIT)
        leaving = asyncio.ensure_future(governor.turn("a", Priority.SUBMIT))
        staying = asyncio.ensure_future(governor.turn("a", Priority.POLL))
        await time.settle()
        governor.untaken("a")  # the turn is `leaving`'s now, which has not run yet
        leaving.cancel()
        await staying

    simulated(test)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.dictionaries(
                st.sampled_from(HEADERS),
                st.sampled_from(["0", "1", "5", "-1", "999999999", "daily", "x", "", "nan"]),
            ),
            st.sampled_from([200, 429, 500, None]),
        ),
        max_size=30,
    )
)
def test_headers_that_make_no_sense_stop_nothing_for_ever(
    said: list[tuple[str, dict[str, str], int | None]],
) -> None:
    async def test(time: Time, governor: Governor) -> None:
        for name, headers, status in said:
            for _ in range(4):
                try:
                    waiting = asyncio.ensure_future(governor.turn(name, Priority.POLL))
                    await time.pass_until(waiting.done)
                    await waiting
                    break
                except DailyLimit as stopped:
                    time.now += stopped.retry_after
            else:
                pytest.fail("still closed")
            assert governor.delay(name) >= 0
            governor.learn(name, headers, status)

    simulated(test)


def test_limits_that_are_others_now_hold_nobody_back() -> None:
    async def test(time: Time, governor: Governor) -> None:
        await governor.turn("a", Priority.SUBMIT)
        governor.learn("a", {"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0"}, 200)
        waiting = asyncio.ensure_future(governor.turn("a", Priority.SUBMIT))
        await time.settle()
        assert not waiting.done()
        governor.forget()
        await waiting
        governor.learn("a", {"X-RateLimit-Type": "daily", "Retry-After": "7200"}, 429)
        governor.forget()
        assert governor.delay("a") == 0
        await governor.turn("a", Priority.SUBMIT)

    simulated(test)


def test_a_limit_is_known_once_deapi_has_said_it() -> None:
    async def test(time: Time, governor: Governor) -> None:
        assert governor.limit("a") is None
        one = asyncio.ensure_future(ask(governor, Server(time, 7)))
        await time.pass_until(one.done)
        assert governor.limit("a") == 7

    simulated(test)


def test_who_watches_sees_how_many_wait_and_for_how_long() -> None:
    async def test(time: Time, governor: Governor) -> None:
        assert governor.queues() == {}
        server = Server(time, 1)
        server.slowest = 0
        one = asyncio.ensure_future(ask(governor, server))
        await time.pass_until(one.done)
        (name,) = governor.queues()
        waiting = [asyncio.ensure_future(ask(governor, server)) for _ in range(3)]
        await time.settle()
        count, seconds = governor.queues()[name]
        assert count == 3
        assert seconds == pytest.approx(4 * MINUTE, abs=2)
        await time.pass_until(lambda: all(each.done() for each in waiting))
        assert governor.queues()[name][0] == 0

    simulated(test)
