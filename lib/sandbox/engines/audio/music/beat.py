"""Writing what the drums play."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from lib.sandbox.engines.audio.music.plan import Bar, Plan
from lib.sandbox.engines.audio.music.score import at
from lib.sandbox.engines.audio.music.style import Style


class Hit(NamedTuple):
    start: float
    drum: str
    loud: float
    pan: float = 0


_PANS = {"hat": 0.25, "open": 0.25, "shaker": -0.3, "ride": -0.25, "rim": 0.15}


def beaten(plan: Plan, style: Style, *, detail: float, rng: np.random.Generator) -> list[Hit]:
    """All hits of the piece; quiet bars have fewer, the end has one."""
    hits: list[Hit] = []
    if not style.drums:
        return hits
    for number, bar in enumerate(plan.bars):
        if bar.last:
            first = bar.start == plan.bars[-1].start or not plan.bars[number - 1].last
            hits += [Hit(bar.start, "kick", 0.6), Hit(bar.start, "open", 0.4)] if first else []
            continue
        for slot, drum, loud in _pattern(plan, style, bar, detail, rng):
            start = at(plan, style, bar, slot)
            hits.append(Hit(start, drum, loud * (0.92 + 0.08 * rng.random()), _PANS.get(drum, 0)))
        if bar.energy > 0.6 and number % 4 == 3:
            hits += [
                Hit(at(plan, style, bar, plan.slots - back), "snare", 0.35) for back in (1, 0.5)
            ]
    return hits


def _pattern(
    plan: Plan, style: Style, bar: Bar, detail: float, rng: np.random.Generator
) -> Iterator[tuple[float, str, float]]:
    """Eighth, drum and loudness."""
    quiet = bar.energy < 0.5
    if style.drums == "timpani":
        yield from ((slot, "timpani", 0.8) for slot in plan.strong)
        if bar.energy >= 1:
            yield from ((slot, "snare", 0.2) for slot in range(plan.slots))
        return
    yield from ((slot, "kick", 0.85) for slot in _kicks(plan, style.drums, rng))
    yield from _ticks(plan, style.drums, bar, detail)
    if not quiet:
        drum = {"soft": "rim", "shaker": "rim", "latin": "rim", "four": "clap"}.get(
            style.drums, "snare"
        )
        loud = 0.3 if style.drums == "ride" else 0.55
        yield from ((slot, drum, loud) for slot in _backbeats(plan, style.drums))


def _kicks(plan: Plan, drums: str, rng: np.random.Generator) -> list[int]:
    beats = list(range(0, plan.slots, 2)) if plan.meter != 6 else list(plan.strong)
    match drums:
        case "four":
            return beats
        case "drive":
            return list(range(plan.slots))
        case "half":
            return [0, *(slot for slot in (3, 5) if slot < plan.slots and rng.random() < 0.5)]
        case "broken" if plan.slots == 8:
            return [0, 3 if rng.random() < 0.6 else 2, 5]
        case _:
            return list(plan.strong)


def _backbeats(plan: Plan, drums: str) -> list[int]:
    if drums == "half":
        return [plan.slots // 2]
    return {2: [2], 3: [2, 4], 4: [2, 6], 6: [3]}[plan.meter]


def _ticks(plan: Plan, drums: str, bar: Bar, detail: float) -> Iterator[tuple[float, str, float]]:
    tick = {"ride": "ride", "shaker": "shaker", "latin": "shaker"}.get(drums, "hat")
    every = 2 if bar.energy < 0.5 else 1
    for slot in range(0, plan.slots, every):
        yield slot, "open" if drums == "four" and slot % 2 else tick, 0.5 if slot % 2 else 0.35
    if detail > 0.75 and bar.energy > 0.6 and plan.eighth > 0.17:
        yield from ((slot + 0.5, tick, 0.16) for slot in range(plan.slots))
