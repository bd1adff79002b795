"""A browser session's own client: who is asking, of which profile, over the one shared engine.

Pages and the parts of `lib/ui` know only this. Each method answers at once from what is known or
waits as long as a person would, and none of them shows the key.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol
from urllib.parse import quote

import streamlit as st

from lib.deapi.catalogue import Listing
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.media import Upload
from lib.deapi.models import Model
from lib.deapi.terms import Media
from lib.deapi.values import files_in
from lib.people import who as people
from lib.people.who import Person
from lib.runs import evidence
from lib.runs.balance import Balance
from lib.runs.engine import Engine
from lib.runs.evidence import Evidence, Says
from lib.runs.orders import Order
from lib.runs.params import restored, stored
from lib.runs.profiles import SANDBOX
from lib.runs.quotes import Quote
from lib.runs.recipes import given
from lib.runs.reconcile import Comparison
from lib.store import (
    Choices,
    Denied,
    Filters,
    Look,
    MediaDown,
    Record,
    ResultFile,
    Role,
    Run,
    State,
    Step,
    Store,
    Total,
    Use,
    bells,
    caps,
    drafts,
    files,
    history,
    ledger,
    lineage,
    looks,
    runs,
    sessions,
    statistics,
    users,
)
from lib.ui import snapshot
from lib.ui.experiment.desk import Experiments
from lib.ui.favourites import Favourites
from lib.ui.marks import Marks
from lib.ui.recipes.desk import Recipes
from lib.ui.showcase.desk import Showcases
from lib.ui.snapshot import Ended, Snapshot
from lib.ui.team import Team
from lib.ui.usage.desk import Usage

Tier = Literal["premium", "basic"]
"""Whose limits the sandbox goes by."""

LOOK_SECONDS = 2.0
"""How long a click waits to see the balance that it has changed."""

RECORDS_SECONDS = 10.0
"""So long what is slow to read and slow to change is taken to be as it was."""

FIRST_SECONDS = 0.2
"""How long the first price may hold up a page, for it also says how many more may be asked for."""

ROOMY = 60
"""Price calls a minute from which on pages may ask for more than the form's own."""

ASKED_SECONDS = 1.0
"""How long an answer to who is signed in is good, as one drawing of a page asks a hundred times."""

COUNTED = 1000
"""So many runs of a list are added up: more would keep each drawing of the page waiting."""

TEXT_BYTES = 8 * 1024 * 1024
"""So much of a text is shown; the rest is in the file."""


class Sandbox(Protocol):
    """What can be changed about a running sandbox. Each call raises `ConnectionError`, with a
    sentence for a person, when the sandbox doesn't do it."""

    def balance(self) -> Decimal: ...
    def set_balance(self, usd: Decimal) -> None: ...
    def tier(self) -> Tier: ...
    def set_tier(self, tier: Tier) -> None: ...
    def faults(self) -> list[dict[str, Any]]: ...
    def add_faults(self, faults: Sequence[Mapping[str, Any]]) -> None: ...
    def end_faults(self, name: str | None = None) -> None: ...


class SignedOut(Denied):
    """Who was here is signed out, or may do other things now."""

    def __init__(self) -> None:
        super().__init__("You are signed out. Load the page again and sign in.")


