"""What of the history is shown: the filters that most people use, and behind a button the rest."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from lib.store import ASKING, Filters, State
from lib.ui import catalogue, clock, errors, money, notes, words
from lib.ui.plain import clip
from lib.ui.session import Client

STATUS: dict[str, frozenset[State]] = {
    "Done": frozenset({State.DONE}),
    "Running": frozenset(
        {State.WAITING, State.SENDING, State.ACCEPTED, State.WORKING, State.KEEPING}
    ),
    "Needs a look": ASKING,
    "Failed": frozenset({State.FAILED}),
    "Cancelled": frozenset({State.CANCELLED}),
}
SHOWN = "history:shown"
"""How many rows are drawn; what is changed here begins at the newest again."""
_ANY = "Any"
_CHOICES = ("endpoint", "model", "status", "person", "tag", "experiment")
_TEXTS = ("text", "least", "most")
_MORE: Mapping[str, Any] = {
    **dict.fromkeys(("since", "until")),
    **dict.fromkeys(("least", "most"), ""),
    **dict.fromkeys(("tag", "experiment"), _ANY),
    "starred": False,
}
"""Those behind the button, and what they say while they limit nothing."""


def draw(client: Client) -> dict[str, Any]:
    """The row of filters; what was chosen there, as `Client.filters` takes it."""
    there = client.choices()
    names = catalogue.names(client)
    people = client.people()
    with st.container(key="history_filters"):
        columns = st.columns([3, 2, 2, 2, *([2] if people else [])], gap="small")
    text, what, model, status, *who = columns
    with text:
        wanted = _text("Search", "text", "Words of a prompt, a result or a note", icon="🔍")
    with what:
        endpoint = _choice("What", "endpoint", there.endpoints, _title)
    with model:
        slug = _choice("Model", "model", there.models, lambda each: names.get(each, each))
    with status:
        state = _choice("Status", "status", list(STATUS), str)
    whose: dict[str, str | None] = {}
    for column in who:
        with column:
            whose["person"] = _choice("Who", "person", [client.person, *people], str)
    return {
        **whose,
        "endpoint": endpoint,
        "model": slug,
        "states": STATUS[state] if state else frozenset(),
        "text": wanted,
    }


def more(client: Client, before: Mapping[str, Any]) -> dict[str, Any]:
    """The same of those behind the button, which says how many of them are set; `before` is what
    was chosen in the row, which says whose runs these are."""
    experiments = _experiments(client, of(client, before).person)
    _forget_what_is_gone("experiment", [*experiments])
    count = sum(st.session_state.get(_key(name), no) != no for name, no in _MORE.items())
    told = f"More filters · {count}" if count else "More filters"
    with st.popover(told, key="history:more_filters", icon=":material/tune:"):
        with st.container(key="history_pairs"):
            first, last = st.columns(2, gap="small")
            with first:
                since = _day("From", "since")
            with last:
                until = _day("To", "until")
            first, last = st.columns(2, gap="small")
            with first:
                least = _amount("Cost at least", "least", "$0.00")
            with last:
                most = _amount("Cost at most", "most", "$1.00")
        tag = _choice("Tag", "tag", client.marks.tags(), str)
        experiment = _choice("Experiment", "experiment", [*experiments], experiments.__getitem__)
        starred = st.toggle(
            "Only with a star ★",
            key=_key("starred"),
            on_change=_from_the_top,
            persist_state="session",
        )
    return {
        "since": since,
        "until": until,
        "least": least,
        "most": most,
        "tag": tag,
        "experiment": experiment,
        "starred": starred,
    }


def of(client: Client, *chosen: Mapping[str, Any]) -> Filters:
    """All that was chosen, as one."""
    return client.filters(**{name: each for some in chosen for name, each in some.items()})


def clear() -> None:
    """Let everything through again."""
    for name in _CHOICES:
        st.session_state[_key(name)] = _ANY
    for name in _TEXTS:
        st.session_state[_key(name)] = ""
    st.session_state.update({_key("since"): None, _key("until"): None, _key("starred"): False})
    _from_the_top()


def _key(name: str) -> str:
    return f"history:{name}"


def _title(endpoint_id: str) -> str:
    return words.endpoint(endpoint_id).title


def _experiments(client: Client, person: str | None) -> dict[str, str]:
    """What the experiments of `person` are called, each unlike the others: a box knows what was
    chosen by what it says."""
    told: dict[str, str] = {}
    count: Counter[str] = Counter()
    for each in client.experiments.with_runs(person):
        said = f"{clip(each.title, 80)} · {clock.minute(each.created_at)}"
        count[said] += 1
        told[each.id] = said if count[said] == 1 else f"{said} ({count[said]})"
    return told


def _forget_what_is_gone(name: str, options: Sequence[str]) -> None:
    """What was chosen among another person's limits nothing here."""
    if st.session_state.get(_key(name)) not in options:
        st.session_state[_key(name)] = _ANY


def _choice(label: str, name: str, options: list[str], told: Callable[[str], str]) -> str | None:
    chosen = st.selectbox(
        label,
        [_ANY, *options],
        format_func=lambda each: each if each == _ANY else told(each),
        key=_key(name),
        on_change=_from_the_top,
        persist_state="session",
    )
    return None if chosen == _ANY else chosen


def _text(label: str, name: str, placeholder: str, icon: str | None = None) -> str:
    written = st.text_input(
        label,
        key=_key(name),
        placeholder=placeholder,
        icon=icon,
        max_chars=200,
        on_change=_from_the_top,
        persist_state="session",
    )
    return (written or "").strip()


def _amount(label: str, name: str, placeholder: str) -> Decimal | None:
    """USD; a text that is no amount limits nothing, and says so."""
    written = _text(label, name, placeholder)
    try:
        return money.typed(written)
    except ValueError as error:
        notes.problem(errors.Advice(str(error)))
        return None


def _day(label: str, name: str) -> date | None:
    chosen: Any = st.date_input(
        label,
        value=None,
        key=_key(name),
        format="YYYY-MM-DD",
        on_change=_from_the_top,
        persist_state="session",
    )
    return chosen if isinstance(chosen, date) else None


def _from_the_top() -> None:
    st.session_state.pop(SHOWN, None)
