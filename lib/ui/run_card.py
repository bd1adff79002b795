"""One run, from the click to its end, in one card."""

import zlib
from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from lib.runs.orders import NoQuote, OrderRefused, PriceRose
from lib.store import Run, State, StoreError
from lib.ui import errors, money, notes, result, run_status, state, words
from lib.ui.plain import clip, safe, seconds
from lib.ui.session import Client

PROMPT_LENGTH = 160


def draw(client: Client, run: Run, model_name: str) -> None:
    """The card as the run stands now. While it moves: two blocks of HTML, and Cancel."""
    if run.state is State.DONE:
        result.draw(client, run, model_name)
    elif run_status.moving(run):
        _moving(client, run, model_name)
    else:
        _aside(client, run, model_name)


def _moving(client: Client, run: Run, model_name: str) -> None:
    delay = client.delay(run) if run.state is State.WAITING else 0.0
    st.html(
        '<div class="pg-run">'
        f'<div class="pg-head"><span class="pg-status">'
        f"{safe(run_status.sentence(run, delay))}</span>"
        f'<span class="pg-meta">{money.price(run.quote)} · {seconds(run_status.took(run))}</span>'
        f"</div>{_bar(run)}{_retry(run)}</div>"
    )
    # In a block of its own that stays as it is from second to second: the picture doesn't flicker.
    st.html(f"{_preview(client, run)}{about(run, model_name)}")
    if run.state is State.WAITING:
        st.button("Cancel", key=f"cancel:{run.id}", on_click=_cancel, args=(client, run))


def _bar(run: Run) -> str:
    if run.state is State.WAITING:
        return ""
    known = f' value="{run.progress:.0f}"' if run.progress else ""
    return f'<progress class="pg-bar" max="100"{known} aria-label="Progress"></progress>'


def _retry(run: Run) -> str:
    if run.state is not State.KEEPING or not run.error:
        return ""
    return f'<p class="pg-problem" role="alert">{notes.html(errors.advice(run.error))}</p>'


def _preview(client: Client, run: Run) -> str:
    version = _shown_version(run)
    if not version:
        return ""
    return (
        f'<img class="pg-preview" src="{safe(client.url(run, "preview"))}?v={version}"'
        f' alt="Preview of: {safe(clip(words.name(run), 80))}">'
    )


def _shown_version(run: Run) -> int:
    """Which preview to show, 0 for none. A new one is fetched by the server when its address
    becomes known: until a look later the one before it stays."""
    shown, coming = st.session_state.setdefault("previews", {}).get(run.id, (0, 0))
    latest = zlib.crc32(run.preview_url.encode()) if run.preview_url else 0
    st.session_state["previews"][run.id] = (coming, latest)
    return coming or shown


def about(run: Run, model_name: str) -> str:
    """What was asked for, and of which model."""
    name = safe(clip(words.name(run), PROMPT_LENGTH))
    return f'<p class="pg-prompt">{name}</p><p class="pg-small">{safe(model_name)}</p>'


# --- ended without a result, or waiting for a person ---------------------------------------------


def _aside(client: Client, run: Run, model_name: str) -> None:
    said = errors.advice(run.error or {}) if run.state is State.FAILED and not run.settled else None
    sentence = notes.html(said) if said else safe(run_status.sentence(run))
    tone = "pg-problem" if run.state in (State.FAILED, State.UNKNOWN) else "pg-status"
    st.html(
        f'<div class="pg-run"><p class="{tone}">{sentence}</p>'
        f'<p class="pg-small">{_money_line(run)}</p></div>{about(run, model_name)}'
    )
    if run.state is State.UNKNOWN:
        _unknown(client, run)
    elif run_status.price_rose(run):
        _dearer(client, run, Decimal(str((run.error or {}).get("price", run.quote))))
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
        return f"Paid {money.price(run.price)}"
    if run.state in (State.FAILED, State.CANCELLED):
        return "Nothing was paid"
    return f"{money.price(run.reserved)} is held for it"


def _unknown(client: Client, run: Run) -> None:
    """What is known about it, and the three ways to settle it."""
    sent = f"{run.sending_at:%d %b, %H:%M:%S} UTC" if run.sending_at else "an unknown time"
    others = client.neighbours(run)
    if others:
        accepted = sum(each.request_id is not None for each in others)
        evidence = (
            f"Within a minute of it {len(others)} other "
            f"{'run was' if len(others) == 1 else 'runs were'} sent; deAPI took {accepted}."
        )
    else:
        evidence = "No other run was sent in that minute, so there is nothing to compare it with."
    st.html(
        f'<p class="pg-small">It was sent on {sent}, and no clear answer came. {evidence} '
        "Compare with the spending that deAPI shows, then say what it was.</p>"
    )
    if not _asked_back(client, run):
        with st.container(horizontal=True):
            settle = {
                "Count as paid": ("paid", client.count_as_paid),
                "It wasn't charged": ("free", client.not_charged),
            }
            for label, (name, how) in settle.items():
                st.button(label, key=f"{name}:{run.id}", on_click=_settle, args=(how, run))
            st.button(
                f"Send again · {money.price(run.quote)}",
                key=f"resend:{run.id}",
                on_click=_resend,
                args=(client, run, state.nonce(run.id), run.quote),
            )


def _dearer(client: Client, run: Run, price: Decimal) -> None:
    """It waited so long that its price has risen: nothing leaves until its person says so."""
    now, before = money.prices(price, run.quote)
    st.html(f'<p class="pg-small">The price is now {now} instead of {before}.</p>')
    if not _asked_back(client, run):
        with st.container(horizontal=True):
            st.button(
                f"Run anyway · {now}",
                key=f"anyway:{run.id}",
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
    st.html(f'<p class="pg-small">The price is now {now} instead of {before}.</p>')
    with st.container(horizontal=True):
        st.button(
            f"Run anyway · {now}",
            key=f"anyway:{run.id}",
            type="primary",
            on_click=_resend,
            args=(client, run, state.nonce(run.id), asked),
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
        st.toast(safe(error))
    st.rerun()


def _settle(how: Callable[[str], Run | None], run: Run) -> None:
    try:
        how(run.id)
    except StoreError as error:
        st.session_state[f"asked:{run.id}"] = errors.Advice(str(error))
    st.rerun()


def _resend(client: Client, run: Run, nonce: str, shown: Decimal) -> None:
    _order(client, run, nonce, shown)
    st.rerun()


def _run_anyway(client: Client, run: Run, nonce: str, shown: Decimal) -> None:
    """Take back the one that waits and send the same at the price that was agreed to now."""
    if client.cancel(run.id) is not None:
        _order(client, run, nonce, shown)
    st.rerun()


def _order(client: Client, run: Run, nonce: str, shown: Decimal) -> None:
    key = f"asked:{run.id}"
    st.session_state.pop(key, None)
    try:
        client.send_again(run, nonce=nonce, shown=shown)
    except PriceRose as error:
        st.session_state[key] = error.quote.price
    except NoQuote as error:
        st.session_state[key] = errors.advice(error.error)
    except (OrderRefused, StoreError) as error:
        st.session_state[key] = errors.Advice(str(error))
    else:
        state.renew_nonce(run.id)
