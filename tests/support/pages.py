"""The app's own pages without a browser: Streamlit's AppTest, over a real engine."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import streamlit as st
from pandas import DataFrame
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from lib import playground
from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.people.who import LOCAL
from lib.runs.engine import Engine
from lib.sandbox.config import APP_KEY, CLIENT_ID
from lib.store import Filters, NewRun, Run, State, Store, history, ledger, runs
from lib.ui import state, words
from lib.ui.session import Client
from tests.support.processes import TOP
from tests.support.sandbox import Sandbox
from tests.support.waiting import eventually

START, IMAGES, HISTORY = "pages/start.py", "pages/images.py", "pages/history.py"
MODELS, HELP = "pages/models.py", "pages/help.py"
PATIENCE = 30
"""Seconds for which a busy machine may keep a page, a price or a run."""


class _Navigation(PagesManager):
    """Takes what AppTest resets before each run. Reset, Streamlit would take our folder `pages`
    for the older kind of app and leave the frame out, which no server does (lib/ui/frame.py)."""


class Page:
    """One browser session of the app, and what it shows. Every look at a page finds it without
    an exception, or fails."""

    def __init__(self, first: str = IMAGES) -> None:
        self._app = AppTest.from_file(TOP / "app.py", default_timeout=PATIENCE)
        self.run()
        if first != START:
            self.go(first)

    # --- going about -----------------------------------------------------------------------------

    def run(self) -> "Page":
        """Draw it again, as the clock or a click does; widgets keep what was put into them."""
        with mock.patch("streamlit.testing.v1.app_test.PagesManager", _Navigation):
            self._app.run()
        assert not self._app.exception, self._app.exception
        return self

    def go(self, page: str) -> "Page":
        self._app.switch_page(page)
        return self.run()

    def at(self, page: str, **query: str) -> "Page":
        """Open it by its address."""
        self._app.switch_page(page)
        for name, value in query.items():
            self._app.query_params[name] = value
        return self.run()

    def press(self, label: str) -> "Page":
        """Click the one button whose label begins so."""
        self.button(label).click()
        return self.run()

    def press_key(self, key: str) -> "Page":
        """Click the button with this key."""
        self._app.button(key=key).click()
        return self.run()

    def drop(self, name: str, content: bytes) -> "Page":
        """Give a file to the one place that takes one."""
        [uploader] = self._app.file_uploader
        uploader.upload(name, content)
        return self.run()

    def put(self, kind: str, key: str, value: Any) -> "Page":
        self.widget(kind, key).set_value(value)
        return self.run()

    def until(self, look: Callable[[], Any]) -> Any:
        """Draw it again and again until `look` finds something; what it found."""
        return eventually(lambda: self.run() and look(), timeout=PATIENCE)

    # --- what is on it ---------------------------------------------------------------------------

    @property
    def state(self) -> Any:
        """The session's state."""
        return self._app.session_state

    @property
    def title(self) -> str:
        return self._app.title[0].value

    @property
    def html(self) -> str:
        """Everything that we draw ourselves, the sidebar included, an element a line."""
        drawn = [each.value for each in self._app.html]
        return "\n".join(each for each in drawn if "<style>" not in each)

    @property
    def beside(self) -> str:
        """The same of the sidebar alone."""
        return "\n".join(each.value for each in self._app.sidebar.html)

    @property
    def problems(self) -> list[str]:
        """The sentences that something is wrong."""
        return [line for line in self.html.splitlines() if '"pg-problem"' in line]

    @property
    def keys(self) -> set[str]:
        """The keys of all widgets."""
        kinds = ("button_group", "checkbox", "multiselect", "number_input", "selectbox", "slider")
        kinds = (*kinds, "text_area", "text_input", "toggle", "file_uploader")
        return {each.key or "" for kind in kinds for each in getattr(self._app, kind)}

    @property
    def button_keys(self) -> set[str]:
        """The keys of all buttons."""
        return {each.key or "" for each in self._app.button}

    @property
    def codes(self) -> list[str]:
        """What stands in blocks that one copies from."""
        return [each.value for each in self._app.code]

    @property
    def components(self) -> str:
        """What was sent to parts of the page that draw themselves in the browser."""
        return "\n".join(str(each.proto) for each in self._app.get("bidi_component"))

    @property
    def charts(self) -> list[str]:
        """What each chart was given, its data as text."""
        return [str(each.proto) for each in self._app.get("vega_lite_chart")]

    def widget(self, kind: str, key: str) -> Any:
        return getattr(self._app, kind)(key=key)

    def has_button(self, label: str) -> bool:
        return any(each.label.startswith(label) for each in self._app.button)

    def button(self, label: str) -> Any:
        [found] = [each for each in self._app.button if each.label.startswith(label)]
        return found

    @property
    def pressable(self) -> list[str]:
        """The keys of the buttons that can be pressed."""
        return [each.key or "" for each in self._app.button if not each.disabled]

    @property
    def ticks(self) -> list[str]:
        """What stands beside the boxes to tick."""
        return [each.label for each in self._app.checkbox]

    @property
    def captions(self) -> list[str]:
        return [each.value for each in self._app.caption]

    @property
    def toasts(self) -> list[str]:
        return [each.value for each in self._app.toast]

    @property
    def expanders(self) -> list[str]:
        return [each.label for each in self._app.expander]

    @property
    def popovers(self) -> list[str]:
        return [each.proto.popover.label for each in self._app.get("popover")]

    @property
    def tables(self) -> list[DataFrame]:
        return [each.value for each in self._app.dataframe]

    @property
    def table(self) -> DataFrame:
        """The first table."""
        return self.tables[0]

    @property
    def table_key(self) -> str:
        """The key of the first table."""
        return self._app.dataframe[0].key or ""

    @property
    def prices(self) -> list[Decimal]:
        """The prices in USD on the offers, in their order."""
        found = re.findall(r'"pg-tile-price">\$([\d.]+)', self.html)
        return [Decimal(each) for each in found]

    @property
    def rows(self) -> list[str]:
        """The runs that the history lists, by id, from the top."""
        keys = [each.key or "" for each in self._app.button]
        return [key.removeprefix("show:") for key in keys if key.startswith("show:")]

    @property
    def client(self) -> Client:
        """The session's own."""
        return self._app.session_state["session_client"]

    @property
    def everything(self) -> str:
        """All that was sent to the browser."""
        return str(self._app)

    @property
    def links(self) -> list[str]:
        """The labels of the links to pages."""
        return [each.label for each in self._app.page_link]

    @property
    def price(self) -> Decimal | None:
        """The price in USD on the Run button, None while there is none or it can't be pressed."""
        shown = [each for each in self._app.button if (each.key or "").startswith("run:")]
        if not shown or shown[0].disabled:
            return None
        found = re.fullmatch(r"Run · \$([\d.]+)", shown[0].label)
        return Decimal(found[1]) if found else None

    # --- the form --------------------------------------------------------------------------------

    def choose(self, at: Endpoint, model: Model | None = None) -> "Page":
        """Show the form of an endpoint, with this model, on its family's page."""
        family = words.FAMILIES[at.family]
        if self.title != family.title:
            self.go(family.page)
        key, group = state.endpoint_key(at.family), words.endpoint(at.id).group
        if key in self.keys:
            self.put("button_group", key, group or at.id)
        if group:
            self.put("button_group", f"{key}:{group}", at.id)
        if model is not None and at.decided_by is not None:
            self.put("selectbox", state.widget(at, "", at.decided_by), _deciding(at, model))
        if model is not None and state.model_key(at) in self.keys:
            self.put("selectbox", state.model_key(at), model.slug)
        return self

    def write(self, at: Endpoint, model: Model, text: str) -> "Page":
        return self.put("text_area", state.widget(at, model.slug, "prompt"), text)

    def values(self, at: Endpoint) -> dict[str, Any]:
        """The form's values, as they would be sent."""
        return self.state[f"values:{at.id}"]


