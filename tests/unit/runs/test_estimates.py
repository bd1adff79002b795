"""A price that is an estimate is asked about again, and corrected."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from lib.runs.estimates import LOOKS
from lib.store import Run, State, StoreError, history, ledger, runs, servers
from tests.support.waiting import eventually
from tests.unit.runs.scripted import PRICE, RESULT, Answer, World, job, reply


def done(amount: float, *, estimated: bool) -> httpx.Response:
    price: dict[str, Any] = {"amount": amount, "is_estimated": estimated}
    return job("done", result_url=RESULT, price=price)


FIRST = done(0.002, estimated=True)


def go(world: World, *later: Answer) -> Run:
    """A run whose price is an estimate, and what its job says later on."""
    world.deapi.jobs = [FIRST, *later]
    run = world.go(world.order())
    assert run.state is State.DONE
    return run


def test_the_price_it_has_cost_in_the_end_is_posted_as_a_correction(world: World) -> None:
    run = go(world, FIRST, done(0.0033, estimated=False))
    ended = world.time.at
    eventually(lambda: not world.read(run).price_estimated)
    assert world.read(run).price == Decimal("0.0033")
    assert world.books == (Decimal("0.0033"), 0)
    assert world.deapi.asked == 3
    assert world.time.at - ended < LOOKS[1] + timedelta(minutes=1)


def test_one_that_stays_an_estimate_is_asked_about_for_a_day_and_stays_marked(
    world: World,
) -> None:
    run = go(world, FIRST)
    eventually(lambda: world.deapi.asked == 1 + len(LOOKS))
    assert world.time.at - run.created_at < timedelta(hours=25)
    now = world.read(run)
    assert (now.price, now.price_estimated, world.spent) == (PRICE, True, PRICE)


@pytest.mark.parametrize("trouble", [httpx.ConnectError("no"), reply({"message": "Oh"}, 500)])
def test_trouble_on_the_way_is_no_answer(world: World, trouble: Answer) -> None:
    run = go(world, *[trouble] * 20, done(0.001, estimated=False))
    eventually(lambda: world.deapi.asked >= 1 + len(LOOKS))
    assert world.read(run).price in (PRICE, Decimal("0.001"))
    assert world.books[0] == world.read(run).price


def test_a_job_that_is_gone_is_not_asked_about_again(world: World) -> None:
    go(world, reply({"message": "Not found."}, 404))
    eventually(lambda: world.deapi.asked == 2)


def left_behind(world: World, hours: float) -> Run:
    """An earlier process has left it so long ago."""
    run = world.accept(world.order())
    world.deapi.jobs = [FIRST]
    heard = world.loop.submit(world.journey._ask(run)).result(timeout=10)
    assert heard is not None
    assert heard.price_estimated
    world.time.move(hours=hours)
    world.deapi.jobs = [done(0.004, estimated=False)]
    return run


def resume(world: World) -> None:
    world.loop.submit(world.journey.estimates.resume()).result(timeout=10)


@pytest.mark.parametrize("hours", [0, 5, 30, 100])
def test_a_start_goes_on_with_those_that_were_left(world: World, hours: float) -> None:
    run = left_behind(world, hours)
    resume(world)
    eventually(lambda: world.read(run).price == Decimal("0.004"))
    assert ledger.standing(world.store, run.profile).posted == Decimal("0.004")


def test_one_that_is_a_day_old_at_the_start_is_asked_about_at_once_and_once(world: World) -> None:
    left_behind(world, 30)
    world.deapi.jobs = [FIRST]
    began, asked = world.time.at, world.deapi.asked
    resume(world)
    eventually(lambda: world.deapi.asked == asked + 1)
    assert world.time.at - began < timedelta(minutes=1)


def test_a_database_that_fails_at_the_start_is_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = left_behind(world, 1)
    read, failures = history.take_estimated, [StoreError("no"), StoreError("no")]

    def flaky(*told: Any) -> list[Run]:
        if failures:
            raise failures.pop()
        return read(*told)

    monkeypatch.setattr(history, "take_estimated", flaky)
    resume(world)
    eventually(lambda: world.read(run).price == Decimal("0.004"))


def test_those_of_a_server_that_lives_are_its_own(world: World) -> None:
    run, asked = left_behind(world, 1), world.deapi.asked
    other = servers.enter(world.store, "another")
    with world.store.write() as connection:
        ours = f"UPDATE runs SET owner = '{other}', state = 'done'"
        connection.exec_driver_sql(ours)
    since = world.time.at - timedelta(days=7)
    assert history.take_estimated(world.store, run.profile, since, "this engine") == []
    servers.leave(world.store, other)
    (taken,) = history.take_estimated(world.store, run.profile, since, "this engine")
    assert (taken.id, taken.owner, world.deapi.asked) == (run.id, "this engine", asked)


def test_one_that_is_still_to_be_kept_is_taken_over_with_a_new_fence(world: World) -> None:
    """Else who had it before could still write that it is kept."""
    run, since = left_behind(world, 1), world.time.at - timedelta(days=7)
    gone = servers.enter(world.store, "another")
    with world.store.write() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET owner = '{gone}'")
    servers.leave(world.store, gone)
    before = world.read(run)
    assert history.take_estimated(world.store, run.profile, since, "this engine") == []
    (taken,) = runs.take_over(world.store, "this engine")
    assert (taken.id, taken.owner) == (run.id, "this engine")
    assert runs.keep(world.store, before, [], thumb=False) is None
    (found,) = history.take_estimated(world.store, run.profile, since, "this engine")
    assert found.id == run.id


def test_a_correction_has_the_balance_looked_at(world: World) -> None:
    run = left_behind(world, 0)
    resume(world)
    eventually(lambda: world.read(run).price == Decimal("0.004"))
    eventually(lambda: world.deapi.count("/api/v2/account/balance") == 1)
