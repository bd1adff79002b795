"""The way of one run from `waiting` to its end, one committed step after another.

Each step reads where the run stands and does the next thing. All it knows is in the database, so
another process can take a run up at any point (rules.md, States of a run).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from lib.deapi.contract import endpoint
from lib.deapi.errors import DailyLimit, DeapiError, NotDelivered, NotFound, RateLimited
from lib.deapi.wire import Job
from lib.runs.keep import Keeper
from lib.runs.loop import Loop, finished, until
from lib.runs.params import restored
from lib.runs.preview import Previews
from lib.runs.profiles import Profile
from lib.runs.quotes import LIFE as QUOTE_LIFE
from lib.store import ENDED, FOLLOWED, Run, State, Store, StoreError, history, runs

log = logging.getLogger(__name__)

FIRST_POLL = 0.5
SLOWEST_POLL = 5.0
POLL_GROWTH = 1.5
STALLED_POLL = 3600.0
"""Seconds between two questions about a job."""
PATIENCE = timedelta(minutes=30)
PAUSE_AFTER_FAILURE = 5.0
COMMIT_AGAIN = 1.0
SEND_AGAIN = (2.0, 60.0)
"""Seconds before a send that never reached deAPI is tried again: the first wait and the longest."""


class Journey:
    """Takes the runs of one profile to their ends. Lives on the loop."""

    def __init__(self, loop: Loop, store: Store, profile: Profile, owner: str) -> None:
        self._loop = loop
        self._store = store
        self._profile = profile
        self._owner = owner
        self._previews = Previews(loop, store, profile)
        self._steps: dict[State, Callable[[Run], Awaitable[Run | None]]] = {
            State.WAITING: self._send,
            State.ACCEPTED: self._follow,
            State.WORKING: self._follow,
            State.STALLED: self._follow,
            State.KEEPING: Keeper(loop, store, profile).keep,
        }

    async def go(self, run: Run | None) -> None:
        """Until the run has ended, or only a person can say how it goes on (`unknown`)."""
        while run is not None and (step := self._steps.get(run.state)):
            before = run
            try:
                # None: somebody moved it first, by a cancel or as another owner.
                run = await step(run) or await self._read(run)
            except Exception:
                # The disk is full, or we made a mistake. The run is paid for, or will be: go on
                # from what the database says.
                log.exception("run %s: a step failed, trying again", run.id)
                await asyncio.sleep(PAUSE_AFTER_FAILURE)
                run = await self._read(run)
            if run is not None and _settled(before, run):
                self._loop.spawn(self._profile.balance.look())

    async def _read(self, run: Run) -> Run | None:
        """The run as it stands now, or None when it is somebody else's."""
        try:
            now = await self._loop.thread(runs.get, self._store, run.id)
        except StoreError:
            return run
        return now if now is not None and now.owner in (None, self._owner) else None

    # --- waiting → accepted ----------------------------------------------------------------------

    async def _send(self, run: Run) -> Run | None:
        await until(run.not_before)
        try:
            if dearer := await self._dearer(run):
                return dearer
            await self._profile.client.turn(endpoint(run.endpoint))
        except DailyLimit as error:
            return await self._postpone(run, error, error.retry_after)
        except DeapiError as error:
            return await self._postpone(run, error, _send_again_after(run))
        return await finished(self._post(run))

    async def _dearer(self, run: Run) -> Run | None:
        """A quote lives five minutes. When the run waited longer and now costs more, nothing
        leaves: it stays where it is until its person cancels it or runs it anew."""
        if datetime.now(UTC) - run.created_at < QUOTE_LIFE:
            return None
        params = restored(run.params, self._store)
        quote = await self._profile.quotes.ask(endpoint(run.endpoint), params)
        if quote.price <= run.quote:
            return None
        risen = {"kind": "PriceRose", "message": "", "price": str(quote.price)}
        return await self._postpone(run, risen, QUOTE_LIFE.total_seconds())

    async def _post(self, run: Run) -> Run | None:
        """The paid call. From the claim to the commit of the answer nothing may cut it off."""
        claimed = await self._loop.thread(runs.claim, self._store, run.id, self._owner)
        if claimed is None:
            self._profile.client.give_back(endpoint(run.endpoint))
            return None
        params = restored(claimed.params, self._store)
        try:
            request_id = await self._profile.client.submit(endpoint(claimed.endpoint), params)
        except (NotDelivered, RateLimited) as error:
            wait = error.retry_after if isinstance(error, RateLimited) else _send_again_after(run)
            at = datetime.now(UTC) + timedelta(seconds=wait)
            return await self._commit(runs.unsend, claimed, at, error.facts())
        except DeapiError as error:
            end = runs.lose if error.uncertain else runs.refuse
            return await self._commit(end, claimed, error.facts())
        except OSError as error:
            # Its upload can't be read: nothing has left.
            return await self._commit(runs.refuse, claimed, _facts(error))
        except Exception as error:
            log.exception("run %s: the submit failed in a way nobody foresaw", run.id)
            return await self._commit(runs.lose, claimed, _facts(error))
        return await self._commit(runs.accept, claimed, request_id)

    async def _commit(
        self, move: Callable[..., Run | None], run: Run, *facts: object
    ) -> Run | None:
        """Write down what came of a paid call, however long the disk refuses to take it."""
        while True:
            try:
                return await self._loop.thread(move, self._store, run, *facts)
            except StoreError as error:
                log.error(
                    "run %s: %s is not written yet: %s: %s", run.id, move.__name__, facts, error
                )
                await asyncio.sleep(COMMIT_AGAIN)

    async def _postpone(
        self, run: Run, error: DeapiError | dict[str, str], wait: float
    ) -> Run | None:
        at = datetime.now(UTC) + timedelta(seconds=wait)
        facts = error.facts() if isinstance(error, DeapiError) else error
        return await self._loop.thread(runs.postpone, self._store, run, at, facts)

    # --- accepted → keeping ----------------------------------------------------------------------

    async def _follow(self, run: Run) -> Run | None:
        """Ask how the job stands, ever more rarely, until it has ended."""
        patience = await self._patience(run)
        pause = FIRST_POLL
        while True:
            await asyncio.sleep(STALLED_POLL if run.state is State.STALLED else pause)
            pause = min(pause * POLL_GROWTH, SLOWEST_POLL)
            moved = await self._ask(run)
            if moved is None or moved.state not in FOLLOWED:
                return moved
            run = moved
            if run.state is not State.STALLED and _overdue(run, patience):
                run = await self._loop.thread(runs.stall, self._store, run) or run

    async def _ask(self, run: Run) -> Run | None:
        assert run.request_id is not None, "a followed run has a request id"
        try:
            job = await self._profile.client.job(run.request_id)
        except NotFound:
            return await self._loop.thread(runs.missing, self._store, run)
        except RateLimited as error:
            await asyncio.sleep(error.retry_after)
            return run
        except DeapiError as error:
            # It says nothing about the job. The next question comes anyway.
            log.warning("run %s: no news of its job: %s", run.id, error)
            return run
        return await self._heard(run, job)

    async def _heard(self, run: Run, job: Job) -> Run | None:
        if job.state == "done":
            return await self._loop.thread(
                runs.settle_done,
                self._store,
                run,
                job.price,
                estimated=job.price_estimated,
                result_url=job.result_url,
                alternatives=job.alternatives,
                result_text=job.result,
            )
        if job.state == "error":
            failed = {"kind": "JobFailed", "message": job.error_message, "code": job.error_code}
            return await self._loop.thread(runs.settle_error, self._store, run, job.price, failed)
        state = State.WORKING if job.state == "processing" else State.ACCEPTED
        preview = self._previews.fetch_new(run, job.preview)
        if not runs.merge(run, state, job.progress, preview):
            return run  # nothing new, so nothing to write
        return await self._loop.thread(runs.news, self._store, run, state, job.progress, preview)

    async def _patience(self, run: Run) -> timedelta:
        """How long this job may take before it counts as stalled."""
        past = await self._loop.thread(
            history.durations, self._store, run.profile, run.endpoint, run.model
        )
        if not past:
            return PATIENCE
        p95 = sorted(past)[int(len(past) * 0.95)]
        return max(PATIENCE, timedelta(seconds=10 * p95))


def _settled(before: Run, after: Run) -> bool:
    """Whether this step settled a price, so that what is left on the account has changed."""
    return before.state in FOLLOWED and after.state in ENDED | {State.KEEPING}


def _overdue(run: Run, patience: timedelta) -> bool:
    """No end in sight: too long at it, or unknown to deAPI twice, a minute apart."""
    now = datetime.now(UTC)
    if run.missing_since is not None and now - run.missing_since >= timedelta(minutes=1):
        return True
    return now - (run.accepted_at or run.created_at) >= patience


def _send_again_after(run: Run) -> float:
    """Seconds until the next try of a send that never arrived: longer the longer it lasts."""
    first, longest = SEND_AGAIN
    waited = (datetime.now(UTC) - run.created_at).total_seconds()
    return min(max(first, waited / 2), longest)


def _facts(error: Exception) -> dict[str, str]:
    return {"kind": type(error).__name__, "message": str(error)}
