"""Showcases keep an order of their own, show what their person shares, and nothing that is gone."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

import pytest

from lib.store import LOCAL, Run, Store, deletion, inherit, ledger, runs, showcases
from tests.unit.store.making import Clock, Making

Done = Callable[..., Run]


def moved(run: Run | None) -> Run:
    assert run is not None
    return run


@pytest.fixture
def done(store: Store, new: Making, clock: Clock) -> Done:
    """A run that is done."""

    def done(person: str = "ada") -> Run:
        clock.move(seconds=1)
        admitted = ledger.admit(store, new(person=person))
        run = moved(runs.claim(store, admitted.id, "engine"))
        run = moved(runs.accept(store, run, f"job of {run.id}"))
        run = moved(runs.settle_done(store, run, Decimal("0.002")))
        return moved(runs.keep(store, run, [], thumb=False))

    return done


def order(store: Store, showcase_id: str) -> list[str]:
    return [run.id for run in showcases.shown(store, showcase_id)]


def test_it_begins_unshared_with_each_finished_run_once_in_their_order(
    store: Store, done: Done, new: Making
) -> None:
    one, two, open_one = done(), done(), ledger.admit(store, new())
    wanted = [two.id, one.id, two.id, open_one.id, "no such run"]
    made = showcases.begin(store, "sandbox", "ada", "  For \n Friday ", wanted)
    assert (made.title, made.shared, made.prices) == ("For Friday", False, True)
    assert showcases.get(store, made.id) == made
    assert order(store, made.id) == [two.id, one.id]


def test_runs_move_up_and_down_and_to_a_place_and_stop_at_the_ends(
    store: Store, done: Done
) -> None:
    a, b, c = (done().id for _ in range(3))
    made = showcases.begin(store, "sandbox", "ada", "Three", [a, b, c])
    for how, expected in (
        ({"by": -1}, [a, c, b]),
        ({"by": -5}, [c, a, b]),
        ({"by": 1}, [a, c, b]),
        ({"by": 9}, [a, b, c]),
        ({"to": 0}, [c, a, b]),
        ({"to": 99}, [a, b, c]),
    ):
        showcases.move(store, made.id, c, **how)
        assert order(store, made.id) == expected
    showcases.move(store, made.id, "no such run", by=1)
    assert order(store, made.id) == [a, b, c]


def test_a_run_is_added_once_at_the_end_and_taken_out(store: Store, done: Done) -> None:
    a, b = done().id, done().id
    made = showcases.begin(store, "sandbox", "ada", "Two", [a])
    assert showcases.add(store, made.id, b)
    assert not showcases.add(store, made.id, b)
    assert not showcases.add(store, made.id, "no such run")
    assert not showcases.add(store, "no such showcase", b)
    assert order(store, made.id) == [a, b]
    showcases.remove(store, made.id, a)
    assert order(store, made.id) == [b]


def test_one_that_is_full_takes_no_more(
    store: Store, done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showcases, "MOST", 2)
    a, b, c = (done().id for _ in range(3))
    made = showcases.begin(store, "sandbox", "ada", "Two", [a, b, c])
    assert order(store, made.id) == [a, b]
    with pytest.raises(ValueError, match="at most 2"):
        showcases.add(store, made.id, c)


def test_only_what_is_given_changes_and_a_title_has_words(store: Store) -> None:
    made = showcases.begin(store, "sandbox", "ada", "One")
    showcases.put(store, made.id, prices=False)
    showcases.put(store, made.id, title="Another\0 one")
    found = showcases.get(store, made.id)
    assert found is not None
    assert (found.title, found.shared, found.prices) == ("Another one", False, False)
    for title in ("", " \n", "x" * (showcases.LONGEST + 1)):
        with pytest.raises(ValueError, match="title"):
            showcases.put(store, made.id, title=title)


def test_mine_are_listed_newest_first_and_others_only_once_they_are_shared(
    store: Store, clock: Clock
) -> None:
    ids: list[str] = []
    for person in ("ada", "ada", "bob", "bob"):
        clock.move(seconds=1)
        ids.append(showcases.begin(store, "sandbox", person, "One").id)
    showcases.put(store, ids[2], shared=True)
    showcases.begin(store, "live", "ada", "Elsewhere")
    assert [each.id for each in showcases.mine(store, "sandbox", "ada")] == [ids[1], ids[0]]
    assert [each.id for each in showcases.shared_with(store, "sandbox", "ada")] == [ids[2]]


def test_an_address_tells_nothing_of_the_next_one(store: Store) -> None:
    """Made in the same moment, so that time is no difference."""
    found = [showcases.begin(store, "sandbox", "ada", "One").id for _ in range(20)]
    secret = [each.partition("-")[2] for each in found]
    assert len(set(secret)) == 20
    assert all(len(each) >= 20 and one[:6] != each[:6] for one, each in pairwise(secret))


def test_the_team_may_see_a_run_as_long_as_one_that_has_it_is_shared(
    store: Store, done: Done
) -> None:
    run = done()
    made = showcases.begin(store, "sandbox", "ada", "One", [run.id])
    assert not showcases.shows(store, run.id)
    showcases.put(store, made.id, shared=True)
    assert showcases.shows(store, run.id)
    assert not showcases.shows(store, done().id)
    showcases.remove(store, made.id, run.id)
    assert not showcases.shows(store, run.id)


def test_a_deleted_run_vanishes_and_a_deleted_showcase_leaves_its_runs(
    store: Store, done: Done
) -> None:
    a, b = done().id, done().id
    made = showcases.begin(store, "sandbox", "ada", "Two", [a, b])
    showcases.put(store, made.id, shared=True)
    assert deletion.delete(store, a, "ada")
    assert order(store, made.id) == [b]
    assert not showcases.shows(store, a)
    showcases.delete(store, made.id)
    assert showcases.get(store, made.id) is None
    assert not showcases.shows(store, b)
    assert runs.get(store, b) is not None


def test_what_nobody_had_is_the_first_admins(store: Store, done: Done) -> None:
    run = done(LOCAL)
    made = showcases.begin(store, "sandbox", LOCAL, "One", [run.id])
    inherit.take(store, "ada")
    [found] = showcases.mine(store, "sandbox", "ada")
    assert found.id == made.id
    assert order(store, made.id) == [run.id]
