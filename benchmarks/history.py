"""The history page with 100,000 runs beside the same page with 1,000: the query and the render.

Two playgrounds on SQLite and two on PostgreSQL, asked in turns over a bare WebSocket each: the
whole page, the same with one endpoint's runs only, and with those that have a word in their text.
Every run has ended, was paid for and has its entries in the ledger, and lies among another
person's.
"""

import random
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from benchmarks.done_runs import PRICE, done_run
from benchmarks.report import Measure, end
from benchmarks.watcher import Watcher
from lib.people.who import LOCAL
from lib.runs.profiles import LIVE
from lib.store import State, Store, ledger, search
from lib.store.tables import TEAM, Kind, entries, runs, searches, totals
from lib.ui import words
from tests.support.playground import StartPlayground, playgrounds
from tests.support.postgres import PostgreSQL, postgresql
from tests.support.sandbox import Sandbox, sandboxes

DATABASES = ("SQLite", "PostgreSQL")
FEW, MANY = 1_000, 100_000
ROUNDS = 30
WARM = 5
AIM = 1.5
KINDS = (
    *(("images.generations", "Flux1schnell"), ("images.generations", "ZImageTurbo_INT8")),
    *(("audio.speech", "Kokoro"), ("videos.generations", "Ltx2_19B_Dist_FP8")),
)
TITLE = words.endpoint(KINDS[0][0]).title
ZERO = Decimal(0)
WORDS = ("fox", "snow", "harbour", "lamp", "teapot", "train", "cat", "window", "river", "tower")
SELDOM = [f"seldom{n}" for n in range(1000)]
"""Words that few texts have, as most have in truth: a planner counts on there being many."""


def main() -> None:
    """Measure, print and exit."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        deapi = stack.enter_context(sandboxes(folder))(engines="none", balance=1_000_000)
        server = stack.enter_context(postgresql(folder))
        start = stack.enter_context(playgrounds(folder))
        found: list[Measure] = []
        for database in DATABASES:
            few, many = (
                stack.enter_context(
                    Watcher(_filled(start, deapi, server, database, count), "history")
                )
                for count in (FEW, MANY)
            )
            for name, ask in ASKED.items():
                found.append(_measure(f"{name}, {database}", few, many, ask))
    end(*found)


ASKED: Mapping[str, Callable[[Watcher], float]] = {
    "history page": Watcher.load,
    "history page, one endpoint's runs": lambda page: page.choose("What", TITLE),
    "history page, words in the text": lambda page: page.write("Search", "window"),
}


def _measure(name: str, few: Watcher, many: Watcher, ask: Callable[[Watcher], float]) -> Measure:
    """Each in turn, so that what else the machine does falls on both."""
    turns: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        turns.append((ask(few), ask(many)))
        for page, count in ((few, FEW), (many, MANY)):
            assert _counted(page) <= count
    for page in (few, many):
        page.forget()
    return Measure(
        name=name,
        ours=statistics.median(each for _, each in turns[WARM:]),
        peer=statistics.median(each for each, _ in turns[WARM:]),
        unit="ms",
        aim=AIM,
    )


def _counted(page: Watcher) -> int:
    """How many runs the page says there are."""
    [found] = [
        re.search(r"([\d,]+) runs</b>", each)
        for each in page.texts
        if '<p class="pg-total"' in each
    ]
    assert found
    return int(found[1].replace(",", ""))


def _filled(
    start: StartPlayground, deapi: Sandbox, server: PostgreSQL, database: str, count: int
) -> str:
    """The address of a playground, stopped and started with so many runs of its own."""
    url = server.make() if database == "PostgreSQL" else None
    playground = start(deapi, url, PLAYGROUND_SANDBOX="off")
    playground.stop()
    with closing(Store(playground.data, ZoneInfo("UTC"), url=url)) as store:
        _fill(store, count, random.Random(count))
        with store.write() as connection:
            connection.execute(text("ANALYZE"))  # as each database does by itself, in time
        assert ledger.sums(store, LIVE) == ledger.books(store, LIVE)
    playground.start()
    return playground.url


def _fill(store: Store, count: int, chance: random.Random) -> None:
    """As many runs of mine, and a tenth as many of somebody else, over a year until now."""
    began = datetime.now(UTC) - timedelta(days=365)
    spent: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    made: list[dict[str, Any]] = []
    booked: list[dict[str, Any]] = []
    for n in range(count + count // 10):
        person = "ada" if n % 11 == 10 else LOCAL
        at = began + timedelta(days=364) * n / (count + count // 10)
        run = _run(person, at, chance)
        made.append(run)
        for kind in (Kind.PENDING, Kind.POSTED):
            facts = {name: run[name] for name in ("profile", "person")}
            booked.append(
                facts
                | {"run_id": run["id"], "kind": kind, "amount": PRICE, "day": at.date(), "at": at}
            )
        for period in (f"day:{at:%Y-%m-%d}", f"month:{at:%Y-%m}"):
            spent[person, period] += PRICE
            spent[TEAM, period] += PRICE
    sums = [
        {"profile": LIVE, "person": who, "period": when, "held": ZERO, "posted": posted}
        for (who, when), posted in spent.items()
    ]
    said = [
        {"run_id": each["id"], "said": " ".join(search.words(each["text"])), "note": ""}
        for each in made
    ]
    with store.write() as connection:
        for table, rows in ((runs, made), (entries, booked), (totals, sums), (searches, said)):
            connection.execute(insert(table), rows)


def _run(person: str, at: datetime, chance: random.Random) -> dict[str, Any]:
    endpoint, model = chance.choice(KINDS)
    text = " ".join([*chance.choices(WORDS, k=12), *chance.choices(SELDOM, k=4)])
    return done_run(
        at,
        person=person,
        endpoint=endpoint,
        model=model,
        params={"prompt": text, "seed": chance.randrange(2**32)},
        text=text,
        state=State.DONE if chance.random() < 0.97 else State.CANCELLED,
    )


if __name__ == "__main__":
    main()
