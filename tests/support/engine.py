"""A real engine in a process of its own, to be killed: `tests/faults/driver.py`."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from lib.runs.profiles import LIVE
from lib.store import Filters, Run, State, Status, Store, experiments, history, ledger, runs
from lib.store.experiments import Experiment
from tests.support.processes import Process, environment
from tests.support.waiting import eventually

SECRET = "a secret of every server in these tests"
VALUES = {"prompt": "a red fox in the snow", "seed": 7}


class Playground:
    """A driver over a data folder, and a look at what it has written down.

    `kill()` and then `start()` is a crash and a start on the same data. `stop()` is a clean end.
    """

    process: Process

    def __init__(
        self,
        folder: Path,
        url: str,
        key: str,
        *,
        silence: float | None = None,
        data: Path | None = None,
        push: bool = False,
        webhooks: str | None = None,
        minute: float | None = None,
        database: str | None = None,
        media_url: str | None = None,
        lease: float | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.data = folder, data or folder / "data"
        self._arguments = [str(self.data), url, key, *([str(silence)] if silence else [])]
        self._arguments += ["--push"] if push else []
        self._arguments += [f"--webhooks={webhooks}"] if webhooks else []
        self._arguments += [f"--minute={minute}"] if minute else []
        self._arguments += [f"--database={database}"] if database else []
        self._arguments += [f"--media={media_url}"] if media_url else []
        self._arguments += [f"--lease={lease}"] if lease else []
        self.settings = {"PLAYGROUND_DATA_DIR": str(self.data)}
        """What has the whole app work on the same."""
        if database is not None:
            self.settings |= {
                "PLAYGROUND_DATABASE_URL": database,
                "PLAYGROUND_COOKIE_SECRET": SECRET,
            }
        if media_url is not None:
            self.settings |= {"PLAYGROUND_MEDIA_URL": media_url}
        self._nonces = count()
        self.start()
        self.store = Store(self.data, ZoneInfo("UTC"), url=database, media_url=media_url)

    def start(self) -> None:
        """Start it and wait until it has taken up what was left open."""
        self._log = self.folder / f"driver-{next(self._nonces)}.log"
        self.process = Process(
            [sys.executable, "-m", "tests.faults.driver", *self._arguments],
            log=self._log,
            cwd=self.folder,
            env=environment(),
        )
        self._answered = 0
        self._answer()

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> None:
        """Let it end by itself: its orders have come to an end."""
        self.process.close_input()
        self.process.wait(20)
        self.process.kill()

    @property
    def output(self) -> str:
        """All that it has said since the first start."""
        return "".join(log.read_text() for log in sorted(self.folder.glob("driver-*.log")))

    # --- orders ----------------------------------------------------------------------------------

    def quote(self, **values: Any) -> Decimal:
        """Have it ask for the price of a picture, without ordering it."""
        return Decimal(self._ask({"quote": VALUES | values})["price"])

    def order(self, nonce: str | None = None, **values: Any) -> str:
        """Order a picture, with `image` an upscale, or what `endpoint` says; the run's id."""
        given = values if {"image", "endpoint"} & values.keys() else VALUES | values
        said = self._ask({"order": given, "nonce": nonce or str(uuid4())})
        assert "run" in said, said
        return said["run"]

    def experiment(
        self, prompts: Sequence[str], steps: Sequence[int], nonce: str = "experiment"
    ) -> tuple[str, Decimal]:
        """Begin an experiment of each prompt with each number of steps; its id, and its price in
        USD as planned."""
        told = {"prompts": [*prompts], "steps": [*steps]}
        said = self._ask({"experiment": told, "nonce": nonce})
        return said["experiment"], Decimal(said["price"])

    def refused(self, **values: Any) -> dict[str, str]:
        """Order a picture that will be refused: what it says."""
        return self._ask({"order": VALUES | values, "nonce": str(uuid4())})

    def cancel(self, run_id: str) -> bool:
        return self._ask({"cancel": run_id})["cancelled"]

    def look(self) -> None:
        """Have the balance looked at."""
        self._ask({"look": True})

    def orphans(self) -> list[str]:
        """The jobs that push told of and no run has."""
        return self._ask({"orphans": True})["orphans"]

    def pushed(self) -> int:
        """How much news has come by push since it was started."""
        return self._ask({"pushed": True})["news"]

    def words(self, run_id: str) -> str:
        """What the run's card says."""
        return self._ask({"words": run_id})["words"]

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        self.process.tell(json.dumps(what))
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        def answer() -> dict[str, Any] | None:
            if not self.process.running:
                raise RuntimeError(f"the driver has ended:\n{self.process.output}")
            said = [line for line in self.process.output.splitlines() if line.startswith("{")]
            return json.loads(said[self._answered]) if len(said) > self._answered else None

        found = eventually(answer, timeout=60)
        self._answered += 1
        return found

    # --- what is written down --------------------------------------------------------------------

    def run(self, run_id: str) -> Run:
        found = runs.get(self.store, run_id)
        assert found is not None
        return found

    def reaches(self, run_id: str, *states: State, timeout: float = 30) -> Run:
        """The run, once it is in one of `states`."""

        def there() -> Run | None:
            now = self.run(run_id)
            return now if now.state in states else None

        try:
            return eventually(there, timeout=timeout)
        except AssertionError:
            raise AssertionError(f"{self.run(run_id)}\n{self.output[-4000:]}") from None

    def finishes(self, experiment_id: str, timeout: float) -> Experiment:
        """The experiment, once it is done."""

        def there() -> Experiment | None:
            now = experiments.get(self.store, experiment_id)
            return now if now is not None and now.status is Status.DONE else None

        return eventually(there, timeout=timeout)

    @property
    def books(self) -> tuple[Decimal, Decimal]:
        """USD spent and held. Fails when entries and totals differ."""
        totals = ledger.sums(self.store, LIVE)
        assert totals == ledger.books(self.store, LIVE)
        days = [each for (who, when), each in totals.items() if when[:4] == "day:" and not who]
        spent, held = (sum(each, Decimal(0)) for each in zip(*days_of(days), strict=True))
        assert spent == history.total(self.store, Filters(profile=LIVE)).spent
        return spent, held


def days_of(days: list[ledger.Balance]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(0), Decimal(0)), *((day.posted, day.held) for day in days)]


StartEngine = Callable[..., Playground]


@contextmanager
def engines(
    folder: Path,
    make_database: Callable[[], str | None] = lambda: None,
    media_url: str | None = None,
) -> Iterator[StartEngine]:
    """A starter of drivers under `folder`, all ended at the end. Each has a database of its own,
    what `make_database` makes, unless it is given the `database` of another. Their files are in
    their folders, or all in the bucket `media_url`."""
    with ExitStack() as ending:
        numbers = count(1)

        def start(url: str, key: str, *, database: str | None = None, **options: Any) -> Playground:
            started = Playground(
                folder / f"engine-{next(numbers)}",
                url,
                key,
                database=database or make_database(),
                media_url=media_url,
                **options,
            )
            ending.callback(started.store.close)
            ending.callback(started.kill)
            return started

        yield start
