"""Runs for screens to show, without a database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lib.deapi.contract import ENDPOINTS
from lib.store import Run, State

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def run(**facts: Any) -> Run:
    """A run that was just admitted, but for `facts`."""
    told: dict[str, Any] = {
        "id": "01",
        "profile": "sandbox",
        "person": "local",
        "endpoint": ENDPOINTS[0].id,
        "model": "some-model",
        "params": {},
        "text": "A lighthouse",
        "nonce": "n",
        "state": State.WAITING,
        "owner": None,
        "fence": 0,
        "request_id": None,
        "quote": Decimal("0.0019"),
        "reserved": Decimal("0.0020"),
        "price": None,
        "fallback": False,
        "instead_of": None,
        "price_estimated": False,
        "progress": None,
        "preview_url": None,
        "result_url": None,
        "alternatives": {},
        "result_text": None,
        "thumb": False,
        "error": None,
        "settled": None,
        "keep_tries": 0,
        "created_at": AT,
        "sending_at": None,
        "lost_at": None,
        "accepted_at": None,
        "news_at": None,
        "ended_at": None,
        "kept_at": None,
        "not_before": None,
        "missing_since": None,
        "stalled_at": None,
    }
    return Run(**(told | facts))
