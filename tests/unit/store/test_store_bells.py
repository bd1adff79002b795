"""When each person opened the bell, and what has ended since."""

from lib.store import (
    Run,
    Store,
    bells,
    deletion,
    experiments,
    inherit,
    ledger,
    recipes,
    runs,
    users,
)
from lib.store.tables import LOCAL, Role
from tests.unit.store.making import Clock, Making
from tests.unit.store.test_store_experiments import begin
from tests.unit.store.test_store_recipes import begun


def done(store: Store, run: Run) -> Run:
    """The same run, ended well."""
    claimed = runs.claim(store, run.id, "test")
    assert claimed
    taken = runs.accept(store, claimed, f"job {run.id}")
    assert taken
    settled = runs.settle_done(store, taken, run.quote)
    assert settled
    kept = runs.keep(store, settled, [], thumb=False)
    assert kept
    return kept


def test_each_person_has_a_bell_on_each_profile(store: Store, clock: Clock) -> None:
    bells.open_at(store, "live", "ada", clock.at)
    first = clock.at
    clock.move(hours=1)
    bells.open_at(store, "live", "bob", clock.at)
    assert bells.opened(store, "live", "ada") == first
    assert bells.opened(store, "live", "bob") == clock.at
    assert bells.opened(store, "sandbox", "ada") is None
    bells.open_at(store, "live", "ada", clock.at)
    assert bells.opened(store, "live", "ada") == clock.at


def test_a_bell_from_before_there_were_accounts_goes_along(store: Store, clock: Clock) -> None:
    bells.open_at(store, "live", LOCAL, clock.at)
    users.add(store, "ada", None, Role.ADMIN)
    inherit.take(store, "ada")
    assert bells.opened(store, "live", "ada") == clock.at
    assert bells.opened(store, "live", LOCAL) is None


def test_runs_that_ended_since_are_a_persons_own_without_parts_of_others(
    store: Store, clock: Clock, new: Making
) -> None:
    before = done(store, ledger.admit(store, new()))
    clock.move(seconds=1)
    since = clock.at
    clock.move(seconds=1)
    first = done(store, ledger.admit(store, new()))
    clock.move(seconds=1)
    last = done(store, ledger.admit(store, new()))
    for other in (new(person="bob"), new(profile="live"), new(nonce="recipe:0:0")):
        done(store, ledger.admit(store, other))
    gone = done(store, ledger.admit(store, new()))
    assert deletion.delete(store, gone.id, "ada")
    ledger.admit(store, new())  # goes on
    assert [each.id for each in runs.ended(store, "sandbox", "ada", since)] == [last.id, first.id]
    assert [each.id for each in runs.ended(store, "sandbox", "ada", since, limit=1)] == [last.id]
    everything = runs.ended(store, "sandbox", "ada", since.replace(year=2020))
    assert before.id in {each.id for each in everything}


def test_recipes_and_experiments_that_ended_since_are_those_that_were_done(
    store: Store, clock: Clock
) -> None:
    since = clock.at
    clock.move(seconds=1)
    stopped, finished = begun(store, "one"), begun(store, "two")
    assert recipes.running(store, "sandbox", "ada").keys() == {stopped.id, finished.id}
    assert recipes.stop(store, stopped.id)
    assert recipes.finish(store, finished.id)
    assert [each.id for each in recipes.ended(store, "sandbox", "ada", since)] == [finished.id]
    assert recipes.ended(store, "sandbox", "bob", since) == []
    study = begin(store, ["0.1"])
    assert experiments.ended(store, "sandbox", "ada", since) == []
    experiments.give_up(store, study.id, 0, "It can't be sent.")
    assert experiments.finish(store, study.id)
    assert [each.id for each in experiments.ended(store, "sandbox", "ada", since)] == [study.id]
    assert experiments.ended(store, "sandbox", "bob", since) == []
    assert recipes.ended(store, "sandbox", "ada", clock.at) == []
