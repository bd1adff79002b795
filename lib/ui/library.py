"""The team's favourite prompts: find one by words or by tag, and use it where it belongs."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from lib.deapi.contract import endpoint
from lib.store import Favourite, Run, State, StoreError
from lib.ui import errors, further, keep, notes, state, words
from lib.ui.plain import clip, label, safe
from lib.ui.session import Client

PAGE = 25
TAGS = 30
"""So many stand there to be pressed, the most used; the others are found by searching."""
TEXT_LENGTH, AVOID_LENGTH = 140, 90

Take = Callable[[Sequence[Favourite]], None]
"""What "Use in the Lab" does with the prompts of its row, or of all rows that are shown."""

_TEXT, _TAG, _FOR = "library:text", "library:tag", "library:for"
_SHOWN, _REMOVED, _PROBLEM = "library:shown", "library:removed", "library:problem"
_ANY = "Anything"


def draw(client: Client, take: Take | None = None) -> None:
    """The library, as a part of a page. With `take` its prompts can be used in the Lab too; it is
    called as buttons call, before the page is drawn."""
    if problem := st.session_state.pop(_PROBLEM, None):
        notes.problem(errors.Advice(problem))
    filled = bool(client.favourites.page(limit=1))
    removed: Favourite | None = st.session_state.get(_REMOVED)
    if not filled:
        if removed:
            _undo(client, removed)
        notes.empty(
            "No favourites yet",
            "Press “Keep the prompt” on a result that you like, or write a prompt down here. "
            "Everybody on the team finds it then.",
        )
    with st.expander("Keep a prompt", key="library:add", icon="⭐"):
        keep.by_hand(client)
    if filled:
        _found(client, removed, take)


def _found(client: Client, removed: Favourite | None, take: Take | None) -> None:
    """The filters, and what they let through."""
    text, purpose = _filters()
    tag = _tags(client)
    shown: int = st.session_state.get(_SHOWN, PAGE)
    found = client.favourites.page(text=text, tag=tag, endpoint=purpose, limit=shown + 1)
    rows = found[:shown]
    if take and len(rows) > 1:
        told = f"Use these {len(rows)} in the Lab"
        st.button(told, key="library:take", icon="🧪", on_click=take, args=(rows,))
    seen = client.seen([each.run_id for each in rows if each.run_id])
    there = {each.id: each for each in (*rows, *([removed] if removed else ()))}
    with st.container(key="library_rows", gap=None):
        for each in sorted(there.values(), key=lambda each: each.id, reverse=True):
            if each in rows:
                _row(client, each, seen, take)
            else:
                _undo(client, each)
    if not rows:
        notes.empty("Nothing fits", "Search for other words, or take a filter away to see more.")
        st.button("Clear the filters", key="library:clear", on_click=_clear)
    if len(found) > shown:
        st.button("Show more", key="library:more", on_click=_more, args=(shown,), width="stretch")


# --- filters -------------------------------------------------------------------------------------


def _filters() -> tuple[str, str | None]:
    """The words to look for, and what the prompts are for."""
    left, right = st.columns([3, 2], gap="small")
    with left:
        text = st.text_input(
            "Search",
            key=_TEXT,
            placeholder="Words in a prompt, or a tag",
            icon="🔍",
            max_chars=200,
            on_change=_from_the_top,
        )
    with right:
        purpose = st.selectbox(
            "What it is for",
            [_ANY, *(at.id for at in keep.purposes())],
            format_func=lambda each: each if each == _ANY else words.endpoint(each).title,
            key=_FOR,
            on_change=_from_the_top,
        )
    return (text or "").strip(), None if purpose == _ANY else purpose


def _tags(client: Client) -> str | None:
    """The tag that was pressed."""
    counts = dict(client.favourites.tags())
    chosen = st.session_state.get(_TAG)
    if chosen is not None and chosen not in counts:
        st.session_state[_TAG] = chosen = None  # nothing has it any more
    offered = [each for n, each in enumerate(counts) if n < TAGS or each == chosen]
    if not offered:
        return None
    return st.pills(
        "Tags",
        offered,
        format_func=lambda each: f"{label(each)} · {counts.get(each, 0)}",
        key=_TAG,
        on_change=_from_the_top,
        label_visibility="collapsed",
    )


# --- rows ----------------------------------------------------------------------------------------


def _row(client: Client, favourite: Favourite, seen: Mapping[str, Run], take: Take | None) -> None:
    name = favourite.id
    with st.container(key=f"library_row:{name}", gap="xsmall"):
        st.html(_told(client, favourite, seen))
        with st.container(horizontal=True, gap="xsmall"):
            st.button("Use it", key=f"library_use:{name}", on_click=_use, args=(favourite,))
            if take:
                st.button(
                    "Use in the Lab",
                    key=f"library_take:{name}",
                    on_click=take,
                    args=([favourite],),
                )
            box = st.popover("Tags", key=f"library_tags:{name}", on_change="rerun")
            if box.open:
                with box:
                    _retag(client, favourite)
            if client.favourites.may_remove(favourite):
                st.button(
                    "Remove",
                    key=f"library_remove:{name}",
                    on_click=_remove,
                    args=(client, favourite),
                )


def _told(client: Client, favourite: Favourite, seen: Mapping[str, Run]) -> str:
    """What it says, what it is for, and who kept it."""
    short = clip(favourite.text, TEXT_LENGTH)
    told = [f'<p class="pg-prompt">{safe(short)}</p>']
    if favourite.avoid:
        told.append(f'<p class="pg-small">Without {safe(clip(favourite.avoid, AVOID_LENGTH))}</p>')
    if short != favourite.text:
        told.append(
            '<details class="pg-small"><summary>Show all of it</summary>'
            f'<div class="pg-words">{safe(favourite.text)}</div></details>'
        )
    if favourite.tags:
        chips = "".join(f'<span class="pg-chip">{safe(each)}</span>' for each in favourite.tags)
        told.append(f'<div class="pg-chips">{chips}</div>')
    about = f"{words.endpoint(favourite.endpoint).title} · kept {keep.by(client, favourite)}"
    told.append(f'<p class="pg-small">{safe(about)}</p>')
    return (
        f'<div class="pg-row">{_thumb(client, favourite, seen)}'
        f'<div class="pg-row-text">{"".join(told)}</div></div>'
    )


def _thumb(client: Client, favourite: Favourite, seen: Mapping[str, Run]) -> str:
    """The result that it made, for who may see that; else a sign of what it is for."""
    run = seen.get(favourite.run_id or "")
    if run is not None and run.state is State.DONE and run.thumb:
        source = safe(client.url(run, "thumb"))
        return f'<img class="pg-thumb" src="{source}" alt="" loading="lazy">'
    at = endpoint(favourite.endpoint)
    sign = words.endpoint(at.id).icon or words.FAMILIES[at.family].icon
    return f'<span class="pg-thumb" aria-hidden="true">{safe(sign)}</span>'


def _retag(client: Client, favourite: Favourite) -> None:
    with st.form(f"library_tags_form:{favourite.id}", border=False):
        tags = keep.tag_field(client, f"library_tags_of:{favourite.id}", favourite.tags)
        pressed = st.form_submit_button(
            "Save the tags", key=f"library_retag:{favourite.id}", width="stretch"
        )
    if not pressed:
        return
    try:
        client.favourites.retag(favourite, tags)
    except (StoreError, ValueError) as error:
        notes.problem(errors.Advice(str(error)))
    else:
        st.rerun()


def _undo(client: Client, removed: Favourite) -> None:
    """In the place where it was."""
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"library_row:gone:{removed.id}"
    ):
        st.html(f'<p class="pg-small">Removed “{safe(clip(removed.text, 60))}”.</p>')
        st.button("Undo", key="library:undo", icon="↩️", on_click=_restore, args=(client, removed))


# --- what the buttons do -------------------------------------------------------------------------


def _use(favourite: Favourite) -> None:
    """Open its form with the prompt, and with what to avoid and nothing that was there of that."""
    at = endpoint(favourite.endpoint)
    param = further.text_param(at)
    if param is None:
        return
    values: dict[str, object] = {param.name: further.as_given(param, favourite.text)}
    if at.has(keep.AVOID):
        values[keep.AVOID] = favourite.avoid or None
    state.open_form(at, values)


def _remove(client: Client, favourite: Favourite) -> None:
    try:
        removed = client.favourites.remove(favourite)
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        st.session_state[_REMOVED] = removed


def _restore(client: Client, removed: Favourite) -> None:
    try:
        client.favourites.restore(removed)
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        st.session_state.pop(_REMOVED, None)


def _more(shown: int) -> None:
    st.session_state[_SHOWN] = shown + PAGE


def _from_the_top() -> None:
    for key in (_SHOWN, _REMOVED):
        st.session_state.pop(key, None)


def _clear() -> None:
    st.session_state.update({_TEXT: "", _TAG: None, _FOR: _ANY})
    _from_the_top()
