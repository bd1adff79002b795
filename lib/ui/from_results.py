"""A file to work on from among one's own results, beside the place for one from the computer."""

from collections.abc import Callable, Iterator

import streamlit as st

from lib.deapi.contract import endpoint
from lib.store import ResultFile, Run, State
from lib.ui import further, words
from lib.ui.inputs import Spot
from lib.ui.plain import clip, label, safe
from lib.ui.session import Client

SHOWN = 8
SEARCHED = 100
"""So many of the last runs are looked through."""


def draw(client: Client, spot: Spot, take: Callable[[Run], None], *, keys: str = "") -> None:
    """The newest results that the field takes, looked up when somebody asks; `take` is called
    with the run of the one that was chosen. `keys` tells its widgets from those of another drawing
    of the same field."""
    box = st.popover(
        "From your results",
        icon="🕘",
        key=f"{keys}{spot.at.id}:{spot.field.name}:mine",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        found = list(_fitting(client, spot))
        if not found:
            st.caption("Nothing that fits here yet. What you make will be found here.")
        for run, file in found:
            _row(client, spot, run, file, take, keys)


def _fitting(client: Client, spot: Spot) -> Iterator[tuple[Run, ResultFile]]:
    param = spot.at.param(spot.field.name)
    last = client.page(client.filters(states=(State.DONE,)), limit=SEARCHED)
    runs = [run for run in last if further.takes(param, endpoint(run.endpoint).result)]
    files = client.results([run.id for run in runs])
    fitting = [
        (run, files[run.id][0])
        for run in runs
        if run.id in files and further.fits(param, files[run.id][0])
    ]
    yield from fitting[:SHOWN]


def _row(
    client: Client,
    spot: Spot,
    run: Run,
    file: ResultFile,
    take: Callable[[Run], None],
    keys: str,
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if run.thumb:
            source = safe(client.url(run, "thumb"))
            st.html(f'<img class="pg-thumb" src="{source}" alt="" loading="lazy">', width="content")
        if st.button(
            label(clip(words.name(run), 40)),
            key=f"{keys}{spot.at.id}:{spot.field.name}:mine:{run.id}",
            help=label(words.endpoint(run.endpoint).title),
            width="stretch",
        ):
            take(run)
