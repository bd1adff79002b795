"""Runs of which nobody knows whether they were paid for, to be settled several at once."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal

import streamlit as st

from lib.store import Run, State, StoreError, runs
from lib.ui import clock, errors, evidence, money, notes, words
from lib.ui.plain import clip, label
from lib.ui.session import Client

HIGH = 8
"""With more runs than so many the list scrolls."""
_FAILED = "settle:failed"


def may_be_settled(client: Client, run: Run) -> bool:
    """Whether only a person can say what it has cost, and this one may: of a stalled run an admin
    alone (rules.md, States of a run)."""
    stalled = run.state is State.STALLED and runs.may_settle_stalled(run, datetime.now(UTC))
    return run.state is State.UNKNOWN or (stalled and client.is_admin)


def waiting(client: Client, open_runs: Iterable[Run]) -> list[Run]:
    """Those that may be settled."""
    return [run for run in open_runs if may_be_settled(client, run)]


def draw(client: Client) -> None:
    """Nothing when there is none; else the list, ticks, and what settling the ticked ones does."""
    found = waiting(client, client.open_runs())
    if not found:
        return
    with st.container(border=True, key="settle"):
        _head(len(found))
        with st.container(height=320 if len(found) > HIGH else "content", border=False, gap=None):
            says = evidence.short(client, found)
            ticked = [run for run in found if _tick(run, says[run.id])]
        total = sum((run.quote for run in ticked), Decimal(0))
        with st.container(horizontal=True, vertical_alignment="center"):
            _button(f"Count as paid · {money.spent(total)}", "paid", client.count_as_paid, ticked)
            _button("Not charged", "free", client.not_charged, ticked)
            if len(ticked) < len(found):
                st.button("Tick all", key="settle:all", type="tertiary", on_click=_all, args=found)
        if ticked:
            n = "One run is" if len(ticked) == 1 else f"{len(ticked)} runs are"
            st.html(f'<p class="pg-small">{n} ticked. Settling can\'t be taken back.</p>')
        if isinstance(failed := st.session_state.pop(_FAILED, None), errors.Advice):
            notes.problem(failed)


def _head(count: int) -> None:
    told = "one run was" if count == 1 else f"{count} runs were"
    st.html(
        f"<p><b>Nobody knows whether {told} paid for.</b></p>"
        '<p class="pg-small">No clear answer came back. Compare with the spending '
        "that deAPI shows, tick what you are sure of, and say what it was.</p>"
    )


def _tick(run: Run, says: str) -> bool:
    sent = clock.second(run.sending_at or run.created_at)
    name = label(clip(words.name(run), 60))
    return st.checkbox(f"{name} · {sent} · {label(money.price(run.quote))} · {says}", key=_key(run))


def _button(told: str, name: str, how: Callable[[str], Run | None], ticked: list[Run]) -> None:
    st.button(
        told,
        key=f"settle:{name}",
        disabled=not ticked,
        on_click=_settle,
        args=(how, ticked),
    )


def _settle(how: Callable[[str], Run | None], ticked: list[Run]) -> None:
    done = 0
    for at, run in enumerate(ticked):
        try:
            done += how(run.id) is not None
        except StoreError as error:
            told = f"{_settled(done)} {_left(len(ticked) - at)} {error}"
            st.session_state[_FAILED] = errors.Advice(told.strip())
            return
    if done:
        st.toast(_settled(done))


def _settled(count: int) -> str:
    if count == 0:
        return ""
    return "One run is settled." if count == 1 else f"{count} runs are settled."


def _left(count: int) -> str:
    if count == 1:
        return "One run is not settled yet and stays ticked."
    return f"{count} runs are not settled yet and stay ticked."


def _all(*found: Run) -> None:
    for run in found:
        st.session_state[_key(run)] = True


def _key(run: Run) -> str:
    return f"settle:{run.id}"