def _deciding(at: Endpoint, model: Model) -> str:
    """The first value with which `at` offers `model`."""
    return next(
        value for value, types in at.inference_types_of.items() if model.inference_types & {*types}
    )


class Playing:
    """The playground of this process, and a look at what it has written down."""

    def __init__(self) -> None:
        self._held = playground.current()

    @property
    def store(self) -> Store:
        return self._held.store

    @property
    def engine(self) -> Engine:
        return self._held.engine

    def models(self, at: Endpoint) -> tuple[Model, ...]:
        return self.engine.listing(self.engine.profiles[0]).for_endpoint(at)

    def runs(self) -> list[Run]:
        """Every run there is, oldest first."""
        mine = Filters(profile=self.engine.profiles[0], person=LOCAL)
        return history.page(self.store, mine)[::-1]

    def run(self, run_id: str) -> Run:
        found = runs.get(self.store, run_id)
        assert found is not None
        return found

    def reaches(self, run_id: str, wanted: State) -> Run:
        """The run, once it is there."""

        def there() -> Run | None:
            now = self.run(run_id)
            return now if now.state is wanted else None

        return eventually(there, timeout=PATIENCE)

    # --- runs that nobody follows, put where a test wants them ------------------------------------

    def waiting(
        self,
        at: Endpoint,
        model: Model,
        text: str,
        price: str = "0.0019",
        *,
        person: str = LOCAL,
    ) -> Run:
        """A run that was admitted and never goes on by itself."""
        values = {"prompt": text} if at.has("prompt") else {}
        values = fields.adapt(fields.fields(at, model), values)
        new = NewRun(
            profile=self.engine.profiles[0],
            person=person,
            endpoint=at.id,
            model=model.slug,
            params=dict(fields.request(at, model, values)),
            nonce=uuid4().hex,
            quote=Decimal(price),
            reserved=Decimal(price),
            text=text,
        )
        return ledger.admit(self.store, new)

    def sending(
        self, at: Endpoint, model: Model, text: str, price: str = "0.0019", *, person: str = LOCAL
    ) -> Run:
        run = self.waiting(at, model, text, price, person=person)
        return given(runs.claim(self.store, run.id, run.owner or "test"))

    def unknown(
        self, at: Endpoint, model: Model, text: str, price: str = "0.0019", *, person: str = LOCAL
    ) -> Run:
        """A run that may or may not have been paid for."""
        run = self.sending(at, model, text, price, person=person)
        return given(runs.lose(self.store, run, {"kind": "NoAnswer", "message": ""}))

    def accepted(
        self, at: Endpoint, model: Model, text: str, price: str = "0.0019", *, person: str = LOCAL
    ) -> Run:
        """A run that deAPI has taken."""
        run = self.sending(at, model, text, price, person=person)
        return given(runs.accept(self.store, run, uuid4().hex))

    def done(self, at: Endpoint, model: Model, text: str, price: str = "0.0019") -> Run:
        """A run that has ended well, without a file."""
        run = self.accepted(at, model, text, price)
        run = given(runs.settle_done(self.store, run, Decimal(price)))
        return given(runs.keep(self.store, run, [], thumb=False))

    def dearer(self, at: Endpoint, model: Model, text: str, price: str, now: str) -> Run:
        """A run whose price rose from `price` to `now` while it waited."""
        run = self.waiting(at, model, text, price)
        later = datetime.now(UTC) + timedelta(days=1)
        risen = {"kind": "PriceRose", "message": "", "price": now}
        return given(runs.postpone(self.store, run, later, risen))


