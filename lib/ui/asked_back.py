"""What a press is asked back before it spends: a large step, or a price that rose in between."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import streamlit as st

from lib.ui import money, state
from lib.ui.plain import label
from lib.ui.session import Client
from lib.ui.state import Press


@dataclass(frozen=True, slots=True)
class Question:
    """Spend that many USD, or go on although the price rose from `instead`. It stands only as long
    as what it is `about` stays as it was."""

    amount: Decimal
    instead: Decimal | None
    about: str


def is_large(client: Client, amount: Decimal) -> bool:
    """Whether spending `amount` USD takes a second click, as far as the balance is known."""
    balance = client.balance()
    return money.needs_a_second_click(amount, balance.amount if balance else None)


def draw(
    client: Client,
    name: str,
    question: Question,
    *,
    costs: str,
    key: Callable[[str], str],
    drop: Callable[[], None],
    type: Literal["primary", "secondary"] = "primary",  # noqa: A002 - as `st.button` has it
) -> None:
    """The question and both answers, for the button of that nonce. `costs` says it of a large step
    ("This costs"), `key` names the widgets, and `type` is that of the answer which spends."""
    nonce, now = state.nonce(name), label(money.price(question.amount))
    told, yes = _large(costs, now)
    if question.instead is not None:
        now, before = map(label, money.prices(question.amount, question.instead))
        told, yes = f"The price is now {now} instead of {before}.", f"Go on · {now}"
    st.caption(told)
    st.button(
        yes,
        # With the price: a second click must not agree to one that rose in between.
        key=f"{key('sure')}:{client.profile}:{nonce}:{question.amount}",
        type=type,
        on_click=state.press,
        args=(name, Press(client.profile, nonce, question.amount, sure=True)),
    )
    st.button("Not now", key=key("not_now"), on_click=drop)


def button(client: Client, told: str, amount: Decimal, spend: str, *, key: str, **do: Any) -> None:
    """A button that may spend `amount` USD at one click, or at a second one where that is a large
    step; `spend` is the amount as text, and `do` what `st.button` is told."""
    if not is_large(client, amount):
        st.button(told, key=key, **do)
        return
    question, yes = _large("This may cost", spend)
    with st.popover(told, icon=do.pop("icon", None), key=f"{key}:ask"):
        st.caption(question)
        st.button(yes, key=key, **do)


def _large(costs: str, spend: str) -> tuple[str, str]:
    """What a large step is asked, and the answer that takes it."""
    return f"{costs} {spend}. That is a large step: go ahead?", f"Yes, spend {spend}"
