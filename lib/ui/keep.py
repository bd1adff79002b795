"""Into the team's library: a prompt that made a good result, or one that somebody writes down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from lib.deapi.contract import Endpoint, endpoint, written_for
from lib.store import LOCAL, Favourite, ResultFile, Run, StoreError
from lib.store.favourites import LONGEST, MOST_TAGS
from lib.ui import clock, errors, further, notes, words
from lib.ui.plain import label, safe
from lib.ui.results import prompt
from lib.ui.session import Client

AVOID = "negative_prompt"
_TEXT, _AVOID, _FOR, _TAGS = (f"library:new_{each}" for each in ("text", "avoid", "for", "tags"))
_PROBLEM = "library:new_problem"
_WHERE = "Everybody here finds it in the library of the Prompt Lab."


@dataclass(frozen=True, slots=True)
class _Prompt:
    """What can be kept of a run."""

    at: Endpoint
    text: str
    avoid: str


def purposes() -> tuple[Endpoint, ...]:
    """What a prompt can be for, in the order of the pages."""
    every = (at for family in words.FAMILIES for at in words.family(family))
    return tuple(at for at in every if at.result != "prompt" and further.text_param(at))


def by(client: Client, favourite: Favourite) -> str:
    """Who kept it and when, as it is said after "kept"."""
    when = clock.minute(favourite.at)
    if favourite.person == LOCAL:
        return when
    who = "you" if favourite.person == client.person else favourite.person
    return f"by {who} on {when}"


def tag_field(client: Client, key: str, now: Iterable[str] = ()) -> list[str]:
    """Tags to choose from those there are, or to type."""
    mine = list(now)
    there = [tag for tag, _ in client.favourites.tags()]
    return st.multiselect(
        "Tags",
        [*there, *(each for each in mine if each not in there)],
        default=mine,
        key=key,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder="Choose some, or type a new one",
    )


# --- on a result ---------------------------------------------------------------------------------


def button(client: Client, run: Run, files: Sequence[ResultFile], *, keys: str = "") -> None:
    """Keep the prompt of a `done` run; nothing where it has none. While it is closed nothing is
    looked up. `keys` tells its widgets from those of another drawing of the run."""
    if _purpose(run) is None:
        return
    box = st.popover(
        "Keep the prompt", icon="⭐", key=f"{keys}favourite:{run.id}", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        found = _of(client, run, files)
        if found is None:
            st.caption("Its words are no longer here.")
            return
        try:
            _keep(client, run, found, keys)
        except (StoreError, ValueError) as error:
            notes.problem(errors.Advice(str(error)))


def _keep(client: Client, run: Run, found: _Prompt, keys: str) -> None:
    """Raises `StoreError`, and `ValueError` for what is too long to be kept."""
    there = client.favourites.find(found.at, found.text, found.avoid)
    if there:
        st.html(f"<p><b>Kept</b> {safe(by(client, there))}</p>")
    st.html(f'<p class="pg-small">{_WHERE}</p>')
    with st.form(f"{keys}favourite_form:{run.id}", border=False):
        tags = tag_field(client, f"{keys}favourite_tags:{run.id}", there.tags if there else ())
        told = "Save the tags" if there else "Keep it"
        pressed = st.form_submit_button(
            told, key=f"{keys}favourite_keep:{run.id}", type="primary", width="stretch"
        )
    if not pressed:
        return
    if there is None:
        client.favourites.keep(found.at, found.text, avoid=found.avoid, tags=tags, run=run)
    elif client.favourites.retag(there, tags) is None:
        raise ValueError("Somebody has removed it just now. Keep it again.")
    st.rerun()


def _purpose(run: Run) -> Endpoint | None:
    """What the prompt of a run is for; None where it has no prompt."""
    at = endpoint(run.endpoint)
    if at.result == "prompt":
        meant = (each for each in written_for(at, run.params) if further.text_param(each))
        return next(meant, None)
    param = further.text_param(at)
    return at if param and run.params.get(param.name) else None


def _of(client: Client, run: Run, files: Sequence[ResultFile]) -> _Prompt | None:
    """The words that were sent, or those that were written where that was the job."""
    at = _purpose(run)
    if at is None:
        return None
    if endpoint(run.endpoint).result == "prompt":
        found = prompt.read(client, run, files)
        return _Prompt(at, found.prompt, found.avoid) if found else None
    param = further.text_param(at)
    given = run.params.get(param.name) if param else None
    text = "\n".join(map(str, given)) if isinstance(given, list) else str(given or "")
    return _Prompt(at, text, str(run.params.get(AVOID) or ""))


# --- by hand -------------------------------------------------------------------------------------


def by_hand(client: Client) -> None:
    """A form for a prompt that comes from elsewhere."""
    if problem := st.session_state.pop(_PROBLEM, None):
        notes.problem(errors.Advice(problem))
    with st.form("library:new", border=False):
        st.text_area("Prompt", key=_TEXT, max_chars=LONGEST)
        st.text_input("What to avoid", key=_AVOID, max_chars=LONGEST)
        st.selectbox(
            "What it is for",
            [at.id for at in purposes()],
            format_func=lambda each: words.endpoint(each).title,
            key=_FOR,
        )
        tag_field(client, _TAGS)
        st.form_submit_button(
            "Keep it", key="library:new_keep", type="primary", on_click=_add, args=(client,)
        )


def _add(client: Client) -> None:
    """Keep what stands in the form, and empty it; what is refused stays there."""
    said = st.session_state
    try:
        at = endpoint(said[_FOR])
        kept = client.favourites.keep(at, said[_TEXT], avoid=said[_AVOID], tags=said[_TAGS])
    except (StoreError, ValueError) as error:
        said[_PROBLEM] = str(error)
        return
    said.update({_TEXT: "", _AVOID: "", _TAGS: []})
    there = label("It is in the library already, and has your tags now.")
    st.toast(there if kept.before else "Kept.")
