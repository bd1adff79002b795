"""How the models did, out of a person's own history."""

from decimal import Decimal
from typing import Any

from lib.store import Record, Run, Store, ledger, runs, statistics
from tests.unit.store.making import Clock, Making


def test_a_record_counts_what_ended_and_takes_the_median_of_what_went_well(
    store: Store, clock: Clock, new: Making
) -> None:
    for seconds, price in ((2, "0.001"), (9, "0.002"), (4, "0.009")):
        done(store, clock, new(), seconds, price)
    failed(store, clock, new(), 100)
    assert records(store) == [
        Record(
            endpoint="images.generations",
            model="paint-1",
            ended=4,
            done=3,
            seconds=4.0,
            price=Decimal("0.002"),
        )
    ]


def test_the_wait_before_it_was_sent_is_not_the_model_s(
    store: Store, clock: Clock, new: Making
) -> None:
    run = ledger.admit(store, new())
    clock.move(hours=1)
    end(store, clock, run, 5, "0.001")
    assert [each.seconds for each in records(store)] == [5.0]


def test_each_endpoint_and_model_has_its_own(store: Store, clock: Clock, new: Making) -> None:
    done(store, clock, new(model="b"))
    done(store, clock, new(model="a"))
    done(store, clock, new(model="a", endpoint="images.edits"))
    assert [(each.endpoint, each.model) for each in records(store)] == [
        ("images.edits", "a"),
        ("images.generations", "a"),
        ("images.generations", "b"),
    ]


def test_other_people_other_profiles_and_open_runs_don_t_count(
    store: Store, clock: Clock, new: Making
) -> None:
    done(store, clock, new(person="bob"))
    done(store, clock, new(profile="live"))
    ledger.admit(store, new())
    run = runs.claim(store, ledger.admit(store, new()).id, "test")
    assert run
    assert runs.lose(store, run, {"kind": "NoAnswer", "message": ""})
    cancelled = ledger.admit(store, new())
    assert runs.cancel(store, cancelled.id, "ada")
    assert records(store) == []


def test_what_deapi_refused_is_not_the_model_s_fault(store: Store, new: Making) -> None:
    run = runs.claim(store, ledger.admit(store, new()).id, "test")
    assert run
    assert runs.refuse(store, run, {"kind": "Invalid", "message": "prompt is too long"})
    assert records(store) == []


def records(store: Store) -> list[Record]:
    return statistics.records(store, "sandbox", "ada")


def done(store: Store, clock: Clock, new: Any, seconds: int = 1, price: str = "0.001") -> None:
    end(store, clock, ledger.admit(store, new), seconds, price)


def end(store: Store, clock: Clock, run: Run, seconds: int, price: str) -> None:
    accepted = accept(store, run)
    clock.move(seconds=seconds)
    settled = runs.settle_done(store, accepted, Decimal(price))
    assert settled
    clock.move(seconds=30)  # saving its file is not the model's time either
    assert runs.keep(store, settled, [], thumb=False)


def failed(store: Store, clock: Clock, new: Any, seconds: int) -> None:
    accepted = accept(store, ledger.admit(store, new))
    clock.move(seconds=seconds)
    assert runs.settle_error(store, accepted, None, {"kind": "JobFailed", "message": ""})


def accept(store: Store, run: Run) -> Run:
    claimed = runs.claim(store, run.id, "test")
    assert claimed
    accepted = runs.accept(store, claimed, f"request {run.id}")
    assert accepted
    return accepted
