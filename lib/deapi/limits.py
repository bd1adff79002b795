"""Pacing what leaves, from what deAPI says about its limits.

Limits are learned, never configured: every throttled answer carries the state of its *pool*
(`X-RateLimit-*`; gotchas §11), of which a key has several. deAPI counts in windows of a minute and
of a day that open with the first request, at a moment we can't see. So a request counts here from
when it leaves until a whole window after its answer: wherever deAPI's window lies, no more than
its limit of ours fall into it. For others on the same key, what each answer says is left binds,
until that window must have ended.

Time is `clock` seconds that never go back. Nothing runs while nobody waits.
"""

import asyncio
import heapq
import itertools
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import takewhile

from lib.deapi.errors import DailyLimit, is_daily, retry_after

MINUTE = 60.0
DAY = 86_400.0

FIRST = 1
"""Requests in flight in a pool that nobody has answered yet: some allow one a minute."""

_PROBE_AFTER = 3600.0
_MOST_SOURCES = 200


class Priority(IntEnum):
    """Who goes first where requests wait for each other (design.md, Rates)."""

    SUBMIT = 0
    POLL = 1
    QUOTE = 2
    CATALOGUE = 3


@dataclass(slots=True)
class _Bound:
    """What one answer's headers said: `remaining` more, which binds `until` its window has ended.

    `left` is what is left of it: every answer since takes one, its request may have been among
    those that were still to come.
    """

    at: float
    remaining: int
    left: int
    until: float


class _Window:
    """How many may leave within `length` seconds: by our own count, and by what headers say."""

    def __init__(self, length: float, probe_after: float = math.inf) -> None:
        self.limit: int | None = None
        self._length = length
        self._probe_after = probe_after
        self._log: deque[float] = deque()
        """When our requests were answered, oldest first."""
        self._bounds: list[_Bound] = []
        self._heard = -math.inf

    def note(self, now: float) -> None:
        """Count a request that was answered, or that may have been processed."""
        if self.limit is None:
            return  # and when a limit shows up, what is left of it will have counted this one
        self._log.append(now)
        self._heard = now
        for bound in self._bounds:
            bound.left -= 1

    def clear(self) -> None:
        self._log.clear()
        self._bounds.clear()

    def hear(self, remaining: int, sent: float, now: float) -> None:
        """Take in an answer, noted already, whose request left at `sent` or later."""
        if self.limit is None:
            return
        # All that was answered before this one left is in its count, unless deAPI's window has
        # ended since: then the oldest no longer count.
        used = max(self.limit - remaining, 1)
        later = sum(1 for _ in takewhile(lambda at: at > sent or at >= now, reversed(self._log)))
        earlier = len(self._log) - later
        for _ in range(earlier - (used - 1)):
            self._log.popleft()
        until = now + self._length
        bounds: list[_Bound] = []
        for bound in self._bounds:
            older, fewer = bound.at <= sent, remaining < bound.remaining
            if fewer and (older or remaining <= bound.left):
                until = min(until, bound.until)  # the same window, further on
            elif not older:
                # Two were on their way at once. If more are left after this one, it came first,
                # and the other's answer has counted it already.
                bound.left += not fewer
                bounds.append(bound)
        self._bounds = [*bounds, _Bound(now, remaining, remaining, until)]

    def opens_in(self, now: float, flying: int, places: int = 1) -> float:
        """Seconds until `places` more may leave, if what is in flight were answered now."""
        if self.limit is None:
            return 0.0
        self._forget(now)
        wait = self._by_log(now, len(self._log) + flying + places - self.limit)
        for bound in self._bounds:
            if flying + places > bound.left:
                wait = max(wait, min(bound.until - now, self._probe_in(now, flying)))
        return wait

    def lasts(self, now: float, places: int) -> float:
        """Seconds until `places` more may have left, a windowful at a time."""
        if self.limit is None:
            return 0.0
        self._forget(now)
        left = min([self.limit - len(self._log), *(each.left for each in self._bounds)])
        if places <= left:
            return 0.0
        ends = [each.until for each in self._bounds]
        ends += [self._log[0] + self._length] if self._log else []
        windows = math.ceil((places - max(left, 0)) / max(self.limit, 1))
        return min(ends, default=now + self._length) - now + self._length * (windows - 1)

    def _forget(self, now: float) -> None:
        while self._log and self._log[0] + self._length <= now:
            self._log.popleft()
        self._bounds = [each for each in self._bounds if each.until > now]

    def _by_log(self, now: float, wanted: int) -> float:
        """Seconds until `wanted` more of ours no longer count; those beyond go window by window."""
        assert self.limit is not None
        if wanted <= 0:
            return 0.0
        if wanted <= len(self._log):
            return self._log[wanted - 1] + self._length - now
        last = self._log[-1] + self._length - now if self._log else 0.0
        return last + self._length * math.ceil((wanted - len(self._log)) / self.limit)

    def _probe_in(self, now: float, flying: int) -> float:
        """Seconds until one may go to ask, when others on this key have used the window up.

        Its end is unknown then, and a day is too long to wait for the worst case: a request that
        is refused costs nothing and says when the window ends.
        """
        return math.inf if flying else max(self._heard + self._probe_after - now, 0.0)


