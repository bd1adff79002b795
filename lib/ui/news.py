"""What has ended since a session looked last: runs, and experiments as a whole."""

from dataclasses import dataclass, field

import streamlit as st

from lib.store import Run, State, experiments
from lib.ui import words
from lib.ui.plain import clip
from lib.ui.session import Client
from lib.ui.snapshot import Snapshot

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


def look(client: Client, now: Snapshot) -> None:
    """Note what has ended since the last drawing of the page; once a drawing, before the bell."""
    seen = _seen(client)
    if not st.session_state.pop("settling", False):
        seen.fresh.clear()
    new = [*_runs(client, seen, now), *_experiments(seen, now)]
    seen.fresh += new
    seen.kept = [*reversed(new), *seen.kept][:KEPT]
    seen.unread = min(seen.unread + len(new), KEPT)


def something_ended(client: Client, now: Snapshot) -> bool:
    """Whether something that was going on at the last drawing is not any more."""
    seen = _seen(client)
    return bool(seen.runs - _ids(now) or seen.experiments.keys() - now.experiments.keys())


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


def _ids(now: Snapshot) -> set[str]:
    return {run.id for run in now.runs}


def _runs(client: Client, seen: _Seen, now: Snapshot) -> list[News]:
    """Runs that ended by themselves; those of an experiment are no news, its end is."""
    before, seen.runs = seen.runs, _ids(now)
    gone = sorted(before - seen.runs)
    found = client.seen(gone) if gone else {}
    return [
        News(
            id=run.id,
            said=_said(run),
            about=clip(words.name(run), _TITLE),
            page=words.HISTORY.page,
            params={"run": run.id},
        )
        for run in map(found.get, gone)
        if run is not None
        and run.state in (State.DONE, State.FAILED)
        and not experiments.is_cell(run.nonce)
    ]


def _said(run: Run) -> str:
    return words.ready(run.endpoint) if run.state is State.DONE else FAILED


def _experiments(seen: _Seen, now: Snapshot) -> list[News]:
    before, seen.experiments = seen.experiments, {**now.experiments}
    return [
        News(
            id=experiment_id,
            said="Experiment ready",
            about=clip(title, _TITLE),
            page=words.LAB.page,
            params={"experiment": experiment_id},
        )
        for experiment_id, title in before.items()
        if experiment_id not in now.experiments
    ]
