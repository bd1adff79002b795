"""What stands before every page where there are accounts: signing in, and choosing a password by a
link that was given for it."""

import json

import streamlit as st

from lib.people import who
from lib.store import Purpose, Store, StoreError, passwords, tokens, users
from lib.ui import errors, frame, notes, theme, words
from lib.ui.plain import safe

INVITE = "invite"
"""The query parameter that carries a token to choose a password."""

_WRONG = "This name and this password don't belong together."
_GONE = "This link has been used, or is too old. Ask an admin for a new one."


def has_link() -> bool:
    """Whether somebody came by a link to choose a password."""
    return INVITE in st.query_params


def draw(store: Store) -> None:
    """The sign-in, or the choice of a password, in the place of whatever page was asked for: its
    address stays, so that it is there afterwards."""
    st.set_page_config(page_title=words.APP, layout="centered")
    places = [*words.PLACES, words.SANDBOX, words.PEOPLE]
    st.navigation(list(frame.pages(places).values()), position="hidden")
    theme.plain()
    with st.container(key="gate"):
        st.html(f'<p class="pg-app">{safe(words.APP)}</p>')
        try:
            if has_link():
                _choose_password(store, st.query_params[INVITE])
            else:
                _sign_in(store)
        except StoreError as error:
            notes.problem(errors.Advice(str(error)))


def _sign_in(store: Store) -> None:
    st.title("Sign in")
    with st.form("sign_in", border=False):
        name = st.text_input("Name", autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        pressed = st.form_submit_button("Sign in", type="primary", width="stretch")
    if not pressed:
        st.html(
            '<p class="pg-small">Forgotten? An admin can give you a link to choose a new one.</p>'
        )
        return
    with st.spinner("Signing in …"):
        user = users.verify(store, name.strip().lower(), password, address(), _authenticated)
    if user is None:
        notes.problem(errors.Advice(_WRONG))
    else:
        _begin(store, user.name)


def _authenticated(name: str, digest: str, kept: str) -> bool:
    """As streamlit-authenticator compares them, without its cookie: that one can't be revoked."""
    # Its components register with the runtime of a session, and complain where there is none.
    from streamlit_authenticator.controllers import AuthenticationController  # noqa: PLC0415

    account = {"email": "", "name": name, "password": kept}
    controller = AuthenticationController({"usernames": {name: account}}, auto_hash=False)
    return bool(controller.login(name, digest))


def _choose_password(store: Store, token: str) -> None:
    name = tokens.whose(store, token, Purpose.PASSWORD)
    if name is None:
        notes.problem(errors.Advice(_GONE))
        st.page_link(words.START.page, label="Go to the sign-in", icon=words.START.icon)
        return
    st.title("Choose a password")
    st.html(f'<p class="pg-small">For the account <b>{safe(name)}</b>.</p>')
    with st.form("choose", border=False):
        first = st.text_input("New password", type="password", autocomplete="new-password")
        again = st.text_input("Once more", type="password", autocomplete="new-password")
        pressed = st.form_submit_button("Save and sign in", type="primary", width="stretch")
    st.html(f'<p class="pg-small">{safe(RULES)}</p>')
    if not pressed:
        return
    if why := problem(first, again, name):
        notes.problem(errors.Advice(why))
    elif users.choose_password(store, token, first) is None:
        notes.problem(errors.Advice(_GONE))
    else:
        _begin(store, name)


RULES = f"At least {passwords.LEAST} characters. A few words that belong to you are best."


def problem(first: str, again: str, name: str) -> str:
    """Why this can't be the new password of `name`, or nothing."""
    if first != again:
        return "The two are not the same."
    try:
        passwords.check(first, name)
    except passwords.WeakPassword as error:
        return str(error)
    return ""


def address() -> str:
    """Where the browser is, as far as is known."""
    return who.address(st.context.ip_address, st.context.headers.get("X-Forwarded-For"))


def _begin(store: Store, name: str) -> None:
    """Have the browser fetch its session's cookie, which only a route can set, and load the page
    anew: Streamlit sees cookies when a page is loaded."""
    ticket = tokens.give(store, name, Purpose.SESSION)
    call("POST", {"ticket": ticket})


def call(method: str, body: dict[str, str | None]) -> None:
    """Have the browser call `/session`, then load the page anew, without a link's token."""
    told = json.dumps(body)
    st.html(
        f"""<p class="pg-small" id="gate-told">One moment …</p><script>
        fetch("/session", {{method: "{method}", body: {json.dumps(told)},
                           headers: {{"Content-Type": "application/json"}}}})
          .then(answer => answer.json().then(said => [answer.ok, said.message]))
          .catch(() => [false, "The playground did not answer. Try again."])
          .then(([ok, said]) => {{
            const used = new URLSearchParams(window.location.search).has("{INVITE}");
            if (ok && used) window.location.assign(window.location.pathname);
            else if (ok) window.location.reload();
            else document.getElementById("gate-told").textContent = said;
          }});
        </script>""",
        unsafe_allow_javascript=True,
    )
