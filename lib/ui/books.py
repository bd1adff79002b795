"""What our books say beside the account's balance."""

import streamlit as st

from lib.deapi.errors import Forbidden
from lib.runs.reconcile import Comparison
from lib.store import StoreError
from lib.ui import clock, errors, money, notes
from lib.ui.plain import label, safe
from lib.ui.session import Client

_MORE = (
    "The account has lost {lost} since {since}, and these books say {booked}: {drift} more than "
    "they explain. Another program with the same key may have spent it; otherwise compare with the "
    "spending that deAPI shows."
)
_LESS = (
    "Since {since} these books say that {booked} was spent, and the account has {drift} more left "
    "than that leaves. Somebody may have put money on it, or deAPI has given some back."
)


def draw(client: Client) -> None:
    """One quiet line while they agree, a notice with a way out when they don't, and nothing as
    long as nothing can be compared."""
    balance, found = client.balance(), client.comparison()
    if balance is not None and isinstance(balance.error, Forbidden):
        _line("This key may not see the balance, so nothing checks these sums.")
    elif found is not None and found.drift == 0:
        _line(_agrees(found))
    elif found is not None and found.drift is not None:
        _notice(client, found)


def _agrees(found: Comparison) -> str:
    held = f", with {money.spent(found.held)} held" if found.held else ""
    return (
        f"Agrees with the account's balance since {clock.minute(found.since)}{held}. "
        f"Seen {clock.minute(found.at)}."
    )


def _notice(client: Client, found: Comparison) -> None:
    assert found.drift is not None
    told = (_MORE if found.drift > 0 else _LESS).format(
        lost=money.spent(found.lost),
        booked=money.spent(found.booked),
        drift=money.spent(abs(found.drift)),
        since=clock.minute(found.since),
    )
    notes.problem(errors.Advice(told))
    if found.held:
        _line(f"{money.spent(found.held)} is held for open runs and counted as explained.")
    st.button(
        "That's explained, compare from now on",
        key="books:anew",
        on_click=_anew,
        args=(client,),
    )


def _anew(client: Client) -> None:
    try:
        client.compare_anew()
    except StoreError as error:
        st.toast(label(str(error)))


def _line(told: str) -> None:
    st.html(f'<p class="pg-small">{safe(told)}</p>')
