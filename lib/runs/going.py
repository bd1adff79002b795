"""Things that go on by themselves, one look after the other, until a run of theirs has moved.

What goes on is in the database: after a restart it is taken up again, and nothing but the next
look is lost.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar

from lib.deapi.errors import Invalid, Refused
from lib.runs.loop import Loop
from lib.runs.params import FileGone
from lib.runs.profiles import Profile
from lib.store import Run, Store, StoreError

log = logging.getLogger(__name__)

AGAIN = 5.0
"""Seconds until what failed in passing is tried again."""
LOOK = timedelta(minutes=5)
"""How long to wait where a limit keeps everything back: an admin may have moved it."""
FOR_GOOD = (Invalid, Refused, FileGone)
"""Answers to a price that will not change by waiting."""
OVER = datetime.min.replace(tzinfo=UTC)
"""Instead of a time to wait for: it does not go on."""


class Going(ABC):
    """What of one kind goes on in one profile, by its ids. Lives on the loop."""

    kind: ClassVar[str]
    """What it is called in the log."""

    def __init__(
        self,
        loop: Loop,
        store: Store,
        profile: Profile,
        server: str,
        follow: Callable[[Run], None],
    ) -> None:
        """`server` is the one that this works for. `follow` takes a run that was admitted to its
        end."""
        self._loop = loop
        self._store = store
        self._profile = profile
        self._server = server
        self._follow = follow
        self._wakes: dict[str, asyncio.Event] = {}
        self._put_off: set[str] = set()
        """Those of them that wait for a moment which their last step has named."""

    @abstractmethod
    def _left(self) -> list[str]:
        """The ids of those that go on here, as they are written down. Raises `StoreError`."""

    @abstractmethod
    def _of(self, run: Run) -> str:
        """The id of the one that this run would be made for, if it is one of this kind."""

    @abstractmethod
    async def _step(self, it: str) -> datetime | None:
        """Do what can be done now; until when to wait at most for one of its runs to move, if
        anything else may change, or `OVER`."""

    async def resume(self) -> None:
        """Take up what a server before this one, or beside it, has left going on, and look again at
        what waits here for its runs: they may have moved at another server."""
        while True:
            try:
                left = await self._loop.thread(self._left)
                break
            except StoreError as error:
                log.warning("what goes on can't be read: %s", error)
                await self._loop.clock.sleep(AGAIN)
        for each in left:
            if each not in self._put_off:
                self.take(each)

    def take(self, it: str) -> None:
        """Have it go on, or look at it again if it does."""
        if it in self._wakes:
            self._wakes[it].set()
            return
        self._wakes[it] = asyncio.Event()
        self._loop.spawn(self._go(it))

    def moved(self, run: Run) -> None:
        """A run has made a step; what it was made for, if that goes on, may have its next one."""
        if (wake := self._wakes.get(self._of(run))) is not None:
            wake.set()

    async def _go(self, it: str) -> None:
        wake = self._wakes[it]
        try:
            while True:
                wake.clear()
                try:
                    until = await self._step(it)
                except StoreError as error:
                    log.warning("%s %s: %s", self.kind, it, error)
                    until = self._loop.clock.later(AGAIN)
                if until == OVER:
                    if wake.is_set():
                        continue  # taken up again in this very moment
                    return
                await self._rest(it, wake, until)
        finally:
            del self._wakes[it]

    async def _rest(self, it: str, wake: asyncio.Event, until: datetime | None) -> None:
        """Until one of its runs has moved, or that moment has come."""
        if until is None:
            await wake.wait()
            return
        self._put_off.add(it)
        try:
            await self._loop.clock.until(until, wake)
        finally:
            self._put_off.discard(it)


def room_again(loop: Loop, store: Store) -> datetime:
    """When a cap that leaves no room is looked at again: tomorrow, or sooner."""
    day = loop.clock.now().astimezone(store.timezone).date() + timedelta(days=1)
    return min(datetime.combine(day, time(), store.timezone), loop.clock.now() + LOOK)
