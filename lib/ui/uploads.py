"""A file to work on: from the computer, or a sample of ours."""

from io import BytesIO

import streamlit as st
from PIL import Image

from lib.deapi.media import SUFFIXES, BadMedia, Upload
from lib.store import StoreError
from lib.ui import state, words
from lib.ui.inputs import Spot
from lib.ui.plain import safe, size
from lib.ui.session import Client

PREVIEW_PIXELS = 480


def draw(client: Client, spot: Spot, now: Upload | None) -> Upload | None:
    """What was given with its picture, or a place to give it; returns what the form has now."""
    if now is not None:
        return _given(spot, now)
    fresh = _asked(client, spot)
    if fresh is not None:
        state.fill(spot.at, {spot.field.name: fresh})
        _forget_the_uploader(spot)
        st.rerun()
    return None


def _asked(client: Client, spot: Spot) -> Upload | None:
    field = spot.field
    file = st.file_uploader(
        spot.words.label,
        type=[suffix for kind in field.formats for suffix in SUFFIXES[kind]] or None,
        max_upload_size=field.max_bytes // 2**20 if field.max_bytes else None,
        key=_uploader_key(spot),
        help=spot.words.help,
    )
    sample = words.MEDIA[field.media] if field.media else None
    if sample and st.button(sample.button, key=f"{spot.at.id}:{field.name}:sample", icon="🖼️"):
        return _looked_at(client, sample.path.read_bytes(), sample.path.name)
    if file is None:
        return None
    if (known := st.session_state.get(_refusal_key(spot))) and known[0] == file.file_id:
        return _refused(known[1])
    return _looked_at(client, file.getvalue(), file.name, refusal=(spot, file.file_id))


def _looked_at(
    client: Client, content: bytes, name: str, refusal: tuple[Spot, str] | None = None
) -> Upload | None:
    """Keep the file, or say what is wrong with it; a refusal is remembered while it lies there."""
    try:
        return client.upload(BytesIO(content), name)
    except (BadMedia, StoreError) as error:
        if refusal is not None:
            spot, file_id = refusal
            st.session_state[_refusal_key(spot)] = (file_id, str(error))
        return _refused(str(error))


def _refused(sentence: str) -> None:
    st.html(f'<p class="pg-problem" role="alert">{safe(sentence)}</p>')


def _given(spot: Spot, upload: Upload) -> Upload:
    with st.container(border=True, key=f"given:{spot.at.id}:{spot.field.name}"):
        if (picture := _preview(upload)) is not None:
            st.image(picture, alt=f"{spot.words.label}: {upload.name}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(
                f'<p class="pg-prompt">{safe(upload.name)}</p><p class="pg-small">'
                f"{upload.width} × {upload.height} pixels · {size(upload.size)}</p>",
                width="stretch",
            )
            st.button(
                "Choose another",
                key=f"{spot.at.id}:{spot.field.name}:remove",
                on_click=state.fill,
                args=(spot.at, {spot.field.name: None}),
            )
    return upload


def _preview(upload: Upload) -> bytes | None:
    try:
        return _reduced(upload.sha256, str(upload.path))
    except OSError:
        return None  # the check beside the field says so when it is sent


@st.cache_data(max_entries=64, show_spinner=False)
def _reduced(sha256: str, path: str) -> bytes:
    # Its content names it: the path is only where it lies.
    with Image.open(path) as picture:
        picture.draft("RGB", (PREVIEW_PIXELS, PREVIEW_PIXELS))
        picture.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
        target = BytesIO()
        picture.convert("RGB").save(target, "WEBP", quality=82)
    return target.getvalue()


def _uploader_key(spot: Spot) -> str:
    count = st.session_state.setdefault(f"uploads:{spot.at.id}:{spot.field.name}", 0)
    return f"{spot.at.id}:{spot.field.name}:upload:{count}"


def _refusal_key(spot: Spot) -> str:
    return f"bad:{spot.at.id}:{spot.field.name}"


def _forget_the_uploader(spot: Spot) -> None:
    st.session_state[f"uploads:{spot.at.id}:{spot.field.name}"] += 1
