"""How every benchmark ends: one JSON object on the last line, exit 1 when an aim is missed."""

import json
import sys
from dataclasses import asdict, dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`ours` beside `peer`, both in `unit`; `aim` is the largest ratio that will do."""

    name: str
    ours: float
    peer: float
    unit: str
    aim: float

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    @property
    def ok(self) -> bool:
        return self.ratio <= self.aim

    def as_json(self) -> str:
        facts = {**asdict(self), "ratio": self.ratio, "ok": self.ok}
        rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in facts.items()}
        return json.dumps(rounded)


def end(first: Measure, *others: Measure) -> NoReturn:
    """Print every measure, the first one last, and exit."""
    for measure in (*others, first):
        print(measure.as_json())
    sys.exit(0 if all(each.ok for each in (first, *others)) else 1)
