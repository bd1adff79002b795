"""The deAPIs that runs can go to: the sandbox always, live when a key is set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lib.deapi.catalogue import Catalogue, Listing
from lib.deapi.client import Client
from lib.runs.balance import BalanceWatch
from lib.runs.loop import Clock
from lib.runs.quotes import Quotes

SANDBOX = "sandbox"
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a profile's deAPI is and the key it takes. The key is in no repr."""

    name: str
    base_url: str
    key: str = field(repr=False)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


class Profile:
    """One deAPI with its own client, catalogue, balance and quotes. Made on the loop.

    Raises `ValueError` when its address or its key can't be used.
    """

    def __init__(
        self,
        address: Address,
        clock: Clock,
        remembered: Listing | None,
        remember: Callable[[Listing], None],
    ) -> None:
        self.name = address.name
        self.origin = address.origin
        self.client = Client(address.base_url, address.key)
        self.catalogue = Catalogue(self.client.models, remembered=remembered, on_fetched=remember)
        self.balance = BalanceWatch(self.client, now=clock.now)
        self.quotes = Quotes(self.client, now=clock.now)

    async def aclose(self) -> None:
        """Give up what is being asked, and close every connection."""
        await self.catalogue.aclose()
        await self.client.aclose()
