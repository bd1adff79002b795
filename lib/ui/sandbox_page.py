"""The sandbox's own page: how much play money there is, whose limits apply, what goes wrong."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import TypeVar

import streamlit as st

from lib.deapi.contract import MINIMUM_BALANCE_USD
from lib.ui import money, notes, session, words
from lib.ui.errors import Advice
from lib.ui.plain import safe
from lib.ui.rehearsals import REHEARSALS, Rehearsal
from lib.ui.session import Client, Tier

T = TypeVar("T")

PURSE = Decimal(5)
"""What a new sandbox begins with, and what one click adds."""
EMPTY = Decimal("0.20")
"""Some money, and less than deAPI wants to see before it takes any job (gotchas §11)."""

_TIER = "sandbox:tier"
_FAULT = "sandbox:fault:"
_PROBLEM = "sandbox:problem"

_TIERS: dict[Tier, str] = {
    "premium": "300 runs a minute of each kind, and as many a day as you like.",
    "basic": "A few runs a minute of each kind and 10 to 100 a day: good for seeing how waiting "
    "looks.",
}

_ABOUT = (
    "The sandbox is a small deAPI that runs on this machine. It takes the same calls, names prices "
    "and refuses the same mistakes, but it draws simple test pictures instead of asking a model, "
    "and nothing in it costs money. To try a client of your own, start another one by "
    "itself and give your client its address, `http://127.0.0.1:8787`, and its key, `secret`:"
)
_ALONE = ".venv/bin/python -m lib.sandbox --port 8787 --key secret"


def draw() -> None:
    """The whole page."""
    client = session.here()
    st.title(words.SANDBOX.title)
    if problem := st.session_state.pop(_PROBLEM, None):
        notes.problem(Advice(problem))
    try:
        balance, tier = client.sandbox.balance(), client.sandbox.tier()
        faults = client.sandbox.faults()
    except ConnectionError as error:
        if not problem:
            notes.problem(Advice(str(error)))
    else:
        _money(client, balance)
        _limits(client, tier)
        _faults(client, [each["name"] for each in faults])
    st.subheader("What this is")
    st.markdown(_ABOUT)
    st.code(_ALONE, language=None, wrap_lines=True)


def _money(client: Client, balance: Decimal) -> None:
    st.subheader("Play money")
    st.html(f'<p class="pg-total"><b>{money.left(balance)}</b> left</p>')
    with st.container(horizontal=True, gap="small"):
        _button(f"Add {money.left(PURSE)}", client.add_play_money, PURSE)
        _button(f"Set it to {money.left(PURSE)}", client.put_play_money, PURSE)
        _button("Empty the purse", client.put_play_money, EMPTY)
    st.html(
        f'<p class="pg-small">deAPI takes no run from an account below ${MINIMUM_BALANCE_USD}. An '
        f"empty purse holds {money.left(EMPTY)}, to see what running out looks like.</p>"
    )


def _button(label: str, change: Callable[[Decimal], None], amount: Decimal) -> None:
    st.button(label, key=f"sandbox:{label}", on_click=_try, args=(change, amount))


def _limits(client: Client, tier: Tier) -> None:
    st.subheader("Limits")
    st.session_state[_TIER] = tier  # what holds, also when a change failed
    st.segmented_control(
        "Limits",
        list(_TIERS),
        key=_TIER,
        required=True,
        format_func=str.capitalize,
        on_change=lambda: _try(client.set_tier, st.session_state[_TIER]),
        label_visibility="collapsed",
    )
    st.html(f'<p class="pg-small">{_TIERS[tier]}</p>')


def _faults(client: Client, on: Sequence[str | None]) -> None:
    """`on`: the names of all that go wrong now, also of what was asked for elsewhere."""
    st.subheader("What goes wrong")
    st.html(f'<p class="pg-small">{safe(_on_now(on))}</p>')
    for each in REHEARSALS:
        key = f"{_FAULT}{each.id}"
        st.session_state[key] = each.id in on  # what holds, also when a change failed
        st.toggle(each.label, key=key, on_change=_try, args=(partial(_switch, client, key), each))
        st.html(f'<p class="pg-small pg-under-switch">{safe(each.help)}</p>')
    st.button(
        "No faults",
        key="sandbox:no faults",
        on_click=_try,
        args=(client.end_faults, None),
        disabled=not on,
    )


def _switch(client: Client, key: str, rehearsal: Rehearsal) -> None:
    if st.session_state[key]:
        client.start_faults(rehearsal.named)
    else:
        client.end_faults(rehearsal.id)


def _on_now(on: Sequence[str | None]) -> str:
    """A sentence that says what goes wrong now."""
    ours = [each.label for each in REHEARSALS if each.id in on]
    known = {each.id for each in REHEARSALS}
    others = sum(name not in known for name in on)
    said = [*ours, *([f"{others} asked for over HTTP"] if others else [])]
    if not said:
        return (
            "Nothing: the sandbox does what it is asked. Switch something on to see how it looks."
        )
    return f"Now on: {'; '.join(said)}."


def _try(change: Callable[[T], None], to: T) -> None:
    """Do what was clicked; when it fails, the page says so as it is drawn."""
    try:
        change(to)
    except ConnectionError as error:
        st.session_state[_PROBLEM] = str(error)
