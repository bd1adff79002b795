"""What has ended, or waits for its person, since a session looked last: runs, and experiments and
recipes as a whole. A new session begins with what its person has not seen in any other."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import streamlit as st

from lib.store import Run, State, Status, StoreError, is_part
from lib.store.experiments import Experiment
from lib.store.recipes import RecipeRun
from lib.ui import words
from lib.ui.experiment import place as experiment_place
from lib.ui.plain import clip
from lib.ui.recipes import place as recipe_place
from lib.ui.session import Client
from lib.ui.snapshot import Ended, Snapshot

KEPT = 20
"""So many of the last ones stay in the bell."""
FAILED = "A run failed"
WAITS = "waits for you"
"""How it ends what is said of one that goes on as soon as its person says so."""
_TITLE = 80


@dataclass(frozen=True, slots=True)
class News:
    """One thing that has ended, or waits for its person. `said` is a few words, `about` what it
    was; `page` and `params` are where it can be looked at."""

    id: str
    said: str
    about: str
    page: str
    params: dict[str, str]


@dataclass(slots=True)
class _Seen:
    """What this session has watched until `at`, and what came of it."""

    at: datetime | None = None
    runs: set[str] = field(default_factory=set[str])
    experiments: set[str] = field(default_factory=set[str])
    recipes: set[str] = field(default_factory=set[str])
    fresh: list[News] = field(default_factory=list[News])
    """Since its person did something last: for the tab's title."""
    kept: list[News] = field(default_factory=list[News])
    """The newest first."""
    unread: int = 0


def settle() -> None:
    """Draw the whole page again because something has ended, and not because a person did it."""
    st.session_state["settling"] = True
    st.rerun()


def look(client: Client, now: Snapshot) -> None:
    """Note what has ended since the last drawing of the page; once a drawing, before the bell."""
    seen = _seen(client)
    if not st.session_state.pop("settling", False):
        seen.fresh.clear()
    if seen.at is None:
        seen.kept = _missed(client, now)
        seen.unread = len(seen.kept)
    seen.at = now.at
    new = _runs(client, seen, now)
    new += _experiments(client, seen, now)
    new += _recipes(client, seen, now)
    seen.fresh += new
    seen.kept = [*reversed(new), *seen.kept][:KEPT]
    seen.unread = min(seen.unread + len(new), KEPT)


def something_ended(client: Client, now: Snapshot) -> bool:
    """Whether something that was going on at the last drawing is not any more."""
    seen = _seen(client)
    left = seen.experiments - now.experiments.keys(), seen.recipes - now.recipes.keys()
    return bool(seen.runs - _ids(now) or any(left))


def fresh(client: Client) -> list[News]:
    """What ended since its person did something last."""
    return _seen(client).fresh


def kept(client: Client) -> list[News]:
    """The last things that ended, the newest first."""
    return _seen(client).kept


def unread(client: Client) -> int:
    """How many of them nobody has looked at."""
    return _seen(client).unread


def read(client: Client) -> None:
    """They have been looked at, and are no news in another window either."""
    seen = _seen(client)
    if seen.unread and seen.at is not None:
        with suppress(StoreError):  # then they are told of once more
            client.open_bell(seen.at)
    seen.unread = 0


def _seen(client: Client) -> _Seen:
    return st.session_state.setdefault(f"news:{client.profile}", _Seen())


def _missed(client: Client, now: Snapshot) -> list[News]:
    """What ended before this session and was not looked at, the newest first. What goes on in
    `now` is left to be watched."""
    going = _ids(now) | now.experiments.keys() | now.recipes.keys()
    found = (_of(each) for each in client.missed(KEPT) if each.id not in going)
    return [each for each in found if each is not None]


def _of(ended: Ended) -> News | None:
    match ended:
        case Run():
            return _of_run(ended)
        case Experiment():
            return _of_experiment(ended)
        case RecipeRun():
            return _of_recipe(ended)


def _ids(now: Snapshot) -> set[str]:
    return {run.id for run in now.runs}


def _runs(client: Client, seen: _Seen, now: Snapshot) -> list[News]:
    """Runs that ended by themselves; those of an experiment or a recipe are no news, its end is."""
    before, seen.runs = seen.runs, _ids(now)
    gone = sorted(before - seen.runs)
    found = client.seen(gone) if gone else {}
    return [
        _of_run(run)
        for run in map(found.get, gone)
        if run is not None and run.state in (State.DONE, State.FAILED) and not is_part(run.nonce)
    ]


def _of_run(run: Run) -> News:
    return News(
        id=run.id,
        said=words.ready(run.endpoint) if run.state is State.DONE else FAILED,
        about=clip(words.name(run), _TITLE),
        page=words.HISTORY.page,
        params={"run": run.id},
    )


def _experiments(client: Client, seen: _Seen, now: Snapshot) -> list[News]:
    before, seen.experiments = seen.experiments, {*now.experiments}
    gone = map(client.experiments.get, sorted(before - seen.experiments))
    return [news for each in gone if each and (news := _of_experiment(each))]


def _of_experiment(experiment: Experiment) -> News | None:
    """What became of one that ran; nothing where its person did that."""
    if experiment.status is Status.DONE:
        said = "Experiment ready"
    elif experiment.status is Status.PAUSED and experiment.problem is not None:
        said = f"Experiment {WAITS}"
    else:
        return None
    page = experiment_place.VIEWS[experiment_place.view_of(experiment)].page
    return _of_several(experiment, said, page, {experiment_place.OPENED: experiment.id})


def _recipes(client: Client, seen: _Seen, now: Snapshot) -> list[News]:
    before, seen.recipes = seen.recipes, {*now.recipes}
    gone = map(client.recipes.run, sorted(before - seen.recipes))
    return [news for each in gone if each and (news := _of_recipe(each))]


def _of_recipe(going: RecipeRun) -> News | None:
    """What became of one that went on by itself; nothing where its person stopped it."""
    if going.status is Status.STOPPED:
        return None
    # Its person can't pause it: it was paused for an answer, or runs and a step needs one.
    said = "Recipe ready" if going.status is Status.DONE else f"Recipe {WAITS}"
    return _of_several(going, said, words.RECIPES.page, {recipe_place.OPENED: going.recipe_id})


def _of_several(
    whole: Experiment | RecipeRun, said: str, page: str, params: dict[str, str]
) -> News:
    """Of what has several runs: it may be told of more than once, each time something else."""
    return News(
        id=f"{whole.id} {said}",
        said=said,
        about=clip(whole.title, _TITLE),
        page=page,
        params=params,
    )
