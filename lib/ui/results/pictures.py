"""A picture: large, beside what it was made from, and what is transparent on a checkerboard."""

from collections.abc import Sequence

import streamlit as st

from lib.deapi.media import Upload
from lib.store import ResultFile, Run
from lib.ui import words
from lib.ui.plain import clip, safe
from lib.ui.results import compare
from lib.ui.session import Client

SAME_SHAPE = 0.02
"""Two pictures are laid over each other when their shapes differ by no more than this share."""


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    given = [each for each in client.given(run) if each.media_type.startswith("image/")]
    if len(given) == 1 and _same_shape(given[0], files[0]):
        compare.draw(client, run, files[0], given[0])
        return
    st.html(picture(client, run, files[0]) + made_from(client, given))


def picture(client: Client, run: Run, file: ResultFile) -> str:
    """The picture as HTML, its place kept free while it loads."""
    return _shown(client.url(run, "result"), file, clip(words.name(run), 200))


def made_from(client: Client, given: Sequence[Upload]) -> str:
    """Small pictures of what a run was given."""
    if not given:
        return ""
    shown = "".join(
        f'<img class="pg-thumb" src="{safe(client.upload_url(each))}" loading="lazy"'
        f' alt="{safe(each.name)}" title="{safe(each.name)}">'
        for each in given
    )
    return f'<div class="pg-from"><span class="pg-small">Made from</span>{shown}</div>'


def beside(client: Client, given: Upload) -> str:
    """What a run was given, as large as its column; opens in full size."""
    return _shown(client.upload_url(given), given, given.name)


def _shown(source: str, facts: ResultFile | Upload, alt: str) -> str:
    known = facts.width and facts.height
    shape = f' width="{facts.width}" height="{facts.height}"' if known else ""
    return (
        f'<div class="pg-picture"><a href="{safe(source)}" target="_blank" rel="noopener"'
        f' aria-label="Open in full size"><img class="pg-checkers" src="{safe(source)}"{shape}'
        f' alt="{safe(alt)}"></a></div>'
    )


def _same_shape(before: Upload, after: ResultFile) -> bool:
    if not (before.width and before.height and after.width and after.height):
        return False
    ratio = before.width / before.height * after.height / after.width
    return abs(ratio - 1) <= SAME_SHAPE
