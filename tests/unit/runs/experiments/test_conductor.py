"""An experiment is sent cell by cell, each once, through everything that may come between."""

import asyncio
import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from lib.runs.experiments import conductor
from lib.runs.experiments.plan import Cell as Planned
from lib.runs.going import OVER
from lib.runs.params import stored
from lib.runs.profiles import SANDBOX
from lib.runs.quotes import Quote
from lib.store import Caps, State, Status, Store, caps, experiments, ledger, runs
from lib.store.experiments import Cell, Dearer, Experiment, NewCell, NewExperiment
from tests.support.databases import database
from tests.support.waiting import eventually
from tests.unit.runs.scripted import (
    ADDRESS,
    GENERATE,
    PRICE,
    UPSCALE,
    Deapi,
    Starting,
    Time,
    accepted,
    job,
    price,
    reply,
)

__all__ = ["database"]

COUNT = 30


@pytest.fixture(autouse=True)
def patient(time: Time) -> None:
    """A limit of a day is waited for in looks of a few minutes."""
    time.most = 100_000


def new(count: int = COUNT, **values: Any) -> NewExperiment:
    cells = [
        NewCell(
            input=n,
            variant=0,
            endpoint=GENERATE.id,
            model="paint-1",
            params=stored({"prompt": f"fox {n}", "model": "paint-1", "seed": n}),
            quote=PRICE,
            reserved=PRICE,
            text=f"fox {n}",
        )
        for n in range(count)
    ]
    defaults: dict[str, Any] = {
        "profile": SANDBOX,
        "person": "ada",
        "nonce": "press",
        "title": "Foxes",
        "plan": {},
        "cells": cells,
    }
    return NewExperiment(**(defaults | values))


def now(store: Store, experiment: Experiment) -> Experiment:
    found = experiments.get(store, experiment.id)
    assert found
    return found


def becomes(store: Store, experiment: Experiment, status: Status) -> Experiment:
    eventually(lambda: now(store, experiment).status is status, timeout=20)
    return now(store, experiment)


def states(store: Store, experiment: Experiment) -> list[State | None]:
    return [each.run and each.run.state for each in experiments.table(store, experiment.id)]


def the_books_agree(store: Store) -> ledger.Balance:
    """What was spent and is held, by both ways to count it."""
    books = ledger.books(store, SANDBOX)
    sums = ledger.sums(store, SANDBOX)
    nothing = ledger.Balance(held=Decimal(0), posted=Decimal(0))
    assert {key: books.get(key, nothing) for key in sums} == sums
    days = [each for (who, when), each in sums.items() if who == "" and when.startswith("day:")]
    return ledger.Balance(
        held=sum((each.held for each in days), Decimal(0)),
        posted=sum((each.posted for each in days), Decimal(0)),
    )


