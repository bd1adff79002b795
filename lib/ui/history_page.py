"""Everything that was run: find it, open it, use it again, take it away as a table."""

from collections.abc import Iterator

import streamlit as st

from lib.store import Filters, Run, Total
from lib.ui import (
    books,
    catalogue,
    export,
    history_filters,
    history_gallery,
    history_table,
    money,
    notes,
    run_address,
    run_card,
    run_page,
    session,
    settle_bar,
    words,
)
from lib.ui.session import Client

PAGE = 25
EXPORT_PAGE = 500
TABLE, GALLERY = "Table", "Gallery"


def draw() -> None:
    """The whole page, or one run on it where the address says so."""
    client = session.here()
    if opened := run_address.opened():
        run_page.draw(client, opened)
    else:
        _everything(client)


def _everything(client: Client) -> None:
    st.title(words.HISTORY.title)
    books.draw(client)
    if not client.page(client.filters(person=None), limit=1):
        _nothing_yet()
        return
    settle_bar.draw(client)
    chosen = history_filters.draw(client)
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key="history_views",
    ):
        view = _view()
        chosen = history_filters.of(client, chosen, history_filters.more(client, chosen))
    total = client.total(chosen)
    if total.count == 0:
        notes.empty("Nothing fits these filters", "Take one of them away to see more.")
        st.button("Clear the filters", key="history:clear", on_click=history_filters.clear)
        return
    _summary(client, chosen, total)
    _list(client, chosen, view)


def _view() -> str:
    return (
        st.segmented_control(
            "View",
            [TABLE, GALLERY],
            key="history:view",
            default=TABLE,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        or TABLE
    )


def _list(client: Client, chosen: Filters, view: str) -> None:
    shown: int = st.session_state.get(history_filters.SHOWN, PAGE)
    runs = client.page(chosen, limit=shown + 1)
    names = catalogue.names(client)
    if view == GALLERY:
        history_gallery.draw(client, runs[:shown], names)
    elif opened := history_table.draw(client, runs[:shown], names):
        st.session_state["history:opened"] = opened.id
    if len(runs) > shown:
        st.button("Show more", key="history:more", on_click=_more, args=(shown,), width="stretch")
    if (run := client.run(st.session_state.get("history:opened", ""))) is not None:
        dialog = st.dialog(words.endpoint(run.endpoint).title, width="large", on_dismiss=_close)
        dialog(_card)(client, run, names.get(run.model, run.model))


def _card(client: Client, run: Run, model_name: str) -> None:
    run_card.draw(client, run, model_name)
    st.button(
        "Open on its own page",
        key=f"page:{run.id}",
        icon=":material/open_in_full:",
        type="tertiary",
        on_click=_open,
        args=(run.id,),
    )


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


def _open(run_id: str) -> None:
    run_address.open_run(run_id)
    st.rerun()


def _close() -> None:
    st.session_state.pop("history:opened", None)


def _more(shown: int) -> None:
    st.session_state[history_filters.SHOWN] = shown + PAGE
