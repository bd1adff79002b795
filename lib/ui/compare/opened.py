"""One comparison: a card each, live on its own, their results in step.

While something moves, only what moves is drawn again: a picture that somebody looks at closely, or
a video that plays, stays as it is.
"""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.deapi.contract import endpoint
from lib.store.experiments import Cell, Experiment
from lib.ui import catalogue, further, news
from lib.ui.compare import card, over, step
from lib.ui.compare.card import Shown
from lib.ui.experiment import grid, opened, progress
from lib.ui.experiment.place import names
from lib.ui.session import Client

Places = Mapping[int, DeltaGenerator]
"""Where each card is drawn, by the number of its cell."""


def draw(client: Client, experiment_id: str) -> None:
    """Everything about it, or that it is not there."""
    experiment = opened.head(client, experiment_id)
    if experiment is None:
        return
    cells = client.experiments.table(experiment)
    shown = _shown(client, experiment, cells)
    top, bar = st.container(), st.container()
    places = _places(cells)
    _bar(bar, experiment, shown)
    moving = [each for each in shown if _moves(experiment, each)]
    first = next((each for each in shown if each.done), None)
    against = card.text(client, first) if first else None
    for each in shown:
        if each not in moving:
            with places[each.cell.n]:
                card.draw(client, each, None if each is first else against)
    with top:
        if opened.moves(experiment, cells):
            watched = {each.cell.n: places[each.cell.n] for each in moving}
            st.fragment(_tick, run_every=opened.TICK)(client, experiment_id, watched)
        else:
            _how(client, experiment, cells)
    over.draw(client, shown)
    grid.shown(client, catalogue.names(client))


def beside(count: int) -> int:
    """So many cards stand in a row, that the rows are full where they can be."""
    return 2 if count in (2, 4) else min(count, 3)


def _shown(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> list[Shown]:
    files = client.experiments.results(cells)
    variants, models = names(experiment, "variants"), catalogue.names(client)
    return [
        Shown(
            experiment,
            each,
            variants[each.variant],
            models.get(each.model, each.model),
            files.get(each.run.id, []) if each.run else [],
        )
        for each in cells
    ]


def _places(cells: Sequence[Cell]) -> Places:
    found: dict[int, DeltaGenerator] = {}
    wide = max(beside(len(cells)), 1)
    for start in range(0, len(cells), wide):
        for column, each in zip(st.columns(wide), cells[start : start + wide], strict=False):
            found[each.n] = column.container(border=True, key=f"compare_card:{each.n}")
    return found


def _bar(place: DeltaGenerator, experiment: Experiment, shown: Sequence[Shown]) -> None:
    """What is done to all of them at once, as soon as there is one."""
    done = next((each for each in shown if each.done), None)
    media = further.MEDIA.get(endpoint(done.cell.endpoint).result) if done else None
    if media is not None:
        with place:
            step.bar(experiment.id, media)


def _moves(experiment: Experiment, shown: Shown) -> bool:
    """Whether this one goes on without a person: it does, or is about to be sent."""
    return opened.moves(experiment, [shown.cell]) if _waits(shown.cell) else shown.moving


def _waits(cell: Cell) -> bool:
    return cell.run is None and cell.problem is None


def _how(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    st.html(progress.html(client, experiment, cells))
    progress.buttons(client, experiment, cells)


def _tick(client: Client, experiment_id: str, places: Places) -> None:
    """How it goes, and the cards that move; when one has come to rest, the page settles."""
    experiment = client.experiments.get(experiment_id)
    if experiment is None:
        news.settle()
        return
    cells = client.experiments.table(experiment)
    watched = [each for each in _shown(client, experiment, cells) if each.cell.n in places]
    rests = not all(_moves(experiment, each) for each in watched)
    if rests or not opened.moves(experiment, cells):
        # Not drawn here: what is pressed in a fragment that is gone a moment later is lost.
        news.settle()
    _how(client, experiment, cells)
    for each in watched:
        with places[each.cell.n]:
            card.draw(client, each, None)
