"""Prices that deAPI only estimates when a job ends: a partner's, which may change (gotchas §1).

They are asked about again a few times within a day; what has changed by then becomes a correction
entry (rules.md, Money).
"""

import logging
from datetime import datetime, timedelta

from lib.deapi.errors import DeapiError, NotFound
from lib.runs.loop import Loop
from lib.runs.profiles import Profile
from lib.store import Run, Store, StoreError, history, ledger

log = logging.getLogger(__name__)

LOOKS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""After the end of the job."""


class Estimates:
    """Follows the estimated prices of one profile. Lives on the loop."""

    def __init__(self, loop: Loop, store: Store, profile: Profile) -> None:
        self._loop = loop
        self._store = store
        self._profile = profile

    async def resume(self) -> None:
        """Follow those that an earlier process has left."""
        since = self._loop.clock.now() - LOOKS[-1]
        for run in await self._loop.thread(
            history.estimated, self._store, self._profile.name, since
        ):
            self.follow(run)

    def follow(self, run: Run) -> None:
        """Find out what `run` has cost in the end, if its price is an estimate."""
        if run.price_estimated and run.request_id is not None and run.ended_at is not None:
            self._loop.spawn(self._follow(run, run.request_id, run.ended_at))

    async def _follow(self, run: Run, request_id: str, ended: datetime) -> None:
        clock = self._loop.clock
        for look in LOOKS:
            if clock.age(ended) > look:
                continue
            await clock.until(ended + look)
            try:
                job = await self._profile.client.job(request_id, run.person)
                if job.price is None:
                    continue
                price, guessed = job.price, job.price_estimated
                await self._loop.thread(
                    ledger.correct, self._store, run.id, price, estimated=guessed
                )
                if not guessed:
                    return
            except NotFound:
                return
            except (DeapiError, StoreError) as error:
                log.warning("run %s: its final price is not known yet: %s", run.id, error)
