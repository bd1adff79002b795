"""One run, from the click to its end, in one card."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import streamlit as st

from lib.runs.orders import NoQuote, OrderRefused, PriceRose
from lib.runs.profiles import SANDBOX
from lib.store import FOLLOWED, Run, State, StoreError
from lib.ui import (
    asked_back,
    clock,
    errors,
    evidence,
    money,
    notes,
    result,
    run_status,
    settle_bar,
    stand_in,
    state,
    words,
)
from lib.ui.plain import clip, label, safe, seconds
from lib.ui.session import Client

PROMPT_LENGTH = 160
SILENCE = 20.0
"""Seconds without news of a job that are worth a word."""


def draw(client: Client, run: Run, model_name: str, *, unsettled: int = 0) -> None:
    """The card as the run stands now. While it moves: two blocks of HTML, and Cancel.

    `unsettled` is how many runs wait to be settled, where the way to settle them at once belongs.
    """
    if run.state is State.DONE:
        result.draw(client, run, model_name)
    elif run_status.moving(run):
        _moving(client, run, model_name)
    else:
        _aside(client, run, model_name, unsettled)


def _moving(client: Client, run: Run, model_name: str) -> None:
    delay = client.delay(run)
    st.html(
        '<div class="pg-run">'
        f'<div class="pg-head"><span class="pg-status">'
        f"{safe(run_status.sentence(run, delay))}</span>"
        f'<span class="pg-meta">{money.price(run.quote)} · {seconds(run_status.took(run))}</span>'
        f"</div>{bar(run)}{_retry(run)}</div>"
    )
    # In a block of its own that stays as it is from second to second: the picture doesn't flicker.
    st.html(f"{preview(client, run)}{about(run, model_name)}{stand_in.instead(client, run)}")
    if run.state is State.WAITING:
        st.button("Cancel", key=f"cancel:{run.id}", on_click=_cancel, args=(client, run))
    elif _waits_to_be_kept(run):
        st.button("Try now", key=f"keep:{run.id}", on_click=_keep_now, args=(client, run))


def _waits_to_be_kept(run: Run) -> bool:
    return run.state is State.KEEPING and run.not_before is not None


def bar(run: Run) -> str:
    """How far it is, as HTML; nothing while it has not been sent."""
    if run.state is State.WAITING:
        return ""
    known = f' value="{run.progress:.0f}"' if run.progress else ""
    return f'<progress class="pg-bar" max="100"{known} aria-label="Progress"></progress>'


def _retry(run: Run) -> str:
    """That it isn't going well, and that it goes on all the same."""
    heard = run.news_at or run.accepted_at
    if run.state in FOLLOWED and heard is not None:
        silent = (datetime.now(UTC) - heard).total_seconds()
        told = f"No news for {seconds(silent)}. It is asked again by itself."
        return f'<p class="pg-small">{told}</p>' if silent > SILENCE else ""
    if run.state is not State.KEEPING or not run.error:
        return ""
    said = notes.html(errors.advice(run.error))
    again = f" Next try at {clock.hour(run.not_before)}." if run.not_before else ""
    paid = f"{_money_line(run)}.{again}"
    return f'<p class="pg-problem" role="alert">{said}</p><p class="pg-small">{paid}</p>'


def preview(client: Client, run: Run) -> str:
    """The newest picture of a running job, as HTML, once there is one."""
    source = client.preview(run.id)
    if source is None:
        return ""
    return (
        f'<img class="pg-preview" src="{safe(source)}"'
        f' alt="Preview of: {safe(clip(words.name(run), 80))}">'
    )


def about(run: Run, model_name: str) -> str:
    """What was asked for, and of which model."""
    name = safe(clip(words.name(run), PROMPT_LENGTH))
    return f'<p class="pg-prompt">{name}</p><p class="pg-small">{safe(model_name)}</p>'


# --- ended without a result, or waiting for a person ---------------------------------------------


def _why(run: Run) -> errors.Advice:
    return errors.advice(run.error or {}, rehearsing=run.profile == SANDBOX)


def _aside(client: Client, run: Run, model_name: str, unsettled: int) -> None:
    said = _why(run) if run.state is State.FAILED and not run.settled else None
    sentence = notes.html(said) if said else safe(run_status.sentence(run))
    tone = "pg-problem" if run.state in (State.FAILED, State.UNKNOWN) else "pg-status"
    over = stand_in.taken_over(client, run)
    first = (
        f'{over}<p class="pg-small">{sentence}</p>' if over else f'<p class="{tone}">{sentence}</p>'
    )
    st.html(
        f'<div class="pg-run pg-aside">{first}<p class="pg-small">{_money_line(run)}</p></div>'
        f"{about(run, model_name)}{stand_in.instead(client, run)}"
    )
    if settle_bar.may_be_settled(client, run):
        _unknown(client, run, unsettled)
    elif run_status.price_rose(run):
        _dearer(client, run, Decimal(str((run.error or {}).get("price", run.quote))))
    elif run.state is State.CANCELLED:
        _asked_back(client, run)  # it made way for a dearer one, which then was not taken
    with st.container(horizontal=True):
        st.button(
            "Use these settings again",
            key=f"again:{run.id}",
            on_click=_use_again,
            args=(client, run),
        )
    result.details(client, run, model_name)


