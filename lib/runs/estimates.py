"""Prices that deAPI only estimates when a job ends: a partner's, which may change (gotchas §1).

They are asked about again a few times within a day, and at a start those of the last week; what
has changed by then becomes a correction entry (rules.md, Money).
"""

import logging
from datetime import datetime, timedelta

from lib.deapi.errors import DeapiError, NotFound
from lib.runs import reconcile, steps
from lib.runs.loop import Loop
from lib.runs.profiles import Profile
from lib.store import Run, Store, StoreError, history, ledger

log = logging.getLogger(__name__)

LOOKS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), reconcile.CHANGES_FOR)
"""After the end of the job."""
LEFT_FOR = timedelta(days=7)
"""So old may one be that an earlier process has left."""
READ_AGAIN = (1.0, 60.0)
"""Seconds until the database is asked again for those: the first wait and the longest."""


class Estimates:
    """Follows the estimated prices of one profile. Lives on the loop."""

    def __init__(self, loop: Loop, store: Store, profile: Profile, server: str) -> None:
        self._loop = loop
        self._store = store
        self._profile = profile
        self._server = server
        self._followed: set[str] = set()

    async def resume(self) -> None:
        """Follow those that a server before this one, or beside it, has left."""
        pause, longest = READ_AGAIN
        while True:
            since = self._loop.clock.now() - LEFT_FOR
            try:
                left = await self._loop.thread(
                    history.take_estimated, self._store, self._profile.name, since, self._server
                )
                break
            except StoreError as error:
                log.warning("the estimates of %s can't be read: %s", self._profile.name, error)
                await self._loop.clock.sleep(pause)
                pause = min(2 * pause, longest)
        for run in left:
            self.follow(run)

    def follow(self, run: Run) -> None:
        """Find out what `run` has cost in the end, if its price is an estimate."""
        if not run.price_estimated or run.request_id is None or run.ended_at is None:
            return
        if run.id not in self._followed:
            self._followed.add(run.id)
            self._loop.spawn(self._go(run, run.request_id, run.ended_at))

    async def _go(self, run: Run, request_id: str, ended: datetime) -> None:
        try:
            await self._follow(run, request_id, ended)
        finally:
            self._followed.discard(run.id)

    async def _follow(self, run: Run, request_id: str, ended: datetime) -> None:
        clock = self._loop.clock
        # One whose looks are all past is asked about at once, and once.
        for look in [each for each in LOOKS if clock.age(ended) <= each] or LOOKS[-1:]:
            await clock.until(ended + look)
            try:
                if await self._ask(run, request_id):
                    return
            except NotFound:
                return
            except (DeapiError, StoreError) as error:
                with steps.about(run):
                    log.warning("its final price is not known yet: %s", error)

    async def _ask(self, run: Run, request_id: str) -> bool:
        """Whether its price is final now, and in the books. Raises `DeapiError`, `StoreError`."""
        job = await self._profile.client.job(request_id, run.person)
        if job.price is None:
            return False
        final = not job.price_estimated
        await self._loop.thread(ledger.correct, self._store, run.id, job.price, estimated=not final)
        if final or job.price != run.price:
            self._loop.spawn(reconcile.look(self._loop, self._store, self._profile))
        return final
