"""The deAPIs that runs can go to: the sandbox always, live when a key is set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lib.deapi.catalogue import Catalogue, Listing
from lib.deapi.client import Client
from lib.deapi.contract import Endpoint
from lib.deapi.limits import MINUTE, Governor
from lib.deapi.push import Push, PushAddress
from lib.runs.balance import BalanceWatch
from lib.runs.callbacks import Callbacks
from lib.runs.delivery import MakeLine
from lib.runs.loop import Clock
from lib.runs.quotes import AtHand, Quotes

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})

SANDBOX = "sandbox"
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a profile's deAPI is and the key it takes. The key is in no repr."""

    name: str
    base_url: str
    key: str = field(repr=False)
    push: PushAddress | None = None
    """Where news is pushed, when it is known whose."""
    callbacks: Callbacks | None = field(default=None, repr=False)
    """Where deAPI may call back, when it can reach us."""
    minute: float = MINUTE
    """Seconds that its minute lasts: another than 60 in tests and benchmarks only."""

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def own_origins(self) -> frozenset[str]:
        """From where results may come without TLS and from this machine: a deAPI that runs on it,
        which is the sandbox. One elsewhere gets no exception, whatever its name stands for."""
        host = (urlsplit(self.base_url).hostname or "").lower()
        return frozenset({self.origin}) if host in _THIS_MACHINE else frozenset()


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
        at_hand: AtHand | None = None,
    ) -> None:
        self.name = address.name
        self.own_origins = address.own_origins
        self.client = Client(
            address.base_url, address.key, governor=Governor(minute=address.minute)
        )
        self._push = address.push
        self._callbacks = address.callbacks
        self.catalogue = Catalogue(self.client.models, remembered=remembered, on_fetched=remember)
        self.balance = BalanceWatch(self.client, now=clock.now)
        self.quotes = Quotes(self.client, now=clock.now, at_hand=at_hand)

    @property
    def make_line(self) -> MakeLine | None:
        """What makes this deAPI's push connection, if it has one."""
        address = self._push
        if address is None:
            return None
        return lambda heard, changed: Push(address, self.client.authorise, heard, changed)

    def delivery_of(self, run_id: str, at: Endpoint) -> Mapping[str, str]:
        """What a submit to `at` says about where news of its job should be sent."""
        return self._callbacks.params(run_id, at) if self._callbacks else {}

    async def aclose(self) -> None:
        """Give up what is being asked, and close every connection."""
        await self.catalogue.aclose()
        await self.client.aclose()
