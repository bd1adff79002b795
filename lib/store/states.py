"""The states of a run and the moves between them, as data (rules.md, "States of a run")."""

from enum import StrEnum


class State(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    """Committed, not sent; may be cancelled."""
    SENDING = "sending"
    """Committed just before the bytes leave."""
    ACCEPTED = "accepted"
    """deAPI gave it a request id."""
    WORKING = "working"
    """deAPI is at it."""
    KEEPING = "keeping"
    """deAPI is done and the price is posted; the files are not ours yet."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """It may or may not have been paid for: a person decides."""
    STALLED = "stalled"
    """Accepted, and no end in sight: asked about every hour."""


class Settlement(StrEnum):
    """How a person settled a run whose outcome deAPI never told."""

    PAID = "counted as paid"
    FREE = "wasn't charged"


MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENDING, State.CANCELLED}),
    # Back to waiting only on a proven non-delivery or a 429.
    # Keeping at once when the answer carries the result: such a run has no job.
    State.SENDING: frozenset(
        {State.WAITING, State.ACCEPTED, State.KEEPING, State.FAILED, State.UNKNOWN}
    ),
    State.ACCEPTED: frozenset({State.WORKING, State.KEEPING, State.FAILED, State.STALLED}),
    State.WORKING: frozenset({State.KEEPING, State.FAILED, State.STALLED}),
    State.STALLED: frozenset({State.WORKING, State.KEEPING, State.FAILED}),
    # Failed here means: paid for, and the files could never be fetched.
    State.KEEPING: frozenset({State.DONE, State.FAILED}),
    # Accepted when its request id turns up, keeping when an answer with the result does; failed
    # when a person settles it.
    State.UNKNOWN: frozenset({State.ACCEPTED, State.KEEPING, State.FAILED}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""From each state, the states that can come next. Anything else is a mistake of ours."""

ENDED = frozenset(state for state, following in MOVES.items() if not following)
OPEN = frozenset(State) - ENDED
FOLLOWED = frozenset({State.ACCEPTED, State.WORKING, State.STALLED})
"""deAPI is asked how the job stands."""
ASKING = frozenset({State.UNKNOWN, State.STALLED})
"""A person may have to say what became of it: nothing that needs its result goes on."""
HOLDING = OPEN - {State.KEEPING}
"""The ledger entry is still pending."""