def test_every_cell_is_sent_once_and_the_plan_is_what_it_costs(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    experiment = start().begin(new())
    becomes(store, experiment, Status.DONE)
    assert states(store, experiment) == [State.DONE] * COUNT
    assert deapi.sent == COUNT
    assert the_books_agree(store) == ledger.Balance(held=Decimal(0), posted=COUNT * PRICE)


def test_it_goes_on_after_a_start_without_sending_anything_twice(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    first = start()
    experiment = first.begin(new())
    eventually(lambda: deapi.sent >= 3)
    first.stop()
    start()
    becomes(store, experiment, Status.DONE)
    assert deapi.sent == COUNT
    assert states(store, experiment) == [State.DONE] * COUNT


def test_a_cell_fails_alone_and_is_sent_again_on_request(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    refused = reply({"message": "Not this one."}, 422)
    deapi.submits = [accepted("job-a"), refused, *(accepted(f"job-{n}") for n in "bcdefg")]
    engine = start()
    experiment = engine.begin(new(5))
    becomes(store, experiment, Status.DONE)
    assert sorted(map(str, states(store, experiment))) == ["done"] * 4 + ["failed"]
    assert engine.retry(experiment) == 1
    eventually(lambda: states(store, experiment) == [State.DONE] * 5)
    assert the_books_agree(store).posted == 5 * PRICE


def test_a_cell_whose_price_is_refused_is_given_up_and_says_why(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    deapi.prices = [reply({"message": "No such size."}, 422), price()]
    experiment = start().begin(new(3))
    becomes(store, experiment, Status.DONE)
    cells = experiments.table(store, experiment.id)
    assert [each.run is None for each in cells] == [True, False, False]
    assert "No such size" in (cells[0].problem or "")
    assert the_books_agree(store) == ledger.Balance(held=Decimal(0), posted=2 * PRICE)


def test_a_price_that_rose_pauses_it_until_a_person_agrees(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    deapi.prices = [price("0.003")]
    engine = start()
    experiment = engine.begin(new(1))
    paused = becomes(store, experiment, Status.PAUSED)
    assert "0.003" in (paused.problem or "")
    assert deapi.sent == 0
    deapi.jobs = [job("done", result_url="http://127.0.0.1:9/files/fox.png")]
    engine.resume(experiment)
    becomes(store, experiment, Status.DONE)
    assert the_books_agree(store).posted == Decimal("0.003")


def test_prices_that_rose_are_asked_about_once_and_agreed_to_together(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    deapi.prices = [price(), price(), price("0.003")]
    deapi.jobs = [job("done", result_url="http://127.0.0.1:9/files/fox.png")]
    engine = start()
    experiment = engine.begin(new())
    becomes(store, experiment, Status.PAUSED)
    told = f"{COUNT - 2} cells cost more now than was planned: $0.084 instead of $0.056."
    eventually(lambda: now(store, experiment).problem == told)
    eventually(lambda: State.SENDING not in states(store, experiment))
    assert deapi.sent <= 2  # at the price that they were planned at
    left = experiments.unsent(store, experiment.id)
    total = sum((each.quote for each in left), Decimal(0))
    with pytest.raises(Dearer):
        engine.resume(experiment, total - Decimal("0.001"))
    assert now(store, experiment).status is Status.PAUSED
    engine.resume(experiment, total)
    becomes(store, experiment, Status.DONE)
    assert the_books_agree(store).posted == (COUNT - len(left)) * PRICE + total


def test_a_price_that_rose_while_a_cell_waited_is_asked_about_too(
    start: Starting, store: Store, deapi: Deapi, time: Time
) -> None:
    gate = held_back(deapi, first=reply({"message": "Too many."}, 429, retry_after="400"))
    engine = start()
    experiment = engine.begin(new(1))
    eventually(lambda: states(store, experiment) == [State.SENDING])
    deapi.prices = [price("0.003")]  # by the time that it may be sent, its quote is too old
    gate.set()
    paused = becomes(store, experiment, Status.PAUSED)
    assert paused.problem == "A cell costs $0.003 now, and was planned at $0.002."
    assert states(store, experiment) == [None]
    deapi.jobs = [job("done", result_url="http://127.0.0.1:9/files/fox.png")]
    engine.resume(experiment, Decimal("0.003"))
    becomes(store, experiment, Status.DONE)
    assert the_books_agree(store) == ledger.Balance(held=Decimal(0), posted=Decimal("0.003"))


def test_a_pause_keeps_the_rest_and_a_stop_gives_it_back(
    start: Starting, store: Store, deapi: Deapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "WAITING", 1)
    engine = start()
    experiment = engine.begin(new())
    eventually(lambda: deapi.sent >= 2)
    experiments.pause(store, experiment.id)
    eventually(lambda: {*states(store, experiment)} == {State.DONE, None})
    sent = deapi.sent
    assert sent < COUNT
    assert the_books_agree(store).held == (COUNT - sent) * PRICE
    engine.stop_experiment(experiment)
    assert the_books_agree(store) == ledger.Balance(held=Decimal(0), posted=sent * PRICE)
    assert deapi.sent == sent


def held_back(deapi: Deapi, first: httpx.Response | None = None) -> threading.Event:
    """What keeps deAPI from answering the first submit, with a 429, until it is set."""
    gate = threading.Event()

    async def limited(_: object) -> httpx.Response:
        await asyncio.to_thread(gate.wait, 20)
        return first or reply({"message": "Too many."}, 429, retry_after="1")

    deapi.submits = [limited, *deapi.submits]
    return gate


@pytest.mark.parametrize("stops", [False, True])
def test_nothing_leaves_after_a_pause_or_a_stop_although_some_waited_before_the_governor(
    start: Starting, store: Store, deapi: Deapi, stops: bool
) -> None:
    gate = held_back(deapi)
    engine = start()
    experiment = engine.begin(new())
    eventually(lambda: states(store, experiment).count(State.SENDING) == 1)
    eventually(lambda: len(experiments.leaving(store, experiment.id)) > 2)
    if stops:
        engine.stop_experiment(experiment)
    else:
        experiments.pause(store, experiment.id)
    on_the_way = states(store, experiment).count(State.SENDING)
    assert {*states(store, experiment)} == {State.SENDING, None}
    gate.set()
    eventually(lambda: State.SENDING not in states(store, experiment))
    eventually(lambda: not engine._followed)  # whose turn came later, has looked and gone
    assert deapi.sent <= on_the_way
    assert {*states(store, experiment)} <= {State.DONE, None}
    done = states(store, experiment).count(State.DONE)
    left = Decimal(0) if stops else (COUNT - done) * PRICE
    assert the_books_agree(store) == ledger.Balance(held=left, posted=done * PRICE)
    if not stops:
        engine.resume(experiment)
        becomes(store, experiment, Status.DONE)
        assert states(store, experiment) == [State.DONE] * COUNT
        assert the_books_agree(store) == ledger.Balance(held=Decimal(0), posted=COUNT * PRICE)


def test_what_waits_for_one_endpoint_holds_up_no_other(
    start: Starting, store: Store, deapi: Deapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "WAITING", 2)

    async def used_up(request: httpx.Request) -> httpx.Response:
        if request.url.path == GENERATE.path:
            return reply({"message": "Used up."}, 429, type="daily", retry_after="80000")
        return accepted(f"job-{deapi.sent}")

    deapi.submits = [used_up]
    plan = new(12)
    cells = [
        replace(each, endpoint=UPSCALE.id if each.input > 8 else GENERATE.id) for each in plan.cells
    ]
    experiment = start().begin(replace(plan, cells=cells))
    eventually(lambda: states(store, experiment).count(State.DONE) == 3)
    assert states(store, experiment)[9:] == [State.DONE] * 3


def test_what_an_experiment_asks_for_twice_is_sent_once(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    [cell] = new(1).cells
    again = replace(cell, input=1, quote=Decimal(0), reserved=Decimal(0), reused=True)
    experiment = start().begin(new(cells=[cell, again]))
    becomes(store, experiment, Status.DONE)
    assert states(store, experiment) == [State.DONE] * 2
    assert deapi.sent == 1
    assert the_books_agree(store) == ledger.Balance(held=Decimal(0), posted=PRICE)


def test_a_limit_of_today_lets_the_rest_through_tomorrow(
    start: Starting, store: Store, deapi: Deapi, time: Time
) -> None:
    caps.put(store, SANDBOX, "ada", Caps(day=4 * PRICE))
    before = time.now().date()
    experiment = start().begin(new(10))
    becomes(store, experiment, Status.DONE)
    assert deapi.sent == 10
    assert (time.now().date() - before).days == 2
    spent = {
        when: each.posted
        for (who, when), each in ledger.sums(store, SANDBOX).items()
        if who == "ada" and when.startswith("day:")
    }
    assert sorted(spent.values()) == [2 * PRICE, 4 * PRICE, 4 * PRICE]


def test_its_own_limit_pauses_it(start: Starting, store: Store, deapi: Deapi) -> None:
    engine = start()
    experiment = engine.begin(new(5, most=3 * PRICE))
    paused = becomes(store, experiment, Status.PAUSED)
    assert "own limit" in (paused.problem or "")
    eventually(lambda: the_books_agree(store) == ledger.Balance(held=Decimal(0), posted=3 * PRICE))
    assert deapi.sent == 3


def may_be_retried(cells: list[Cell]) -> list[bool]:
    return [each.may_be_retried for each in cells]


def test_what_nobody_knows_is_not_sent_again_and_counts_until_it_is_settled(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    async def silent(_: object) -> Any:
        raise ConnectionResetError

    deapi.submits = [silent, accepted("job-a"), accepted("job-b")]
    engine = start()
    experiment = engine.begin(new(3))
    eventually(lambda: states(store, experiment).count(State.DONE) == 2)
    cells = experiments.table(store, experiment.id)
    [lost] = [each.run for each in cells if each.run and each.run.state is not State.DONE]
    assert may_be_retried(cells).count(True) == 0
    assert engine.retry(experiment) == 0
    assert now(store, experiment).status is Status.RUNNING
    assert engine.settle_unknown(lost.id, "ada", paid=True)
    becomes(store, experiment, Status.DONE)
    assert the_books_agree(store).posted == 3 * PRICE


def test_what_has_moved_at_another_server_is_seen_at_the_next_look(
    start: Starting, store: Store, deapi: Deapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    deapi.submits = [httpx.ReadError("connection reset")]
    engine = start()
    monkeypatch.setattr(engine._conductors[SANDBOX], "moved", lambda _: None)
    experiment = engine.begin(new(1))
    eventually(lambda: states(store, experiment) == [State.UNKNOWN])
    (cell,) = experiments.table(store, experiment.id)
    assert cell.run
    assert runs.settle_unknown(store, cell.run.id, None, paid=False)  # nobody tells this engine
    assert now(store, experiment).status is Status.RUNNING
    engine._look_around()
    becomes(store, experiment, Status.DONE)


def test_a_profile_leaves_the_experiments_of_another_alone(start: Starting, store: Store) -> None:
    engine = start(ADDRESS, replace(ADDRESS, name="live"))
    experiment = engine.begin(new())
    step = engine._loop.submit(engine._conductors["live"]._step(experiment.id))
    assert step.result(timeout=10) == OVER
    becomes(store, experiment, Status.DONE)


def test_the_prices_of_a_plan_come_by_themselves_one_for_what_costs_the_same(
    start: Starting, deapi: Deapi
) -> None:
    engine = start()
    cells = [
        Planned(
            input=0,
            variant=n,
            endpoint=GENERATE.id,
            model="paint-1",
            text="",
            params={"seed": n % 2},
        )
        for n in range(4)
    ]
    deapi.prices = [reply({"message": "No."}, 422), price("0.004")]
    assert [*engine.prices(SANDBOX, cells).values()] == [None, None]
    eventually(lambda: None not in engine.prices(SANDBOX, cells).values())
    refused, known = sorted(engine.prices(SANDBOX, cells).values(), key=repr)
    assert isinstance(known, Quote) != isinstance(refused, Quote)
    assert deapi.count(GENERATE.price_path or "") == 2
