"""Where polls are placed, beside the exponential wait of client libraries (gotchas §8)."""

import random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.runs.pace import RAREST, SLOWEST, SPARE, Pace, took

KINDS = [("images", 4.0), ("audio", 3.0), ("audio", 25.0), ("videos", 60.0)]


def exponential(seconds: float) -> tuple[float, int]:
    """Delay and polls of 1 s × 1.5 up to 10 s, for a job that takes `seconds`."""
    age, wait, polls = 0.0, 1.0, 0
    while age < seconds:
        age, wait, polls = age + wait, min(1.5 * wait, 10.0), polls + 1
    return age - seconds, polls


def ours(pace: Pace, seconds: float, *, progress: bool) -> tuple[float, int, float]:
    """Delay and polls of `pace`, and how long it then believes the job took."""
    age, polls, last_open = 0.0, 0, None
    while True:
        age, polls = age + pace.next(age, pushed=False), polls + 1
        if age >= seconds:
            return age - seconds, polls, took(last_open, age)
        last_open = age
        pace.heard(age, 100 * age / seconds if progress else None)


@pytest.mark.parametrize("progress", [True, False], ids=["progress", "no progress"])
@pytest.mark.parametrize("noise", [0.02, 0.2])
@pytest.mark.parametrize(("family", "usual"), KINDS)
def test_an_end_is_heard_in_two_fifths_of_the_time_with_no_more_polls(
    family: str, usual: float, noise: float, progress: bool
) -> None:
    """What it learns it hears by its own polls, as in life."""
    chance, past = random.Random(1), list[float]()
    mine: list[tuple[float, int]] = []
    theirs: list[tuple[float, int]] = []
    for _ in range(200):
        seconds = usual * (1 + chance.uniform(-noise, noise))
        delay, polls, believed = ours(Pace(past[:50], family), seconds, progress=progress)
        past.insert(0, believed)
        mine.append((delay, polls))
        theirs.append(exponential(seconds))
    delays, polls = (mean(each) for each in zip(*mine[5:], strict=True))
    their_delays, their_polls = (mean(each) for each in zip(*theirs[5:], strict=True))
    assert delays < 0.4 * their_delays
    assert polls <= their_polls


def test_a_job_that_became_quicker_is_found_out_about() -> None:
    past = [60.0] * 50
    for _ in range(60):
        _, _, believed = ours(Pace(past[:50], "videos"), 20.0, progress=False)
        past.insert(0, believed)
    assert past[0] < 25


def test_what_never_ends_is_asked_about_ever_more_rarely() -> None:
    pace, age, waits = Pace([4.0, 4.1, 4.2], "images"), 0.0, list[float]()
    for _ in range(60):
        waits.append(pace.next(age, pushed=False))
        age += waits[-1]
    assert waits[-1] == SLOWEST
    assert len([each for each in waits if each < 5]) < 25


def test_one_odd_duration_leaves_no_hole() -> None:
    pace, age = Pace([*[2.0] * 19, 5000.0], "images"), 0.0
    for _ in range(12):
        age += pace.next(age, pushed=False)
    assert age < 60


def test_behind_push_polls_are_few_and_ever_fewer_until_ten_minutes() -> None:
    pace, age, waits = Pace([2.0, 2.1, 2.2], "images"), 1.0, list[float]()
    for _ in range(30):
        waits.append(pace.next(age, pushed=True))
        age += waits[-1]
    assert waits[0] == SPARE
    assert waits[1:6] == sorted(set(waits[1:6]))
    assert waits[-1] == pytest.approx(RAREST)


@given(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=200))
def test_however_much_is_pushed_the_next_poll_comes_at_its_age(gaps: list[float]) -> None:
    """Errors never come by push: a job that fails behind many reports is heard by that poll."""
    pace, age = Pace([2.0, 2.1, 2.2], "images"), 0.5
    due = age + pace.next(age, pushed=True)
    for gap in gaps:
        if age + gap >= due:
            break
        age += gap
        assert age + pace.next(age, pushed=True) == pytest.approx(due)


def test_progress_moves_the_estimate() -> None:
    slow, quick = Pace([20.0] * 10, "images"), Pace([20.0] * 10, "images")
    slow.heard(10.0, 20)
    quick.heard(10.0, 80)
    assert quick.next(10.0, pushed=False) < 6 < 12 < slow.next(10.0, pushed=False)
