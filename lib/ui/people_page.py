"""Who may sign in, what they may spend, and what was spent. For admins."""

from collections.abc import Callable
from decimal import Decimal
from typing import cast

import pandas as pd
import streamlit as st

from lib.people.who import LOCAL
from lib.store import TEAM, Caps, Role, StoreError
from lib.store.spending import By
from lib.ui import books, catalogue, clock, errors, money, notes, session, words
from lib.ui.gate import INVITE
from lib.ui.plain import clip, label, safe
from lib.ui.session import Client
from lib.ui.team import Member, NotAllowed

_LINK, _PROBLEM = "people:link", "people:problem"
_ROLES = {Role.MEMBER: "Member", Role.ADMIN: "Admin"}
_AXES, _BAR = 70, 40
"""Pixels of a chart: around its bars, and for each."""
_BY: dict[By, str] = {"person": "Person", "endpoint": "What", "model": "Model", "day": "Day"}

_NOBODY = (
    "There are no accounts yet: whoever uses this machine may do everything here. With the first "
    "account everybody has to sign in. Make it where the playground runs, with a name of your own:"
)


def draw() -> None:
    """The whole page."""
    client = session.here()
    st.title(words.PEOPLE.title)
    try:
        if problem := st.session_state.pop(_PROBLEM, None):
            notes.problem(errors.Advice(problem))
        if client.person == LOCAL:
            st.markdown(_NOBODY)
            st.code(words.FIRST_ACCOUNT, language=None)
        else:
            _accounts(client)
        _money(client)
    except NotAllowed as error:
        notes.problem(errors.Advice(str(error)))


# --- accounts ------------------------------------------------------------------------------------


def _accounts(client: Client) -> None:
    if count := client.team.ownerless():
        _ownerless(client, count)
    for member in client.team.members():
        with st.container(key=f"person:{member.user.name}", border=True):
            _member(client, member)
    with st.expander("Invite somebody", key="people:invite", icon="➕"):
        _invite(client)
    if isinstance(link := st.session_state.get(_LINK), tuple):
        _show(*link)


def _ownerless(client: Client, count: int) -> None:
    runs = "One run is" if count == 1 else f"{count:,} runs are"
    with st.container(border=True):
        st.html(f"<p>{runs} from before there were accounts, and nobody sees them.</p>")
        _button("Make them mine", "people:mine", client.team.take_over)


def _member(client: Client, member: Member) -> None:
    user = member.user
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.html(f"<p><b>{safe(user.name)}</b></p>{_state(member)}", width="stretch")
        with st.popover("Change", key=f"change:{user.name}"):
            _change(client, member)


def _state(member: Member) -> str:
    user = member.user
    told = [_ROLES[user.role]]
    if user.disabled:
        told.append("may not sign in")
    elif not user.has_password:
        told.append("invited, has not chosen a password yet")
    told.append(f"today {_used(member.today, member.caps.day)}")
    told.append(f"this month {_used(member.month, member.caps.month)}")
    lines = [" · ".join(told)]
    lines += [
        f"Signed in since {clock.minute(each.created_at)}, last seen {clock.minute(each.seen_at)}, "
        f"{clip(each.address or 'unknown address', 60)}, {_browser(each.browser)}"
        for each in member.browsers
    ]
    return "".join(f'<p class="pg-small">{safe(line)}</p>' for line in lines)


def _used(spent: Decimal, cap: Decimal | None) -> str:
    return money.spent(spent) + (f" of {money.spent(cap)}" if cap is not None else "")


def _browser(told: str) -> str:
    """The name that people know, out of what a browser says of itself."""
    for part, name in (
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ):
        if part in told:
            return name
    return "another browser"


def _change(client: Client, member: Member) -> None:
    user = member.user
    name = user.name
    _limits(client, name, member.caps)
    others = [role for role in _ROLES if role is not user.role]
    for role in others:
        told = f"Make {label(name)} {'an admin' if role is Role.ADMIN else 'a member'}"
        _button(told, f"role:{name}", client.team.set_role, name, role)
    if member.browsers:
        _button("Sign out everywhere", f"out:{name}", client.team.sign_out, name)
    if user.disabled:
        _button("Let in again", f"enable:{name}", client.team.enable, name)
    else:
        told = "New link to choose a password" if user.has_password else "New invitation link"
        st.button(told, key=f"reset:{name}", on_click=_reset, args=(client, name), width="stretch")
        _button("Don't let in any more", f"disable:{name}", client.team.disable, name)


