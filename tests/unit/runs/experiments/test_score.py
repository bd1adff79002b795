"""Votes are counted for both sides, and never said to be surer than they are."""

from collections import Counter
from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.runs.experiments.score import Outcome, leader, outcomes, pairs, wilson
from lib.store import Winner
from lib.store.votes import Vote

VARIANTS = 4
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def vote(a: int, b: int, winner: Winner) -> Vote:
    return Vote(input=0, a=a, b=b, person="bob", winner=winner, at=NOW)


VOTES = st.lists(
    st.builds(
        lambda pair, winner: vote(pair[0], pair[1], winner),
        st.sampled_from([*combinations(range(VARIANTS), 2)]),
        st.sampled_from(Winner),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("wins", "votes", "low", "high"),
    # By the formula worked out by hand, to four digits.
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 1, 0.2065, 1.0)],
)
def test_the_interval_is_wilsons(wins: float, votes: int, low: float, high: float) -> None:
    assert wilson(wins, votes) == pytest.approx((low, high), abs=5e-5)


@given(votes=st.integers(1, 10_000), part=st.floats(0, 1))
def test_the_interval_holds_the_rate_mirrors_and_narrows(votes: int, part: float) -> None:
    wins = round(part * votes * 2) / 2
    low, high = wilson(wins, votes)
    assert 0 <= low <= wins / votes <= high <= 1
    mirrored = wilson(votes - wins, votes)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high))
    many = wilson(wins * 4, votes * 4)
    assert many[1] - many[0] < high - low


@pytest.mark.parametrize(("wins", "votes"), [(-1, 3), (4, 3)])
def test_more_than_all_can_not_be_won(wins: float, votes: int) -> None:
    with pytest.raises(ValueError, match="wins out of"):
        wilson(wins, votes)


@given(VOTES)
def test_every_vote_counts_once_for_each_of_its_two(votes: list[Vote]) -> None:
    found = outcomes(votes, VARIANTS)
    assert sum(each.votes for each in found) == 2 * len(votes)
    decided = sum(each.winner is not Winner.NEITHER for each in votes)
    assert sum(each.wins for each in found) == decided
    assert [each.variant for each in found] == [*range(VARIANTS)]


@given(VOTES)
def test_a_leader_is_above_all_others_beyond_doubt(votes: list[Vote]) -> None:
    found = outcomes(votes, VARIANTS)
    above_all = [
        each.variant
        for each in found
        if all(each.low > other.high for other in found if other is not each)
    ]
    assert [leader(found)] == (above_all or [None])


def test_a_few_votes_are_not_enough_to_tell_and_many_are() -> None:
    assert leader(outcomes([vote(0, 1, Winner.A)] * 2, 2)) is None
    assert leader(outcomes([vote(0, 1, Winner.A)] * 20, 2)) == 0
    assert leader(outcomes([vote(0, 1, Winner.BOTH)] * 200, 2)) is None
    assert leader(outcomes([], 2)) is None
    assert leader([Outcome(variant=0, votes=9, wins=9, low=0.7, high=1)]) is None


@given(st.sets(st.integers(0, 9), max_size=7), st.text(max_size=10))
def test_every_pair_comes_once_and_stays_where_it_was(variants: set[int], key: str) -> None:
    found = pairs([*variants], key)
    assert Counter(map(frozenset, found)) == Counter(map(frozenset, combinations(variants, 2)))
    assert pairs([*variants], key) == found


def test_neither_a_side_nor_a_place_tells_which_variant_it_is() -> None:
    people = [pairs(range(3), f"person {n}") for n in range(2000)]
    left = Counter(side for each in people for side, _ in each)
    first = Counter(frozenset(each[0]) for each in people)
    assert all(0.9 < count / 2000 < 1.1 for count in left.values())
    assert all(0.9 < count * 3 / 2000 < 1.1 for count in first.values())
