"""A server that is killed at random points, again and again, while runs of all families go on; on
SQLite and a folder, and on PostgreSQL and a bucket.

`make chaos KILLS=200`, or `python -m tests.faults.chaos 200 [SEED]`: ends with status 1 and says
what was lost when anything was.
"""

import hashlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lib.runs.profiles import LIVE
from lib.store import ENDED, OPEN, ResultFile, Run, State, files, history, runs
from lib.ui.words.terms import SAMPLES
from tests.support.engine import Playground, StartEngine, engines
from tests.support.postgres import postgresql
from tests.support.s3 import reached_by, s3_server
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.waiting import eventually

ORDERS: Mapping[str, Mapping[str, Any]] = {
    "images.generations": {"prompt": "a red fox in the snow"},
    "images.upscales": {"image": str(SAMPLES / "page.png")},
    "videos.generations": {"prompt": "a boat on a lake"},
    "audio.speech": {"text": "Nothing is lost."},
    "audio.transcriptions": {"source_file": str(SAMPLES / "note.mp3")},
    "embeddings": {"input": ["red apples", "green apples"]},
    "prompts.enhancements": {"prompt": "a boat on a lake", "type": "images.generations"},
}
"""One endpoint or two of every family, jobs and answers that carry the result."""

_SETTLED = ENDED | {State.UNKNOWN}


@dataclass
class Outcome:
    """What a storm left behind; `lost` is empty when everything paid for is accounted for."""

    kills: int
    done: int
    unknown: int
    charges: int
    lost: list[str]

    def __str__(self) -> str:
        told = (
            f"{self.kills} kills: {self.charges} charges, {self.done} runs done, "
            f"{self.unknown} unknown, {len(self.lost)} lost"
        )
        return "\n".join([told, *self.lost])


def storm(start_engine: StartEngine, folder: Path, kills: int, seed: int) -> Outcome:
    """Order, kill, start and order again; then let everything end, and compare the books."""
    chance = random.Random(seed)
    with sandboxes(folder) as start_sandbox:
        sandbox = start_sandbox(engines="none", speed=20, balance=10_000)
        playground = start_engine(sandbox.url, sandbox.key, push=True)
        for _ in range(kills):
            for at in chance.sample(sorted(ORDERS), 3):
                playground.order(endpoint=at, **ORDERS[at])
                # A random point is what this is for; most lie where something is being sent.
                time.sleep(chance.choice([0.0, 0.02, 0.3]) * chance.random())
            playground.kill()
            playground.start()
        eventually(lambda: _all_settled(playground), timeout=60 + kills)
        return _compared(playground, sandbox, kills)


def _all_settled(playground: Playground) -> bool:
    return all(run.state in _SETTLED for run in runs.open_runs(playground.store))


def _compared(playground: Playground, sandbox: Sandbox, kills: int) -> Outcome:
    every = history.page(playground.store, history.Filters(profile=LIVE), limit=100_000)
    charges = sandbox.charges()
    lost = [*_without_result(playground, every), *_unaccounted(every, charges)]
    if (books := playground.books) != (expected := _expected(every)):
        lost.append(f"the books say {books}, the runs {expected}")
    states = Counter(run.state for run in every)
    return Outcome(kills, states[State.DONE], states[State.UNKNOWN], len(charges), lost)


def _without_result(playground: Playground, every: list[Run]) -> list[str]:
    """Every run must be done with its files as they were kept, or `unknown` and say why."""
    found = history.results_of(playground.store, [run.id for run in every])
    lost: list[str] = []
    for run in every:
        if run.state is State.UNKNOWN and (run.error or {}).get("kind"):
            continue
        kept = found.get(run.id, [])
        whole = [_sum(playground, run, each) == each.sha256 for each in kept]
        if run.state is not State.DONE or not whole or not all(whole):
            lost.append(f"{run.endpoint} {run.id} is {run.state} with {len(kept)} files")
    return lost


def _sum(playground: Playground, run: Run, file: ResultFile) -> str:
    content = files.content(playground.store, files.result_name(run.id, file.name))
    return hashlib.sha256(content).hexdigest()


def _unaccounted(every: list[Run], charges: list[dict[str, Any]]) -> list[str]:
    """What the sandbox charged and no run has: only an `unknown` one of its kind may stand in."""
    jobs = {run.request_id: run for run in every if run.request_id}
    inline = Counter(run.endpoint for run in every if not run.request_id and run.price is not None)
    unknown = Counter(run.endpoint for run in every if run.state is State.UNKNOWN)
    lost: list[str] = []
    for charge in charges:
        at, price = charge["endpoint"], Decimal(charge["price"])
        run = jobs.get(charge["request_id"])
        if run is not None and run.price != price:
            lost.append(f"{at} {run.id} cost {price} and is booked at {run.price}")
        elif run is None and inline[at]:
            inline[at] -= 1
        elif run is None and unknown[at]:
            unknown[at] -= 1
        elif run is None:
            lost.append(f"{at} was charged {price}, and no run knows of it")
    strangers = jobs.keys() - {charge["request_id"] for charge in charges}
    return [*lost, *(f"{jobs[each].endpoint} {each} was never charged" for each in strangers)]


def _expected(every: list[Run]) -> tuple[Decimal, Decimal]:
    posted = sum((run.price for run in every if run.price is not None), Decimal(0))
    return posted, sum((run.reserved for run in every if run.state in OPEN), Decimal(0))


def main() -> None:
    kills = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10_000)
    print(f"{kills} kills, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with engines(folder / "sqlite") as start_engine:
            alone = storm(start_engine, folder / "alone", kills, seed)
        print(f"SQLite and a folder: {alone}", flush=True)
        with _shared(folder / "postgresql") as start_engine:
            shared = storm(start_engine, folder / "shared", kills, seed)
        print(f"PostgreSQL and a bucket: {shared}")
    sys.exit(bool(alone.lost or shared.lost))


@contextmanager
def _shared(folder: Path) -> Iterator[StartEngine]:
    """Starts engines on a PostgreSQL and a bucket of their own."""
    with (
        postgresql(folder) as postgres,
        s3_server(folder) as s3,
        pytest.MonkeyPatch.context() as to,
    ):
        reached_by(to, s3.url)
        with engines(folder, postgres.make, s3.bucket()) as start:
            yield start


if __name__ == "__main__":
    main()
