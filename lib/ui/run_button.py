"""The button that spends money: its price, its second click, and what may go wrong with a press."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.runs.orders import FieldProblems, NoQuote, PriceRose
from lib.store import StoreError
from lib.ui import (
    asked_back,
    errors,
    form,
    limits,
    lineage,
    money,
    notes,
    price,
    priced_button,
    state,
)
from lib.ui.asked_back import Question
from lib.ui.session import Client
from lib.ui.state import Press


def draw(
    client: Client,
    at: Endpoint,
    model: Model,
    values: Mapping[str, Any],
    problems: Mapping[str, str],
    *,
    others: bool,
) -> None:
    """Answer the press of this run of the script, if there was one, and draw the button.

    `others` says that there are more models that could do it.
    """
    with st.container(key="run_bar"):
        about = repr((client.profile, model.slug, sorted(values.items(), key=str)))
        if pressed := state.pressed(at.id):
            _answer(client, at, model, values, problems, pressed, about)
            state.answered(at.id)
        question = st.session_state.get(_key(at))
        if question is not None and question.about == about:
            _ask(client, at, question)
            return
        _button(client, at, model, values)
        if others:
            _offer_fallback(at)


def _offer_fallback(at: Endpoint) -> None:
    st.checkbox(
        "If this model can't do it, let another one",
        key=_fallback_key(at),
        persist_state="session",
        help="Only when deAPI says that the model is gone or refuses it, so that nothing was paid, "
        "and never for more than the price on the button. The card says which model made it.",
    )


def _answer(
    client: Client,
    at: Endpoint,
    model: Model,
    values: Mapping[str, Any],
    problems: Mapping[str, str],
    pressed: Press,
    about: str,
) -> None:
    st.session_state.pop(_key(at), None)
    if pressed.profile != client.profile:
        notes.problem(priced_button.OTHER_PROFILE)
        return
    late = pressed.nonce != state.nonce(at.id)
    if problems or (late and about == state.last_order(at.id)):
        return  # said beside the fields; or the second click of two, whose run is made
    if late:  # pressed for something else before the button of the last run was drawn anew
        pressed = replace(pressed, nonce=state.nonce(at.id))
    if pressed.shown is None:
        notes.problem(priced_button.NO_PRICE_YET)
        return
    _order(client, at, model, values, pressed, pressed.shown, about)


def _order(
    client: Client,
    at: Endpoint,
    model: Model,
    values: Mapping[str, Any],
    pressed: Press,
    shown: Decimal,
    about: str,
) -> None:
    if not pressed.sure and asked_back.is_large(client, shown):
        st.session_state[_key(at)] = Question(shown, None, about)
        return
    may_fall_back = st.session_state.get(_fallback_key(at), False)
    submit = partial(client.submit, nonce=pressed.nonce, shown=shown, fallback=may_fall_back)
    lineage.note(client, at, values)
    try:
        state.order(at.id, about, lambda: submit(at, model, values))
    except FieldProblems as error:
        form.refuse(at, error.problems)
        state.answered(at.id)
        st.rerun()
    except PriceRose as error:
        st.session_state[_key(at)] = Question(error.quote.price, shown, about)
    except NoQuote as error:
        notes.problem(errors.advice(error.error))
    except StoreError as error:
        notes.problem(errors.Advice(str(error)))
    else:
        st.session_state.pop(f"tried:{at.id}", None)


def _button(client: Client, at: Endpoint, model: Model, values: Mapping[str, Any]) -> None:
    now = price.of(client, at, model, values)
    key = f"run:{at.id}"
    label, can, shown = "Run", True, now.amount
    if shown is not None:
        label = f"Run · {money.price(shown)}"
    elif now.asking and (shown := priced_button.last_price(key, client.profile)) is not None:
        # What a press then orders costs no more: the order asks back when the price has risen.
        label = f"Run · at most {money.price(shown)}"
    elif now.asking:
        label, can = "Run · asking the price…", False
    elif now.error is not None:
        can = False
    over = client.over_cap(at, model, shown) if shown is not None else None
    # A second click on the button that was already answered was seen with the nonce of before,
    # and what is pressed on the sandbox's page while live is being drawn with that profile.
    priced_button.draw(
        at.id,
        label,
        Press(client.profile, state.nonce(at.id), shown, sure=False),
        can=can,
        blocked=over is not None,
        key=key,
        on_press=partial(_press, at),
        type="primary",
        width="stretch",
        shortcut="Ctrl+Enter",
    )
    if over is not None:
        notes.problem(limits.over(over))
    elif now.amount is not None and (far := money.per_dollar(now.amount)):
        st.caption(far)
    if now.asking:
        price.look_again(client, at, model, values)
    if now.error is not None:
        _no_price(client, at, model, values, now)


def _no_price(
    client: Client, at: Endpoint, model: Model, values: Mapping[str, Any], now: price.Price
) -> None:
    assert now.error is not None
    if form.refuse(at, errors.fields(now.error)):
        st.rerun()
    notes.problem(errors.advice(now.error))
    st.button(
        "Ask again",
        key=f"{at.id}:ask_again",
        on_click=price.ask_again,
        args=(client, at, model, dict(values)),
    )


def _ask(client: Client, at: Endpoint, question: Question) -> None:
    nonce, spend = state.nonce(at.id), money.price(question.amount)
    yes = f"Yes, spend {spend}"
    if question.instead is None:
        st.markdown(f"This run costs **{_escaped(spend)}**. That is a large step: go ahead?")
    else:
        now, before = money.prices(question.amount, question.instead)
        st.markdown(f"The price is now **{_escaped(now)}** instead of {_escaped(before)}.")
        yes = f"Run anyway · {now}"
    with st.container(horizontal=True):
        st.button(
            yes,
            # With the price: a second click must not agree to one that rose in between.
            key=f"sure:{client.profile}:{nonce}:{question.amount}",
            type="primary",
            on_click=_press,
            args=(at, Press(client.profile, nonce, question.amount, sure=True)),
        )
        st.button("Not now", key=f"not_now:{at.id}", on_click=_drop, args=(at,))


def _press(at: Endpoint, pressed: Press) -> None:
    st.session_state[f"tried:{at.id}"] = True
    state.press(at.id, pressed)
    st.rerun()  # the whole page: the card stands outside the form


def _drop(at: Endpoint) -> None:
    st.session_state.pop(_key(at), None)


def _key(at: Endpoint) -> str:
    return f"question:{at.id}"


def _fallback_key(at: Endpoint) -> str:
    return f"fallback:{at.id}"


def _escaped(text: str) -> str:
    """Dollar signs that Markdown does not take for the ends of a formula."""
    return text.replace("$", "\\$")
