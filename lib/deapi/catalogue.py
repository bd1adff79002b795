"""The list of models, kept at hand.

Stale-while-revalidate (deapi.md, Dynamic Model Discovery): a fresh list is returned from memory, a
stale one too while a new one is fetched behind it, and only who has none at all waits. A refresh
that fails keeps the list and says so.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from lib.deapi.contract import Endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.inference import canonical
from lib.deapi.models import NO_MODEL, Model

TTL = timedelta(minutes=5)
RETRY = timedelta(seconds=30)
"""After a refresh that failed, the next one waits this long."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listing:
    """The models as of `fetched_at` (aware, UTC).

    `added` and `removed` are the slugs that came and went with this list, compared with the one
    before. `error` says why it could not be refreshed since.
    """

    models: tuple[Model, ...]
    fetched_at: datetime
    error: DeapiError | None = None
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    @property
    def slugs(self) -> frozenset[str]:
        return frozenset(each.slug for each in self.models)

    def model(self, slug: str) -> Model | None:
        """The model called `slug`, or None when the list has none."""
        return next((each for each in self.models if each.slug == slug), None)

    def for_endpoint(
        self, endpoint: Endpoint, values: Mapping[str, object] | None = None
    ) -> tuple[Model, ...]:
        """The models that can do what `endpoint` does, in deAPI's order.

        Where a value decides which ones (prompts are enhanced by the models that will take them),
        `values` narrow it down. An endpoint without a model has `NO_MODEL` and no other.
        """
        if endpoint.model_param is None:
            return (NO_MODEL,)
        wanted = {canonical(each) for each in endpoint.serving(values or {})}
        return tuple(each for each in self.models if wanted & each.inference_types)


class Catalogue:
    """A profile's models. Used from one event loop, except `peek` and `for_endpoint`.

    `fetch` brings the whole list, e.g. `Client.models`. `remembered` is a list from an earlier
    start, shown until a fresh one is there. `on_fetched(listing)` is called after each fetch, and
    `on_change(added, removed)` when it brought other slugs than the one before.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Sequence[Model]]],
        *,
        ttl: timedelta = TTL,
        remembered: Listing | None = None,
        on_fetched: Callable[[Listing], None] | None = None,
        on_change: Callable[[frozenset[str], frozenset[str]], None] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._fetch = fetch
        self._ttl = ttl
        self._listing = remembered
        self._on_fetched = on_fetched
        self._on_change = on_change
        self._now = now
        self._refreshing: asyncio.Task[None] | None = None
        self._failed_at: datetime | None = None

    def peek(self) -> Listing | None:
        """The list as it is at hand, without asking anybody."""
        return self._listing

    def for_endpoint(self, endpoint: Endpoint) -> tuple[Model, ...]:
        """The models at hand that can do what `endpoint` does."""
        return self._listing.for_endpoint(endpoint) if self._listing else ()

    async def get(self) -> Listing:
        """The list, at once if there is one; a stale one is refreshed in the background.

        Raises `DeapiError` when there is none and it can't be fetched.
        """
        if self._listing is None:
            return await self.refresh()
        if self._is_due():
            self._start()
        return self._listing

    async def refresh(self, force: bool = False) -> Listing:
        """The list after a refresh, which is skipped while it is fresh and not `force`d.

        Who comes while one is going on shares it. When it fails, the old list comes back with the
        `error`; without an old one the error is raised.
        """
        if self._listing is None or force or not self._is_fresh(self._listing):
            # Who asked first may go away; the others still want the list.
            await asyncio.shield(self._start())
        assert self._listing is not None  # else the refresh has raised
        return self._listing

    async def aclose(self) -> None:
        """Give up a refresh that is going on."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)

    def _is_fresh(self, listing: Listing) -> bool:
        return timedelta(0) <= self._now() - listing.fetched_at < self._ttl

    def _is_due(self) -> bool:
        if self._listing is not None and self._is_fresh(self._listing):
            return False
        return self._failed_at is None or self._now() - self._failed_at >= RETRY

    def _start(self) -> asyncio.Task[None]:
        if self._refreshing is None:
            self._refreshing = asyncio.ensure_future(self._refresh())
            self._refreshing.add_done_callback(self._ended)
        return self._refreshing

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._refreshing = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("the catalogue could not be fetched: %s", error)

    async def _refresh(self) -> None:
        try:
            models = tuple(await self._fetch())
        except DeapiError as error:
            self._failed_at = self._now()
            if self._listing is None:
                raise
            self._listing = replace(self._listing, error=error)
            return
        before, self._failed_at = self._listing, None
        listing = Listing(models, self._now())
        if before is not None:
            added, removed = listing.slugs - before.slugs, before.slugs - listing.slugs
            listing = replace(listing, added=added, removed=removed)
        self._listing = listing
        self._tell(listing)

    def _tell(self, listing: Listing) -> None:
        """A listener that fails loses its news, not the list."""
        try:
            if self._on_fetched is not None:
                self._on_fetched(listing)
            if self._on_change is not None and (listing.added or listing.removed):
                self._on_change(listing.added, listing.removed)
        except Exception:  # noqa: BLE001 -- whatever it is, it is the listener's
            _log.exception("a listener of the catalogue failed")
