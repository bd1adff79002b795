"""A file to work on: from the computer, from one's own results, or a sample of ours."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO, NoReturn

import streamlit as st
from PIL import Image

from lib.deapi.contract import Endpoint
from lib.deapi.fields import Field
from lib.deapi.media import BadMedia, Upload
from lib.deapi.terms import Media
from lib.store import Run, StoreError
from lib.ui import errors, from_results, further, state, words
from lib.ui.inputs import Spot
from lib.ui.plain import clip, number, safe, seconds, size
from lib.ui.results import players
from lib.ui.session import Client

PREVIEW_PIXELS = 480


def draw(client: Client, spot: Spot, now: Upload | None) -> Upload | None:
    """What was given with its picture, or a place to give it; returns what the form has now."""
    if now is None:
        return _asked(client, spot)
    st.session_state.pop(_refusal_key(spot.at, spot.field.name), None)
    return _given(client, spot, now)


def draw_several(client: Client, spot: Spot, now: list[Upload]) -> list[Upload]:
    """The files that were given, and a place for one more while the model takes it."""
    for place, upload in enumerate(now):
        _given(client, spot, upload, [each for at, each in enumerate(now) if at != place], place)
    most = spot.field.max_items
    if most is None or len(now) < most:
        _asked(client, spot, now)
    return now


def refusal(at: Endpoint, field: str) -> str | None:
    """Why the last file for this field was not taken, until another one is given."""
    return st.session_state.get(_refusal_key(at, field))


def _asked(client: Client, spot: Spot, before: list[Upload] | None = None) -> None:
    """No type and no size for Streamlit to check: it goes by names, and says nothing readable."""
    field = spot.field
    count = st.session_state.setdefault(f"uploads:{spot.at.id}:{field.name}", 0)
    file = st.file_uploader(
        spot.words.label, key=f"{spot.at.id}:{field.name}:upload:{count}", help=spot.words.help
    )
    st.caption(accepted(field))
    media: Media = field.media or "image"

    def given(content: BinaryIO, name: str) -> NoReturn:
        _take(spot, lambda: client.upload(content, name, media), name, before)

    def mine(run: Run) -> NoReturn:
        _take(spot, lambda: client.result_as_upload(run.id, media), words.name(run), before)

    if file is not None:
        given(file, file.name)
    with st.container(horizontal=True, gap="xsmall"):
        sample = words.sample(spot.at.id, field.name, media)
        if st.button(sample.button, key=f"{spot.at.id}:{field.name}:sample", icon="🗂️"):
            with sample.path.open("rb") as content:
                given(content, sample.path.name)
        from_results.draw(client, spot, mine)


def _take(
    spot: Spot, find: Callable[[], Upload], name: str, before: list[Upload] | None
) -> NoReturn:
    """Put the file into the form, behind those that were there `before`, or remember why not; and
    begin again with an empty uploader."""
    key = _refusal_key(spot.at, spot.field.name)
    st.session_state.pop(key, None)
    try:
        with st.spinner("Looking at the file …"):
            upload = find()
        new = upload if before is None else [*before, upload]
        state.fill(spot.at, further.with_twin(spot.at, spot.field.name, new))
    except (BadMedia, StoreError) as error:
        st.session_state[key] = f"{clip(name, 60)}: {error}"
    except (KeyError, FileNotFoundError):
        st.session_state[key] = f"{clip(name, 60)}: its file is no longer here."
    except OSError:
        st.session_state[key] = errors.advice({"kind": "OSError"}).sentence
    st.session_state[f"uploads:{spot.at.id}:{spot.field.name}"] += 1
    st.rerun()


def accepted(field: Field) -> str:
    """What may be given: "JPEG, PNG or WEBP, at most 10 MB"."""
    kinds = list(field.formats)
    said = [" or ".join(filter(None, [", ".join(kinds[:-1]), *kinds[-1:]]))]
    if field.max_bytes:
        said.append(f"at most {field.max_bytes // 2**20} MB")
    if field.min_seconds and field.max_seconds:
        said.append(f"{number(field.min_seconds)} to {number(field.max_seconds)} seconds long")
    elif field.max_seconds:
        said.append(f"at most {seconds(field.max_seconds)} long")
    return ", ".join(filter(None, said))


def _given(
    client: Client, spot: Spot, upload: Upload, without: Any = None, number: int = 0
) -> Upload:
    """One file that was given; `without` is what the form has when it is taken away."""
    key = f"{spot.at.id}:{spot.field.name}:{number}"
    with st.container(border=True, key=f"given:{key}"):
        show(client, upload, f"{spot.words.label}: {upload.name}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(
                facts(upload),
                width="stretch",
            )
            st.button(
                "Choose another" if without is None else "Remove",
                key=f"{key}:remove",
                on_click=state.fill,
                args=(spot.at, further.with_twin(spot.at, spot.field.name, without)),
            )
    return upload


def facts(upload: Upload) -> str:
    """Its name and measures, as HTML."""
    return (
        f'<p class="pg-prompt">{safe(upload.name)}</p><p class="pg-small">{_measures(upload)}</p>'
    )


def show(client: Client, upload: Upload, title: str) -> None:
    """The picture, or a player; `title` is what a screen reader says."""
    kind = upload.media_type.partition("/")[0]
    if kind == "video":
        source = client.upload_url(upload)
        st.html(players.video(source, width=upload.width, height=upload.height, label=title))
    elif kind == "audio":
        st.html(players.audio(client.upload_url(upload), label=title))
    elif (picture := _preview(client, upload)) is not None:
        st.image(picture, alt=title)


def _measures(upload: Upload) -> str:
    """How large and how long: "640 × 480 pixels · 12 s · 84 kB"."""
    said: list[str] = []
    if upload.width and upload.height:
        said.append(f"{upload.width} × {upload.height} pixels")
    if upload.seconds:
        said.append(seconds(upload.seconds))
    return " · ".join([*said, size(upload.size)])


def _preview(client: Client, upload: Upload) -> bytes | None:
    try:
        return _reduced(upload.sha256, client, upload)
    except (OSError, StoreError):
        return None  # the check beside the field says so when it is sent


@st.cache_data(max_entries=64, show_spinner=False)
def _reduced(sha256: str, _client: Client, _upload: Upload) -> bytes:
    # Its content names it: the rest is only where it lies.
    with Image.open(_client.at_hand(_upload)) as picture:
        picture.draft("RGB", (PREVIEW_PIXELS, PREVIEW_PIXELS))
        picture.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
        target = BytesIO()
        picture.convert("RGB").save(target, "WEBP", quality=82)
    return target.getvalue()


def _refusal_key(at: Endpoint, field: str) -> str:
    return f"bad_file:{at.id}:{field}"
