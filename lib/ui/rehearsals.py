"""What can be made to go wrong in the sandbox, for who wants to see how that looks.

One row a switch; nothing else knows them apart. Another row is another switch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.deapi.contract import ENDPOINTS

_FILES = "/files/*"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One switch: what stands beside it, and the faults (README, Faults) that it asks for."""

    id: str
    label: str
    help: str
    faults: tuple[Mapping[str, Any], ...]

    @property
    def named(self) -> list[dict[str, Any]]:
        """Its faults as they are asked for: under its id, and until it is switched off."""
        return [{"times": None, **each, "name": self.id} for each in self.faults]


def _every_submit(fault: str, **details: Any) -> tuple[Mapping[str, Any], ...]:
    """A fault of every paid call, and not of the price calls, whose paths begin alike."""
    return tuple(
        {"fault": fault, "method": each.method, "path": each.path, **details} for each in ENDPOINTS
    )


REHEARSALS = (
    Rehearsal(
        "busy",
        "Every third run is told “too many requests”",
        "It waits a few seconds and then goes on by itself.",
        _every_submit("minute_limit", every=3, retry_after=5),
    ),
    Rehearsal(
        "lost",
        "The answer to every third run is lost",
        "Nobody knows then whether it was paid for, so it is not sent again: you are asked.",
        _every_submit("reset_after", every=3),
    ),
    Rehearsal(
        "failing",
        "Jobs fail",
        "Each ends in an error and costs nothing.",
        ({"fault": "job_error", "code": "PROCESSING_ERROR"},),
    ),
    Rehearsal(
        "endless",
        "Jobs never end",
        "Each stays at 99 %, and its price stays held. Those that began so stay so.",
        ({"fault": "job_never_ends"},),
    ),
    Rehearsal(
        "dearer",
        "Jobs cost three times their price in the end",
        "That is booked as it is, and later runs hold more back.",
        ({"fault": "final_price", "factor": 3},),
    ),
    Rehearsal(
        "expired",
        "Every second download finds its address expired",
        "The job is asked for a fresh address, and the result is kept all the same.",
        ({"fault": "expired", "path": _FILES, "every": 2},),
    ),
    Rehearsal(
        "silent",
        "No news comes by push",
        "Runs are asked about instead, and end a little later.",
        ({"fault": "push_lost"},),
    ),
    Rehearsal(
        "slow",
        "Answers are slow",
        "Each call takes two seconds more, prices too.",
        ({"fault": "slow", "path": "/api/*", "seconds": 2},),
    ),
)
