"""Sixty runs on a tier of ten requests a minute, beside the least time that this can take.

A real engine with push and a real sandbox, whose minutes last a few seconds on both sides. The
peer is arithmetic: six minutes' worth of requests, of which the last may leave when the fifth has
ended, and then one job. What asks how the jobs stand has ten requests a minute too.
"""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.least import seconds
from benchmarks.report import Measure, end
from lib.store import State
from tests.support.engine import engines
from tests.support.sandbox import sandboxes

RUNS = 60
LIMIT = 10
"""Requests a minute."""
MINUTE = 6.0
"""Seconds that a minute lasts here."""
SPEED = 10.0


def main() -> None:
    """Measure, print and exit."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        sandbox = stack.enter_context(sandboxes(Path(folder)))(engines="none", speed=SPEED)
        sandbox.control(
            "PUT", "tier", {"tier": "basic", "minute": LIMIT, "window": MINUTE, "day": RUNS}
        )
        start = stack.enter_context(engines(Path(folder)))
        playground = start(sandbox.url, sandbox.key, minute=MINUTE, push=True)
        ordered = [playground.order() for _ in range(RUNS)]
        runs = [playground.reaches(each, State.DONE, timeout=120) for each in ordered]
        ended = [each.ended_at for each in runs if each.ended_at]
        took = (max(ended) - runs[0].created_at).total_seconds()
        calls = len(sandbox.requests())
        refused = [each["path"] for each in sandbox.requests() if each["status"] == 429]
        least = seconds(sandbox, RUNS, LIMIT, MINUTE)
    print(f"{RUNS} runs: {took:.2f} s, at least {least:.2f} s; refused: {refused or 'none'}")
    end(
        Measure(
            name=f"{RUNS} runs on {LIMIT} a minute, over the least possible",
            ours=took,
            peer=least,
            unit="s",
            aim=1.05,
        ),
        # Nobody else is on this key: whatever is refused, the headers had foretold.
        Measure(
            name="the same, calls beside those that were let through",
            ours=calls,
            peer=calls - len(refused),
            unit="calls",
            aim=1.0,
        ),
    )


if __name__ == "__main__":
    main()
