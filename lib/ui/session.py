"""A browser session's own client: who is asking, of which profile, over the one shared engine.

Pages and the parts of `lib/ui` know only this. Each method answers at once from what is known or
waits as long as a person would, and none of them shows the key.
"""

import math
import re
import time
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, Literal, Protocol

import streamlit as st

from lib.deapi.catalogue import Listing
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.media import Upload, inspect
from lib.deapi.models import Model
from lib.deapi.terms import Media
from lib.people.who import LOCAL
from lib.runs import evidence
from lib.runs.balance import Balance
from lib.runs.engine import Engine
from lib.runs.evidence import Evidence, Says
from lib.runs.orders import Order
from lib.runs.params import restored, stored
from lib.runs.profiles import SANDBOX
from lib.runs.quotes import Quote
from lib.runs.reconcile import Comparison
from lib.store import (
    Choices,
    Filters,
    Look,
    Record,
    ResultFile,
    Run,
    Spent,
    Total,
    Use,
    caps,
    drafts,
    files,
    history,
    ledger,
    looks,
    runs,
    statistics,
)

Tier = Literal["premium", "basic"]
"""Whose limits the sandbox goes by."""

LOOK_SECONDS = 2.0
"""How long a click waits to see the balance that it has changed."""

RECORDS_SECONDS = 10.0

FIRST_SECONDS = 0.2
"""How long the first price may hold up a page, for it also says how many more may be asked for."""

ROOMY = 60
"""Price calls a minute from which on pages may ask for more than the form's own."""

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


