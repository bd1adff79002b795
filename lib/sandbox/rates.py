"""How many calls a key may make (gotchas §11).

Calls fall into pools. In each pool a minute window and, on the basic tier, a day window open with
the first call and run their full length; they don't follow the clock on the wall. Every throttled
answer carries the state of its pool, success or not, so that a client can pace itself.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lib.deapi.contract import Endpoint
from lib.sandbox.config import Tier

MINUTE = 60.0
DAY = 86_400.0


class Limit(NamedTuple):
    """Calls a minute and a day; `None`: as many as the minutes allow."""

    minute: int
    day: int | None = None


PREMIUM = Limit(300)

PRICES = "prices"
"""The pool of every price call."""
FREE_CALLS = Limit(10)
"""Jobs, models, balance and prices: pools of their own (rules.md, Sandbox)."""

BASIC: Mapping[str, Limit] = {
    # gotchas §11. Where deAPI's pages differ, the value inside the documented 15–100 a day.
    "images.generations": Limit(3, 100),
    "images.edits": Limit(1, 15),
    "images.ocr": Limit(5, 50),
    "images.background-removals": Limit(5, 100),
    "images.upscales": Limit(5, 100),
    "videos.generations": Limit(1, 15),
    "videos.animations": Limit(1, 15),
    "videos.audio-syncs": Limit(1, 15),
    "videos.replacements": Limit(1, 15),
    "videos.upscales": Limit(1, 15),  # ours: as the other videos
    "audio.speech": Limit(3, 50),
    "audio.music": Limit(1, 15),
    "audio.transcriptions": Limit(1, 10),
    "embeddings": Limit(10, 100),
    "prompts": Limit(10, 100),
}


def pool_of(endpoint: Endpoint) -> str:
    """The pool of an endpoint's calls; those about prompts share one."""
    return endpoint.family if endpoint.family in BASIC else endpoint.id


@dataclass(slots=True)
class Window:
    """`limit` calls in `length` seconds, counted from the first."""

    length: float
    limit: int
    opened: float = -math.inf
    used: int = 0

    def roll(self, now: float) -> None:
        """Close the window when its time is over; the next call opens a new one."""
        if now >= self.opened + self.length:
            self.opened, self.used = -math.inf, 0

    def count(self, now: float) -> None:
        if self.used == 0:
            self.opened = now
        self.used += 1

    @property
    def remaining(self) -> int:
        return self.limit - self.used

    def closes_in(self, now: float) -> float:
        return self.opened + self.length - now


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may pass, and the headers that say how its pool stands."""

    headers: Mapping[str, str]
    exceeded: Literal["minute", "daily"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """What a tier for a test or a benchmark has of its own. `None`: as the tier has it."""

    minute: int | None = None
    """Paid calls a minute, of each pool. Free calls keep the tier's: who makes a job may ask
    about it."""
    day: int | None = None
    """Paid calls a day, of each pool."""
    window: float | None = None
    """Seconds that a "minute" lasts, for every pool."""

    def of(self, limit: Limit) -> Limit:
        """A paid pool's limit, in place of the tier's own."""
        return Limit(self.minute or limit.minute, self.day or limit.day)


class Rates:
    """The pools of one key. `clock` gives seconds that never go back."""

    def __init__(self, tier: Tier, clock: Callable[[], float]) -> None:
        self._tier: Tier = tier
        self._special = Special()
        self._clock = clock
        self._pools: dict[str, tuple[Window, Window | None]] = {}

    @property
    def tier(self) -> Tier:
        return self._tier

    @property
    def special(self) -> Special:
        return self._special

    def become(self, tier: Tier, special: Special | None = None) -> None:
        """Go by the limits of `tier` from now on, and count from nothing."""
        self._tier, self._special = tier, special or Special()
        self._pools.clear()

    def take(self, pool: str) -> Verdict:
        """Count one call into `pool`; a call over the limit isn't counted."""
        now = self._clock()
        minute, day = self._windows(pool)
        minute.roll(now)
        if day:
            day.roll(now)
        if day and day.remaining <= 0:
            return Verdict(self._headers(pool, minute, day) | _over("daily", day, now), "daily")
        if minute.remaining <= 0:
            return Verdict(
                self._headers(pool, minute, day) | _over("minute", minute, now), "minute"
            )
        minute.count(now)
        if day:
            day.count(now)
        return Verdict(self._headers(pool, minute, day))

    def _windows(self, pool: str) -> tuple[Window, Window | None]:
        if pool not in self._pools:
            limit = PREMIUM if self._tier == "premium" else BASIC.get(pool, FREE_CALLS)
            if pool in BASIC:
                limit = self._special.of(limit)
            day = None if limit.day is None else Window(DAY, limit.day)
            self._pools[pool] = Window(self._special.window or MINUTE, limit.minute), day
        return self._pools[pool]

    @staticmethod
    def _headers(pool: str, minute: Window, day: Window | None) -> dict[str, str]:
        headers = {
            "X-RateLimit-Limit": str(minute.limit),
            "X-RateLimit-Remaining": str(minute.remaining),
            "X-RateLimit-Source": pool,
        }
        if day:
            headers["X-RateLimit-Daily-Limit"] = str(day.limit)
            headers["X-RateLimit-Daily-Remaining"] = str(day.remaining)
        return headers


def _over(kind: str, window: Window, now: float) -> dict[str, str]:
    wait = max(1, math.ceil(window.closes_in(now)))
    return {"X-RateLimit-Type": kind, "Retry-After": str(wait)}
