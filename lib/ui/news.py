"""What has ended since a session looked last: runs, and experiments as a whole."""

from dataclasses import dataclass, field

import streamlit as st

from lib.store import Run, State, experiments
from lib.ui import words
from lib.ui.plain import clip
from lib.ui.session import Client

KEPT = 20
"""So many of the last ones stay in the bell."""
FAILED = "A run failed"
_TITLE = 80


@dataclass(frozen=True, slots=True)
class News:
    """One thing that has ended. `said` is two words, `about` what it was; `page` and `params` are
    where it can be looked at."""

    id: str
    said: str
    about: str
    page: str
    params: dict[str, str]


@dataclass(slots=True)
class _Seen:
    """What this session has watched, and what came of it."""

    runs: set[str] = field(default_factory=set[str])
    experiments: dict[str, str] = field(default_factory=dict[str, str])
    fresh: list[News] = field(default_factory=list[News])
    """Since its person did something last: for the tab's title."""
    kept: list[News] = field(default_factory=list[News])
    """The newest first."""
    unread: int = 0


def settle() -> None:
    """Draw the whole page again because something has ended, and not because a person did it."""
    st.session_state["settling"] = True
    st.rerun()


def look(client: Client) -> None:
    """Note what has ended since the last drawing of the page; once a drawing, before the bell."""
    seen = _seen(client)
    if not st.session_state.pop("settling", False):
        seen.fresh.clear()
    new = [*_runs(client, seen), *_experiments(client, seen)]
    seen.fresh += new
    seen.kept = [*reversed(new), *seen.kept][:KEPT]
    seen.unread = min(seen.unread + len(new), KEPT)


def something_ended(client: Client, now: set[str]) -> bool:
    """Whether of what was going on at the last drawing something is not among `now`."""
    seen = _seen(client)
    return bool(seen.runs - now or seen.experiments.keys() - client.experiments.running().keys())


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
    """They have been looked at."""
    _seen(client).unread = 0


def _seen(client: Client) -> _Seen:
    return st.session_state.setdefault(f"news:{client.profile}", _Seen())


def _runs(client: Client, seen: _Seen) -> list[News]:
    """Runs that ended by themselves; those of an experiment are no news, its end is."""
    now = {run.id for run in client.open_runs()}
    before, seen.runs = seen.runs, now
    ended = [run for run in map(client.run, sorted(before - now)) if run is not None]
    return [
        News(
            id=run.id,
            said=_said(run),
            about=clip(words.name(run), _TITLE),
            page=words.HISTORY.page,
            params={"run": run.id},
        )
        for run in ended
        if run.state in (State.DONE, State.FAILED) and not experiments.is_cell(run.nonce)
    ]


def _said(run: Run) -> str:
    return words.ready(run.endpoint) if run.state is State.DONE else FAILED


def _experiments(client: Client, seen: _Seen) -> list[News]:
    now = client.experiments.running()
    before, seen.experiments = seen.experiments, now
    return [
        News(
            id=experiment_id,
            said="Experiment ready",
            about=clip(title, _TITLE),
            page=words.LAB.page,
            params={"experiment": experiment_id},
        )
        for experiment_id, title in before.items()
        if experiment_id not in now
    ]
