"""When to ask how a job stands: where such jobs ended before.

Seconds since deAPI took the job are its *age*. A poll costs a request and a late poll costs time,
so polls lie where ends are likely: at quantiles of what such jobs took, else of a guess by family,
and after the last of those ever further apart. A progress report scales what is expected.
"""

import bisect
from collections.abc import Mapping, Sequence

QUANTILES = (0.04, 0.12, 0.2, 0.28, 0.36, 0.44, 0.52, 0.6, 0.68, 0.76, 0.86, 0.96)
"""Where in the past durations a poll lies. Ends are dense in the middle, so polls are."""
EARLY = 0.4
"""Share of the first of them at which a job that takes long is asked about too: what it says of
its progress moves what is expected, and a person wants to see that it moves."""
LONG = 8.0
"""Seconds from which on a job takes long."""
NEAR = 0.05
"""Polls are not closer to each other than this share of the age they lie at …"""
LEAST, MOST = 0.4, 1.0
"""… which is at least and at most so many seconds."""
ODD = 2.0
"""None of them counts as more than so many times the one before it: one odd duration among the
past ones must not leave a hole."""
LATE = 0.5
"""Past the last of them a poll waits for this share of how long that is past."""
SLOWEST = 30.0
"""Seconds between two polls at most, but behind push."""
ENOUGH = 3
"""So many past durations replace the guess."""
SPARE, RAREST = 6.0, 600.0
"""Seconds to the first poll of a job that push reports on, at least, and between two of the later
ones, at most."""

TYPICAL: Mapping[str, float] = {
    "images": 4.0,
    "videos": 60.0,
    "audio": 8.0,
    "embeddings": 1.5,
    "prompts": 1.5,
}
"""Seconds that a job of each family takes where nothing is known: our guess."""
_SPREAD = (0.4, 0.6, 0.8, 1.0, 1.25, 1.6, 2.1)
"""How such a guess is spread, as it is only one."""


class Pace:
    """The polls of one job. Pure: it is told ages in seconds and gives waits in seconds."""

    def __init__(self, past: Sequence[float], family: str) -> None:
        """`past` holds seconds from acceptance to the end of such jobs, in any order."""
        known = sorted(each for each in past if each > 0)
        if len(known) < ENOUGH:
            middle = known[len(known) // 2] if known else TYPICAL.get(family, TYPICAL["images"])
            known = [middle * each for each in _SPREAD]
        self._early = EARLY * _quantile(known, QUANTILES[0])
        self._marks = _marks(known)
        self._longest = _quantile(known, 0.95)
        self._spare = max(SPARE, 2 * self._longest)
        self._behind_push: float | None = None

    def heard(self, age: float, progress: float | None) -> None:
        """A job of `age` seconds is at `progress` percent: that says how long it will take.

        Believed the more the further it is, as waiting and warming up are no progress.
        """
        if not progress or not 5 <= progress < 100:
            return
        share = progress / 100
        guess = min(1.01 * age / share + 0.05, 20 * self._longest)
        self._marks = [(1 - share) * mark + share * guess for mark in self._marks]

    def next(self, age: float, *, pushed: bool) -> float:
        """Seconds from `age` until the next poll; `pushed`: push reports on this job."""
        if pushed:
            # Errors never come by push (gotchas §7), so that it is asked all the same, rarely; at
            # an age that what is pushed until then doesn't move.
            if self._behind_push is None or age >= self._behind_push:
                self._behind_push = age + self._spare
                self._spare = min(1.5 * self._spare, RAREST)
            return self._behind_push - age
        if age < self._early and self._early >= EARLY * LONG:
            return self._early - age
        least = min(max(LEAST, NEAR * age), MOST)
        place = bisect.bisect_right(self._marks, age + least)
        if place == len(self._marks):
            return min(max(least, LATE * (age - self._marks[-1])), SLOWEST)
        return self._marks[place] - age


def took(last_open: float | None, heard: float) -> float:
    """The best guess at how long a job took whose end was heard at age `heard`, and which was
    still at work at age `last_open`: the middle, as an end lies anywhere between two polls.

    An end that the first poll hears was earlier by who knows how much: a tenth, so that what is
    learned finds its way down when jobs become quicker.
    """
    return 0.9 * heard if last_open is None else (last_open + heard) / 2


def _quantile(known: Sequence[float], share: float) -> float:
    return known[min(int(share * len(known)), len(known) - 1)]


def _marks(known: Sequence[float]) -> list[float]:
    """The ages of the polls: a little after where ends are likely, rather than a little before
    and then a whole step late."""
    marks: list[float] = []
    for share in QUANTILES:
        mark = 1.01 * _quantile(known, share) + 0.05
        marks.append(min(mark, ODD * marks[-1]) if marks else mark)
    return marks
