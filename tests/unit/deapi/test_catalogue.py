"""The list of models: at hand at once, refreshed behind it, never lost to a failure."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lib.deapi.catalogue import RETRY, TTL, Catalogue, Listing
from lib.deapi.contract import endpoint
from lib.deapi.errors import DeapiError, NoAnswer
from lib.deapi.models import Model

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def model(slug: str, *types: str) -> Model:
    return Model.parse({"slug": slug, "inference_types": list(types or ("txt2img",))})


class Source:
    """A deAPI that gives `answer` when it is let go, and counts how often it was asked."""

    def __init__(self, *slugs: str) -> None:
        self.answer: list[Model] | DeapiError = [model(each) for each in slugs]
        self.asked = 0
        self.now = START
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self) -> list[Model]:
        self.asked += 1
        await self.open.wait()
        if isinstance(self.answer, DeapiError):
            raise self.answer
        return self.answer

    def catalogue(self, **options: Any) -> Catalogue:
        return Catalogue(self, now=lambda: self.now, **options)


async def settled() -> None:
    """Let everything happen that can happen without time passing."""
    for _ in range(10):
        await asyncio.sleep(0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(5):
            await test()

    asyncio.run(limited())


def slugs(listing: Listing | None) -> list[str]:
    assert listing is not None
    return [each.slug for each in listing.models]


def test_who_has_no_list_waits_and_all_who_wait_share_one_fetch() -> None:
    async def test() -> None:
        source = Source("a")
        source.open.clear()
        catalogue = source.catalogue()
        waiting = [asyncio.ensure_future(catalogue.get()) for _ in range(5)]
        await settled()
        waiting[0].cancel()
        source.open.set()
        assert [slugs(await each) for each in waiting[1:]] == [["a"]] * 4
        assert source.asked == 1

    run(test)


def test_a_fresh_list_is_not_fetched_again() -> None:
    async def test() -> None:
        source = Source("a")
        catalogue = source.catalogue()
        await catalogue.get()
        source.now += TTL - timedelta(seconds=1)
        await catalogue.get()
        await catalogue.refresh()
        await settled()
        assert source.asked == 1
        await catalogue.refresh(force=True)
        assert source.asked == 2

    run(test)


def test_a_stale_list_comes_at_once_and_one_refresh_goes_on_behind_it() -> None:
    async def test() -> None:
        source = Source("a")
        catalogue = source.catalogue()
        await catalogue.get()
        source.now += TTL
        source.answer = [model("b")]
        source.open.clear()
        for _ in range(5):
            assert slugs(await catalogue.get()) == ["a"]
        await settled()
        assert source.asked == 2
        source.open.set()
        await settled()
        assert slugs(catalogue.peek()) == ["b"]

    run(test)


def test_a_failed_refresh_keeps_the_list_with_its_age_and_waits_before_the_next() -> None:
    async def test() -> None:
        source = Source("a")
        catalogue = source.catalogue()
        await catalogue.get()
        source.now += TTL
        failure = source.answer = NoAnswer("timeout")
        kept = await catalogue.refresh()
        assert (slugs(kept), kept.fetched_at, kept.error) == (["a"], START, failure)
        await catalogue.get()
        await settled()
        assert source.asked == 2
        source.now += RETRY
        source.answer = [model("a")]
        await catalogue.get()
        await settled()
        assert source.asked == 3
        fresh = catalogue.peek()
        assert fresh is not None
        assert fresh.error is None

    run(test)


def test_a_first_fetch_that_fails_is_raised_and_tried_again_by_the_next() -> None:
    async def test() -> None:
        source = Source()
        source.answer = NoAnswer("timeout")
        catalogue = source.catalogue()
        for _ in range(2):
            with pytest.raises(NoAnswer):
                await catalogue.get()
        assert catalogue.peek() is None
        source.answer = [model("a")]
        assert slugs(await catalogue.get()) == ["a"]

    run(test)


def test_models_that_came_or_went_are_named_once() -> None:
    async def test() -> None:
        changes: list[tuple[frozenset[str], frozenset[str]]] = []
        fetched: list[Listing] = []
        source = Source("a", "b")
        catalogue = source.catalogue(
            on_change=lambda added, removed: changes.append((added, removed)),
            on_fetched=fetched.append,
        )
        first = await catalogue.get()
        assert (first.added, first.removed, changes) == (frozenset(), frozenset(), [])
        source.answer = [model("b"), model("c")]
        listing = await catalogue.refresh(force=True)
        assert (listing.added, listing.removed) == ({"c"}, {"a"})
        again = await catalogue.refresh(force=True)
        assert (again.added, again.removed) == (frozenset(), frozenset())
        assert changes == [({"c"}, {"a"})]
        assert [slugs(each) for each in fetched] == [["a", "b"], ["b", "c"], ["b", "c"]]

    run(test)


def test_a_remembered_list_shows_at_once_and_what_changed_meanwhile_is_named() -> None:
    async def test() -> None:
        source = Source("a", "c")
        remembered = Listing((model("a"), model("b")), START - timedelta(days=3))
        catalogue = source.catalogue(remembered=remembered)
        assert slugs(catalogue.peek()) == ["a", "b"]
        assert slugs(await catalogue.get()) == ["a", "b"]
        await settled()
        listing = catalogue.peek()
        assert listing is not None
        assert (listing.added, listing.removed) == ({"c"}, {"b"})

    run(test)


def test_a_list_from_the_future_is_not_taken_for_fresh() -> None:
    async def test() -> None:
        source = Source("a")
        catalogue = source.catalogue(remembered=Listing((), START + timedelta(days=1)))
        await catalogue.get()
        await settled()
        assert source.asked == 1

    run(test)


def test_an_endpoint_gets_the_models_of_its_inference_types_however_they_are_written() -> None:
    async def test() -> None:
        source = Source()
        source.answer = [
            model("draws"),
            model("scales", "img-upscale"),
            model("both", "IMG_UPSCALE", "txt2img"),
        ]
        catalogue = source.catalogue()
        upscales = endpoint("images.upscales")
        assert catalogue.for_endpoint(upscales) == ()
        listing = await catalogue.get()
        assert [each.slug for each in catalogue.for_endpoint(upscales)] == ["scales", "both"]
        assert listing.model("both") is source.answer[2]
        assert listing.model("none") is None

    run(test)


def test_a_listener_that_fails_does_not_lose_the_list() -> None:
    async def test() -> None:
        def fails(_: Listing) -> None:
            raise RuntimeError("disk")

        assert slugs(await Source("a").catalogue(on_fetched=fails).get()) == ["a"]

    run(test)


def test_closing_gives_up_a_refresh() -> None:
    async def test() -> None:
        source = Source("a")
        source.open.clear()
        catalogue = source.catalogue()
        waiting = asyncio.ensure_future(catalogue.get())
        await settled()
        await catalogue.aclose()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    run(test)
