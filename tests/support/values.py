"""Values for forms, drawn by hypothesis: legal ones from the fields themselves, and rubbish."""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from lib.deapi.fields import Field
from lib.deapi.media import Upload

PICTURE = Upload(
    path=Path("picture.png"),
    name="picture.png",
    sha256="0" * 64,
    size=1000,
    format="PNG",
    media_type="image/png",
    width=64,
    height=64,
)
"""A picture that exists on no disk: enough for whoever doesn't open it."""

TUNE = Upload(
    path=Path("tune.mp3"),
    name="tune.mp3",
    sha256="1" * 64,
    size=1000,
    format="MP3",
    media_type="audio/mpeg",
    seconds=5.0,
)
FILM = Upload(
    path=Path("film.mp4"),
    name="film.mp4",
    sha256="2" * 64,
    size=1000,
    format="MP4",
    media_type="video/mp4",
    width=64,
    height=64,
    seconds=2.0,
)
OF_MEDIA: Mapping[str, Upload] = {
    "image": PICTURE,
    "audio": TUNE,
    "video": FILM,
    "recording": TUNE,
}
"""Files that exist on no disk, by what they should be."""

RUBBISH = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 2**63, -(2**63) - 1]),
    st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.binary(max_size=5),
    st.just(PICTURE),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "weight", "x"]), inner, max_size=3)
        ),
        max_leaves=5,
    ),
)
"""What no widget gives, and a draft of an older version, a bug or a hostile page might."""


def legal(field: Field, files: st.SearchStrategy[Upload] | None = None) -> st.SearchStrategy[Any]:
    """Any value that `field` says it takes, nothing at all included where it isn't required.

    Files are chosen from `files`; without any, one of a legal size is made up.
    """
    if field.kind in ("file", "files"):
        given = st.just(_fit(field)) if files is None else files
        if field.kind == "files":
            given = st.lists(given, min_size=1, max_size=field.max_items or 1)
    else:
        given = _GIVEN[field.kind](field)
    return given if field.required else st.none() | given


def _text(field: Field) -> st.SearchStrategy[Any]:
    if field.scheme is not None:
        return st.sampled_from([f"{field.scheme}://example.com/{name}" for name in ("a", "b?c=ü")])
    least = max(field.min_length or 0, 1 if field.required else 0)
    most = least + 300 if field.max_length is None else min(field.max_length, least + 300)
    # Every character there is, NUL and halves of pairs too; spaces alone are nothing.
    drawn = st.text(st.characters(exclude_categories=()), max_size=most)
    if not least:
        return drawn
    filler = "x" * least
    return drawn.map(lambda text: filler + text[: most - least])


def _texts(field: Field) -> st.SearchStrategy[Any]:
    line = st.text(st.characters(exclude_categories=()), max_size=60).map(lambda text: f"x{text}")
    return st.lists(line, min_size=1, max_size=5)


def _boolean(_: Field) -> st.SearchStrategy[Any]:
    return st.booleans()


def _integer(field: Field) -> st.SearchStrategy[Any]:
    grid = int(field.step or 1)
    low = -(2**63) if field.minimum is None else int(field.minimum)
    high = 2**63 - 1 if field.maximum is None else int(field.maximum)
    drawn = st.integers(-(-low // grid), high // grid).map(lambda count: count * grid)
    return _or_random(field, drawn)


def _number(field: Field) -> st.SearchStrategy[Any]:
    low = None if field.minimum is None else float(field.minimum)
    high = None if field.maximum is None else float(field.maximum)
    # The float nearest to a huge integer may lie outside of it.
    if low is not None and field.minimum is not None and low < field.minimum:
        low = math.nextafter(low, math.inf)
    if high is not None and field.maximum is not None and high > field.maximum:
        high = math.nextafter(high, -math.inf)
    drawn = st.floats(low, high, allow_nan=False, allow_infinity=False)
    return _or_random(field, drawn)


def _or_random(field: Field, drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return drawn if field.random is None else st.just(field.random) | drawn


def _choice(field: Field) -> st.SearchStrategy[Any]:
    return st.sampled_from(field.choices)


def _loras(field: Field) -> st.SearchStrategy[Any]:
    names = st.sampled_from([lora.name for lora in field.loras])
    weights = st.integers(-3, 3) | st.floats(allow_nan=False, allow_infinity=False)
    return st.lists(st.fixed_dictionaries({"name": names, "weight": weights}), max_size=3)


def _fit(field: Field) -> Upload:
    upload = OF_MEDIA[field.media or "image"]
    if upload.width is None:
        return upload
    width = min(max(64, math.ceil(field.min_width or 0)), field.max_width or math.inf)
    height = min(max(64, math.ceil(field.min_height or 0)), field.max_height or math.inf)
    return dataclasses.replace(upload, width=int(width), height=int(height))


_GIVEN = {
    "text": _text,
    "texts": _texts,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "choice": _choice,
    "loras": _loras,
}
