"""What is told of a run's steps: a line each for who operates this, and the counts behind them.

A line says what happened and what it cost, and nothing of what a person wrote or made: neither
prompts nor deAPI's words, which may repeat them.
"""

import logging
from contextlib import AbstractContextManager

from lib import logs
from lib.runs.counts import By, Counts, Delays
from lib.store import Run, State

log = logging.getLogger(__name__)


def about(run: Run) -> AbstractContextManager[None]:
    """From here on, the log is about this run."""
    return logs.about(run=run.id, profile=run.profile, endpoint=run.endpoint)


def taken_up(run: Run) -> None:
    """It goes on here from now on: it was just admitted, or another process has left it."""
    if run.state is State.WAITING and not run.fence:
        log.info("admitted at a quote of $%s, holding $%s", run.quote, run.reserved)
    else:
        log.info("taken up: %s", run.state)


def made(before: Run, after: Run | None, counts: Counts) -> None:
    """It has gone from `before` to `after`; nothing is told of what is no step, as progress is, or
    of a run that is somebody else's by now (None)."""
    if after is None:
        return
    came_back = after.fence != before.fence or after.not_before != before.not_before
    if after.state is before.state and not (after.state is State.WAITING and came_back):
        return
    counts.steps[after.endpoint, after.state] += 1
    if after.price is not None and before.price is None:
        spent = counts.settled.get(after.endpoint)
        counts.settled[after.endpoint] = after.price if spent is None else spent + after.price
    if after.error is not None and after.state in (State.FAILED, State.UNKNOWN, State.WAITING):
        counts.failures[after.endpoint, _kind(after)] += 1
    log.info("%s", _sentence(after))


def settled(run: Run) -> None:
    """A person has said what it cost."""
    with about(run):
        log.info("%s by hand, posted $%s", run.settled, run.price or 0)


def heard(after: Run | None, by: By, counts: Counts) -> None:
    """The end of its job was heard of: after how long, as well as anybody knows."""
    if after is None or after.accepted_at is None or after.ended_at is None or after.took is None:
        return
    late = (after.ended_at - after.accepted_at).total_seconds() - after.took
    counts.delays.setdefault(by, Delays()).add(max(late, 0.0))


def _sentence(run: Run) -> str:
    words = {
        State.WAITING: f"waiting again: {_kind(run)}",
        State.SENDING: "claimed",
        State.ACCEPTED: f"accepted: request {run.request_id}",
        State.KEEPING: f"settled: posted ${run.price}",
        State.DONE: "done: kept",
        State.FAILED: f"failed: {_kind(run)}, posted ${run.price or 0}",
        State.UNKNOWN: f"lost: {_kind(run)}",
    }
    return words.get(run.state, str(run.state))


def _kind(run: Run) -> str:
    return str((run.error or {}).get("kind") or run.settled or "no error")
