"""Runs as they stand in the books when they are done, for benchmarks that need many at once."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from lib.runs.profiles import LIVE
from lib.store import State
from lib.store.run import time_ordered_id

PRICE = Decimal("0.002")


def done_run(at: datetime, **told: Any) -> dict[str, Any]:
    """A row of the table `runs`; `told` has its person, endpoint, model, params and text, and what
    else is not as usual."""
    return {
        "profile": LIVE,
        "id": time_ordered_id(at),
        "search": told["text"],
        "nonce": uuid4().hex,
        "state": State.DONE,
        "fence": 1,
        "request_id": str(uuid4()),
        "quote": PRICE,
        "reserved": PRICE,
        "price": PRICE,
        "price_estimated": False,
        "alternatives": {},
        "thumb": False,
        "keep_tries": 0,
        **dict.fromkeys(("created_at", "sending_at", "accepted_at", "ended_at", "kept_at"), at),
        **told,
    }
