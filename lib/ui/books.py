"""What our books say beside the account's balance."""

from decimal import Decimal

import streamlit as st

from lib.deapi.errors import Forbidden
from lib.runs.reconcile import Comparison
from lib.store import StoreError
from lib.ui import clock, errors, money, notes
from lib.ui.plain import label, safe
from lib.ui.session import Client

_LESS = (
    "Another program with the same key may have spent it, or a run counted as not charged was "
    "charged after all. Compare with the spending that deAPI shows."
)
_MORE = (
    "Somebody may have put money on it, deAPI may have given some back, or a run counted as paid "
    "was not charged."
)
"""What may be behind it."""


def draw(client: Client) -> None:
    """One quiet line while they agree, a notice with a way out when they don't, and nothing as
    long as nothing can be compared."""
    try:
        balance, found = client.balance(), client.comparison()
    except StoreError:
        return  # what is below needs the database more, and says so
    if balance is not None and isinstance(balance.error, Forbidden):
        _line("This key may not see the balance, so nothing checks these books.")
    elif found is not None and found.drift == 0:
        _line(_agrees(found))
    elif found is not None and found.drift is not None:
        _notice(client, found)
    elif found is not None and found.estimates:
        _line(_estimates(found.estimates))


def differ(client: Client) -> str:
    """That they don't agree, in a few words; empty while they do or nobody can say."""
    try:
        drift = client.drift()
    except StoreError:
        return ""
    return f"Books differ by {money.price(abs(drift))}" if drift else ""


def _agrees(found: Comparison) -> str:
    held = f", with {money.spent(found.held)} held" if found.held else ""
    return (
        f"These books agree with the account's balance since {clock.minute(found.since)}{held}. "
        f"Seen {clock.minute(found.at)}."
    )


def _estimates(count: int) -> str:
    told = "One price is an estimate" if count == 1 else f"{count} prices are estimates"
    return f"{told} that deAPI may still change. After that these books are checked again."


def _notice(client: Client, found: Comparison) -> None:
    first, rest = told(found)
    notes.problem(errors.Advice(first))
    _line(rest)
    st.button(
        "That's explained, compare from now on",
        key="books:anew",
        on_click=_anew,
        args=(client,),
    )


def told(found: Comparison) -> tuple[str, str]:
    """What books and account differ by; and what either says, with what may be behind it."""
    drift = found.drift or Decimal(0)
    how, why = ("less", _LESS) if drift > 0 else ("more", _MORE)
    lost = _moved("lost {}", "gained {}", found.lost)
    cost = _moved("cost {}", "got {} back", found.booked)
    if drift > 0 and found.held:
        cost += f", and {money.exact(found.held)} is held for open ones"
    since = f"Since {clock.minute(found.since)} it has {lost}, but the runs here {cost}."
    return f"The account has {money.price(abs(drift))} {how} than it should.", f"{since} {why}"


def _moved(down: str, up: str, amount: Decimal) -> str:
    """With every digit, so that the two sides and the difference add up."""
    if not amount:
        return down.format("nothing")
    return (down if amount > 0 else up).format(money.exact(abs(amount)))


def _anew(client: Client) -> None:
    try:
        client.compare_anew()
    except StoreError as error:
        st.toast(label(str(error)))


def _line(told: str) -> None:
    st.html(f'<p class="pg-small">{safe(told)}</p>')