@dataclass(order=True, slots=True)
class _Waiting:
    priority: Priority
    round: int
    """How many of the same person's go before it: persons take turns."""
    arrival: int
    who: str = field(compare=False)
    tag: str = field(compare=False)
    name: str = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class _Pool:
    """One of deAPI's pools: its windows, what is in flight into it and who waits for it."""

    def __init__(self, length: float, source: str | None = None) -> None:
        """`length`: seconds that a minute of deAPI's lasts."""
        self.source = source
        self._length = length
        self.flying: dict[str, list[float]] = {}
        self.waiting: list[_Waiting] = []
        self.timer: asyncio.Task[None] | None = None
        self._round: dict[Priority, int] = {}
        """Whose round it is, by priority."""
        self._served: dict[tuple[Priority, str], int] = {}
        """The round of each person's last request that went."""
        self.forget()

    def forget(self) -> None:
        """Know nothing of its limits. Who waits goes on waiting, what is in flight stays so."""
        self.minute = _Window(self._length)
        self.day = _Window(DAY, _PROBE_AFTER)
        self.answered = False
        self.blocked_until = -math.inf
        self.closed_until = -math.inf

    def round_for(self, priority: Priority, who: str) -> int:
        """In which round a new request of `who` goes: one a person a round, from now on."""
        if not self.waiting:
            self._round.clear()
            self._served.clear()
        earliest = self._round.get(priority, 0)
        before = [self._served.get((priority, who), -1)]
        before += [
            each.round
            for each in self.waiting
            if (each.priority, each.who) == (priority, who) and not each.turn.done()
        ]
        return max(earliest, max(before) + 1)

    def served(self, one: "_Waiting") -> None:
        """The rounds before this one's are over."""
        self._round[one.priority] = max(one.round, self._round.get(one.priority, 0))
        self._served[one.priority, one.who] = one.round

    def in_flight(self) -> int:
        return sum(len(times) for times in self.flying.values())

    def closed_for(self, now: float) -> float:
        """Seconds until the pool opens again when its day is used up, else 0."""
        # What is in flight may still show that it is our own requests which filled the day.
        day = 0.0 if self.in_flight() else self.day.opens_in(now, 0)
        return max(self.closed_until - now, day, 0.0)

    def opens_in(self, now: float, places: int = 1) -> float:
        """Seconds until `places` requests may leave; infinite when an answer must come first."""
        flying = self.in_flight()
        if not self.answered and flying + places > FIRST:
            return math.inf
        # What is in flight counts for a whole window after its answer, which is still to come.
        if flying and self.day.opens_in(now, flying, places) > 0:
            return math.inf
        return max(self.blocked_until - now, self.minute.opens_in(now, flying, places), 0.0)


