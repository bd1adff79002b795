"""What do you want to make? A box to say it in, a place to drop a file, and what there is."""

import mimetypes
import re
from collections.abc import Iterator
from typing import BinaryIO

import streamlit as st

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.media import BadMedia, Upload
from lib.deapi.terms import Media
from lib.people.who import LOCAL
from lib.runs.profiles import LIVE
from lib.store import StoreError
from lib.ui import errors, further, notes, offers, session, uploads, words
from lib.ui.errors import Advice
from lib.ui.offers import COLUMNS, Offer
from lib.ui.plain import clip
from lib.ui.session import Client
from lib.ui.words import FIRST_ACCOUNT

MATCHES = 6
KINDS: tuple[Media, ...] = ("image", "video", "audio")
"""What a file may be, in the order in which it is tried."""
NO_KIND = (
    "This is no picture, recording or video. Take a JPEG or PNG, an MP3 or WAV, an MP4 or WebM."
)
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
    if client.person == LOCAL and LIVE in client.profiles:
        _nobody_signs_in()
    _file(client)
    if not said and st.session_state.get(_FILE) is None:
        st.subheader("Or begin with one of these")
        offers.draw(client, _tiles(), "tiles", hints=True)
        st.caption(
            "A click opens the form, nothing runs yet. Prices are for what the form begins with "
            "and follow what you put in."
        )


def _nobody_signs_in() -> None:
    """Money can be spent here, and nobody has to say who they are."""
    st.html(
        '<p class="pg-small">Whoever uses this machine may spend from your deAPI account. To have '
        "each person sign in, with limits of their own, make the first account where the "
        "playground runs:</p>"
    )
    st.code(FIRST_ACCOUNT, language=None)


def _tiles() -> list[Offer]:
    return [offers.of(endpoint(each), {}) for each in words.TILES]


# --- said in words -------------------------------------------------------------------------------


def _answers(client: Client, said: str) -> None:
    offers.draw(client, answers(said)[:MATCHES], "said", hints=True)


def answers(said: str) -> list[Offer]:
    """What can be made of what was `said`: first the endpoints whose words are in it, then those
    that can begin with any text. Their forms begin with it, unless it only says what to do."""
    readers = {each.at.id: each for each in further.readers()}
    found = matching(said)
    if found and all(set(_stems(said)) <= set(_stems(_told(at))) for at in found):
        return [offers.of(at, {}) for at in found]
    ids = dict.fromkeys([*(at.id for at in found), *readers])
    return [
        _with(readers[each], said) if each in readers else offers.of(endpoint(each), {})
        for each in ids
    ]


def _with(reader: further.Taker, said: str) -> Offer:
    text = [said] if reader.param.type == "string|array" else said
    return offers.of(reader.at, {reader.param.name: text}, reader.label)


def matching(said: str) -> list[Endpoint]:
    """The endpoints whose own words are among those that were `said`, in the order of the pages;
    of those with the most of them a few."""
    asked = set(_stems(said))
    shown = (at for family in words.FAMILIES for at in words.family(family))
    scored = [
        (len(asked & set(_stems(_told(at)))), at) for at in shown if not words.endpoint(at.id).group
    ]
    best = max(score for score, _ in scored)
    return [at for score, at in scored if best and score == best][:COLUMNS]


def _told(at: Endpoint) -> str:
    told = words.endpoint(at.id)
    return " ".join((told.title, told.noun, *told.takes.values(), told.take_text, told.asked))


_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "a an and at for from i in it its make me my of on our please some that the this to up "
        "want what with you your",
    )
)
"""Words that say nothing of what is wanted."""


def _stems(text: str) -> Iterator[str]:
    """Words without the endings that don't matter here."""
    for word in re.findall(r"\w+", text.lower()):
        if word not in _EMPTY:
            yield re.sub(r"(?<=\w{3})(ing|es|s|e)$", "", word)


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
    offers.draw(client, found, "file", hints=True)


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
            _take(client, file, file.name)
        st.session_state[_COUNT] += 1
        st.rerun()


def _take(client: Client, file: BinaryIO, name: str) -> None:
    """Keep the file as the first kind that it is, or remember why it is none."""
    reasons: dict[str, str] = {}
    for media in KINDS:
        try:
            st.session_state[_FILE] = client.upload(file, name, media)
            return
        except BadMedia as error:
            reasons[media] = str(error)
        except StoreError as error:
            st.session_state[_REFUSED] = str(error)
            return
        except OSError:
            st.session_state[_REFUSED] = errors.advice({"kind": "OSError"}).sentence
            return
    # What it should be, by its name, is what its reader wants to hear about.
    meant = (mimetypes.guess_type(name)[0] or "").partition("/")[0]
    st.session_state[_REFUSED] = f"{clip(name, 60)}: {reasons.get(meant, NO_KIND)}"


def _forget() -> None:
    st.session_state.pop(_FILE, None)


def _media(upload: Upload) -> Media:
    return next(each for each in KINDS if upload.media_type.startswith(f"{each}/"))
