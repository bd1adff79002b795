"""Everything that was run: find it, open it, use it again, take it away as a table."""

from collections.abc import Callable, Iterator

import streamlit as st

from lib.store import Filters, Run, State, Total
from lib.ui import (
    books,
    catalogue,
    export,
    history_table,
    money,
    notes,
    run_card,
    session,
    settle_bar,
    words,
)
from lib.ui.session import Client

PAGE = 25
EXPORT_PAGE = 500

STATUS: dict[str, frozenset[State]] = {
    "Done": frozenset({State.DONE}),
    "Running": frozenset(
        {State.WAITING, State.SENDING, State.ACCEPTED, State.WORKING, State.KEEPING}
    ),
    "Needs a look": frozenset({State.UNKNOWN, State.STALLED}),
    "Failed": frozenset({State.FAILED}),
    "Cancelled": frozenset({State.CANCELLED}),
}
_ANY = "Any"


def draw() -> None:
    """The whole page."""
    client = session.here()
    st.title(words.HISTORY.title)
    books.draw(client)
    if not client.page(client.filters(person=None), limit=1):
        _nothing_yet()
        return
    settle_bar.draw(client)
    chosen = _filters(client)
    total = client.total(chosen)
    if total.count == 0:
        notes.empty("Nothing fits these filters", "Take one of them away to see more.")
        st.button("Clear the filters", key="history:clear", on_click=_clear)
        return
    _summary(client, chosen, total)
    shown: int = st.session_state.get("history:shown", PAGE)
    runs = client.page(chosen, limit=shown + 1)
    names = catalogue.names(client)
    if opened := history_table.draw(client, runs[:shown], names):
        st.session_state["history:opened"] = opened.id
    if len(runs) > shown:
        st.button("Show more", key="history:more", on_click=_more, args=(shown,), width="stretch")
    if (run := client.run(st.session_state.get("history:opened", ""))) is not None:
        dialog = st.dialog(words.endpoint(run.endpoint).title, width="large", on_dismiss=_close)
        dialog(run_card.draw)(client, run, names.get(run.model, run.model))


def _filters(client: Client) -> Filters:
    """The row of filters; changing one begins at the newest again."""
    there = client.choices()
    names = catalogue.names(client)
    people = client.people()
    with st.container(key="history_filters"):
        columns = st.columns([3, 2, 2, 2, *([2] if people else [])], gap="small")
    text, what, model, status, *who = columns
    with text:
        wanted = st.text_input(
            "Search",
            key="history:text",
            placeholder="Words in the text",
            icon="🔍",
            on_change=_from_the_top,
            persist_state="session",
        )
    with what:
        endpoint = _choice(
            "What", "history:endpoint", there.endpoints, lambda each: words.endpoint(each).title
        )
    with model:
        slug = _choice("Model", "history:model", there.models, lambda each: names.get(each, each))
    with status:
        state = _choice("Status", "history:status", list(STATUS), str)
    whose: dict[str, str | None] = {}
    for column in who:
        with column:
            whose["person"] = _choice("Who", "history:person", [client.person, *people], str)
    return client.filters(
        **whose,
        endpoint=endpoint,
        model=slug,
        states=STATUS[state] if state else frozenset(),
        text=(wanted or "").strip(),
    )


def _choice(label: str, key: str, options: list[str], told: Callable[[str], str]) -> str | None:
    chosen = st.selectbox(
        label,
        [_ANY, *options],
        format_func=lambda each: each if each == _ANY else told(each),
        key=key,
        on_change=_from_the_top,
        persist_state="session",
    )
    return None if chosen == _ANY else chosen


def _summary(client: Client, chosen: Filters, total: Total) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.html(f'<p class="pg-total">{_told(total)}</p>', width="content")
        st.download_button(
            "Download as CSV",
            data=lambda: export.table(_all(client, chosen)),
            file_name="deapi-playground-history.csv",
            mime="text/csv",
            key="history:csv",
            on_click="ignore",
        )


def _told(total: Total) -> str:
    held = f" · {money.spent(total.held)} held" if total.held else ""
    count = f"{total.count:,} run" if total.count == 1 else f"{total.count:,} runs"
    if total.more:
        newest = f"by the newest {total.count:,}"
        return f"<b>More than {count}</b> · {money.spent(total.spent)} spent {newest}{held}"
    return f"<b>{count}</b> · {money.spent(total.spent)} spent{held}"


def _all(client: Client, chosen: Filters) -> Iterator[Run]:
    """Every run of the filters, page by page."""
    before = None
    while runs := client.page(chosen, before=before, limit=EXPORT_PAGE):
        yield from runs
        before = runs[-1].id


def _nothing_yet() -> None:
    notes.empty("Nothing here yet", "Make your first picture: it will be here, with what it cost.")
    first = next(iter(words.FAMILIES.values()))
    st.page_link(first.page, label=f"Go to {first.title}", icon=first.icon)


def _close() -> None:
    st.session_state.pop("history:opened", None)


def _more(shown: int) -> None:
    st.session_state["history:shown"] = shown + PAGE


def _from_the_top() -> None:
    st.session_state.pop("history:shown", None)


def _clear() -> None:
    for key in ("history:endpoint", "history:model", "history:status", "history:person"):
        st.session_state[key] = _ANY
    st.session_state["history:text"] = ""
    _from_the_top()
