"""What do you want to make? A box to say it in, a place to drop a file, and what there is."""

import re
from collections.abc import Iterator
from io import BytesIO

import streamlit as st

from lib.deapi.contract import ENDPOINTS, Endpoint
from lib.deapi.media import BadMedia, Upload
from lib.deapi.terms import Media
from lib.store import StoreError
from lib.ui import errors, further, notes, offers, session, uploads, words
from lib.ui.errors import Advice
from lib.ui.offers import Offer
from lib.ui.plain import clip
from lib.ui.session import Client

MATCHES = 6
KINDS: tuple[Media, ...] = ("image", "video", "audio")
"""What a file may be, in the order in which it is tried."""
_FILE, _REFUSED, _COUNT = "start:file", "start:refused", "start:count"


def draw() -> None:
    client = session.here()
    st.title("What do you want to make?")
    said = st.text_input(
        "Say it in your own words",
        placeholder="a logo for our bakery · read this aloud · clean up a photo …",
        key="start:said",
        label_visibility="collapsed",
        icon="💬",
        persist_state="session",
    ).strip()
    if said:
        _answers(client, said)
        st.divider()
    _file(client)
    if st.session_state.get(_FILE) is None:
        st.subheader("Or begin with one of these")
        offers.draw(client, _tiles(), "tiles")
        st.caption("Nothing runs yet: a click opens the form, and the price stands on its button.")


def _tiles() -> list[Offer]:
    shown = (at for family in words.FAMILIES for at in words.family(family))
    return [offers.of(at, {}) for at in shown if words.endpoint(at.id).icon]


# --- said in words -------------------------------------------------------------------------------


def _answers(client: Client, said: str) -> None:
    found = [offers.of(at, {}) for at in matching(said)]
    with_text = [
        offers.of(each.at, {each.param.name: _as(each, said)}, each.label)
        for each in further.readers()
    ]
    offers.draw(client, [*found, *with_text][:MATCHES], "said")


def _as(taker: further.Taker, said: str) -> str | list[str]:
    return [said] if taker.param.type == "string|array" else said


def matching(said: str) -> list[Endpoint]:
    """The endpoints whose own words are among those that were `said`, best first."""
    asked = set(_stems(said))
    plain = [at for at in ENDPOINTS if not words.endpoint(at.id).group]
    scored = [(len(asked & set(_stems(_told(at)))), at) for at in plain]
    best = max((score for score, _ in scored), default=0)
    return [at for score, at in scored if best and score == best][:3]


def _told(at: Endpoint) -> str:
    told = words.endpoint(at.id)
    return " ".join((told.title, told.noun, told.working, *told.takes.values(), told.take_text))


_EMPTY = frozenset({"a", "an", "and", "the", "of", "in", "to", "for", "this", "my", "it", "make"})


def _stems(text: str) -> Iterator[str]:
    """Words without the endings that don't matter here."""
    for word in re.findall(r"\w+", text.lower()):
        if word not in _EMPTY:
            yield re.sub(r"(ing|es|s|e)$", "", word)


# --- a file --------------------------------------------------------------------------------------


def _file(client: Client) -> None:
    upload: Upload | None = st.session_state.get(_FILE)
    if upload is None:
        _asked(client)
        return
    with st.container(border=True):
        left, right = st.columns([1, 2], vertical_alignment="center")
        with left:
            uploads.show(client, upload, upload.name)
        with right:
            st.html(uploads.facts(upload))
            st.button("Choose another file", on_click=_forget)
    st.subheader("What can be done with it")
    media = _media(upload)
    found = [offers.of(each.at, each.values(upload), each.label) for each in further.takers(media)]
    offers.draw(client, found, "file")


def _asked(client: Client) -> None:
    count = st.session_state.setdefault(_COUNT, 0)
    file = st.file_uploader(
        "Or drop a file: a picture, a recording, a video", key=f"start:upload:{count}"
    )
    if why := st.session_state.get(_REFUSED):
        notes.problem(Advice(why))
    if file is not None:
        st.session_state.pop(_REFUSED, None)
        with st.spinner("Looking at the file …"):
            _take(client, file.getvalue(), file.name)
        st.session_state[_COUNT] += 1
        st.rerun()


def _take(client: Client, content: bytes, name: str) -> None:
    """Keep the file as the first kind that it is, or remember why it is none."""
    why = ""
    for media in KINDS:
        try:
            st.session_state[_FILE] = client.upload(BytesIO(content), name, media)
            return
        except BadMedia as error:
            why = why or str(error)
        except StoreError as error:
            why = str(error)
            break
        except OSError:
            why = errors.advice({"kind": "OSError"}).sentence
            break
    st.session_state[_REFUSED] = (
        f"{clip(name, 60)}: this is no picture, recording or video that deAPI reads. {why}"
    )


def _forget() -> None:
    st.session_state.pop(_FILE, None)


def _media(upload: Upload) -> Media:
    return next(each for each in KINDS if upload.media_type.startswith(f"{each}/"))