def _money_line(run: Run) -> str:
    if run.price is not None:
        return f"Paid {money.paid(run.price, run.price_estimated)}"
    if run.state in (State.FAILED, State.CANCELLED):
        return "Nothing was paid"
    return f"{money.price(run.reserved)} is held for it"


def _unknown(client: Client, run: Run, unsettled: int) -> None:
    """What is known about it, and the three ways to settle it."""
    sent = clock.second(run.sending_at or run.created_at)
    known = "".join(f"<li>{safe(each)}</li>" for each in evidence.known(client, run))
    st.html(
        f'<p class="pg-small">It was sent on {sent}, and no clear answer came. What is known:</p>'
        f'<ul class="pg-small">{known}</ul>'
    )
    if not _asked_back(client, run):
        with st.container(horizontal=True):
            settle = {
                "Count as paid": ("paid", client.count_as_paid),
                "It wasn't charged": ("free", client.not_charged),
            }
            for label, (name, how) in settle.items():
                st.button(label, key=f"{name}:{run.id}", on_click=_settle, args=(how, run.id))
            st.button(
                f"Send again · {money.price(run.quote)}",
                key=f"resend:{run.id}",
                on_click=_resend,
                args=(client, run, state.nonce(run.id), run.quote, False),
            )
        if unsettled > 1:
            told = f"Settle {unsettled} such runs at once"
            st.page_link(words.HISTORY.page, label=told, icon=words.HISTORY.icon)


def _dearer(client: Client, run: Run, price: Decimal) -> None:
    """It waited so long that its price has risen: nothing leaves until its person says so."""
    now, before = money.prices(price, run.quote)
    st.html(f'<p class="pg-small">The price is now {now} instead of {before}.</p>')
    if not _asked_back(client, run):
        with st.container(horizontal=True):
            st.button(
                f"Run anyway · {now}",
                # With the price: what is pressed while a newer one is drawn means the old one.
                key=f"anyway:{run.id}:{price}",
                type="primary",
                on_click=_run_anyway,
                args=(client, run, state.nonce(run.id), price),
            )
            st.button("Not now", key=f"cancel:{run.id}", on_click=_cancel, args=(client, run))


def _asked_back(client: Client, run: Run) -> bool:
    """Draw what a resend has to ask first, if it has to."""
    asked = st.session_state.get(f"asked:{run.id}")
    if isinstance(asked, errors.Advice):
        notes.problem(asked)
        return False
    if asked is None:
        return False
    now, before = money.prices(asked, run.quote)
    told, yes = f"The price is now {now} instead of {before}.", f"Run anyway · {now}"
    if asked == run.quote:
        told, yes = f"This run costs {now}. That is a large step: go ahead?", f"Yes, spend {now}"
    st.html(f'<p class="pg-small">{told}</p>')
    with st.container(horizontal=True):
        st.button(
            yes,
            key=f"sure:{run.id}:{asked}",
            type="primary",
            on_click=_resend,
            args=(client, run, state.nonce(run.id), asked, True),
        )
        st.button(
            "Not now",
            key=f"not_now:{run.id}",
            on_click=st.session_state.pop,
            args=(f"asked:{run.id}", None),
        )
    return True


# --- what the buttons do -------------------------------------------------------------------------


def _use_again(client: Client, run: Run) -> None:
    state.use_again(client, run)
    st.rerun()


def _cancel(client: Client, run: Run) -> None:
    try:
        if client.cancel(run.id) is None:
            st.toast("Too late to cancel: it has been sent.")
    except StoreError as error:
        st.toast(label(str(error)))
    st.rerun()


def _keep_now(client: Client, run: Run) -> None:
    if _is_here(client, run):
        client.keep_now(run.id)


def _settle(how: Callable[[str], Run | None], run_id: str) -> None:
    try:
        how(run_id)
    except StoreError as error:
        st.session_state[f"asked:{run_id}"] = errors.Advice(str(error))
    st.rerun()


def _resend(client: Client, run: Run, nonce: str, shown: Decimal, sure: bool) -> None:
    if asked_back.is_large(client, shown) and not sure:
        st.session_state[f"asked:{run.id}"] = shown
    elif _is_here(client, run):
        _order(client, run, nonce, shown)
    st.rerun()


def _is_here(client: Client, run: Run) -> bool:
    """Whether the profile is still the one whose card was pressed: another's would pay for it, and
    knows nothing of it."""
    return run.profile == client.profile


def _run_anyway(client: Client, run: Run, nonce: str, shown: Decimal) -> None:
    """Take back the one that waits and send the same at the price that was agreed to now."""
    if _is_here(client, run) and client.cancel(run.id) is not None:
        _order(client, run, nonce, shown)
    st.rerun()


def _order(client: Client, run: Run, nonce: str, shown: Decimal) -> None:
    key = f"asked:{run.id}"
    st.session_state.pop(key, None)
    try:
        client.send_again(run.id, nonce=nonce, shown=shown)
    except PriceRose as error:
        st.session_state[key] = error.quote.price
    except NoQuote as error:
        st.session_state[key] = errors.advice(error.error)
    except LookupError:
        gone = "This model is no longer offered. Use these settings again with another one."
        st.session_state[key] = errors.Advice(gone)
    except (OrderRefused, StoreError) as error:
        st.session_state[key] = errors.Advice(str(error))
    else:
        state.renew_nonce(run.id)
