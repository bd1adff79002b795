"""The way of one run from `waiting` to its end, one committed step after another.

Each step reads where the run stands and does the next thing. All it knows is in the database, so
another process can take a run up at any point (rules.md, States of a run).
"""

import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from lib.deapi.contract import endpoint
from lib.deapi.errors import (
    DailyLimit,
    DeapiError,
    Forbidden,
    Invalid,
    NotDelivered,
    NotFound,
    RateLimited,
    Refused,
    Unauthorized,
)
from lib.deapi.wire import Job
from lib.runs import evidence, reconcile, steps
from lib.runs.delivery import Desk
from lib.runs.estimates import Estimates
from lib.runs.fallback import is_about_model, order_instead
from lib.runs.keep import Keeper
from lib.runs.loop import Loop
from lib.runs.pace import Pace, took
from lib.runs.params import FileGone, at_hand, restored
from lib.runs.preview import Previews
from lib.runs.profiles import Profile
from lib.runs.quotes import LIFE as QUOTE_LIFE
from lib.store import ENDED, FOLLOWED, Run, State, Store, StoreError, final, history, runs
from lib.store.servers import LEASE

log = logging.getLogger(__name__)

STALLED_POLL = 3600.0
"""Seconds between two questions about a stalled job."""
SOON = 0.5
"""Seconds until a job that is taken up again is asked about."""
NOT_ENDED_YET = 1.0
"""Seconds until a job is asked about again whose end was told, and which says it still works: the
first time, and then twice as long each time."""
PATIENCE = timedelta(minutes=30)
"""How long a job may take, or be without news, before it counts as stalled: at least this."""
MISSING = timedelta(minutes=1)
"""How long deAPI may say that it doesn't know a job."""
PAUSE_AFTER_FAILURE = 5.0
AFTER_TOLD = timedelta(seconds=1)
"""A look so long after the first moment that counts is surely asked for after it."""
COMMIT_AGAIN = (1.0, 15.0)
"""Seconds before a commit that failed is tried again: the first wait and the longest."""
SEND_AGAIN = (2.0, 60.0)
"""The same for a send that never reached deAPI."""

_REFUSALS = (Unauthorized, Forbidden, NotFound, Invalid, Refused)
"""Answers to a quote that will not change by waiting: the submit would be refused as well."""


