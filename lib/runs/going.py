"""Things that go on by themselves, one look after the other, until a run of theirs has moved.

What goes on is in the database: after a restart it is taken up again, and nothing but the next
look is lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

from lib.deapi.errors import Invalid, Refused
from lib.runs.loop import Loop
from lib.runs.params import FileGone
from lib.store import Store, StoreError

log = logging.getLogger(__name__)

AGAIN = 5.0
"""Seconds until what failed in passing is tried again."""
LOOK = timedelta(minutes=5)
"""How long to wait where a limit keeps everything back: an admin may have moved it."""
FOR_GOOD = (Invalid, Refused, FileGone)
"""Answers to a price that will not change by waiting."""
OVER = datetime.min.replace(tzinfo=UTC)
"""Instead of a time to wait for: it does not go on."""


class Going:
    """What of one kind goes on, by its ids. Lives on the loop."""

    def __init__(
        self, loop: Loop, kind: str, step: Callable[[str], Awaitable[datetime | None]]
    ) -> None:
        """`step` does what can be done now; it tells until when to wait at most for the next
        `wake`, if anything else may change, or `OVER`."""
        self._loop = loop
        self._kind = kind
        self._step = step
        self._wakes: dict[str, asyncio.Event] = {}

    def take(self, it: str) -> None:
        """Have it go on, or look at it again if it does."""
        if it in self._wakes:
            self.wake(it)
            return
        self._wakes[it] = asyncio.Event()
        self._loop.spawn(self._go(it))

    def wake(self, it: str) -> None:
        """Look at it again, if it goes on."""
        if (wake := self._wakes.get(it)) is not None:
            wake.set()

    async def _go(self, it: str) -> None:
        wake = self._wakes[it]
        try:
            while True:
                wake.clear()
                try:
                    until = await self._step(it)
                except StoreError as error:
                    log.warning("%s %s: %s", self._kind, it, error)
                    until = self._loop.clock.later(AGAIN)
                if until == OVER:
                    if wake.is_set():
                        continue  # taken up again in this very moment
                    return
                await (self._loop.clock.until(until, wake) if until else wake.wait())
        finally:
            del self._wakes[it]


def room_again(loop: Loop, store: Store) -> datetime:
    """When a cap that leaves no room is looked at again: tomorrow, or sooner."""
    day = loop.clock.now().astimezone(store.timezone).date() + timedelta(days=1)
    return min(datetime.combine(day, time(), store.timezone), loop.clock.now() + LOOK)
