"""A question that hangs is given up in time, and keeps neither the next nor anybody else from an
answer."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from lib.web.questions import Question

LONG, SHORT = 30.0, 0.05
"""Seconds: of a question that is answered, and of one that is not."""


@pytest.fixture
def let_go() -> Iterator[threading.Event]:
    """Set at the end, so that no thread is left hanging."""
    event = threading.Event()
    yield event
    event.set()


def counted(ask: Callable[[int], int]) -> Callable[[], int]:
    """Asks with the number of the call, the first being 1."""
    numbers = count(1)
    return lambda: ask(next(numbers))


def test_all_who_ask_meanwhile_get_one_answer_and_who_asks_later_another(
    let_go: threading.Event,
) -> None:
    def ask(number: int) -> int:
        assert let_go.wait(LONG)
        return number

    async def asked() -> tuple[list[int], int]:
        question = Question(counted(ask), LONG)
        waiting = [asyncio.create_task(question.answer()) for _ in range(100)]
        await asyncio.sleep(0)  # all of them have asked
        let_go.set()
        return await asyncio.gather(*waiting), await question.answer()

    assert asyncio.run(asked()) == ([1] * 100, 2)


def test_one_that_hangs_is_given_up_and_asked_again(let_go: threading.Event) -> None:
    def ask(number: int) -> int:
        if number < 3:
            let_go.wait(LONG)
        return number

    async def asked() -> int:
        question = Question(counted(ask), SHORT)
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await question.answer()
        return await question.answer()

    try:
        assert asyncio.run(asked()) == 3
    finally:
        let_go.set()


def test_however_long_it_hangs_it_has_few_threads(let_go: threading.Event) -> None:
    asking = counted(lambda number: let_go.wait(LONG) and number)
    threads = threading.active_count()

    async def asked() -> None:
        question = Question(asking, SHORT)
        for _ in range(12):
            with pytest.raises(TimeoutError):
                await question.answer()
        assert threading.active_count() - threads <= 4
        let_go.set()

    asyncio.run(asked())


def test_who_goes_away_does_not_take_the_answer_from_others(let_go: threading.Event) -> None:
    async def asked() -> int:
        question = Question(counted(lambda number: let_go.wait(LONG) and number), LONG)
        first, second = (asyncio.create_task(question.answer()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        let_go.set()
        return await second

    assert asyncio.run(asked()) == 1


def test_what_it_raises_is_everybody_s() -> None:
    def ask() -> int:
        raise ValueError("no")

    async def asked() -> list[int | BaseException]:
        question = Question(ask, LONG)
        return await asyncio.gather(*(question.answer() for _ in range(3)), return_exceptions=True)

    assert [str(each) for each in asyncio.run(asked())] == ["no"] * 3
