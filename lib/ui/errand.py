"""A small paid run beside something else on the page: an enhancement, an idea, a query.

It is a run like any other, in History and in the books; only its result goes somewhere else than
into a card. One press makes one run, a large price takes a second click, and while it works the
place of its button says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.models import Model
from lib.runs.orders import NoQuote, OrderRefused, PriceRose
from lib.store import Run, State, StoreError
from lib.ui import asked_back, errors, money, news, notes, priced_button, run_status, state
from lib.ui.asked_back import Question
from lib.ui.plain import label, safe
from lib.ui.session import Client
from lib.ui.state import Press

TICK = 0.7
"""Seconds between two looks at what is awaited."""
WAIT = 0.15
"""Seconds that drawing waits for a price: the form's own comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is to be done: `values` of `at` on `model`, under a `name` that the session has once.

    `label` stands on the button, before the price. `values` are those of now, and a `blocked`
    button says why it can't be pressed yet.
    """

    name: str
    label: str
    at: Endpoint
    model: Model
    values: Mapping[str, Any]
    help: str | None = None
    icon: str | None = None
    blocked: str | None = None
    first: Callable[[], None] = lambda: None
    """What is done just before it is ordered."""

    @property
    def problems(self) -> dict[str, str]:
        """What would be refused about the values."""
        form = fields.fields(self.at, self.model, self.values)
        return fields.check(form, self.values, self.at.rules)


@dataclass(frozen=True, slots=True)
class _Started:
    run: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it: the `done` run, and the values that it was started with."""

    run: Run
    values: Mapping[str, Any]


@dataclass(slots=True)
class _Kept:
    """What has come of the presses so far. A plain object, for the reason that `state.order` has:
    no drawing is broken off between a run and the note of it."""

    started: _Started | None = None
    question: Question | None = None
    problem: errors.Advice | None = None


def draw(client: Client, errand: Errand) -> Ended | None:
    """The button, or how it goes, or what went wrong; returns what came of it, once."""
    kept = _kept(client, errand.name)
    if pressed := state.pressed(errand.name):
        _answer(client, errand, pressed, kept)
        state.answered(errand.name)
    if (started := kept.started) is not None:
        run = client.run(started.run)
        if run is not None and run_status.moving(run):
            st.fragment(_watch, run_every=TICK)(client, run.id)
            return None
        kept.started = None
        if run is not None and run.state is State.DONE:
            return Ended(run, started.values)
        kept.problem = _failed(client, run)
    if kept.question is not None and kept.question.about == _about(client, errand):
        _ask(client, errand, kept.question)
        return None
    _button(client, errand)
    if kept.problem is not None:
        notes.problem(kept.problem)
    return None


def busy(client: Client, name: str) -> bool:
    """Whether the errand of this name works, or has something to say or to ask about its last
    press: it must be drawn then, even where its button is only shown on demand."""
    return _kept(client, name) != _Kept() or state.pressed(name) is not None


# --- while it works ------------------------------------------------------------------------------


def _watch(client: Client, run_id: str) -> None:
    run = client.run(run_id)
    if run is None or not run_status.moving(run):
        news.settle()
        return
    delay = client.delay(run)
    st.html(f'<p class="pg-errand">{safe(run_status.sentence(run, delay))}</p>', width="content")


def _failed(client: Client, run: Run | None) -> errors.Advice | None:
    """It came to rest without a result: one sentence here, the rest in History."""
    if run is None or run.state is State.CANCELLED:
        return None
    if run.state is State.FAILED:
        return errors.advice(run.error or {}, rehearsing=client.rehearsing)
    return errors.Advice(f"{run_status.sentence(run).rstrip('.')}. Look at it in History.")


# --- a press -------------------------------------------------------------------------------------


def _answer(client: Client, errand: Errand, pressed: Press, kept: _Kept) -> None:
    kept.question = kept.problem = None
    if pressed.nonce != state.nonce(errand.name):
        return  # the second click of two: its run is made
    shown, why = pressed.shown, _unanswerable(client, errand, pressed)
    if shown is None or why:
        kept.problem = why or priced_button.NO_PRICE_YET
        return
    about = _about(client, errand)
    if not pressed.sure and asked_back.is_large(client, shown):
        kept.question = Question(shown, None, about)
        return
    submit = partial(client.submit, nonce=pressed.nonce, shown=shown)
    errand.first()
    try:
        run = state.order(
            errand.name, about, lambda: submit(errand.at, errand.model, errand.values)
        )
    except PriceRose as error:
        kept.question = Question(error.quote.price, shown, about)
    except NoQuote as error:
        kept.problem = errors.advice(error.error, rehearsing=client.rehearsing)
    except (OrderRefused, StoreError) as error:
        kept.problem = errors.Advice(str(error))
    else:
        kept.started = _Started(run.id, dict(errand.values))


def _unanswerable(client: Client, errand: Errand, pressed: Press) -> errors.Advice | None:
    """Why nothing comes of a press: the page has changed since what its person saw."""
    if pressed.profile != client.profile:
        return priced_button.OTHER_PROFILE
    if errand.blocked or errand.problems:
        return errors.Advice(errand.blocked or next(iter(errand.problems.values())))
    return None


def _button(client: Client, errand: Errand) -> None:
    problems = list(errand.problems.values())
    blocked = errand.blocked or next(iter(problems), None)
    quote = None if blocked else _quote(client, errand, WAIT)
    amount = None if quote is None or isinstance(quote, DeapiError) else quote.price
    said = label(errand.label)
    if amount is not None:
        said = f"{said} · {label(money.price(amount))}"
    why = errors.advice(quote).sentence if isinstance(quote, DeapiError) else blocked
    priced_button.draw(
        errand.name,
        said,
        Press(client.profile, state.nonce(errand.name), amount, sure=False),
        can=amount is not None,
        key=f"errand:{errand.name}",
        on_press=partial(state.press, errand.name),
        icon=errand.icon,
        help=label(why or errand.help or "") or None,
    )
    if not blocked and quote is None:
        st.fragment(_look_again, run_every=TICK)(client, errand)


def _quote(client: Client, errand: Errand, wait: float) -> Any:
    params = fields.request(errand.at, errand.model, errand.values)
    return client.quote(errand.at, params, wait=wait)


def _look_again(client: Client, errand: Errand) -> None:
    """Redraw as soon as the price is there."""
    if _quote(client, errand, 0) is not None:
        st.rerun()


def _ask(client: Client, errand: Errand, question: Question) -> None:
    asked_back.draw(
        client,
        errand.name,
        question,
        costs="This costs",
        key=lambda part: f"errand_{part}:{errand.name}",
        drop=partial(_drop, _kept(client, errand.name)),
        type="secondary",
    )


def _drop(kept: _Kept) -> None:
    kept.question = None


def _about(client: Client, errand: Errand) -> str:
    return repr((client.profile, errand.model.slug, sorted(errand.values.items(), key=str)))


def _kept(client: Client, name: str) -> _Kept:
    return st.session_state.setdefault(f"errand:{name}:{client.profile}", _Kept())
