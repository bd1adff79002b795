"""Where news of a profile's jobs comes in, and waits for who follows them.

News that comes by itself (push, webhook) is a hint: what it says of a job that goes on is taken
as it is, and of one that has ended it only says that it is time to ask (rules.md, Wire). So push,
poll and webhook end in the same moves, in `Journey`, and those only move a run forward.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lib.deapi.wire import Job
from lib.runs.loop import Clock, Loop

log = logging.getLogger(__name__)

HELD = timedelta(minutes=10)
"""How long news of a job that nobody here knows is held (rules.md, Wire)."""
MOST_HELD = 1000
LINGER = 60.0
"""Seconds that the push connection outlives the last job that was followed."""


class PushLine(Protocol):
    """A push connection, e.g. `lib.deapi.push.Push`."""

    @property
    def is_up(self) -> bool: ...

    async def run(self) -> None:
        """Keep it up until cancelled."""
        ...


MakeLine = Callable[[Callable[[Job], None], Callable[[bool], None]], PushLine]
"""Makes the line from what is called with each piece of news, and with whether it stands."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """News of a job that no run here has: perhaps that of an `unknown` one."""

    job: Job
    at: datetime


class Following:
    """One job's news, for the one who follows it."""

    def __init__(self, clock: Clock, line_is_up: Callable[[], bool]) -> None:
        self._clock = clock
        self._line_is_up = line_is_up
        self._news: deque[Job | None] = deque()
        self._came = asyncio.Event()
        self._told = False
        self._had_a_line = line_is_up()

    @property
    def is_pushed(self) -> bool:
        """Whether push stands and has told of this job, so that asking as well is a waste."""
        return self._told and self._line_is_up()

    @property
    def is_awake(self) -> bool:
        """Whether there is something to take in or to ask now."""
        return bool(self._news)

    def put(self, job: Job | None, *, pushed: bool = False) -> None:
        """News of the job, or with None: ask, something may have been missed."""
        self._told = self._told or pushed
        self._news.append(job)
        self._came.set()

    def line_is_up_now(self) -> None:
        """The line stands, again if it did before in this job's time: then ask, as its end may be
        among what was missed. A first connection has missed nothing, and on few requests a minute
        one more is too many."""
        if self._had_a_line:
            self.put(None)
        self._had_a_line = True

    async def next(self, seconds: float) -> Job | None:
        """The next piece of news; None when it is time to ask, after `seconds` at the latest."""
        if not self.is_awake:
            await self._clock.sleep_or(seconds, self._came)
        self._came.clear()
        if not self.is_awake:
            return None
        job = self._news.popleft()
        if self._news:
            self._came.set()
        return job


class Desk:
    """Hands out the news of one profile. Lives on the loop.

    The push connection stands only while jobs are followed: an idle playground rests.
    """

    def __init__(self, loop: Loop, make_line: MakeLine | None = None) -> None:
        self._loop = loop
        self._clock = loop.clock
        self._followed: dict[str, Following] = {}
        self._orphans: OrderedDict[str, Orphan] = OrderedDict()
        self._line = make_line and make_line(self._pushed, self._line_changed)
        self._wanted = asyncio.Event()

    @contextlib.contextmanager
    def following(self, request_id: str) -> Generator[Following]:
        """The news of this job from here on, and what came before anybody knew it."""
        mine = Following(self._clock, lambda: self._line is not None and self._line.is_up)
        if (early := self._orphans.pop(request_id, None)) is not None:
            mine.put(early.job)
        self._followed[request_id] = mine
        self._wanted.set()
        try:
            yield mine
        finally:
            if self._followed.get(request_id) is mine:
                del self._followed[request_id]

    def heard(self, job: Job, *, pushed: bool = False) -> None:
        """Take in news that came by itself: to who follows the job, else it is held a while."""
        following = self._followed.get(job.request_id)
        if following is not None:
            following.put(job, pushed=pushed)
            return
        self._orphans[job.request_id] = Orphan(job, self._clock.now())
        self._orphans.move_to_end(job.request_id)
        self._forget_old()

    def ask(self, request_id: str) -> None:
        """Have who follows this job, if anybody does, ask how it stands."""
        if (following := self._followed.get(request_id)) is not None:
            following.put(None)

    def orphans(self) -> list[Orphan]:
        """News of the last ten minutes that belongs to no run here, oldest first."""
        self._forget_old()
        return list(self._orphans.values())

    async def keep_line(self) -> None:
        """Have push stand while anything is followed, until cancelled."""
        while self._line is not None:
            await self._wanted.wait()
            line = asyncio.ensure_future(self._line.run())
            try:
                while self._followed:
                    self._wanted.clear()
                    await asyncio.wait([line], timeout=LINGER)
                    if line.done():
                        break
            finally:
                line.cancel()
                await asyncio.wait([line])
            if not line.cancelled() and (error := line.exception()) is not None:
                log.error("push ended, polls go on: %s", error, exc_info=error)
                return
            if not self._followed:
                self._wanted.clear()

    def _pushed(self, job: Job) -> None:
        self.heard(job, pushed=True)

    def _line_changed(self, stands: bool) -> None:
        """What was missed while it was away is not sent again."""
        if stands:
            for following in self._followed.values():
                following.line_is_up_now()

    def _forget_old(self) -> None:
        while self._orphans:
            request_id, oldest = next(iter(self._orphans.items()))
            if len(self._orphans) <= MOST_HELD and self._clock.age(oldest.at) < HELD:
                return
            del self._orphans[request_id]
