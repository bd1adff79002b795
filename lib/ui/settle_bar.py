"""Runs of which nobody knows whether they were paid for, to be settled several at once."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import streamlit as st

from lib.runs.evidence import Says
from lib.store import Run, State, StoreError, runs
from lib.ui import clock, errors, evidence, money, notes, words
from lib.ui.plain import clip, label
from lib.ui.session import Client

HIGH = 8
"""With more runs than so many the list scrolls."""
_FAILED = "settle:failed"


def may_be_settled(run: Run) -> bool:
    """Whether only a person can say what it has cost."""
    stalled = run.state is State.STALLED and runs.may_settle_stalled(run, datetime.now(UTC))
    return run.state is State.UNKNOWN or stalled


def waiting(client: Client) -> list[Run]:
    """Every run of mine that may be settled, newest first."""
    return [run for run in client.open_runs() if may_be_settled(run)]


def draw(client: Client) -> None:
    """Nothing when there is none; else the list, ticks, and what settling the ticked ones does."""
    found = waiting(client)
    if not found:
        return
    with st.container(border=True, key="settle"):
        _head(len(found))
        with st.container(height=320 if len(found) > HIGH else "content", border=False, gap=None):
            told = _told(client, found)
            ticked = [run for run in found if _tick(run, told.get(run.id, Says.UNSEEN))]
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


def _told(client: Client, found: list[Run]) -> Mapping[str, Says]:
    """What the balance says of each; nothing as long as the database does not answer."""
    try:
        return client.balance_says(found)
    except StoreError:
        return {}


def _tick(run: Run, told: Says) -> bool:
    says = evidence.SHORT[told]
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
    try:
        for run in ticked:
            done += how(run.id) is not None
    except StoreError as error:
        rest = len(ticked) - done
        told = "One run is" if rest == 1 else f"{rest} runs are"
        st.session_state[_FAILED] = errors.Advice(f"{told} not settled yet. {error}")
    if done:
        st.toast("One run is settled." if done == 1 else f"{done} runs are settled.")


def _all(*found: Run) -> None:
    for run in found:
        st.session_state[_key(run)] = True


def _key(run: Run) -> str:
    return f"settle:{run.id}"
