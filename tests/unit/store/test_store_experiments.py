"""What an experiment holds shrinks as its cells are sent, and nobody spends more than they may."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lib.store import (
    HOLDING,
    Caps,
    OverCap,
    Run,
    State,
    Status,
    Store,
    caps,
    experiments,
    inherit,
    ledger,
)
from lib.store import runs as all_runs
from lib.store.experiments import (
    Cell,
    Dearer,
    Experiment,
    NewCell,
    NewExperiment,
    NotGoingOn,
    OverItsLimit,
)
from tests.unit.store.making import Clock, OpenStore

USD = Decimal
ONE = USD(1)


def cell(n: int, usd: str = "1") -> NewCell:
    price = USD(usd)
    return NewCell(
        input=n,
        variant=0,
        endpoint="images.generations",
        model="paint-1",
        params={"prompt": f"fox {n}"},
        quote=price,
        reserved=price,
        text=f"fox {n}",
    )


def begin(store: Store, prices: Sequence[str], **values: Any) -> Experiment:
    defaults: dict[str, Any] = {
        "profile": "sandbox",
        "person": "ada",
        "nonce": "one press",
        "title": "Foxes",
        "plan": {"variants": ["as written"]},
        "cells": [cell(n, price) for n, price in enumerate(prices)],
    }
    return experiments.begin(store, NewExperiment(**(defaults | values)))


def now(store: Store, experiment: Experiment) -> Experiment:
    found = experiments.get(store, experiment.id)
    assert found
    return found


def held(store: Store) -> Decimal:
    assert ledger.sums(store, "sandbox") == {
        key: ledger.books(store, "sandbox").get(key, ledger.Balance(held=USD(0), posted=USD(0)))
        for key in ledger.sums(store, "sandbox")
    }
    return sum(
        (
            each.held
            for (person, period), each in ledger.sums(store, "sandbox").items()
            if person == "ada" and period.startswith("day:")
        ),
        USD(0),
    )


def send(store: Store, experiment: Experiment, n: int, usd: str = "1") -> Run | None:
    return experiments.send(store, experiment.id, n, USD(usd), ONE)


def waiting(store: Store, experiment: Experiment) -> list[int]:
    return [each.n for each in experiments.unsent(store, experiment.id, 9)]


def paid(store: Store, run: Run | None, usd: str = "1") -> None:
    assert run
    run = all_runs.claim(store, run.id, "test")
    assert run
    run = all_runs.accept(store, run, f"job {run.id}")
    assert run
    assert all_runs.settle_done(store, run, USD(usd))


def failed(store: Store, run: Run | None, _: str = "") -> None:
    assert run
    run = all_runs.claim(store, run.id, "test")
    assert run
    assert all_runs.refuse(store, run, {"kind": "Refused"})


def test_what_is_held_is_the_whole_plan_and_goes_over_into_the_runs(store: Store) -> None:
    experiment = begin(store, ["1", "2", "3"])
    assert (experiment.held, held(store)) == (6, 6)
    run = send(store, experiment, 1, "2")
    assert run
    assert (run.reserved, run.text, run.params) == (2, "fox 1", {"prompt": "fox 1"})
    assert (now(store, experiment).held, held(store)) == (4, 6)
    paid(store, run, "1.5")
    assert held(store) == 4
    assert ledger.spent(store, "sandbox", "ada").day_posted == USD("1.5")


def test_a_cell_is_sent_once_and_the_same_press_begins_one_experiment(store: Store) -> None:
    experiment = begin(store, ["1", "1"])
    assert begin(store, ["1", "1"]) == experiment
    assert send(store, experiment, 0)
    assert send(store, experiment, 0) is None
    assert held(store) == 2
    assert waiting(store, experiment) == [1]
    assert [each.run is None for each in experiments.table(store, experiment.id)] == [False, True]


def test_no_balance_can_tell_of_what_was_not_sent(store: Store) -> None:
    experiment = begin(store, ["1", "2"])
    assert ledger.standing(store, "sandbox").held == 0
    send(store, experiment, 0)
    assert ledger.standing(store, "sandbox").held == 1


def test_today_s_limit_holds_what_it_allows_and_tomorrow_the_rest(
    store: Store, clock: Clock
) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(2)))
    experiment = begin(store, ["1", "1", "1"])
    assert (experiment.held, held(store)) == (2, 2)
    for n in (0, 1):
        paid(store, send(store, experiment, n))
    with pytest.raises(OverCap):
        send(store, experiment, 2)
    assert held(store) == 0
    clock.move(days=1)
    paid(store, send(store, experiment, 2))
    assert ledger.spent(store, "sandbox", "ada").day_posted == 1
    finished = experiments.finish(store, experiment.id)
    assert finished is None  # its results are not kept yet
    assert held(store) == 0


def test_a_plan_that_may_not_even_begin_today_leaves_nothing_behind(store: Store) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD("0.5")))
    with pytest.raises(OverCap):
        begin(store, ["1", "1"])
    assert experiments.page(store, "sandbox", "ada") == []
    assert held(store) == 0


def test_what_is_held_for_it_keeps_others_of_the_team_out(store: Store) -> None:
    caps.put(store, "sandbox", "", Caps(day=USD(3)))
    begin(store, ["1", "1"])
    with pytest.raises(OverCap):
        begin(store, ["2"], person="bob", nonce="his")
    assert begin(store, ["1"], person="bob", nonce="his").held == 1


def test_its_own_limit_is_never_gone_over(store: Store) -> None:
    experiment = begin(store, ["1", "1", "1"], most=USD("2.5"))
    assert experiment.held == 2
    paid(store, send(store, experiment, 0), "1.4")
    assert send(store, experiment, 1)
    with pytest.raises(OverItsLimit):
        send(store, experiment, 2)
    with pytest.raises(OverItsLimit):
        begin(store, ["1"], most=USD("0.9"), nonce="another")


@pytest.mark.parametrize("sent", [0, 1])
def test_stopping_releases_what_was_not_sent_and_nothing_more_is(store: Store, sent: int) -> None:
    experiment = begin(store, ["1", "1"])
    for n in range(sent):
        run = send(store, experiment, n)
        assert run
        assert all_runs.claim(store, run.id, "test")
    stopped = experiments.stop(store, experiment.id)
    assert stopped
    assert (stopped.status, stopped.held, held(store)) == (Status.STOPPED, 0, sent)
    assert send(store, experiment, 1) is None
    assert experiments.stop(store, experiment.id) is None
    assert experiments.resume(store, experiment.id) is None


def test_a_pause_sends_nothing_and_keeps_what_is_held(store: Store) -> None:
    experiment = begin(store, ["1", "1"])
    assert experiments.pause(store, experiment.id)
    assert send(store, experiment, 0) is None
    assert experiments.going_on(store, "sandbox", "here") == []
    assert held(store) == 2
    assert experiments.resume(store, experiment.id)
    assert send(store, experiment, 0)


def test_a_pause_takes_back_what_still_waits_with_what_it_held(store: Store) -> None:
    experiment = begin(store, ["1", "2", "3"])
    first, second = send(store, experiment, 0), send(store, experiment, 1, "1.5")
    assert first
    assert second
    assert all_runs.claim(store, first.id, "test")
    assert (now(store, experiment).held, held(store)) == (3, USD("5.5"))
    paused = experiments.pause(store, experiment.id)
    assert paused
    assert (paused.held, held(store)) == (USD("4.5"), USD("5.5"))
    assert waiting(store, experiment) == [1, 2]
    assert state(store, first) is State.SENDING  # it may have left
    assert state(store, second) is State.CANCELLED
    assert experiments.resume(store, experiment.id)
    again = send(store, experiment, 1, "1.5")
    assert again
    assert again.state is State.WAITING
    assert again.nonce != second.nonce
    assert (now(store, experiment).held, held(store)) == (3, USD("5.5"))


def test_what_is_taken_back_on_another_day_is_held_anew_when_it_is_sent(
    store: Store, clock: Clock
) -> None:
    experiment = begin(store, ["1", "1", "1"])
    for n in (0, 1):
        send(store, experiment, n)
        clock.move(days=1)
    assert now(store, experiment).held == 1
    paused = experiments.pause(store, experiment.id)
    assert paused
    assert paused.held == 2
    assert held(store) == 2
    experiments.resume(store, experiment.id)
    assert send(store, experiment, 0)
    assert held(store) == 3


@pytest.mark.parametrize("end", [experiments.pause, experiments.stop])
@pytest.mark.parametrize("usd", ["1", "0.5"])
def test_what_was_on_its_way_and_comes_back_is_not_sent_after_a_pause_or_a_stop(
    store: Store, end: Any, usd: str
) -> None:
    experiment = begin(store, ["1", "1"])
    run = send(store, experiment, 0, usd)
    assert run
    claimed = all_runs.claim(store, run.id, "test")
    assert claimed
    before = held(store)
    assert end(store, experiment.id)
    assert state(store, run) is State.SENDING
    came_back = all_runs.unsend(store, claimed, None, {"kind": "RateLimited"})
    assert came_back
    assert came_back.state is State.CANCELLED
    assert all_runs.claim(store, run.id, "test") is None
    assert waiting(store, experiment) == [0, 1]
    assert held(store) == (before if end is experiments.pause else 0)
    again = now(store, experiment).status is Status.PAUSED
    assert (experiments.resume(store, experiment.id) is not None) == again


def test_a_run_that_waits_of_what_does_not_go_on_is_taken_back_instead_of_sent(
    store: Store,
) -> None:
    experiment = begin(store, ["1", "1"])
    runs = [send(store, experiment, n) for n in (0, 1)]
    # As an earlier version left it: paused, with its runs before the governor.
    with store.write() as connection:
        connection.execute(text("UPDATE experiments SET status = 'paused'"))
    for run in runs:
        assert run
        assert all_runs.claim(store, run.id, "test") is None
        assert state(store, run) is State.CANCELLED
    assert waiting(store, experiment) == [0, 1]
    assert (now(store, experiment).held, held(store)) == (2, 2)


def state(store: Store, run: Run) -> State:
    found = all_runs.get(store, run.id)
    assert found
    return found.state


@pytest.mark.parametrize("end", [experiments.pause, experiments.stop])
def test_what_failed_is_not_tried_again_where_the_rest_would_leave_with_it(
    store: Store, end: Any
) -> None:
    experiment = begin(store, ["1", "1"])
    failed(store, send(store, experiment, 0))
    assert end(store, experiment.id)
    status = now(store, experiment).status
    with pytest.raises(NotGoingOn):
        experiments.retry(store, experiment.id)
    assert now(store, experiment).status is status


def test_only_the_cells_that_were_meant_are_tried_again(store: Store) -> None:
    experiment = begin(store, ["1", "1"])
    for n in (0, 1):
        failed(store, send(store, experiment, n))
    assert experiments.retry(store, experiment.id, [1]) == 1
    assert waiting(store, experiment) == [1]


def test_what_became_dearer_goes_on_at_the_price_that_was_agreed_to_alone(store: Store) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=USD(5)))
    experiment = begin(store, ["1", "1", "2"])
    send(store, experiment, 0)
    assert experiments.reprice(store, experiment.id, {0: USD(3), 1: USD(2), 2: USD(1)}, "Dearer.")
    paused = now(store, experiment)
    assert (paused.status, paused.problem) == (Status.PAUSED, "Dearer.")
    cells = experiments.unsent(store, experiment.id)
    assert [(each.quote, each.reserved) for each in cells] == [(3, 3), (2, 2), (2, 2)]
    assert held(store) == 4
    for less in (USD(6), USD(0)):
        with pytest.raises(Dearer):
            experiments.resume(store, experiment.id, less)
    assert now(store, experiment) == paused
    resumed = experiments.resume(store, experiment.id, USD(7))
    assert resumed
    assert (resumed.held, held(store)) == (5, 5)  # as much as today allows
    assert send(store, experiment, 0, "3")
    assert send(store, experiment, 1, "2")
    with pytest.raises(OverCap):
        send(store, experiment, 2, "2")


def test_it_goes_on_at_a_limit_that_leaves_no_room_and_the_next_cell_says_so(store: Store) -> None:
    experiment = begin(store, ["1", "1"], most=USD(2))
    assert experiments.reprice(store, experiment.id, {0: USD(3)}, "Dearer.")
    assert experiments.resume(store, experiment.id, USD(4))
    assert held(store) == 0
    with pytest.raises(OverItsLimit):
        send(store, experiment, 0, "3")


def test_what_costs_nothing_may_begin(store: Store) -> None:
    experiment = begin(store, ["0", "0"])
    assert send(store, experiment, 0, "0")


def test_of_each_endpoint_so_many_cells_are_next(store: Store) -> None:
    planned = [replace(cell(n), endpoint=f"at-{n // 3}") for n in range(6)]
    experiment = begin(store, [], cells=planned)
    assert [each.n for each in experiments.unsent(store, experiment.id, 2)] == [0, 1, 3, 4]
    assert [each.n for each in experiments.unsent(store, experiment.id)] == [*range(6)]


def test_only_what_failed_for_nothing_is_sent_again(store: Store) -> None:
    experiment = begin(store, ["1", "1", "1", "1"])
    failed(store, send(store, experiment, 0))
    paid(store, send(store, experiment, 1))
    lost = send(store, experiment, 2)
    assert lost
    lost = all_runs.claim(store, lost.id, "test")
    assert lost
    assert all_runs.lose(store, lost, {})
    assert [each.may_be_retried for each in experiments.table(store, experiment.id)] == [
        True,
        False,
        False,
        False,
    ]
    assert experiments.retry(store, experiment.id) == 1
    assert experiments.retry(store, experiment.id) == 0
    assert waiting(store, experiment) == [0, 3]
    again = send(store, experiment, 0)
    assert again
    assert again.state is State.WAITING
    assert held(store) == 3


def test_it_is_done_when_all_of_it_was_sent_and_has_ended(store: Store) -> None:
    experiment = begin(store, ["1", "1"])
    failed(store, send(store, experiment, 0))
    assert experiments.finish(store, experiment.id) is None
    failed(store, send(store, experiment, 1))
    done = experiments.finish(store, experiment.id)
    assert done
    assert (done.status, held(store)) == (Status.DONE, 0)
    assert experiments.retry(store, experiment.id) == 2
    assert now(store, experiment).status is Status.RUNNING


def test_the_team_sees_what_is_shared_and_the_first_admin_takes_what_was_there(
    store: Store,
) -> None:
    begin(store, ["1"], person="local")
    shared = begin(store, ["1"], person="bob", nonce="2", shared=True)
    begin(store, ["1"], person="bob", nonce="3")
    assert experiments.page(store, "sandbox", "cleo") == [shared]
    inherit.take(store, "ada")
    assert held(store) == 1
    assert len(experiments.page(store, "sandbox", "ada")) == 2


STEPS = st.lists(
    st.sampled_from(["send", "dearer", "pay", "fail", "pause", "resume", "retry", "night"])
    | st.sampled_from(["stop", "give up", "reprice", "claim", "unsend"]),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    steps=STEPS,
    prices=st.lists(st.integers(1, 4).map(str), min_size=1, max_size=5),
    day=st.none() | st.integers(1, 12).map(USD),
    most=st.none() | st.integers(4, 12).map(USD),
    again=st.lists(st.integers(0, 4), max_size=2),
)
def test_whatever_happens_the_totals_are_those_of_the_books_and_no_cap_is_gone_over(
    open_store: OpenStore,
    steps: list[str],
    prices: list[str],
    day: Decimal | None,
    most: Decimal | None,
    again: list[int],
) -> None:
    clock = Clock()
    with open_store(clock) as store:
        caps.put(store, "sandbox", "ada", Caps(day=day))
        try:
            planned_cells = [cell(n, price) for n, price in enumerate(prices)]
            planned_cells += [replace(cell(n, "0"), reused=True) for n in again if n < len(prices)]
            experiment = begin(store, [], cells=planned_cells, most=most)
        except (OverCap, OverItsLimit):
            assert held(store) == 0
            return
        for step in steps:
            with suppress(OverCap, OverItsLimit, NotGoingOn):
                _do(store, clock, experiment, step)
            held(store)
            spent = ledger.spent(store, "sandbox", "ada")
            assert day is None or spent.day_posted + spent.day_held <= day
            cells = experiments.table(store, experiment.id)
            cost = sum((_cost(each.run) for each in cells if each.run and not each.reused), USD(0))
            assert most is None or cost <= most
            planned = sum((each.reserved for each in cells if each.run is None), USD(0))
            assert now(store, experiment).held <= planned
            waits = any(each.run and each.run.state is State.WAITING for each in cells)
            assert not waits or now(store, experiment).status is Status.RUNNING
        if experiments.stop(store, experiment.id):
            assert now(store, experiment).held == 0


def _cost(run: Run) -> Decimal:
    """What it has cost, or may."""
    return run.reserved if run.state in HOLDING else run.price or USD(0)


def _do(store: Store, clock: Clock, experiment: Experiment, step: str) -> None:
    if step == "night":
        clock.move(days=1)
    elif step in ("pay", "fail"):
        for each in experiments.table(store, experiment.id):
            if each.run and each.run.state is State.WAITING:
                end = paid if step == "pay" else failed
                end(store, each.run, str(each.run.reserved))
                break
    elif step in ("claim", "unsend"):
        origin = State.WAITING if step == "claim" else State.SENDING
        for each in experiments.table(store, experiment.id):
            if each.run and each.run.state is origin:
                _claimed_or_back(store, each.run)
                break
    elif step in ("send", "dearer", "give up", "reprice"):
        for each in experiments.unsent(store, experiment.id, 1):
            _next(store, experiment, each, step)
    else:
        getattr(experiments, step)(store, experiment.id)


def _claimed_or_back(store: Store, run: Run) -> None:
    if run.state is State.WAITING:
        all_runs.claim(store, run.id, "test")
    else:
        all_runs.unsend(store, run, None, {"kind": "RateLimited"})


def _next(store: Store, experiment: Experiment, each: Cell, step: str) -> None:
    dearer = each.quote + 1
    if step == "give up":
        experiments.give_up(store, experiment.id, each.n, "No.")
    elif step == "reprice":
        rest = experiments.unsent(store, experiment.id)
        prices = {each.n: dearer for each in rest[::2]}
        experiments.reprice(store, experiment.id, prices, "Dearer.")
    else:
        price = each.quote if step == "send" else dearer
        experiments.send(store, experiment.id, each.n, price, ONE)


# --- sharing, and results from before -------------------------------------------------------------


def test_the_team_sees_the_runs_of_what_is_shared_and_of_nothing_else(store: Store) -> None:
    experiment = begin(store, ["1", "1"])
    run = send(store, experiment, 0)
    assert run
    assert not experiments.shows(store, run.id)
    experiments.share(store, experiment.id, True)
    assert now(store, experiment).shared
    assert experiments.shows(store, run.id)
    assert experiments.page(store, "sandbox", "bob") == [now(store, experiment)]
    experiments.share(store, experiment.id, False)
    assert not experiments.shows(store, run.id)
    assert experiments.page(store, "sandbox", "bob") == []


def test_what_is_held_for_a_person_is_what_theirs_have_not_sent(store: Store) -> None:
    assert experiments.held(store, "sandbox", "ada") == 0
    experiment = begin(store, ["1", "2"])
    begin(store, ["4"], nonce="another", person="bob")
    assert experiments.held(store, "sandbox", "ada") == 3
    send(store, experiment, 0)
    assert experiments.held(store, "sandbox", "ada") == 2
    experiments.stop(store, experiment.id)
    assert experiments.held(store, "sandbox", "ada") == 0


def kept(store: Store, experiment: Experiment, n: int, usd: str = "1") -> Run:
    run = send(store, experiment, n, usd)
    paid(store, run, usd)
    assert run
    settled = all_runs.get(store, run.id)
    assert settled
    assert all_runs.keep(store, settled, [], thumb=False)
    return settled


def test_a_result_from_before_is_found_by_its_person_model_and_parameters(store: Store) -> None:
    first = begin(store, ["1", "1"])
    run = kept(store, first, 0)
    send(store, first, 1)  # which has no result yet
    found = experiments.kept(store, "sandbox", "ada", run.endpoint, run.model)
    assert found == {experiments.same({"prompt": "fox 0"}): run.id}
    assert experiments.kept(store, "sandbox", "bob", run.endpoint, run.model) == {}
    assert experiments.kept(store, "live", "ada", run.endpoint, run.model) == {}
    assert experiments.kept(store, "sandbox", "ada", run.endpoint, "another") == {}


def test_a_reused_result_holds_nothing_costs_nothing_and_is_never_sent(store: Store) -> None:
    run = kept(store, begin(store, ["1"]), 0)
    spent = ledger.sums(store, "sandbox")
    mine = replace(cell(0, "5"), run_id=run.id)
    experiment = begin(store, [], nonce="again", cells=[mine, cell(1, "2")], most=USD(2))
    assert experiment.held == 2
    assert waiting(store, experiment) == [1]
    first, second = experiments.table(store, experiment.id)
    assert (first.run and first.run.id, first.reused, second.reused) == (run.id, True, False)
    assert not first.may_be_retried
    kept(store, experiment, 1, "2")  # its own limit leaves no room for more
    assert experiments.finish(store, experiment.id)
    now_spent = ledger.sums(store, "sandbox")
    assert {each.posted - spent[key].posted for key, each in now_spent.items()} == {2}


def test_an_experiment_of_reused_results_alone_ends_by_itself(store: Store) -> None:
    run = kept(store, begin(store, ["1"]), 0)
    experiment = begin(store, [], nonce="again", cells=[replace(cell(0), run_id=run.id)])
    assert experiment.held == 0
    assert experiments.finish(store, experiment.id)


def twice(store: Store, *others: NewCell, **values: Any) -> Experiment:
    """An experiment whose second cell asks for the same as its first."""
    same = replace(cell(0, "0"), reused=True)
    return begin(store, [], cells=[cell(0), same, *others], **values)


def test_what_is_asked_for_twice_is_held_sent_and_paid_once(store: Store) -> None:
    experiment = twice(store, cell(2), most=USD(2))
    assert (experiment.held, held(store)) == (2, 2)
    assert waiting(store, experiment) == [0, 2]
    assert send(store, experiment, 1, "0") is None
    run = kept(store, experiment, 0)
    first, second, third = experiments.table(store, experiment.id)
    assert first.run
    assert second.run
    assert first.run.id == second.run.id == run.id
    assert (first.reused, second.reused, third.run) == (False, True, None)
    assert experiments.finish(store, experiment.id) is None
    kept(store, experiment, 2)  # its own limit counts the first once
    assert experiments.finish(store, experiment.id)
    assert ledger.spent(store, "sandbox", "ada").day_posted == 2


def test_what_asks_for_the_same_shares_its_fate(store: Store) -> None:
    experiment = twice(store)
    failed(store, send(store, experiment, 0))
    assert [each.may_be_retried for each in experiments.table(store, experiment.id)] == [True] * 2
    assert experiments.retry(store, experiment.id) == 2
    assert waiting(store, experiment) == [0]
    assert held(store) == 1
    run = send(store, experiment, 0)
    assert run
    assert experiments.pause(store, experiment.id)
    assert {each.run for each in experiments.table(store, experiment.id)} == {None}
    assert (now(store, experiment).held, held(store)) == (1, 1)
    assert experiments.resume(store, experiment.id, ONE)
    experiments.give_up(store, experiment.id, 0, "No such size.")
    assert {each.problem for each in experiments.table(store, experiment.id)} == {"No such size."}
    assert held(store) == 0
    assert experiments.finish(store, experiment.id)
    assert experiments.retry(store, experiment.id) == 2
    kept(store, experiment, 0)
    assert experiments.finish(store, experiment.id)
