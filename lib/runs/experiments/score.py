"""What blind votes say about variants, and how sure that is.

A vote compares two results of the same input. Each comparison counts as one trial for both of its
variants: won, half won (both are good), or not won. The interval around a win rate is Wilson's at
95 %, which stays honest for few votes.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from lib.store import Winner
from lib.store.votes import Vote

Z = 1.959964
"""Standard deviations around a mean in which 95 % of a normal distribution lie."""

_SHARE = {
    Winner.A: (1.0, 0.0),
    Winner.B: (0.0, 1.0),
    Winner.BOTH: (0.5, 0.5),
    Winner.NEITHER: (0.0, 0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a variant did: `wins` out of `votes`, and the bounds of its win rate, 0..1."""

    variant: int
    votes: int
    wins: float
    low: float
    high: float

    @property
    def rate(self) -> float:
        """0..1; nothing won out of no votes."""
        return self.wins / self.votes if self.votes else 0.0


def wilson(wins: float, votes: int, z: float = Z) -> tuple[float, float]:
    """The bounds of Wilson's interval around `wins` out of `votes`, within 0..1; all of it without
    a vote. Raises `ValueError` for wins that such votes can't have."""
    if not 0 <= wins <= votes:
        raise ValueError(f"{wins} wins out of {votes}")
    if votes == 0:
        return 0.0, 1.0
    rate, square = wins / votes, z * z / votes
    middle = (rate + square / 2) / (1 + square)
    reach = z * math.sqrt(rate * (1 - rate) / votes + square / (4 * votes)) / (1 + square)
    # At the ends the bound is the rate itself, but for rounding.
    low = 0.0 if wins == 0 else middle - reach
    high = 1.0 if wins == votes else middle + reach
    return max(low, 0.0), min(high, 1.0)


def outcomes(votes: Sequence[Vote], variants: int) -> list[Outcome]:
    """How each of so many variants did, in their order."""
    seen, wins = [0] * variants, [0.0] * variants
    for vote in votes:
        for variant, share in zip((vote.a, vote.b), _SHARE[vote.winner], strict=True):
            seen[variant] += 1
            wins[variant] += share
    found: list[Outcome] = []
    for variant in range(variants):
        low, high = wilson(wins[variant], seen[variant])
        found.append(
            Outcome(variant=variant, votes=seen[variant], wins=wins[variant], low=low, high=high)
        )
    return found


def leader(found: Sequence[Outcome]) -> int | None:
    """The variant whose interval lies above those of all others; None while the votes are not
    enough to tell."""
    if len(found) < 2:
        return None
    first = max(found, key=lambda each: each.low)
    # Without a vote a variant's interval reaches to 1.
    highest = max(each.high for each in found if each.variant != first.variant)
    return first.variant if first.low > highest else None


def pairs(variants: Sequence[int], key: str) -> list[tuple[int, int]]:
    """Every pair of these variants once, as (left, right). Order and sides are shuffled by `key`:
    who comes back finds them as they were, and somebody else finds them otherwise."""
    found = [
        (one, other) if _drawn(key, (one, other), "side") % 2 else (other, one)
        for one, other in combinations(sorted(set(variants)), 2)
    ]
    return sorted(found, key=lambda pair: _drawn(key, (min(pair), max(pair)), "order"))


def _drawn(key: str, pair: tuple[int, int], what: str) -> int:
    text = f"{what}:{key}:{pair}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8])
