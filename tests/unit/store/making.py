"""What the tests of the store are made with."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from lib.store import NewRun, Store

BERLIN = ZoneInfo("Europe/Berlin")


def _for_search(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """What looks words up is another thing on each database, and made by its migration alone."""
    mine = (("table", "search_words"), ("column", "words"), ("index", "ix_searches_words"))
    return not any(kind == each and (name or "").startswith(of) for each, of in mine)


COMPARED = {"compare_type": True, "include_object": _for_search}
"""How tables are compared with what the migrations have built."""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **delta: float) -> None:
        self.at += timedelta(**delta)


OpenStore = Callable[[Clock], AbstractContextManager[Store]]


@dataclass
class Making:
    """Makes runs to admit: each with a nonce of its own and sensible values."""

    numbers: Iterator[int] = field(default_factory=count)

    def __call__(self, **values: Any) -> NewRun:
        defaults: dict[str, Any] = {
            "profile": "sandbox",
            "person": "ada",
            "endpoint": "images.generations",
            "model": "paint-1",
            "params": {"prompt": "a red fox", "steps": 4},
            "nonce": f"nonce {next(self.numbers)}",
            "quote": Decimal("0.002"),
            "reserved": Decimal("0.003"),
            "text": "a red fox",
        }
        return NewRun(**(defaults | values))
