"""A file to work on: from the computer, or a sample of ours."""

from io import BytesIO
from typing import NoReturn

import streamlit as st
from PIL import Image

from lib.deapi.contract import Endpoint
from lib.deapi.fields import Field
from lib.deapi.media import BadMedia, Upload
from lib.store import StoreError
from lib.ui import errors, state, words
from lib.ui.inputs import Spot
from lib.ui.plain import clip, safe, size
from lib.ui.session import Client

PREVIEW_PIXELS = 480


def draw(client: Client, spot: Spot, now: Upload | None) -> Upload | None:
    """What was given with its picture, or a place to give it; returns what the form has now."""
    if now is None:
        return _asked(client, spot)
    st.session_state.pop(_refusal_key(spot.at, spot.field.name), None)
    return _given(spot, now)


def refusal(at: Endpoint, field: str) -> str | None:
    """Why the last file for this field was not taken, until another one is given."""
    return st.session_state.get(_refusal_key(at, field))


def _asked(client: Client, spot: Spot) -> None:
    """No type and no size for Streamlit to check: it goes by names, and says nothing readable."""
    field = spot.field
    count = st.session_state.setdefault(f"uploads:{spot.at.id}:{field.name}", 0)
    file = st.file_uploader(
        spot.words.label, key=f"{spot.at.id}:{field.name}:upload:{count}", help=spot.words.help
    )
    st.caption(_accepted(field))
    if file is not None:
        _take(client, spot, file.getvalue(), file.name)
    sample = words.MEDIA[field.media] if field.media else None
    if sample and st.button(sample.button, key=f"{spot.at.id}:{field.name}:sample", icon="🖼️"):
        _take(client, spot, sample.path.read_bytes(), sample.path.name)


def _take(client: Client, spot: Spot, content: bytes, name: str) -> NoReturn:
    """Put the file into the form or remember why not, and begin again with an empty uploader."""
    key = _refusal_key(spot.at, spot.field.name)
    st.session_state.pop(key, None)
    try:
        state.fill(spot.at, {spot.field.name: client.upload(BytesIO(content), name)})
    except (BadMedia, StoreError) as error:
        st.session_state[key] = f"{clip(name, 60)}: {error}"
    except OSError:
        st.session_state[key] = errors.advice({"kind": "OSError"}).sentence
    st.session_state[f"uploads:{spot.at.id}:{spot.field.name}"] += 1
    st.rerun()


def _accepted(field: Field) -> str:
    """What may be given: "JPEG, PNG or WEBP, at most 10 MB"."""
    kinds = list(field.formats)
    said = [" or ".join(filter(None, [", ".join(kinds[:-1]), *kinds[-1:]]))]
    if field.max_bytes:
        said.append(f"at most {field.max_bytes // 2**20} MB")
    return ", ".join(filter(None, said))


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


def _refusal_key(at: Endpoint, field: str) -> str:
    return f"bad_file:{at.id}:{field}"