class Journey:
    """Takes the runs of one profile to their ends. Lives on the loop."""

    def __init__(
        self,
        loop: Loop,
        store: Store,
        profile: Profile,
        server: str,
        follow_up: Callable[[Run], None],
        moved: Callable[[Run], None] = lambda _: None,
    ) -> None:
        """`follow_up` is called with a run that stands in for one whose model can't do it, `moved`
        with each run after each of its steps."""
        self._loop = loop
        self._follow_up = follow_up
        self._moved = moved
        self._clock = loop.clock
        self._store = store
        self._profile = profile
        self._owner = server
        self.desk = Desk(loop, profile.make_line)
        self.estimates = Estimates(loop, store, profile, server)
        self.keeper = Keeper(loop, store, profile)
        self._previews = Previews(loop, store, profile)
        self._steps: dict[State, Callable[[Run], Awaitable[Run | None]]] = {
            State.WAITING: self._send,
            State.ACCEPTED: self._follow,
            State.WORKING: self._follow,
            State.STALLED: self._follow,
            State.KEEPING: self.keeper.keep,
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
                log.exception("a step failed, trying again")
                await self._clock.sleep(PAUSE_AFTER_FAILURE)
                run = await self._read(run)
            steps.made(before, run, self._profile.counts)
            self._moved(run or before)
            if run is not None and _moves_money(before, run):
                self._loop.spawn(reconcile.look(self._loop, self._store, self._profile))
                self.estimates.follow(run)
        if run is not None and run.state is State.UNKNOWN:
            self._loop.spawn(self._look_for(run))

    async def _look_for(self, run: Run) -> None:
        """See what the account says of a run that was lost a moment ago: a look that comes any
        sooner may come before its charge."""
        telling = evidence.told_from(run) + AFTER_TOLD
        if self._clock.now() <= telling:
            await self._clock.until(telling)
            await reconcile.look(self._loop, self._store, self._profile)

    async def _read(self, run: Run) -> Run | None:
        """The run as it stands now, or None when it is somebody else's."""
        try:
            now = await self._loop.thread(runs.get, self._store, run.id)
        except StoreError:
            return run
        return now if now is not None and now.owner in (None, self._owner) else None

    # --- waiting → accepted ----------------------------------------------------------------------

    async def _send(self, run: Run) -> Run | None:
        """Send the run when it may leave at the price it was ordered for.

        A quote lives five minutes. When the run waited longer and now costs more, it stays where
        it is until its person cancels it or runs it anew (rules.md, States of a run).
        """
        await self._clock.until(run.not_before)
        at, params = endpoint(run.endpoint), restored(run.params, self._store)
        client = self._profile.client
        try:
            await self._loop.slow(at_hand, params, self._store)
            quote = await self._profile.quotes.ask(at, params)
            if final(quote.price) > run.quote:
                risen = {"kind": "PriceRose", "message": "", "price": str(quote.price)}
                return await self._postpone(run, risen, QUOTE_LIFE.total_seconds())
            await client.turn(at, run.person, run.id)
        except (FileGone, *_REFUSALS) as error:
            return await self._loop.finished(self._withdraw(run, error))
        except DailyLimit as error:
            return await self._postpone(run, error.facts(), error.retry_after)
        except DeapiError as error:
            return await self._postpone(run, error.facts(), self._send_again_after(run))
        if self._clock.age(quote.at) >= QUOTE_LIFE:
            client.give_back(at)
            return run  # its turn came too late: ask for the price again, and wait again
        return await self._loop.finished(self._post(run, params))

    async def _post(self, run: Run, params: Mapping[str, Any]) -> Run | None:
        """The paid call. From the claim to the commit of the answer nothing may cut it off."""
        at, client = endpoint(run.endpoint), self._profile.client
        claimed: Run | None = None
        try:
            claimed = await self._claim(run)
        finally:
            if claimed is None:
                client.give_back(at)
        if claimed is None:
            return None
        steps.made(run, claimed, self._profile.counts)
        if self._clock.age(claimed.sending_at or claimed.created_at) >= LEASE:
            # We stood still for so long that it may be another's by now.
            client.give_back(at)
            return await self._commit(runs.unsend, claimed, None, _unsent(TimeoutError()))
        try:
            wanted = {**params, **self._profile.delivery_of(run.id, at)}
            answer = await client.submit(at, wanted)
        except (NotDelivered, RateLimited) as error:
            limited = isinstance(error, RateLimited)
            wait = error.retry_after if limited else self._send_again_after(run)
            return await self._commit(runs.unsend, claimed, self._clock.later(wait), error.facts())
        except DeapiError as error:
            end = runs.lose if error.uncertain else runs.refuse
            ended = await self._commit(end, claimed, error.facts())
            if ended is not None and claimed.fallback and is_about_model(error):
                self._loop.spawn(self._stand_in(ended))
            return ended
        except OSError as error:
            # Its upload can't be read: nothing has left.
            return await self._commit(runs.refuse, claimed, FileGone(error).facts())
        except Exception as error:
            log.exception("the submit failed in a way nobody foresaw")
            facts = {"kind": type(error).__name__, "message": str(error)}
            return await self._commit(runs.lose, claimed, facts)
        if answer.request_id is not None:
            return await self._answered(claimed, runs.accept, answer.request_id)
        return await self._answered(claimed, runs.settle_inline, answer.result)

    async def _claim(self, run: Run) -> Run | None:
        """The right to send this run; None when it is not to be had. Where nobody can tell whether
        the claim was written, it is given back: nothing has left."""
        try:
            return await self._loop.thread(runs.claim, self._store, run.id, self._owner)
        except StoreError as error:
            now = await self._commit(_as_it_is, run)
            mine = (State.SENDING, self._owner, run.fence + 1)
            if now is not None and (now.state, now.owner, now.fence) == mine:
                log.warning("claimed, and not known to be: nothing was sent: %s", error)
                await self._commit(runs.unsend, now, None, _unsent(error))
            return None

    async def _answered(
        self, claimed: Run, move: Callable[..., Run | None], told: object
    ) -> Run | None:
        """Write down the answer of a paid call. Where our lease has ended while it was on its way,
        the run is `unknown` and another's by now: that one goes on with what has turned up."""
        while (moved := await self._commit(move, claimed, told)) is None:
            lost = await self._commit(_as_it_is, claimed)
            if lost is None or lost.state is not State.UNKNOWN or lost.request_id is not None:
                if move is runs.accept and lost is not None and lost.request_id == told:
                    return None  # a webhook was quicker, and who took it over follows this very job
                job = told if move is runs.accept else "an inline result"
                log.error("its answer came when it was settled already: %s", job)
                return None
            log.warning("its answer came after another server had taken it over")
            claimed = lost
        return moved if moved.owner == self._owner else None

    async def _stand_in(self, run: Run) -> None:
        """Send what was refused to another model, if one may do it for the price agreed to."""
        if stand_in := await order_instead(self._loop, self._store, self._profile, run):
            self._follow_up(stand_in)

    async def _withdraw(self, run: Run, error: DeapiError) -> Run | None:
        """End a run that can never be sent."""
        claimed = await self._claim(run)
        return claimed and await self._commit(runs.refuse, claimed, error.facts())

    async def _commit(
        self, move: Callable[..., Run | None], run: Run, *facts: object
    ) -> Run | None:
        """Write down what came of a paid call, however long the disk refuses to take it."""
        first, longest = COMMIT_AGAIN
        pause = first
        while True:
            try:
                return await self._loop.thread(move, self._store, run, *facts)
            except Exception:
                # Whatever it is: as long as we try, the answer is not lost. The log has its job,
                # too; what an inline answer says is its person's alone.
                job = facts if move is runs.accept else ()
                log.exception("not written yet: %s %s", move.__name__, job)
                await self._clock.sleep(pause)
                pause = min(2 * pause, longest)

    async def _postpone(self, run: Run, why: Mapping[str, Any], wait: float) -> Run | None:
        at = self._clock.later(wait)
        return await self._loop.thread(runs.postpone, self._store, run, at, why)

    def _send_again_after(self, run: Run) -> float:
        """Seconds until the next try of a send that never arrived: longer the longer it lasts."""
        first, longest = SEND_AGAIN
        return min(max(first, self._clock.age(run.created_at).total_seconds() / 2), longest)

    # --- accepted → keeping ----------------------------------------------------------------------

    async def _follow(self, run: Run) -> Run | None:
        """Hear how the job stands, by news that comes and by asking, until it has ended."""
        assert run.request_id is not None, "a followed run has a request id"
        past = await self._loop.thread(
            history.durations, self._store, run.profile, run.endpoint, run.model
        )
        pace = Pace(past, endpoint(run.endpoint).family)
        patience, answered, soon = _patience(past), True, math.inf
        last_open: float | None = None
        with self.desk.following(run.request_id) as news:
            # Taken up after a start, or stalled: it may have ended long ago.
            late = run.state is State.STALLED or self._age(run) > SOON
            wait = SOON if late else pace.next(self._age(run), pushed=news.is_pushed)
            while True:
                hint = await news.next(wait)
                age = self._age(run)
                try:
                    moved = await self._take(
                        run, hint, age if _says_ended(hint) else took(last_open, age)
                    )
                except RateLimited as error:
                    wait = max(pace.next(self._age(run), pushed=False), error.retry_after)
                    continue
                except DeapiError as error:
                    # It says nothing about the job, nor does the silence that follows: once.
                    if answered:
                        log.warning("no news of its job: %s", error)
                    answered, moved = False, run
                else:
                    answered, last_open = True, age
                if moved is None or moved.state not in FOLLOWED:
                    steps.heard(moved, news.by, self._profile.counts)
                    return moved
                run = moved
                if run.state is not State.STALLED and self._overdue(run, patience):
                    run = await self._loop.thread(runs.stall, self._store, run) or run
                pace.heard(self._age(run), run.progress)
                wait = pace.next(self._age(run), pushed=news.is_pushed)
                if _says_ended(hint):
                    soon = NOT_ENDED_YET
                wait, soon = min(wait, soon), 2 * soon
                if answered and run.state is State.STALLED:
                    wait = STALLED_POLL

    async def _take(self, run: Run, hint: Job | None, took: float | None = None) -> Run | None:
        """Take in news, or ask: also when news tells of an end, as the price is in the job only
        (gotchas §7) and a hint settles nothing (rules.md, Wire)."""
        if hint is None or _says_ended(hint):
            return await self._ask(run, took)
        return await self._heard(run, hint)

    async def _ask(self, run: Run, took: float | None = None) -> Run | None:
        """`took` is how many seconds the job took, should it have ended."""
        assert run.request_id is not None, "a followed run has a request id"
        try:
            job = await self._profile.client.job(run.request_id, run.person)
        except NotFound:
            return await self._missed(run)
        return await self._heard(run, job, took)

    def _age(self, run: Run) -> float:
        """Seconds since deAPI took it."""
        return self._clock.age(run.accepted_at or run.created_at).total_seconds()

    async def _missed(self, run: Run) -> Run | None:
        """deAPI doesn't know the job. When it says so twice, a minute apart, it is stalled."""
        missing = await self._loop.thread(runs.missing, self._store, run)
        if missing is None or missing.missing_since is None or missing.state is State.STALLED:
            return missing
        if self._clock.age(missing.missing_since) < MISSING:
            return missing
        return await self._loop.thread(runs.stall, self._store, missing)

    async def _heard(self, run: Run, job: Job, took: float | None = None) -> Run | None:
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
                took=took,
            )
        if job.state == "error":
            failed = {"kind": "JobFailed", "message": job.error_message, "code": job.error_code}
            return await self._loop.thread(
                runs.settle_error,
                self._store,
                run,
                job.price,
                failed,
                estimated=job.price_estimated,
            )
        state = State.WORKING if job.state == "processing" else State.ACCEPTED
        preview = self._previews.fetch_new(run, job.preview)
        if not runs.merge(run, state, job.progress, preview):
            return run  # nothing new, so nothing to write
        return await self._loop.thread(runs.news, self._store, run, state, job.progress, preview)

    def _overdue(self, run: Run, patience: timedelta) -> bool:
        """No end in sight: nothing has moved for too long."""
        moved = run.news_at or run.accepted_at or run.created_at
        return self._clock.age(moved) >= patience


def _unsent(error: Exception) -> dict[str, Any]:
    return {"kind": type(error).__name__, "message": "It was not sent yet: it is tried again."}


def _as_it_is(store: Store, run: Run) -> Run | None:
    return runs.get(store, run.id)


def _moves_money(before: Run, after: Run) -> bool:
    """Whether this step settled a price, so that what is left on the account has changed."""
    was_open = before.state in FOLLOWED | {State.WAITING, State.SENDING}
    return was_open and after.price is not None and after.state in ENDED | {State.KEEPING}


def _patience(past: Sequence[float]) -> timedelta:
    """How long such a job may take, or be without news, before it counts as stalled."""
    if not past:
        return PATIENCE
    p95 = sorted(past)[int(len(past) * 0.95)]
    return max(PATIENCE, timedelta(seconds=10 * p95))


def _says_ended(hint: Job | None) -> bool:
    return hint is not None and hint.state in ("done", "error")
