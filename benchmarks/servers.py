"""400 runs over two servers, beside one server and beside the least time that the limit allows.

Real engines on one real PostgreSQL, with push, and a real sandbox whose minutes last a few seconds
on both sides. Both servers have the same key, so its limit is theirs together: two can't be quicker
than one, but they could be slower, by leaving places of a minute free or by being refused.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.least import seconds
from benchmarks.report import Measure, end
from lib.store import Run, State
from tests.support.engine import Playground, engines
from tests.support.postgres import postgresql
from tests.support.sandbox import sandboxes

RUNS = 400
LIMIT = 100
"""Requests a minute."""
MINUTE = 20.0
"""Seconds that a minute lasts here."""
SPEED = 10.0


def main() -> None:
    """Measure, print and exit."""
    one, _ = _took(1)
    two, least = _took(2)
    end(
        Measure(
            name=f"{RUNS} runs over two servers, over one", ours=two, peer=one, unit="s", aim=1.05
        ),
        Measure(
            name=f"{RUNS} runs over two servers, over the least possible",
            ours=two,
            peer=least,
            unit="s",
            aim=1.05,
        ),
    )


def _took(servers: int) -> tuple[float, float]:
    """Seconds from the first order to the last end, and the least that they can be."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        sandbox = stack.enter_context(sandboxes(Path(folder)))(
            engines="none", speed=SPEED, balance=1000
        )
        limits = {"tier": "premium", "minute": LIMIT, "window": MINUTE}
        sandbox.control("PUT", "tier", limits)
        database = stack.enter_context(postgresql(Path(folder) / "postgresql")).make()
        start = stack.enter_context(engines(Path(folder)))
        playgrounds = [
            start(sandbox.url, sandbox.key, minute=MINUTE, push=True, database=database)
            for _ in range(servers)
        ]
        share = RUNS // servers
        with ThreadPoolExecutor(servers) as people:
            found = [
                run for some in people.map(_runs, playgrounds, [share] * servers) for run in some
            ]
        began = min(run.created_at for run in found)
        took = (max(run.ended_at for run in found if run.ended_at) - began).total_seconds()
        least = seconds(sandbox, RUNS, LIMIT, MINUTE)
        refused = sum(1 for each in sandbox.requests() if each["status"] == 429)
        assert len({each["request_id"] for each in sandbox.charges()}) == RUNS
    print(f"{servers} of them: {took:.2f} s, at least {least:.2f} s; {refused} calls refused")
    return took, least


def _runs(playground: Playground, share: int) -> list[Run]:
    """So many of this server, ordered and done."""
    ordered = [playground.order() for _ in range(share)]
    return [playground.reaches(each, State.DONE, timeout=300) for each in ordered]


if __name__ == "__main__":
    main()
