"""What our books say beside the account's balance."""

import streamlit as st

from lib.deapi.errors import Forbidden
from lib.runs.reconcile import Comparison
from lib.store import StoreError
from lib.ui import clock, errors, money, notes
from lib.ui.plain import label, safe
from lib.ui.session import Client

_MORE = (
    "Since {since} the account has lost {lost}, but these books say that {booked} was spent: "
    "{drift} is not explained. Another program with the same key may have spent it, or a run was "
    "settled here as not charged that was. Compare with the spending that deAPI shows."
)
_LESS = (
    "Since {since} these books say that {booked} was spent, but the account has lost {lost}: "
    "{drift} less. Somebody may have put money on it, deAPI may have given some back, or a run was "
    "counted as paid here that was not."
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
    elif found is not None and found.estimates:
        _line(_estimates(found.estimates))


def drift(client: Client) -> str:
    """The drift in a few words, empty while there is none."""
    found = client.comparison()
    return f"Books differ by {money.price(abs(found.drift))}" if found and found.drift else ""


def _agrees(found: Comparison) -> str:
    held = f", with {money.spent(found.held)} held" if found.held else ""
    return (
        f"Agrees with the account's balance since {clock.minute(found.since)}{held}. "
        f"Seen {clock.minute(found.at)}."
    )


def _estimates(count: int) -> str:
    told = "One price is an estimate" if count == 1 else f"{count} prices are estimates"
    return f"{told} that deAPI may still change. After that these sums are checked again."


def _notice(client: Client, found: Comparison) -> None:
    assert found.drift is not None
    lost, booked = money.prices(found.lost, found.booked)
    told = (_MORE if found.drift > 0 else _LESS).format(
        lost=lost if found.lost > 0 else "nothing",
        booked=booked,
        drift=money.price(abs(found.drift)),
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
