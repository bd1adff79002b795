"""Who is signed in, and what they may do about it: sign out, here or everywhere, and change the
password."""

import streamlit as st

from lib.people.who import LOCAL
from lib.store import StoreError
from lib.ui import errors, gate, notes
from lib.ui.plain import label
from lib.ui.session import Client

_GO, _TOLD = "account:go", "account:told"


def draw(client: Client) -> None:
    """Nothing as long as there are no accounts."""
    if client.person == LOCAL:
        return
    role = " (admin)" if client.is_admin else ""
    with st.popover(f"{label(client.person)}{role}", icon="👤", width="stretch", key="account"):
        st.button("Sign out", key="account:out", on_click=_out, width="stretch")
        st.button(
            "Sign out everywhere",
            key="account:everywhere",
            on_click=_everywhere,
            args=(client,),
            width="stretch",
        )
        _password(client)
    if st.session_state.pop(_GO, False):
        gate.call("DELETE", {})


def _password(client: Client) -> None:
    with st.form("account:password", clear_on_submit=True, border=False):
        st.html("<b>Change your password</b>")
        now = st.text_input("Password now", type="password", autocomplete="current-password")
        first = st.text_input("New password", type="password", autocomplete="new-password")
        again = st.text_input("Once more", type="password", autocomplete="new-password")
        pressed = st.form_submit_button("Change it", width="stretch")
    if pressed:
        _change(client, now, first, again)


def _change(client: Client, now: str, first: str, again: str) -> None:
    if why := gate.problem(first, again, client.person):
        notes.problem(errors.Advice(why))
        return
    try:
        if client.change_password(now, first, gate.address()):
            gate.call("DELETE", {})
        else:
            notes.problem(errors.Advice("That is not your password now."))
    except StoreError as error:
        notes.problem(errors.Advice(str(error)))


def _out() -> None:
    st.session_state[_GO] = True


def _everywhere(client: Client) -> None:
    try:
        client.sign_out_everywhere()
    except StoreError as error:
        st.toast(label(str(error)))
    else:
        _out()
