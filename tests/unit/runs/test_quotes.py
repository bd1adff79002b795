"""Quotes: asked once for exactly these parameters, good for five minutes."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import httpx
import pytest

from lib.deapi.contract import endpoint
from lib.deapi.errors import DeapiError, ServerError
from lib.runs import quotes as quotes_module
from lib.runs.params import FileGone
from lib.runs.quotes import Quote, Quotes, key
from tests.unit.runs.scripted import GENERATE, PRICE, UPSCALE, World, price, reply

FOX = {"prompt": "a red fox", "model": "paint-1"}
OWL = {"prompt": "an owl", "model": "paint-1"}

T = TypeVar("T")


@pytest.fixture
def quotes(world: World) -> Quotes:
    return world.profile.quotes


def run(world: World, work: Coroutine[Any, Any, T]) -> T:
    return world.loop.submit(work).result(timeout=10)


def test_many_who_ask_for_the_same_share_one_request(world: World, quotes: Quotes) -> None:
    async def together() -> list[Quote]:
        return await asyncio.gather(*(quotes.ask(GENERATE, FOX) for _ in range(20)))

    assert {quote.price for quote in run(world, together())} == {PRICE}
    assert world.deapi.count(GENERATE.price_path) == 1


def test_one_who_goes_away_does_not_take_the_answer_from_the_others(
    world: World, quotes: Quotes
) -> None:
    async def impatient() -> Quote:
        first = asyncio.ensure_future(quotes.ask(GENERATE, FOX))
        second = asyncio.ensure_future(quotes.ask(GENERATE, FOX))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert run(world, impatient()).price == PRICE
    assert world.deapi.count(GENERATE.price_path) == 1


def test_it_lives_five_minutes(world: World, quotes: Quotes) -> None:
    world.deapi.prices = [price("0.002"), price("0.003")]
    run(world, quotes.ask(GENERATE, FOX))
    world.time.move(minutes=4, seconds=59)
    assert run(world, quotes.ask(GENERATE, FOX)).price == PRICE
    world.time.move(seconds=1)
    assert quotes.peek(GENERATE, FOX) is None
    assert run(world, quotes.ask(GENERATE, FOX)).price == Decimal("0.003")


def test_other_parameters_are_another_question(world: World, quotes: Quotes) -> None:
    run(world, quotes.ask(GENERATE, FOX))
    assert quotes.peek(GENERATE, OWL) is None
    assert key(GENERATE, FOX) != key(UPSCALE, FOX)
    assert key(GENERATE, {"a": 1, "b": 2}) == key(GENERATE, {"b": 2, "a": 1})


def test_why_there_is_none_is_remembered_until_it_is_forgotten_or_asked_again(
    world: World, quotes: Quotes
) -> None:
    world.deapi.prices = [*[reply({"message": "Server Error"}, 500)] * 5, price()]
    with pytest.raises(ServerError):
        run(world, quotes.ask(GENERATE, FOX))
    assert isinstance(quotes.peek(GENERATE, FOX), ServerError)
    quotes.forget(GENERATE, FOX)
    assert quotes.peek(GENERATE, FOX) is None
    assert run(world, quotes.ask(GENERATE, FOX)).price == PRICE


def test_a_certain_refusal_is_asked_once(world: World, quotes: Quotes) -> None:
    world.deapi.prices = [reply({"message": "No", "errors": {"model": ["No such model."]}}, 422)]
    with pytest.raises(DeapiError):
        run(world, quotes.ask(GENERATE, FOX))
    assert world.deapi.count(GENERATE.price_path) == 1


def test_an_upload_that_has_gone_is_a_sentence_and_not_a_path(
    world: World, quotes: Quotes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    nowhere = tmp_path_factory.mktemp("nowhere") / "fox.png"
    params = world.upload(nowhere)
    # By its measures first; only when deAPI doesn't take those, by the file itself.
    world.deapi.prices = [reply({"message": "No", "errors": {"image": ["Required."]}}, 422)]
    with pytest.raises(FileGone) as gone:
        run(world, quotes.ask(UPSCALE, params))
    assert str(nowhere) not in str(gone.value)
    assert isinstance(quotes.peek(UPSCALE, params), FileGone)


def test_what_was_asked_longest_ago_is_dropped_first(world: World, quotes: Quotes) -> None:
    async def many() -> None:
        for n in range(quotes_module._KEPT + 1):
            quotes._remember(key(GENERATE, {"seed": n}), Quote(PRICE, world.time.now()))

    run(world, many())
    assert quotes.peek(GENERATE, {"seed": 0}) is None
    assert quotes.peek(GENERATE, {"seed": 599}) is not None


def test_a_price_that_is_none_is_no_quote(world: World, quotes: Quotes) -> None:
    world.deapi.prices = [httpx.Response(200, text='{"data": {"price": null}}')]
    with pytest.raises(DeapiError):
        run(world, quotes.ask(GENERATE, FOX))


def test_of_many_that_are_planned_a_quote_may_be_as_old_as_asking_for_all_takes(
    world: World, quotes: Quotes
) -> None:
    run(world, quotes.ask(GENERATE, FOX))
    world.time.move(minutes=9)
    assert quotes.peek(GENERATE, FOX) is None
    assert isinstance(quotes.named(key(GENERATE, FOX), timedelta(minutes=10)), Quote)


def test_speech_of_the_same_length_shares_a_price_and_pictures_do_not() -> None:
    speech = endpoint("audio.speech")
    said = [{"model": "voice-1", "text": text} for text in ("one fox", "two owl", "three owls")]
    one, same, longer = (key(speech, each) for each in said)
    assert one == same != longer  # deapi.md, Price Calculation: `count_text` instead of `text`
    # Nothing is documented about the others, so they are asked for each text.
    assert key(GENERATE, FOX) != key(GENERATE, OWL)