def _invite(client: Client) -> None:
    with st.form("invite", clear_on_submit=True, border=False):
        name = st.text_input("Name", help="Small letters, digits and . _ @ + -", key="invite:name")
        role = st.segmented_control(
            "Role",
            list(_ROLES),
            format_func=lambda each: _ROLES[each],
            default=Role.MEMBER,
            required=True,
        )
        pressed = st.form_submit_button("Make a link", key="invite:make", type="primary")
    if pressed:
        try:
            token = client.team.invite(name.strip().lower(), role or Role.MEMBER)
        except (StoreError, ValueError) as error:
            notes.problem(errors.Advice(str(error)))
        else:
            st.session_state[_LINK] = (name.strip().lower(), token)
            st.rerun()


def _show(name: str, token: str) -> None:
    with st.container(border=True, key="people:link_box"):
        st.html(
            f"<p>Give this link to <b>{safe(name)}</b>. It works once, within three days, and is "
            "shown only now.</p>"
        )
        st.code(f"{session.origin()}/?{INVITE}={token}", language=None, wrap_lines=True)
        st.button("Done", key="people:done", on_click=_done)


# --- money ---------------------------------------------------------------------------------------


def _money(client: Client) -> None:
    team = client.team
    spent, projected = team.spent(), team.projected()
    st.subheader("This month")
    held = f" · {money.spent(spent.month_held)} held" if spent.month_held else ""
    st.html(
        f'<p class="pg-total"><b>{money.spent(spent.month_posted)}</b> spent{held} · '
        f"about {money.price(projected, 2)} by the end of the month, if it goes on like this</p>"
    )
    books.draw(client)
    with st.expander("Limits for everybody together", key="people:limits"):
        _limits(client, TEAM, team.caps())
    _shares(client)


def _shares(client: Client) -> None:
    chosen = st.segmented_control(
        "Split up by",
        list(_BY),
        format_func=lambda each: _BY[each],
        default="person",
        key="people:by",
        required=True,
    )
    by = cast(By, chosen)
    found = client.team.shares(by)
    if not found:
        notes.empty("Nothing was spent this month", "What is spent will be split up here.")
        return
    names = catalogue.names(client) if by == "model" else {}
    told = {
        _BY[by]: [_name(by, each.name, names) for each in found],
        "Spent (USD)": [float(each.spent) for each in found],
        "Runs": [each.count for each in found],
    }
    frame = pd.DataFrame(told)
    st.bar_chart(
        frame,
        x=_BY[by],
        y="Spent (USD)",
        horizontal=by != "day",
        sort=False,
        height=_AXES + _BAR * len(found) if by != "day" else _AXES + 5 * _BAR,
        color="#14857b",
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={"Spent (USD)": st.column_config.NumberColumn(format="$%.5f")},
    )


def _name(by: By, name: str, models: dict[str, str]) -> str:
    if by == "endpoint":
        return words.endpoint(name).title
    return models.get(name, name) if by == "model" else name


def _limits(client: Client, name: str, now: Caps) -> None:
    with st.form(f"limits:{name}", border=False):
        day, month = (
            st.text_input(
                f"USD a {period}",
                value=_plain(cap),
                placeholder="no limit",
                key=f"limits:{name}:{period}",
            )
            for period, cap in (("day", now.day), ("month", now.month))
        )
        pressed = st.form_submit_button(
            "Save the limits", key=f"limits:{name}:save", width="stretch"
        )
    if not pressed:
        return
    try:
        client.team.set_caps(name, Caps(day=money.typed(day), month=money.typed(month)))
    except (StoreError, ValueError) as error:
        notes.problem(errors.Advice(str(error)))
    else:
        st.toast("The limits are saved.")
        st.rerun()


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


# --- what the buttons do -------------------------------------------------------------------------


def _button(told: str, key: str, do: Callable[..., object], *args: object) -> None:
    st.button(told, key=key, on_click=_do, args=(do, *args), width="stretch")


def _do(do: Callable[..., object], *args: object) -> None:
    try:
        do(*args)
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)


def _reset(client: Client, name: str) -> None:
    try:
        st.session_state[_LINK] = (name, client.team.reset(name))
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)


def _done() -> None:
    st.session_state.pop(_LINK, None)
