"""Where a run stands, in words."""

from collections.abc import Mapping
from datetime import UTC, datetime

from lib.store import Run, Settlement, State
from lib.ui import clock, errors, words
from lib.ui.plain import seconds

MOVING = frozenset({State.WAITING, State.SENDING, State.ACCEPTED, State.WORKING, State.KEEPING})
"""States that go on by themselves, so that a page watches them."""


_SENTENCES: Mapping[State, str] = {
    State.SENDING: "Sending …",
    State.ACCEPTED: "Sent, waiting for a free machine",
    State.WORKING: "{working} …{percent}",
    State.KEEPING: "Saving your {noun} …",
    State.DONE: "Your {noun} is ready",
    State.CANCELLED: "Cancelled",
    State.UNKNOWN: "Nobody knows whether this was paid for",
    State.STALLED: "No news for a long time. deAPI is asked again every hour.",
}


def moving(run: Run) -> bool:
    """Whether something will happen without a person: a price that rose waits for one."""
    return run.state in MOVING and not price_rose(run)


def price_rose(run: Run) -> bool:
    return run.state is State.WAITING and (run.error or {}).get("kind") == "PriceRose"


def sentence(run: Run, delay: float = 0.0) -> str:
    """What a person wants to know of a run at one look; `delay` seconds the rate limit takes."""
    if run.state is State.WAITING:
        return _waiting(run, delay)
    if run.state is State.FAILED:
        return _failed(run)
    told = words.endpoint(run.endpoint)
    percent = f" {run.progress:.0f} %" if run.progress else ""
    return _SENTENCES[run.state].format(working=told.working, noun=told.noun, percent=percent)


def _waiting(run: Run, delay: float) -> str:
    kind = (run.error or {}).get("kind")
    wait = delay
    if run.not_before is not None:
        wait = max(wait, (run.not_before - datetime.now(UTC)).total_seconds())
    if kind == "PriceRose":
        return "The price went up while this was waiting"
    if kind == "DailyLimit":
        at = f", at {clock.hour(run.not_before)}" if run.not_before else ""
        return f"Today's runs are used up, goes on in {seconds(wait)}{at}"
    if kind == "NotDelivered":
        return f"deAPI can't be reached, trying again in {seconds(wait)}"
    if kind is not None and not kind.endswith("Limit") and kind != "RateLimited":
        return f"Waiting to be sent, trying again in {seconds(wait)}"
    if wait >= 1:
        return f"Waiting for the rate limit, about {seconds(wait)}"
    return "Waiting to be sent …"


def _failed(run: Run) -> str:
    if run.settled is not None:
        paid = "counted as paid" if run.settled is Settlement.PAID else "not charged"
        return f"Settled by you: {paid}"
    return errors.advice(run.error or {}).sentence


def took(run: Run) -> float:
    """Seconds from the click to the end, or to now."""
    end = run.kept_at or run.ended_at or datetime.now(UTC)
    return (end - run.created_at).total_seconds()
