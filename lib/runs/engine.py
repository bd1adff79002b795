"""Everything that happens to runs, behind one synchronous façade for the threads that draw pages.

The engine owns the loop, the profiles and the journeys. Pages hand it orders and read snapshots;
closing a browser changes nothing here, and after a kill it takes up every open run again.
"""

import concurrent.futures
import contextlib
import copy
import logging
from collections import Counter
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from lib import logs
from lib.deapi.catalogue import Listing
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.errors import DeapiError, NoAnswer
from lib.deapi.models import Model
from lib.deapi.webhooks import Delivery
from lib.runs import evidence, orders, reconcile, steps
from lib.runs.balance import Balance
from lib.runs.callbacks import Callbacks
from lib.runs.counts import Seen
from lib.runs.delivery import Orphan
from lib.runs.evidence import Evidence
from lib.runs.experiments import plan
from lib.runs.experiments.conductor import Conductor
from lib.runs.experiments.plan import Cell
from lib.runs.journey import Journey
from lib.runs.lease import Lease
from lib.runs.loop import Clock, Loop
from lib.runs.orders import NoQuote, Order
from lib.runs.params import at_hand
from lib.runs.profiles import Address, Profile
from lib.runs.quotes import LIFE, Quote
from lib.runs.recipes.cook import Cook
from lib.runs.reconcile import Comparison
from lib.store import (
    Run,
    State,
    Store,
    StoreError,
    balances,
    catalogues,
    deliveries,
    experiments,
    recipes,
    runs,
    servers,
    signals,
)
from lib.store.catalogues import StoredCatalogue
from lib.store.experiments import Experiment, NewExperiment
from lib.store.recipes import NewRecipeRun, RecipeRun
from lib.store.signals import Kind, Signal

T = TypeVar("T")

log = logging.getLogger(__name__)

CLICK_SECONDS = 20.0
"""How long a click may wait for deAPI's answer before it says so."""
DELIVERY_TRIES = 8
"""How often a webhook is tried to be written down, ever more slowly: for four minutes."""
PRICES_AT_ONCE = 50
"""So many prices of a plan are on their way at most: what more there is, is asked for as somebody
looks on."""
GRACE_SECONDS = 10.0
"""How long stopping waits for a paid call's answer."""