def given(run: Run | None) -> Run:
    """A move that must not lose."""
    assert run is not None
    return run


@contextmanager
def playing(folder: Path, live: Sandbox, **settings: str) -> Iterator[Playing]:
    """The playground of this process over `folder`, with `live` as its live profile and no other,
    unless `settings` say more. It is gone at the end, and so are its sessions."""
    told = {
        "DEAPI_API_KEY": live.key,
        "DEAPI_BASE_URL": live.url,
        # Jobs here end sooner than it is worth asking about them.
        "DEAPI_CLIENT_ID": CLIENT_ID,
        "DEAPI_PUSH_KEY": APP_KEY,
        "DEAPI_PUSH_URL": live.push_url,
        "PLAYGROUND_SANDBOX": "off",
        "PLAYGROUND_DATA_DIR": str(folder),
        "PLAYGROUND_TIMEZONE": "UTC",
        "PLAYGROUND_PUBLIC_URL": "",
        **settings,
    }
    with mock.patch.dict(os.environ, told):
        playground.stop()
        forget_sessions()
        try:
            yield Playing()
        finally:
            playground.stop()
            forget_sessions()


def forget_sessions() -> None:
    """To Streamlit every AppTest is the same session, so it would keep the client of the last."""
    st.cache_resource.clear()
