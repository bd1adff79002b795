"""Prices before they are paid: asked once for exactly these parameters, good for five minutes."""

import asyncio
import hashlib
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from lib.deapi import pricing
from lib.deapi.client import Client
from lib.deapi.contract import Endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.media import Upload
from lib.runs.params import FileGone

AtHand = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Has the files among some parameters on this machine."""

LIFE = timedelta(minutes=5)
_KEPT = 5000
"""As many as an experiment may ask for, and some more."""


@dataclass(frozen=True, slots=True)
class Quote:
    """deAPI's answer to "what would this cost": `price` in USD, given `at`."""

    price: Decimal
    at: datetime


class Quotes:
    """The quotes of one profile. Asked from the loop; `peek` and `forget` may be called from any
    thread."""

    def __init__(
        self,
        client: Client,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        at_hand: AtHand | None = None,
    ) -> None:
        """`at_hand` is awaited before each question, as some go with files."""
        self._client = client
        self._now = now
        self._at_hand = at_hand
        self._known: dict[str, Quote | DeapiError] = {}
        self._changing = threading.Lock()
        self._asked: dict[str, asyncio.Task[Quote]] = {}

    def peek(self, endpoint: Endpoint, params: Mapping[str, Any]) -> Quote | DeapiError | None:
        """The fresh quote for exactly these parameters, why there is none, or None: ask first."""
        return self.named(key(endpoint, params))

    def named(self, name: str, life: timedelta = LIFE) -> Quote | DeapiError | None:
        """The same by its `key`, and of quotes that may be as old as `life`."""
        known = self._known.get(name)
        if isinstance(known, Quote) and self._now() - known.at >= life:
            return None
        return known

    @property
    def is_asking(self) -> bool:
        """Whether an answer is on its way."""
        return bool(self._asked)

    def forget(self, endpoint: Endpoint, params: Mapping[str, Any]) -> None:
        """Drop the answer for these parameters, so that it is asked for again."""
        with self._changing:
            self._known.pop(key(endpoint, params), None)

    async def ask(self, endpoint: Endpoint, params: Mapping[str, Any]) -> Quote:
        """The quote for these parameters, from deAPI when none is fresh.

        Two that ask for the same share one request. Raises `DeapiError` as the client does,
        `FileGone` and `FileAway`.
        """
        fresh = self.peek(endpoint, params)
        if isinstance(fresh, Quote):
            return fresh
        # The one who asked first may go away; the other still wants the answer.
        return await asyncio.shield(self._task(endpoint, params))

    def begin(self, endpoint: Endpoint, params: Mapping[str, Any]) -> None:
        """Ask without waiting, unless the answer is known or on its way: `peek` has it later."""
        if key(endpoint, params) not in self._asked and self.peek(endpoint, params) is None:
            self._task(endpoint, params).add_done_callback(_heard)

    def _task(self, endpoint: Endpoint, params: Mapping[str, Any]) -> asyncio.Task[Quote]:
        name = key(endpoint, params)
        task = self._asked.get(name)
        if task is None:
            task = asyncio.ensure_future(self._fetch(name, endpoint, params))
            self._asked[name] = task
            task.add_done_callback(lambda _: self._asked.pop(name, None))
        return task

    async def _fetch(self, name: str, endpoint: Endpoint, params: Mapping[str, Any]) -> Quote:
        try:
            if self._at_hand is not None:
                await self._at_hand(params)
            quote = Quote(await self._client.quote(endpoint, params), self._now())
        except DeapiError as error:
            self._remember(name, error)
            raise
        except OSError as error:
            gone = FileGone(error)
            self._remember(name, gone)
            raise gone from error
        self._remember(name, quote)
        return quote

    def _remember(self, name: str, answer: Quote | DeapiError) -> None:
        with self._changing:
            self._known.pop(name, None)
            self._known[name] = answer
            while len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]


def _heard(task: asyncio.Task[Quote]) -> None:
    """Its error is remembered; asyncio would complain that nobody looked at it."""
    if not task.cancelled():
        task.exception()


def key(endpoint: Endpoint, params: Mapping[str, Any]) -> str:
    """One short name for exactly what the price is asked with; files count by their content."""

    def plain(value: Any) -> str:
        return value.sha256 if isinstance(value, Upload) else str(value)

    body, _ = next(pricing.ways(endpoint, params))
    text = json.dumps([endpoint.id, body], sort_keys=True, default=plain)
    return hashlib.sha256(text.encode()).hexdigest()