class Engine:
    """Runs of every profile over one store. Start it once a process; it may be used from any
    thread after that. `clock` is for tests."""

    def __init__(
        self,
        store: Store,
        addresses: Sequence[Address],
        *,
        home: str = "",
        own_sandbox: bool = False,
        clock: Clock | None = None,
    ) -> None:
        """`home` stands for the data folder, and `own_sandbox` says whether a sandbox runs beside
        this engine: no two servers of one database may have one."""
        self.store = store
        self._addresses = addresses
        self._home = home
        self._own_sandbox = own_sandbox
        self._server = ""
        self._lease: Lease | None = None
        self._beside: set[str] | None = None
        """The servers that lived at the last look around, if there was one."""
        self._loop = Loop(clock or Clock(now=store.now))
        self._profiles: dict[str, Profile] = {}
        self._journeys: dict[str, Journey] = {}
        self._conductors: dict[str, Conductor] = {}
        self._cooks: dict[str, Cook] = {}
        self._followed: set[str] = set()
        self._looking: set[str] = set()

    @property
    def profiles(self) -> tuple[str, ...]:
        return tuple(address.name for address in self._addresses)

    def start(self) -> None:
        """Bring the profiles up and take up every run that was left open.

        Raises `ValueError` when an address or a key can't be used, and `StoreError`.
        """
        self._loop.start()
        try:
            self._loop.submit(self._begin()).result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop asking; paid calls under way get their answers first. Open runs wait for a start, or
        for another server that takes them over."""
        if self._lease is not None:
            self._lease.stop()
        self._loop.stop(grace=GRACE_SECONDS, last=self._end)
        if self._server:
            self._leave()

    # --- what a page asks ------------------------------------------------------------------------

    def listing(self, profile: str) -> Listing:
        """The catalogue; at once when any is known. Raises `DeapiError` when none could be had."""
        catalogue = self._profiles[profile].catalogue
        return self._wait(catalogue.get())

    def balance(self, profile: str) -> Balance | None:
        """The last known balance, or None before the first answer; looks again when it is old."""
        self._loop.call(self._look_if_due, profile)
        return self._profiles[profile].balance.peek()

    def look(self, profile: str, *, wait: float) -> None:
        """Ask for the balance because something else has changed it, waiting `wait` seconds at
        most: the answer is taken in whenever it comes."""
        looking = self._loop.submit(self._look(profile))
        with contextlib.suppress(concurrent.futures.TimeoutError):
            looking.result(timeout=wait)

    def comparison(self, profile: str) -> Comparison | None:
        """How the books stand to the balance; None as long as nothing can be compared."""
        return reconcile.compare(self.store, profile)

    def compare_anew(self, profile: str, *, wait: float = 0.0) -> None:
        """Compare from the next look on at which nothing is held; one is made, as `look` does.
        Raises `StoreError`."""
        balances.begin_anew(self.store, profile)
        self.look(profile, wait=wait)

    def quote(
        self, profile: str, at: Endpoint, params: Mapping[str, Any], *, wait: float
    ) -> Quote | DeapiError | None:
        """The quote for these parameters, why there is none, or None when `wait` seconds were not
        enough: it is on its way, look again."""
        quotes = self._profiles[profile].quotes
        known = quotes.peek(at, params)
        if known is not None:
            return known
        asked = self._loop.submit(quotes.ask(at, params))
        try:
            return asked.result(timeout=wait)
        except concurrent.futures.TimeoutError:
            return None
        except DeapiError as error:
            return error

    def known_quote(
        self, profile: str, at: Endpoint, params: Mapping[str, Any]
    ) -> Quote | DeapiError | None:
        """The fresh quote for these parameters or why there is none, without asking anybody."""
        return self._profiles[profile].quotes.peek(at, params)

    def quotes_a_minute(self, profile: str) -> int | None:
        """How often a minute deAPI says what something costs; None before its first answer."""
        return self._profiles[profile].client.quotes_a_minute()

    def is_quoting(self, profile: str) -> bool:
        """Whether a price is on its way."""
        return self._profiles[profile].quotes.is_asking

    def requote(self, profile: str, at: Endpoint, params: Mapping[str, Any]) -> None:
        """Forget why there is no quote, so that it is asked for again."""
        self._profiles[profile].quotes.forget(at, params)

    def delay(self, run: Run) -> float:
        """Seconds that the rate limit still makes this waiting run wait, as far as is known."""
        return self._profiles[run.profile].client.governor.delay(run.endpoint, run.id, run.person)

    def forget_limits(self, profile: str) -> None:
        """The account has other limits than before: learn them anew."""
        self._loop.call(self._profiles[profile].client.governor.forget)

    # --- what a page orders ----------------------------------------------------------------------

    def submit(self, order: Order) -> Run:
        """Admit the order and start it; returns the committed run at once.

        The same nonce again returns the run it made. Raises `OrderRefused` or `StoreError`, and
        then nothing was committed.
        """
        if known := runs.of_nonce(self.store, order.nonce):
            return known
        orders.check(order)
        quotes = self._profiles[order.profile].quotes
        try:
            quote = self._wait(quotes.ask(order.endpoint, order.params))
        except DeapiError as error:
            raise NoQuote(error) from error
        run = orders.admit(self.store, order, quote)
        self._loop.call(self._follow, run)
        return run

    def cancel(self, run_id: str, person: str) -> Run | None:
        """Take back a run that is still waiting; None when it is too late for that."""
        return self._told(runs.cancel(self.store, run_id, person))

    def evidence(self, run: Run) -> Evidence:
        """What tells whether an `unknown` run was paid for. Raises `StoreError` and `NoAnswer`."""
        return evidence.gather(self.store, run, self.orphans(run.profile))

    def keep_now(self, run: Run) -> None:
        """Fetch the result of a run in `keeping` now, instead of when its next try is due."""
        self._loop.call(self._journeys[run.profile].keeper.hurry, run.id)
        self._tell(run)

    def settle_unknown(self, run_id: str, person: str | None, *, paid: bool) -> Run | None:
        """Count an `unknown` run as paid, or as not charged; None when nothing was to settle."""
        run = runs.settle_unknown(self.store, run_id, person, paid=paid)
        if run is not None:
            steps.settled(run)
        return self._told(run)

    # --- experiments -----------------------------------------------------------------------------

    def prices(self, profile: str, cells: Iterable[Cell]) -> dict[str, Quote | DeapiError | None]:
        """The prices of planned cells by their keys (`plan.distinct`), as far as they are known
        now: None is still to come, so look again. Only a few are asked for between two looks, and
        nothing is once nobody looks any more.

        Of many, the first would be too old before the last has come. So they may be older than
        other quotes by the time that asking for all takes: before a cell is paid for, its price is
        asked once more anyway (conductor).
        """
        quotes, wanted = self._profiles[profile].quotes, plan.distinct(cells)
        often = self.quotes_a_minute(profile)
        life = LIFE + (timedelta(minutes=len(wanted) / often) if often else timedelta(0))
        found = {name: quotes.named(name, life) for name in wanted}
        missing = [cell for name, cell in wanted.items() if found[name] is None]
        for cell in missing[:PRICES_AT_ONCE]:  # those on their way are the first of them
            self._loop.call(quotes.begin, endpoint(cell.endpoint), cell.params)
        return found

    def lasts(self, profile: str, endpoints: Iterable[str]) -> float | None:
        """Seconds until a run of each of `endpoints` may have been sent at the limits that apply,
        days included where the day's limit bites; None while deAPI has not said what these are."""
        client = self._profiles[profile].client
        # Each endpoint has limits of its own, so they go side by side.
        counts = Counter(endpoints).items()
        found = [client.lasts(endpoint(at), count) for at, count in counts]
        known = [each for each in found if each is not None]
        return max(known, default=0.0) if len(known) == len(found) else None

    def begin(self, new: NewExperiment) -> Experiment:
        """Commit an experiment and have it go on. Raises `OverCap`, `OverItsLimit` and
        `StoreError`; then nothing was committed."""
        experiment = experiments.begin(self.store, new)
        self._go_on(experiment)
        return experiment

    def resume(self, experiment: Experiment, shown: Decimal | None = None) -> None:
        """Have a paused one go on, for which a person has agreed to `shown` USD at most for what is
        left. Raises `Dearer` and `StoreError`."""
        experiments.resume(self.store, experiment.id, shown)
        self._go_on(experiment)

    def retry(self, experiment: Experiment, only: Collection[int] | None = None) -> int:
        """Have its failed cells, or those of `only`, sent again that cost nothing; how many. Raises
        `NotGoingOn`, `OverCap`, `OverItsLimit` and `StoreError`."""
        count = experiments.retry(self.store, experiment.id, only)
        self._go_on(experiment)
        return count

    def stop_experiment(self, experiment: Experiment) -> None:
        """Send nothing more of it: its cells are released, and its runs that still wait taken
        back. What has left goes on. Raises `StoreError`."""
        experiments.stop(self.store, experiment.id)

    def _go_on(self, experiment: Experiment) -> None:
        conductor = self._conductors.get(experiment.profile)
        if conductor is not None:
            self._loop.call(conductor.take, experiment.id)
        self._signal("experiment", experiment.id)

    # --- recipes ---------------------------------------------------------------------------------

    def run_recipe(self, new: NewRecipeRun) -> RecipeRun:
        """Commit a run of a recipe and have it go on. Raises `StoreError`; then nothing was
        committed."""
        begun = recipes.begin(self.store, new)
        self._cook(begun)
        return begun

    def resume_recipe(self, going: RecipeRun, shown: Decimal) -> bool:
        """Go on with its next step at `shown` USD; whether that is what it asks for. Raises
        `StoreError`."""
        resumed = recipes.resume(self.store, going.id, shown)
        self._cook(going)
        return resumed is not None

    def stop_recipe(self, going: RecipeRun) -> None:
        """Send nothing more of it, and take back what still waits. Raises `StoreError`."""
        recipes.stop(self.store, going.id)

    def _cook(self, going: RecipeRun) -> None:
        if (cook := self._cooks.get(going.profile)) is not None:
            self._loop.call(cook.take, going.id)
        self._signal("recipe", going.id)

    def _told(self, run: Run | None) -> Run | None:
        """A run that a person has moved; what it belongs to may go on by that."""
        if run is not None and run.profile in self._journeys:
            self._loop.call(self._moved, run)
            self._tell(run)
        return run

    def _tell(self, run: Run) -> None:
        """Tell the servers that share the database of a run that was moved. It is moved already:
        who is not told sees it later."""
        with steps.about(run):
            self._signal("run", run.id)

    def _signal(self, kind: Kind, of: str) -> None:
        try:
            signals.send(self.store, kind, of)
        except StoreError as error:
            log.warning("the other servers are not told of %s %s: %s", kind, of, error)

    def _moved(self, run: Run) -> None:
        """A run has made a step: what waits for it may go on."""
        self._conductors[run.profile].moved(run)
        self._cooks[run.profile].moved(run)

    # --- what deAPI tells by itself --------------------------------------------------------------

    def callbacks(self, profile: str) -> Callbacks | None:
        """Where this profile's deAPI may call back, if it may."""
        return next((each.callbacks for each in self._addresses if each.name == profile), None)

    def delivered(self, run_id: str, delivery: Delivery) -> None:
        """A webhook about this run came and was verified. Returns at once; from any thread."""
        self._spawn(self._delivered(run_id, delivery))

    def orphans(self, profile: str) -> list[Orphan]:
        """News of the last ten minutes about jobs that nobody follows here, oldest first. Raises
        `NoAnswer` when the engine is too busy to say."""
        return self._wait(self._orphans(profile))

    # --- what whoever operates it asks ------------------------------------------------------------

    def seen(self, profile: str) -> Seen:
        """What this process has seen of a profile since its start, and what waits there now.
        Raises `NoAnswer` when the engine is too busy to say."""
        return self._wait(self._seen(profile))

    # --- inside ----------------------------------------------------------------------------------

    async def _begin(self) -> None:
        enter = partial(servers.enter, self.store, self._home, sandbox=self._own_sandbox)
        self._server = await self._loop.thread(enter)
        for address in self._addresses:
            await self._open(address)
        await self._loop.thread(self._look_around)
        self._lease = Lease(self.store, self._server, self._look_around, self._told_by_another)
        self._lease.start()

    def _look_around(self) -> None:
        """Take up what a server that has ended has left, and what is ours and nobody follows; on
        any thread but the loop's. Raises `StoreError`."""
        alive = {each.id for each in servers.alive(self.store)}
        taken = runs.take_over(self.store, self._server, self.profiles)
        if self._beside is None or self._beside - alive:  # we have begun, or somebody has ended
            for journey in self._journeys.values():
                self._spawn(journey.estimates.resume())
        self._beside = alive
        for run in (*taken, *runs.of_server(self.store, self._server)):
            if run.id not in self._followed:
                self._spawn(self._take_up(run.id))
        self._loop.call(self._go_on_here)

    def _leave(self) -> None:
        """Give up the lease, so that others take over at once what is still open."""
        try:
            servers.leave(self.store, self._server)
        except StoreError as error:
            log.warning("the lease of this server ends by itself: %s", error)
        else:
            self._signal("left", self._server)

    async def _take_up(self, run_id: str) -> None:
        """Follow a run as it stands now: since it was seen, it may have ended."""
        if (run := await self._now(run_id)) is not None:
            self._follow(run)

    async def _now(self, run_id: str) -> Run | None:
        """The run; None when there is none, or it can't be read now."""
        try:
            return await self._loop.thread(runs.get, self.store, run_id)
        except StoreError as error:
            with logs.about(run=run_id):
                log.warning("it can't be read now: %s", error)
            return None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work` on the loop, from any thread."""
        self._loop.call(self._loop.spawn, work)

    def _go_on_here(self) -> None:
        for each in (*self._conductors.values(), *self._cooks.values()):
            self._loop.spawn(each.resume())

    def _told_by_another(self, signal: Signal) -> None:
        self._spawn(self._heard(signal))

    async def _heard(self, signal: Signal) -> None:
        """Another server has moved something that may be ours to go on with."""
        if signal.kind == "experiment":
            for conductor in self._conductors.values():
                conductor.take(signal.of)
        elif signal.kind == "recipe":
            for cook in self._cooks.values():
                cook.take(signal.of)
        elif (run := await self._now(signal.of)) is not None:
            self._nudge(run)

    def _nudge(self, run: Run) -> None:
        """Look now at a run that somebody has moved or asks about."""
        journey = self._journeys.get(run.profile)
        if journey is None:
            return
        self._follow(run)
        journey.keeper.hurry(run.id)
        if run.request_id is not None:
            journey.desk.ask(run.request_id)
        self._moved(run)

    def _follow(self, run: Run) -> None:
        """Take a run to its end, once. One whose profile has gone waits for it to come back."""
        journey = self._journeys.get(run.profile)
        mine = run.owner == self._server
        if journey is not None and mine and run.id not in self._followed:
            self._followed.add(run.id)
            self._loop.spawn(self._go(journey, run))

    async def _delivered(self, run_id: str, delivery: Delivery) -> None:
        """Write a webhook down and act on it. deAPI has had its 2xx already and won't send it
        again, so a database that fails is tried again."""
        for tried in range(DELIVERY_TRIES):
            try:
                run = await self._loop.thread(self._record, run_id, delivery)
            except StoreError as error:
                with logs.about(run=run_id):
                    log.warning("its webhook is not written down: %s", error)
                await self._loop.clock.sleep(2.0**tried)
                continue
            if run is not None and run.request_id == delivery.job.request_id:
                self._follow(run)  # it was `unknown`, and has its job back
                self._journeys[run.profile].desk.heard(delivery.job)
                await self._loop.thread(self._tell, run)
            elif run is not None and run.state is State.SENDING:
                # Its answer is still on its way: who follows its job then has heard of it.
                self._journeys[run.profile].desk.heard(delivery.job)
            return

    def _record(self, run_id: str, delivery: Delivery) -> Run | None:
        """The run it is about, which has its job back if it was `unknown`; None for nothing new."""
        run, job = runs.get(self.store, run_id), delivery.job
        if run is None or run.profile not in self._journeys:
            return None
        first = deliveries.record(
            self.store,
            run.profile,
            run_id=run_id,
            delivery_id=delivery.id,
            request_id=job.request_id,
            event=delivery.event,
            body=job.raw,
        )
        now = runs.get(self.store, run_id)  # it may have been lost, or found, meanwhile
        if now is not None and now.state is State.UNKNOWN and now.request_id is None:
            return runs.accept(self.store, now, job.request_id)
        return now if first else None

    def _look_if_due(self, profile: str) -> None:
        """One look at a time: it also reads the books, before and after deAPI has answered."""
        if profile not in self._looking and self._profiles[profile].balance.due():
            self._looking.add(profile)
            self._loop.spawn(self._due_look(profile))

    async def _due_look(self, profile: str) -> None:
        try:
            await self._look(profile)
        finally:
            self._looking.discard(profile)

    async def _look(self, profile: str) -> None:
        await reconcile.look(self._loop, self.store, self._profiles[profile])

    async def _seen(self, profile: str) -> Seen:
        there = self._profiles[profile]
        return Seen(
            counts=copy.deepcopy(there.counts),
            errors=dict(there.client.errors),
            queues=there.client.governor.queues(),
            balance=there.balance.peek(),
        )

    async def _orphans(self, profile: str) -> list[Orphan]:
        return self._journeys[profile].desk.orphans()

    async def _go(self, journey: Journey, run: Run) -> None:
        try:
            with steps.about(run):
                steps.taken_up(run)
                await journey.go(run)
        finally:
            self._followed.discard(run.id)

    async def _end(self) -> None:
        for profile in self._profiles.values():
            await profile.aclose()

    async def _open(self, address: Address) -> None:
        def remember(listing: Listing) -> None:
            self._loop.spawn(self._remember(address.name, listing))

        async def have(params: Mapping[str, Any]) -> None:
            await self._loop.slow(at_hand, params, self.store)

        known = await self._loop.thread(catalogues.load, self.store, address.name)
        profile = Profile(address, self._loop.clock, known and _listing(known), remember, have)
        self._profiles[address.name] = profile
        here = (self._loop, self.store, profile, self._server)
        self._conductors[address.name] = Conductor(*here, self._follow)
        self._cooks[address.name] = Cook(*here, self._follow)
        self._journeys[address.name] = Journey(*here, self._follow, self._moved)
        self._loop.spawn(self._journeys[address.name].desk.keep_line())
        self._look_if_due(address.name)

    async def _remember(self, profile: str, listing: Listing) -> None:
        raw = [model.raw for model in listing.models]
        try:
            await self._loop.thread(catalogues.save, self.store, profile, raw, listing.fetched_at)
        except StoreError as error:
            log.warning("the catalogue of %s is not remembered: %s", profile, error)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The answer of `work`, for a thread that can't go on without it."""
        asked = self._loop.submit(work)
        try:
            return asked.result(timeout=CLICK_SECONDS)
        except concurrent.futures.TimeoutError:
            asked.cancel()
            raise NoAnswer("no answer in time") from None


def _listing(stored: StoredCatalogue) -> Listing:
    models = tuple(Model.parse(raw) for raw in stored.models)
    return Listing(models=models, fetched_at=stored.fetched_at)