class Governor:
    """Decides when a request may leave. One a key; used from one event loop.

    Every `turn` that returns must be followed by `learn` (with the answer's headers and status, or
    with status None when no answer came) or by `untaken` (when the request never left).

    `minute` is how many seconds a minute of deAPI's lasts: another than 60 in tests and benchmarks
    only, against a sandbox that counts in the same.
    """

    def __init__(
        self,
        *,
        minute: float = MINUTE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._minute = minute
        self._clock = clock
        self._sleep = sleep
        self._pools: dict[str, _Pool] = {}
        self._sources: dict[str, _Pool] = {}
        self._arrivals = itertools.count()

    async def turn(self, pool: str, priority: Priority, who: str = "", tag: str = "") -> None:
        """Wait until a request into `pool`, a name of the caller's own, may leave.

        In the order of priority; within one, persons (`who`) take turns, each in the order of
        arrival. `tag` names the request for `delay`. Raises `DailyLimit` when the pool's day is
        used up, now or while waiting.
        """
        home, now = self._pool(pool), self._clock()
        if not home.waiting and not home.closed_for(now) and home.opens_in(now) <= 0:
            home.flying.setdefault(pool, []).append(now)  # nobody to take turns with
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = home.round_for(priority, who)
        waiting = _Waiting(priority, place, next(self._arrivals), who, tag, pool, turn)
        heapq.heappush(home.waiting, waiting)
        self._pump(home)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.untaken(pool)
            self._pump(self._pools[pool])
            raise

    def learn(self, pool: str, headers: Mapping[str, str], status: int | None) -> None:
        """Take in an answer's headers, or (`status` None) that none came."""
        now = self._clock()
        known = {name.lower(): value for name, value in headers.items()}
        home = self._home(pool, known.get("x-ratelimit-source", ""))
        sent = min((at for times in home.flying.values() for at in times), default=now)
        self._land(home, pool)
        self._limits(home, known)
        if status == 429:
            self._refused(home, known, now)
        else:
            for window, name in (
                (home.minute, "x-ratelimit-remaining"),
                (home.day, "x-ratelimit-daily-remaining"),
            ):
                window.note(now)
                remaining = _count(known.get(name))
                if remaining is not None:
                    window.hear(remaining, sent, now)
        # A gateway's error page says nothing about limits.
        home.answered |= status is not None and (status < 500 or home.minute.limit is not None)
        self._pump(home)

    def untaken(self, pool: str) -> None:
        """Give a turn back: its request never reached deAPI."""
        home = self._pool(pool)
        self._land(home, pool)
        self._pump(home)

    def forget(self) -> None:
        """Take every limit as unknown again, as for a new key: the account's have changed."""
        for home in {*self._pools.values()}:
            home.forget()
            self._pump(home)

    def delay(
        self, pool: str, tag: str = "", who: str = "", priority: Priority = Priority.SUBMIT
    ) -> float:
        """Seconds that the request with this `tag` waits from now, as far as is known; when none
        has it, those that a new one of `who` would wait in its turn."""
        home = self._pools.get(pool)
        if home is None:
            return 0.0
        now = self._clock()
        if closed := home.closed_for(now):
            return closed
        queue = sorted(each for each in [*home.waiting] if not each.turn.done())
        place = next((n for n, each in enumerate(queue) if tag and each.tag == tag), None)
        if place is None:
            new = priority, home.round_for(priority, who)
            place = sum((each.priority, each.round) <= new for each in queue)
        places = 1 + place
        minute = home.minute.opens_in(now, home.in_flight(), places)
        return max(home.blocked_until - now, minute, 0.0)

    def queues(self) -> dict[str, tuple[int, float]]:
        """Of each pool's name that was used: how many requests wait for their turn, and after how
        many seconds one that goes last may leave, as far as is known."""
        return {
            name: (
                sum(each.name == name and not each.turn.done() for each in home.waiting),
                self.delay(name, priority=Priority.CATALOGUE),
            )
            for name, home in self._pools.items()
        }

    def lasts(self, pool: str, count: int) -> float | None:
        """Seconds until `count` more requests may have left behind those who wait already, days
        included where the day's limit bites; None while no limit is known. Who else is on this key
        is not known and not counted."""
        home = self._pools.get(pool)
        if home is None or home.minute.limit is None:
            return None
        now = self._clock()
        places = count + sum(not each.turn.done() for each in home.waiting) + home.in_flight()
        windows = (home.minute.lasts(now, places), home.day.lasts(now, places))
        return max(home.blocked_until - now, *windows, 0.0)

    def limit(self, pool: str) -> int | None:
        """Requests a minute that deAPI lets into `pool`; None until its headers have said so."""
        home = self._pools.get(pool)
        return home.minute.limit if home else None

    def _pool(self, name: str) -> _Pool:
        known = self._pools.get(name)
        if known is None:
            known = self._pools[name] = _Pool(self._minute)
        return known

    @staticmethod
    def _land(home: _Pool, name: str) -> None:
        """One request of `name` is no longer in flight.

        Which one is not known when several are; the oldest stays, so that `hear` never takes
        an answer for older than it is.
        """
        times = home.flying.get(name)
        if times:
            times.pop()
        if not times:
            home.flying.pop(name, None)

    @staticmethod
    def _limits(home: _Pool, headers: Mapping[str, str]) -> None:
        limit = _count(headers.get("x-ratelimit-limit"))
        if limit:
            home.minute.limit = limit
            # An account that was upgraded has no daily limit any more.
            home.day.limit = _count(headers.get("x-ratelimit-daily-limit")) or None

    @staticmethod
    def _refused(home: _Pool, headers: Mapping[str, str], now: float) -> None:
        until = now + retry_after(headers)
        if is_daily(headers):
            home.closed_until = max(home.closed_until, until)
            home.day.clear()
            return
        home.blocked_until = max(home.blocked_until, until)
        if "retry-after" in headers:
            # deAPI's window ends then, and what it held counts no longer.
            home.minute.clear()

    def _home(self, name: str, source: str) -> _Pool:
        """The pool that deAPI says a request of `name` fell into; several names may share it."""
        home = self._pool(name)
        if not source or source == home.source:
            return home
        named = self._sources.get(source)
        if named is None:
            if len(self._sources) >= _MOST_SOURCES:
                return home
            named = home if home.source is None else _Pool(self._minute)
            named.source = source
            self._sources[source] = named
        if named is not home:
            self._move(name, home, named)
        return named

    def _move(self, name: str, home: _Pool, named: _Pool) -> None:
        self._pools[name] = named
        if name in home.flying:
            named.flying[name] = home.flying.pop(name)
        movers = [each for each in home.waiting if each.name == name]
        home.waiting = [each for each in home.waiting if each.name != name]
        heapq.heapify(home.waiting)
        for each in sorted(movers):
            # Rounds are counted in each pool for itself: they take part in this one's from now on.
            each.round = named.round_for(each.priority, each.who)
            heapq.heappush(named.waiting, each)
        self._pump(home)

    def _pump(self, home: _Pool) -> None:
        """Let go who may go, and wake up again when the next one may."""
        now = self._clock()
        while home.waiting:
            first = home.waiting[0]
            closed = home.closed_for(now)
            if not first.turn.done():
                if closed > 0:
                    error = DailyLimit("The requests of this day are used up.", retry_after=closed)
                    error.status = None
                    first.turn.set_exception(error)
                elif home.opens_in(now) > 0:
                    break
                else:
                    home.flying.setdefault(first.name, []).append(now)
                    home.served(first)
                    first.turn.set_result(None)
            heapq.heappop(home.waiting)
        self._set_timer(home, now)

    def _set_timer(self, home: _Pool, now: float) -> None:
        if home.timer is not None:
            home.timer.cancel()
            home.timer = None
        wait = home.opens_in(now) if home.waiting else math.inf
        if wait < math.inf:
            home.timer = asyncio.ensure_future(self._wake(home, wait))

    async def _wake(self, home: _Pool, wait: float) -> None:
        await self._sleep(wait)
        home.timer = None
        self._pump(home)


def _count(text: str | None) -> int | None:
    """A header's number; None when there is none or it is none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
