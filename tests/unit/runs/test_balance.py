"""What is left on an account, as far as its key may know."""

import asyncio
from decimal import Decimal

import httpx
import pytest

from lib.deapi.errors import Forbidden, NotDelivered
from lib.runs.balance import BalanceWatch
from tests.unit.runs.scripted import World, reply

PATH = "/api/v2/account/balance"
FORBIDDEN = reply({"message": "No", "code": "insufficient_permissions"}, 403)


@pytest.fixture
def watch(world: World) -> BalanceWatch:
    return world.profile.balance


def look(world: World) -> None:
    world.loop.submit(world.profile.balance.look()).result(timeout=10)


def test_a_key_that_may_not_see_it_leaves_it_unknown_and_says_so(
    world: World, watch: BalanceWatch
) -> None:
    world.deapi.balances = [FORBIDDEN]
    look(world)
    known = watch.peek()
    assert known is not None
    assert known.amount is None
    assert isinstance(known.error, Forbidden)
    assert known.error.code == "insufficient_permissions"
    assert not watch.due()


def test_a_failure_keeps_the_last_amount_and_says_why_it_may_be_old(
    world: World, watch: BalanceWatch
) -> None:
    look(world)
    world.deapi.balances = [httpx.ConnectError("refused")]
    look(world)
    known = watch.peek()
    assert known is not None
    assert known.amount == Decimal(5)
    assert isinstance(known.error, NotDelivered)


def test_it_is_due_at_first_and_again_after_a_minute(world: World, watch: BalanceWatch) -> None:
    assert watch.due()
    look(world)
    assert not watch.due()
    world.time.move(minutes=1)
    assert watch.due()


def test_many_who_want_to_know_while_one_looks_get_one_more_look(
    world: World, watch: BalanceWatch
) -> None:
    seen: list[bool] = []
    begun = asyncio.Event()

    async def slow(_: httpx.Request) -> httpx.Response:
        seen.append(watch.due())
        begun.set()
        for _turn in range(5):
            await asyncio.sleep(0)
        return reply({"data": {"balance": 4}})

    async def many() -> None:
        first = asyncio.ensure_future(watch.look())
        await begun.wait()
        await asyncio.gather(first, *(watch.look() for _ in range(30)))

    world.deapi.balances = [slow]
    world.loop.submit(many()).result(timeout=10)
    assert world.deapi.count(PATH) == 2
    assert not any(seen)  # nobody is told to look while somebody does
