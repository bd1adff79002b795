"""What this process has seen of one profile since it was started, in plain numbers.

Written on the loop. Whoever wants to read them asks the engine (`Engine.seen`).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from lib.runs.balance import Balance

By = Literal["push", "poll", "webhook"]
"""How the end of a job was heard of (design.md, Delivery)."""

BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds up to which each of the first ones of `Delays.counts` goes; the last has no end."""


@dataclass
class Delays:
    """How often something took how long: `counts` by `BOUNDS`, `total` in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one that took so long."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


@dataclass
class Counts:
    """`steps` by endpoint and the state that a run came into, `failures` by endpoint and kind of
    error, `settled` in USD by endpoint, and how late the ends of jobs were heard of."""

    steps: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    failures: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    settled: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    delays: dict[By, Delays] = field(default_factory=dict[By, Delays])


@dataclass(frozen=True, slots=True)
class Seen:
    """The counts of a profile, with `errors` of its calls by the governor's name for them and the
    error's kind, `queues` as `Governor.queues` gives them, and the last known balance."""

    counts: Counts
    errors: Mapping[tuple[str, str], int]
    queues: Mapping[str, tuple[int, float]]
    balance: Balance | None
