"""What is left on a profile's account, as far as its key may know."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lib.deapi.client import Client
from lib.deapi.errors import DeapiError

FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Balance:
    """`amount` in USD as of `at`; `error` says why the last look failed.

    Some keys may not see it (403, gotchas §11): then `amount` stays None.
    """

    amount: Decimal | None
    at: datetime
    error: DeapiError | None = None


class BalanceWatch:
    """The last known balance. Looked up from the loop; `peek` and `due` may be called from any
    thread."""

    def __init__(
        self, client: Client, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._client = client
        self._now = now
        self._known: Balance | None = None
        self._looking = asyncio.Lock()
        self._wanted = False

    def peek(self) -> Balance | None:
        return self._known

    def due(self) -> bool:
        """Whether it is time to look again, and nobody is looking."""
        stale = self._known is None or self._now() - self._known.at >= FRESH
        return stale and not self._looking.locked()

    async def look(self) -> None:
        """Ask deAPI. A failure keeps the last amount and says why it may be old.

        However many want to know while one looks, one more look answers them all.
        """
        self._wanted = True
        async with self._looking:
            if not self._wanted:
                return
            self._wanted = False
            try:
                self._known = Balance(await self._client.balance(), self._now())
            except DeapiError as error:
                amount = self._known.amount if self._known else None
                self._known = Balance(amount, self._now(), error)