class Client:
    """What one session may ask and order: `person`'s own runs on the chosen `profile`."""

    def __init__(self, engine: Engine, sandbox: Sandbox | None, person: str) -> None:
        self._engine = engine
        self._sandbox = sandbox
        self._store = engine.store
        self.person = person
        self.profile = engine.profiles[0]
        self._records: dict[str, tuple[float, list[Record]]] = {}
        """By profile: when they were looked up, and what was found."""

    @property
    def profiles(self) -> tuple[str, ...]:
        return self._engine.profiles

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
        """How the books of everybody stand to the balance; None while nothing can be compared."""
        return self._engine.comparison(self.profile)

    def compare_anew(self) -> None:
        """Compare from now on only. Raises `StoreError`."""
        self._engine.compare_anew(self.profile)

    def spent(self) -> Spent:
        """What this person has spent and holds, today and this month, in USD."""
        return ledger.spent(self._store, self.profile, self.person)

    def uses(self) -> list[Use]:
        """How much of each cap that applies to me is used: my own, then the team's."""
        return caps.uses(self._store, self.profile, self.person)

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
        return self._engine.settle_unknown(run_id, self.person, paid=True)

    def not_charged(self, run_id: str) -> Run | None:
        """Settle an `unknown` run at nothing."""
        return self._engine.settle_unknown(run_id, self.person, paid=False)

    def send_again(self, run: Run, *, nonce: str, shown: Decimal) -> Run:
        """A new run with the parameters of `run`, at a fresh price of at most `shown` USD.

        The old run stays as it is. Raises as `submit` does, and `LookupError` when its model has
        gone.
        """
        at = endpoint(run.endpoint)
        model = next((each for each in self.models(at) if each.slug == run.model), None)
        if model is None:
            raise LookupError(f"{run.model} is not in the catalogue any more")
        return self.submit(
            at, model, self.params(run), nonce=nonce, shown=shown, fallback=run.fallback
        )

    # --- files -----------------------------------------------------------------------------------

    def upload(self, file: BinaryIO, name: str, media: Media = "image") -> Upload:
        """Look into a file that should be `media`, keep it and count it as this person's.

        Raises `BadMedia` when it is nothing deAPI could read, and `StoreError`.
        """
        with NamedTemporaryFile(dir=self._store.data_dir, prefix=".upload-") as fresh:
            while block := file.read(1 << 20):
                fresh.write(block)
            fresh.flush()
            found = inspect(Path(fresh.name), name, media=media)
            return files.save_upload(self._store, self.person, found)

    def result_as_upload(self, run_id: str, media: Media = "image") -> Upload:
        """The kept result of a run of mine as `media` for another, without a detour.

        Raises `KeyError` when there is none, and as `upload` does.
        """
        run = self.run(run_id)
        kept = history.results_of(self._store, [run_id]).get(run_id) if run else None
        if not kept:
            raise KeyError(run_id)
        with files.result_path(self._store, run_id, kept[0].name).open("rb") as file:
            words = re.findall(r"\w+", run.text if run else "")[:6]
            name = "-".join(words).lower() or "result"
            return self.upload(file, f"{name}{Path(kept[0].name).suffix}", media)

    def url(self, run: Run, what: str) -> str:
        """The address of a run's file on the origin that this browser sees; `what` is one of
        `lib.web.files`: `result`, `download`, `download-1`, `thumb`, `preview`."""
        return f"{_origin()}/files/{run.id}/{what}"

    def upload_url(self, upload: Upload) -> str:
        """The address of what a person gave, on the origin that this browser sees."""
        return f"{_origin()}/files/uploads/{upload.sha256}"

    def text(self, run: Run, file: ResultFile) -> str | None:
        """What a kept file says, as far as it is shown (`TEXT_BYTES`); None when it is gone."""
        try:
            with files.result_path(self._store, run.id, file.name).open("rb") as content:
                return content.read(TEXT_BYTES).decode("utf-8-sig", "replace")
        except OSError:
            return None

    def content(self, run: Run, file: ResultFile) -> bytes:
        """A kept file, whole. Raises `OSError` when it is gone."""
        return files.result_path(self._store, run.id, file.name).read_bytes()

    def preview(self, run: Run) -> str | None:
        """The address of the newest picture of a running job, once there is one. A newer picture
        has another address, so that a browser shows it."""
        try:
            changed = files.preview_path(self._store, run.id).stat().st_mtime_ns
        except FileNotFoundError:
            return None
        return f"{self.url(run, 'preview')}?v={changed}"

    # --- runs ------------------------------------------------------------------------------------

    def run(self, run_id: str) -> Run | None:
        """A run of mine on this profile, or None."""
        run = runs.get(self._store, run_id)
        mine = run is not None and (run.profile, run.person) == (self.profile, self.person)
        return run if mine else None

    def _mine(self, run_id: str) -> Run:
        run = self.run(run_id)
        if run is None:
            raise KeyError(run_id)
        return run

    def refused(self, run: Run) -> Run | None:
        """The run that `run` stands in for, whose model could not do it."""
        return self.run(run.instead_of) if run.instead_of else None

    def stand_in(self, run: Run) -> Run | None:
        """The run that stands in for `run`, when another model took it over."""
        return history.stand_in(self._store, run)

    def given(self, run: Run) -> list[Upload]:
        """The files that a run works on, in the order of its parameters."""
        values = [each for value in self.params(run).values() for each in _several(value)]
        return [each for each in values if isinstance(each, Upload)]

    def params(self, run: Run) -> dict[str, Any]:
        """What a run sends, files as `Upload`s."""
        return restored(run.params, self._store)

    def results(self, run_ids: list[str]) -> dict[str, list[ResultFile]]:
        """The kept files of runs: run id → files; a run without any is not in it."""
        return history.results_of(self._store, run_ids)

    def open_runs(self) -> list[Run]:
        """Everything of mine that has not ended, newest first."""
        return runs.running(self._store, self.profile, self.person)

    def recent(self, at: Endpoint, limit: int) -> list[Run]:
        """My last runs of an endpoint, newest first."""
        return history.page(self._store, self.filters(endpoint=at.id), limit=limit)

    def filters(self, **wanted: Any) -> Filters:
        """Filters over my runs on this profile: `endpoint`, `model`, `states`, `text`."""
        return Filters(profile=self.profile, person=self.person, **wanted)

    def page(self, filters: Filters, *, before: str | None = None, limit: int = 50) -> list[Run]:
        return history.page(self._store, filters, before=before, limit=limit)

    def total(self, filters: Filters) -> Total:
        """What the newest `COUNTED` of these runs add up to."""
        return history.total(self._store, filters, newest=COUNTED)

    def choices(self) -> Choices:
        """The endpoints and models that I have runs of."""
        return history.choices(self._store, self.profile, self.person)

    def evidence(self, run_id: str) -> Evidence:
        """What tells whether an `unknown` run of mine was paid for. Raises `KeyError` when it is
        not mine, `StoreError`, and `DeapiError` when the engine is too busy to say."""
        return self._engine.evidence(self._mine(run_id))

    def balance_says(self, unknown: Collection[Run]) -> dict[str, Says]:
        """What the balance alone says of each of these `unknown` runs: run id → that. Raises
        `StoreError`."""
        told = evidence.of_account(self._store, self.profile, unknown)
        return {run_id: balance.says for run_id, balance in told.items()}

    def keep_now(self, run_id: str) -> None:
        """Have the result of a run of mine fetched now, instead of when its next try is due.
        Raises `KeyError` when it is not mine."""
        self._engine.keep_now(self._mine(run_id))

    def delay(self, run: Run) -> float:
        """Seconds that the rate limit still makes a waiting run wait."""
        return self._engine.delay(run)

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


def _origin() -> str:
    return "/".join((st.context.url or "").split("/", 3)[:3])


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@st.cache_resource(scope="session", show_spinner=False)
def _client(_engine: Engine, _sandbox: Sandbox | None) -> Client:
    return Client(_engine, _sandbox, LOCAL)


def begin(engine: Engine, sandbox: Sandbox | None) -> None:
    """Give this session its client. The first thing that every run of the script does."""
    st.session_state[_KEY] = _client(engine, sandbox)


def here() -> Client:
    """The client of the session that is being drawn."""
    return st.session_state[_KEY]


_KEY = "session_client"