class Client:
    """What one session may ask and order: `person`'s own runs on the chosen `profile`."""

    def __init__(
        self,
        engine: Engine,
        sandbox: Sandbox | None,
        who: Person,
        still: Callable[[], Person | None] | None = None,
    ) -> None:
        """`still` tells who is behind this session now; without it `who` stays for good."""
        self._whole = engine
        self._sandbox = sandbox
        self.who = who
        self._still = still or (lambda: who)
        self._asked = -math.inf
        self.profile = engine.profiles[0]
        self._records: dict[str, tuple[float, list[Record]]] = {}
        """By profile: when they were looked up, and what was found."""
        self._comparisons: dict[str, tuple[float, Comparison | None]] = {}

    @property
    def person(self) -> str:
        return self.who.name

    @property
    def is_admin(self) -> bool:
        return self.who.is_admin

    @property
    def profiles(self) -> tuple[str, ...]:
        return self._whole.profiles

    @property
    def _engine(self) -> Engine:
        """What every question and order goes through: for who is still signed in."""
        if time.monotonic() - self._asked > ASKED_SECONDS:
            self.check()
        return self._whole

    @property
    def _store(self) -> Store:
        return self._engine.store

    def check(self) -> None:
        """Draw anew, and with that the sign-in, when whose session this was has been signed out
        elsewhere, is disabled, or has another role now (rules.md, People). Raises `SignedOut`
        where nothing can be drawn, and `StoreError`."""
        if self._still() != self.who:
            st.rerun()
            raise SignedOut
        self.known()

    def known(self) -> None:
        """Somebody has just asked whose session this is: that is good for a moment."""
        self._asked = time.monotonic()

    def choose(self, profile: str) -> None:
        """Talk to another profile from now on; raises `ValueError` when there is none of it."""
        if profile not in self.profiles:
            raise ValueError(f"no profile {profile!r}")
        self.profile = profile

    # --- what deAPI offers -----------------------------------------------------------------------

    def listing(self) -> Listing | DeapiError:
        """The catalogue, or why none can be had."""
        try:
            return self._engine.listing(self.profile)
        except DeapiError as error:
            return error

    def models(self, at: Endpoint) -> tuple[Model, ...]:
        """The models of the catalogue that `at` can use; none when there is no catalogue."""
        listing = self.listing()
        return () if isinstance(listing, DeapiError) else listing.for_endpoint(at)

    def balance(self) -> Balance | None:
        """What is left in USD as far as the key may know; None before the first answer."""
        return self._engine.balance(self.profile)

    # --- money -----------------------------------------------------------------------------------

    def comparison(self) -> Comparison | None:
        """How the books of everybody stand to the balance; None while nothing can be compared.
        Raises `StoreError`."""
        found = self._engine.comparison(self.profile)
        self._comparisons[self.profile] = (time.monotonic(), found)
        return found

    def drift(self) -> Decimal | None:
        """By how much they differ, USD, as it was at most `RECORDS_SECONDS` ago: the sidebar asks
        every second, and a difference comes slowly. Raises `StoreError`."""
        at, known = self._comparisons.get(self.profile, (-math.inf, None))
        if time.monotonic() - at > RECORDS_SECONDS:
            known = self.comparison()
        return known.drift if known else None

    def compare_anew(self) -> None:
        """Compare from now on only. Raises `StoreError`."""
        self._engine.compare_anew(self.profile)
        self._comparisons.clear()

    def snapshot(self) -> Snapshot:
        """My money, and what of mine goes on, in one moment. Raises `StoreError`."""
        return snapshot.take(self._store, self.profile, self.person)

    def missed(self, limit: int) -> list[Ended]:
        """What of mine has ended since I opened the bell last, in whatever window, the last first.
        Raises `StoreError`."""
        return snapshot.missed(self._store, self.profile, self.person, limit)

    def open_bell(self, at: datetime) -> None:
        """Remember that I have seen what ended until then. Raises `StoreError`."""
        bells.open_at(self._store, self.profile, self.person, at)

    def uses(self) -> list[Use]:
        """How much of each cap that applies to me is used: my own, then the team's."""
        return caps.uses(self._store, self.profile, self.person)

    def tightest(self) -> Use | None:
        """The cap that applies to me with the least left; None where there is none."""
        return min(self.uses(), key=lambda use: use.left, default=None)

    def over_cap(self, at: Endpoint, model: Model, price: Decimal) -> Use | None:
        """The first cap that a run at `price` USD would go over, with all that is held for it."""
        uses = self.uses()
        if not uses:
            return None
        held = price * ledger.overrun(self._store, self.profile, at.id, model.slug)
        return next((use for use in uses if held > use.left), None)

    def quote(
        self, at: Endpoint, params: Mapping[str, Any], *, wait: float = 0.4
    ) -> Quote | DeapiError | None:
        """The price of exactly these parameters, why there is none, or None after `wait` seconds:
        it is on its way."""
        return self._engine.quote(self.profile, at, params, wait=wait)

    def hint(
        self, at: Endpoint, params: Mapping[str, Any], *, wait: float = 0.0
    ) -> Quote | DeapiError | Literal["spared"] | None:
        """A price that is only good to know. Where deAPI answers few price calls a minute they are
        left to the form: what nobody has asked for yet is then `spared`. As long as that is not
        known, one is asked for at a time."""
        often = self._engine.quotes_a_minute(self.profile)
        known = self._engine.known_quote(self.profile, at, params)
        if known is not None or (often is None and self._engine.is_quoting(self.profile)):
            return known
        if often is None:
            return self.quote(at, params, wait=max(wait, FIRST_SECONDS))
        return self.quote(at, params, wait=wait) if often >= ROOMY else "spared"

    def requote(self, at: Endpoint, params: Mapping[str, Any]) -> None:
        """Have the price asked for again at the next look."""
        self._engine.requote(self.profile, at, params)

    @property
    def team(self) -> Team:
        """What an admin may do about everybody."""
        return Team(self._store, self.profile, self.who, self.check)

    @property
    def experiments(self) -> Experiments:
        """What I may ask and order about experiments."""
        return Experiments(self._engine, self.profile, self.who, self.check)

    @property
    def usage(self) -> Usage:
        """What was spent, and how the runs did: mine, and anybody's for an admin."""
        return Usage(self._store, self.profile, self.who, self.check)

    @property
    def recipes(self) -> Recipes:
        """What I may ask and order about recipes."""
        return Recipes(self._engine, self.profile, self.who, self.check)

    @property
    def favourites(self) -> Favourites:
        """The prompts that the team has kept."""
        return Favourites(self._store, self.who, self.check)

    @property
    def marks(self) -> Marks:
        """What I may say of runs, and which of them may be deleted."""
        return Marks(self._store, self.profile, self.who, self.check)

    @property
    def showcases(self) -> Showcases:
        """Results to present from: mine, and what others share."""
        return Showcases(self._store, self.profile, self.who, self.check)

    # --- my account -------------------------------------------------------------------------------

    def change_password(self, now: str, new: str, address: str) -> bool:
        """Have `new` be my password, if `now` is it: every browser of mine is signed out, this one
        too. Raises `WeakPassword`, `TooManyAttempts` and `StoreError`."""
        if users.verify(self._store, self.person, now, address) is None:
            return False
        users.set_password(self._store, self.person, new)
        return True

    def sign_out_everywhere(self) -> None:
        """End every session of mine, this one too. Raises `StoreError`."""
        sessions.end_all(self._store, self.person)

    # --- the sandbox ------------------------------------------------------------------------------

    @property
    def sandbox(self) -> Sandbox:
        """What the sandbox says of itself. Raises `LookupError` when this playground has none."""
        if self._sandbox is None:
            raise LookupError("this playground has no sandbox")
        return self._sandbox

    @property
    def rehearsing(self) -> bool:
        """Whether runs go to the sandbox."""
        return self.profile == SANDBOX

    def put_play_money(self, usd: Decimal) -> None:
        """Have `usd` be what is left in the sandbox. Raises `ConnectionError` and `StoreError`."""
        self.sandbox.set_balance(usd)
        self._engine.compare_anew(SANDBOX, wait=LOOK_SECONDS)
        self._comparisons.clear()

    def add_play_money(self, usd: Decimal) -> None:
        """Have `usd` more in the sandbox. Raises `ConnectionError`."""
        self.put_play_money(self.sandbox.balance() + usd)

    def set_tier(self, tier: Tier) -> None:
        """Have the sandbox go by the limits of `tier`. Raises `ConnectionError`."""
        self.sandbox.set_tier(tier)
        self._engine.forget_limits(SANDBOX)

    def start_faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Have these happen in the sandbox too. Raises `ConnectionError`."""
        self.sandbox.add_faults(faults)

    def end_faults(self, name: str | None = None) -> None:
        """Have those of this name, or none at all, happen in the sandbox. What the engine has
        learned of limits is forgotten, for a fault may have taught it. Raises `ConnectionError`."""
        self.sandbox.end_faults(name)
        self._engine.forget_limits(SANDBOX)

    # --- orders ----------------------------------------------------------------------------------

    def submit(
        self,
        at: Endpoint,
        model: Model,
        values: Mapping[str, Any],
        *,
        nonce: str,
        shown: Decimal,
        fallback: bool = False,
    ) -> Run:
        """Admit and start a run, which another model may do when this one can't and `fallback`
        allows it. Raises `OrderRefused` or `StoreError`; nothing is paid then."""
        self.check()
        return self._engine.submit(
            Order(
                profile=self.profile,
                person=self.person,
                endpoint=at,
                model=model,
                values=values,
                nonce=nonce,
                shown=shown,
                fallback=fallback,
            )
        )

    def cancel(self, run_id: str) -> Run | None:
        """Take back a run that still waits; None when it is too late."""
        return self._engine.cancel(run_id, self.person)

    def count_as_paid(self, run_id: str) -> Run | None:
        """Settle an `unknown` run at its quote."""
        return self._engine.settle_unknown(run_id, self._whose, paid=True)

    def not_charged(self, run_id: str) -> Run | None:
        """Settle an `unknown` run at nothing."""
        return self._engine.settle_unknown(run_id, self._whose, paid=False)

    def send_again(self, run_id: str, *, nonce: str, shown: Decimal) -> Run:
        """A new run with the parameters of this one, at a fresh price of at most `shown` USD.

        The old run stays as it is. Raises as `submit` does, and `LookupError` when its model has
        gone.
        """
        run = self._mine(run_id)
        at = endpoint(run.endpoint)
        model = next((each for each in self.models(at) if each.slug == run.model), None)
        if model is None:
            raise LookupError(f"{run.model} is not in the catalogue any more")
        return self.submit(
            at, model, self.params(run), nonce=nonce, shown=shown, fallback=run.fallback
        )

    # --- files -----------------------------------------------------------------------------------

    def upload(self, file: BinaryIO, name: str, media: Media = "image") -> Upload:
        """Look into a file that should be `media`, read from its beginning and in pieces, keep it
        and count it as this person's.

        Raises `BadMedia` when it is nothing deAPI could read, and `StoreError`.
        """
        file.seek(0)
        with files.looked_at(self._store, file, name, media) as found:
            return files.save_upload(self._store, self.person, found)

    def at_hand(self, upload: Upload) -> Path:
        """Where the file of an upload can be read now. Raises `OSError` when it is gone, and
        `StoreError`."""
        files.at_hand(self._store, upload)
        return upload.path

    def result_as_upload(self, run_id: str, media: Media = "image") -> Upload:
        """The kept result of a run of mine as `media` for another, without a detour.

        Raises `KeyError` when there is none, and as `upload` does.
        """
        return given.as_upload(self._store, self.person, self._mine(run_id), media)

    def url(self, run: Run, what: str) -> str:
        """The address of a run's file on the origin that this browser sees; `what` is one of
        `lib.web.files`: `result`, `download`, `download-1`, `thumb`, `preview`."""
        return f"{origin()}/files/{run.id}/{what}"

    def upload_url(self, upload: Upload) -> str:
        """The address of what a person gave, on the origin that this browser sees."""
        return f"{origin()}/files/uploads/{upload.sha256}"

    def text(self, run_id: str, file: ResultFile) -> str | None:
        """What a kept file says, as far as it is shown (`TEXT_BYTES`); None when it is gone, or
        can't be had just now."""
        try:
            content = files.content(self._store, self._name(run_id, file), TEXT_BYTES)
        except (OSError, MediaDown):
            return None
        return content.decode("utf-8-sig", "replace")

    def content(self, run_id: str, file: ResultFile) -> bytes:
        """A kept file, whole. Raises `OSError` when it is gone, and `MediaDown`."""
        return files.content(self._store, self._name(run_id, file))

    def _name(self, run_id: str, file: ResultFile) -> str:
        return files.result_name(self._mine(run_id).id, file.name)

    def preview(self, run_id: str) -> str | None:
        """The address of the newest picture of a running job, once there is one. A newer picture
        has another address, so that a browser shows it."""
        run = self._mine(run_id)
        try:
            found = self._store.media.facts(files.preview_name(run.id))
        except MediaDown:
            return None
        return found and f"{self.url(run, 'preview')}?v={quote(found.etag, safe='')}"

    # --- runs ------------------------------------------------------------------------------------

    def run(self, run_id: str) -> Run | None:
        """A run on this profile that I may see, or None: mine, and everybody's for an admin."""
        return self.seen([run_id]).get(run_id)

    def seen(self, run_ids: Sequence[str]) -> dict[str, Run]:
        """Those of these runs that I may see, by id."""
        found = runs.several(self._store, run_ids)
        there = (run for run in found if run.deleted_at is None and self.who.may_see(run))
        return {run.id: run for run in there if run.profile == self.profile}

    def elsewhere(self, run_id: str) -> str | None:
        """The other profile that a run belongs to which I may see, if that is so."""
        found = runs.get(self._store, run_id)
        if found is None or found.deleted_at is not None or not self.who.may_see(found):
            return None
        return found.profile if found.profile in self.profiles else None

    @property
    def _whose(self) -> str | None:
        """Whose runs I may settle and see: mine, or with None everybody's."""
        return None if self.is_admin else self.person

    def _mine(self, run_id: str) -> Run:
        """The same where it has to be there. All that touches a run's money, files or evidence
        asks here, so that a page which holds another's run gets nothing out of it. Raises
        `KeyError`."""
        run = self.run(run_id)
        if run is None:
            raise KeyError(run_id)
        return run

    def refused(self, run: Run) -> Run | None:
        """The run that `run` stands in for, whose model could not do it."""
        return self.run(run.instead_of) if run.instead_of else None

    def stand_in(self, run_id: str) -> Run | None:
        """The run that stands in for this one, when another model took it over."""
        return history.stand_in(self._store, self._mine(run_id))

    def chain(self, run_id: str) -> list[Step]:
        """What a run was made from, the oldest step first; all of it is the same person's."""
        return lineage.chain(self._store, self._mine(run_id))

    def edited(self, before: str, after: str) -> None:
        """Remember that I changed a text by hand, where it is known what wrote it. Raises
        `StoreError`."""
        lineage.edited(self._store, self.profile, self.person, before, after)

    def given(self, run: Run) -> list[Upload]:
        """The files that a run works on, in the order of its parameters."""
        return files_in(self.params(run).values())

    def params(self, run: Run) -> dict[str, Any]:
        """What a run sends, files as `Upload`s."""
        return restored(run.params, self._store)

    def results(self, run_ids: list[str]) -> dict[str, list[ResultFile]]:
        """The kept files of runs that I may see: run id → files; a run without any is not in it."""
        seen = self.filters(person=self._whose)
        return history.results_of(self._store, run_ids, among=seen)

    def open_runs(self) -> list[Run]:
        """Everything of mine that has not ended, newest first."""
        return runs.running(self._store, self.profile, self.person)

    def recent(self, limit: int, *at: Endpoint) -> list[Run]:
        """My last runs of each of these endpoints, newest first."""
        return history.latest(self._store, self.filters(), [each.id for each in at], limit)

    def filters(self, **wanted: Any) -> Filters:
        """Filters over my runs on this profile: `endpoint`, `model`, `text` and so on. An admin may
        say whose: `person`, with None for everybody's."""
        if not self.is_admin:
            wanted["person"] = self.person
        return Filters(**{"profile": self.profile, "person": self.person, **wanted})

    def page(self, filters: Filters, *, before: str | None = None, limit: int = 50) -> list[Run]:
        return history.page(self._store, filters, before=before, limit=limit)

    def total(self, filters: Filters) -> Total:
        """What the newest `COUNTED` of these runs add up to."""
        return history.total(self._store, filters, newest=COUNTED)

    def choices(self) -> Choices:
        """The endpoints and models that there are runs of: mine, and everybody's for an admin."""
        return history.choices(self._store, self.profile, self._whose)

    def people(self) -> list[str]:
        """Whose runs I may look at besides mine, by name."""
        if not self.is_admin:
            return []
        return [each.name for each in users.everybody(self._store) if each.name != self.person]

    def evidence(self, run_id: str) -> Evidence:
        """What tells whether an `unknown` run was paid for. Raises `StoreError`, and `DeapiError`
        when the engine is too busy to say."""
        return self._engine.evidence(self._mine(run_id))

    def balance_says(self, unknown: Sequence[Run]) -> Mapping[str, Says]:
        """What the balance alone says of those of these runs that are mine and open: run id → that.
        Raises `StoreError`."""
        asked = {run.id for run in unknown}
        mine = [run for run in self.open_runs() if run.id in asked]
        told = evidence.of_account(self._store, self.profile, mine)
        return {run_id: balance.says for run_id, balance in told.items()}

    def keep_now(self, run_id: str) -> None:
        """Have the result of a run fetched now, instead of when its next try is due."""
        self._engine.keep_now(self._mine(run_id))

    def delay(self, run: Run) -> float:
        """Seconds that the rate limit still makes a run wait; none for one that isn't waiting."""
        return self._engine.delay(run) if run.state is State.WAITING else 0.0

    # --- models ----------------------------------------------------------------------------------

    def records(self) -> list[Record]:
        """How each model did for me on this profile, out of my history as it was at most
        `RECORDS_SECONDS` ago: every drawing of a form wants them, and they change slowly."""
        at, known = self._records.get(self.profile, (-math.inf, []))
        if time.monotonic() - at > RECORDS_SECONDS:
            known = statistics.records(self._store, self.profile, self.person)
            self._records[self.profile] = (time.monotonic(), known)
        return known

    def last_look(self) -> Look | None:
        """The models as I saw them last on this profile; None before the first time."""
        return looks.load(self._store, self.profile, self.person)

    def look_at_models(self, names: Mapping[str, str]) -> None:
        """Remember that I have seen these models: slug → name. Raises `StoreError`."""
        looks.save(self._store, self.profile, self.person, names)

    # --- drafts ----------------------------------------------------------------------------------

    def draft(self, at: Endpoint) -> tuple[str, dict[str, Any]] | None:
        """The model and values that I last had in the form of an endpoint."""
        kept = drafts.load(self._store, self.person, at.id)
        return (kept.model, restored(kept.values, self._store)) if kept else None

    def save_draft(self, at: Endpoint, model: str, values: Mapping[str, Any]) -> None:
        drafts.save(self._store, self.person, at.id, model, stored(values))


def origin() -> str:
    """The address that this browser sees, without a path."""
    return "/".join((st.context.url or "").split("/", 3)[:3])


@st.cache_resource(scope="session", show_spinner=False)
def _client(_engine: Engine, _sandbox: Sandbox | None, name: str, role: Role) -> Client:
    return Client(
        _engine,
        _sandbox,
        Person(name, role),
        # Those of now: a browser that lost its line comes back to the same session, perhaps
        # signed in anew.
        still=lambda: people.of_cookies(_engine.store, _cookies()),
    )


def begin(engine: Engine, sandbox: Sandbox | None) -> bool:
    """Give this session the client of its person: the first thing that every run of the script
    does. Whether it has one; else somebody has to sign in."""
    person = people.of_cookies(engine.store, _cookies())
    if person is None:
        return False
    client = _client(engine, sandbox, person.name, person.role)
    client.known()
    st.session_state[_KEY] = client
    return True


def _cookies() -> dict[str, str]:
    """Those that came when this browser connected: a new one needs the page to be loaded anew."""
    return dict(st.context.cookies)


def here() -> Client:
    """The client of the session that is being drawn."""
    return st.session_state[_KEY]


_KEY = "session_client"
