"""A vote counts once a pair, for who may see the experiment, whatever side stood where."""

from decimal import Decimal

import pytest

from lib.store import Denied, Run, Store, Winner, experiments, runs, votes
from lib.store.experiments import Experiment, NewCell, NewExperiment

ONE = Decimal(1)


def done(store: Store, run: Run | None) -> None:
    assert run
    run = runs.claim(store, run.id, "test")
    assert run
    run = runs.accept(store, run, f"job {run.id}")
    assert run
    assert runs.settle_done(store, run, ONE)


def study(store: Store, *, shared: bool = True) -> Experiment:
    """One input, three variants, of which the last has no result."""
    cells = [
        NewCell(
            input=0,
            variant=variant,
            endpoint="images.generations",
            model="paint-1",
            params={},
            quote=ONE,
            reserved=ONE,
        )
        for variant in range(3)
    ]
    begun = experiments.begin(
        store,
        NewExperiment(
            profile="sandbox",
            person="ada",
            nonce="press",
            title="Foxes",
            plan={},
            cells=cells,
            shared=shared,
        ),
    )
    for n in range(2):
        done(store, experiments.send(store, begun.id, n, ONE, ONE))
    return begun


@pytest.mark.parametrize(
    ("a", "b", "winner", "kept"),
    [
        (0, 1, Winner.A, Winner.A),
        (1, 0, Winner.A, Winner.B),
        (1, 0, Winner.B, Winner.A),
        (1, 0, Winner.BOTH, Winner.BOTH),
        (0, 1, Winner.NEITHER, Winner.NEITHER),
    ],
)
def test_a_vote_is_the_same_whatever_side_it_stood_on(
    store: Store, a: int, b: int, winner: Winner, kept: Winner
) -> None:
    experiment = study(store)
    assert votes.cast(store, experiment.id, "bob", 0, a, b, winner)
    [vote] = votes.of(store, experiment.id)
    assert (vote.a, vote.b, vote.winner, vote.person) == (0, 1, kept, "bob")


def test_the_first_vote_of_a_person_on_a_pair_stays_and_others_vote_too(store: Store) -> None:
    experiment = study(store)
    assert votes.cast(store, experiment.id, "bob", 0, 0, 1, Winner.A)
    assert not votes.cast(store, experiment.id, "bob", 0, 1, 0, Winner.A)
    assert votes.cast(store, experiment.id, "cleo", 0, 0, 1, Winner.B)
    assert [each.winner for each in votes.of(store, experiment.id)] == [Winner.A, Winner.B]


def test_the_last_vote_can_be_taken_back_by_its_person_alone(store: Store) -> None:
    experiment = study(store)
    votes.cast(store, experiment.id, "bob", 0, 0, 1, Winner.A)
    assert votes.take_back(store, experiment.id, "cleo") is None
    taken = votes.take_back(store, experiment.id, "bob")
    assert taken
    assert taken.winner is Winner.A
    assert votes.of(store, experiment.id) == []
    assert votes.cast(store, experiment.id, "bob", 0, 0, 1, Winner.B)


def test_nobody_votes_on_what_they_may_not_see(store: Store) -> None:
    experiment = study(store, shared=False)
    with pytest.raises(Denied):
        votes.cast(store, experiment.id, "bob", 0, 0, 1, Winner.A)
    assert votes.cast(store, experiment.id, "ada", 0, 0, 1, Winner.A)


@pytest.mark.parametrize(("input_", "a", "b"), [(0, 0, 2), (0, 0, 9), (5, 0, 1), (0, 1, 1)])
def test_what_has_no_result_can_not_be_compared(store: Store, input_: int, a: int, b: int) -> None:
    experiment = study(store)
    with pytest.raises(Denied, match="can't be compared"):
        votes.cast(store, experiment.id, "bob", input_, a, b, Winner.A)
    assert votes.of(store, experiment.id) == []
