"""The same books on a real PostgreSQL, where several servers write at once."""

import json
import sys
import textwrap
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from lib.store import (
    Caps,
    NewerData,
    NewFavourite,
    OverCap,
    Store,
    StoreError,
    caps,
    database,
    experiments,
    favourites,
    ledger,
    runs,
    usage,
)
from lib.store.experiments import NewCell, NewExperiment
from lib.store.tables import TEAM, metadata
from lib.store.usage import Period
from tests.support.postgres import PostgreSQL
from tests.support.processes import TOP, Process, environment
from tests.support.waiting import eventually
from tests.unit.store.making import BERLIN, COMPARED, Clock, Making


@pytest.fixture
def url(postgres: PostgreSQL) -> str:
    """A database of the test's own, without tables: some change what others count on."""
    return postgres.make()


@pytest.fixture
def store(url: str, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = Store(tmp_path, BERLIN, now=clock, url=url)
    yield opened
    opened.close()


def order(store: Store, new: Making, usd: str, **values: Any) -> None:
    ledger.admit(store, new(reserved=Decimal(usd), quote=Decimal(usd), **values))


def test_migrations_from_empty_build_exactly_the_tables(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, metadata) == []


def test_opening_again_keeps_everything_and_a_newer_one_is_refused(
    store: Store, url: str, tmp_path: Path, clock: Clock, new: Making
) -> None:
    run = ledger.admit(store, new())
    second = Store(tmp_path, BERLIN, now=clock, url=url)
    assert runs.get(second, run.id) == run
    second.close()
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerData):
        Store(tmp_path, BERLIN, url=url)


def waiting(url: str, statement: str) -> float | None:
    """For how many seconds a statement that begins so waits for a lock; None when none does."""
    query = (
        "SELECT extract(epoch FROM clock_timestamp() - query_start) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s"
    )
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        found = connection.execute(query, [f"{statement}%"]).fetchone()
    return None if found is None else float(found[0])


def test_who_starts_while_another_migrates_waits_as_long_as_that_takes(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far longer than for any other lock."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    opened: list[Store] = []
    starting = threading.Thread(
        target=lambda: opened.append(Store(tmp_path, BERLIN, url=url)), daemon=True
    )
    with psycopg.connect(url.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [database._MIGRATING])
        starting.start()
        asks = "SELECT pg_advisory_xact_lock"
        eventually(lambda: (waiting(url, asks) or 0) > 5 * database.BUSY_SECONDS)
    starting.join(30)
    [store] = opened
    assert runs.open_runs(store) == []
    store.close()


def test_tables_that_are_in_use_are_not_waited_for_that_long(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that was not stopped would hang there, and have everybody else hang behind it."""
    Store(tmp_path, BERLIN, url=url, revision="0018").close()
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with psycopg.connect(url.replace("+psycopg", "")) as other:
        other.execute("SELECT count(*) FROM runs, experiments, recipe_runs")
        with pytest.raises(StoreError, match="busy with something long"):
            Store(tmp_path, BERLIN, url=url)
    Store(tmp_path, BERLIN, url=url).close()


def test_a_run_goes_its_way_and_the_books_agree(store: Store, new: Making) -> None:
    run = runs.claim(store, ledger.admit(store, new()).id, "engine")
    assert run
    run = runs.accept(store, run, "job")
    assert run
    assert runs.settle_done(store, run, Decimal("0.0025"))
    ledger.correct(store, run.id, Decimal("0.002"))
    assert ledger.spent(store, "sandbox", "ada").day_posted == Decimal("0.002")
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")


def test_usage_is_summed_up_from_the_same_books(store: Store, new: Making) -> None:
    run = runs.claim(store, ledger.admit(store, new()).id, "engine")
    assert run
    run = runs.accept(store, run, "job")
    assert run
    run = runs.settle_done(store, run, Decimal("0.0025"), took=3.0)
    assert run
    assert runs.keep(store, run, [], thumb=False)
    ledger.correct(store, run.id, Decimal("0.003"))
    today = Period(first=store.today(), last=store.today())
    for by in ("endpoint", "model", "person"):
        [spent] = usage.spending(store, "sandbox", "ada", today, by)
        assert (spent.day, spent.spent, spent.count) == (store.today(), Decimal("0.003"), 1)
    [found] = usage.records(store, "sandbox", None, today)
    assert (found.done, found.failed, found.quoted, found.paid) == (
        *(1, 0),
        *(Decimal("0.002"), Decimal("0.003")),
    )
    assert (found.ratio, found.worst, found.median, found.p95) == (1.5, 1.5, 3.0, 3.0)


def test_reading_waits_for_nobody_sees_one_moment_and_changes_nothing(
    store: Store, new: Making
) -> None:
    count = text("SELECT count(*) FROM runs")
    with store.read() as reader:
        assert reader.scalar(count) == 0
        ledger.admit(store, new())
        assert reader.scalar(count) == 0
    with pytest.raises(StoreError), store.read() as reader:
        reader.execute(text("DELETE FROM drafts"))


def test_a_lock_that_does_not_come_is_a_sentence(store: Store, new: Making) -> None:
    ledger.admit(store, new())

    def wait_briefly() -> None:
        with store.write() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
            connection.execute(text("SELECT * FROM totals FOR UPDATE"))

    with store.write() as other:
        other.execute(text("SELECT * FROM totals FOR UPDATE"))
        with pytest.raises(StoreError, match="busy"):
            wait_briefly()


def test_one_press_told_to_two_servers_makes_one_run(
    store: Store, url: str, tmp_path: Path, clock: Clock, new: Making
) -> None:
    """Whichever of ten comes first; there were no totals before."""
    second = Store(tmp_path, BERLIN, now=clock, url=url)
    together, made = threading.Barrier(10), set[str]()

    def press(n: int) -> None:
        together.wait()
        made.add(ledger.admit((store, second)[n % 2], new(nonce="one press")).id)

    threads = [threading.Thread(target=press, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()
    assert [run.id for run in runs.open_runs(store)] == list(made)
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")


SERVER = """
    import json, sys, threading
    from decimal import Decimal
    from pathlib import Path
    from zoneinfo import ZoneInfo
    from lib.store import NewRun, OverCap, Store, ledger

    url, folder, me = sys.argv[1:]
    store = Store(Path(folder), ZoneInfo("UTC"), url=url)
    people, usd = [f"person {n}" for n in range(10)], Decimal("0.1")
    together, admitted = threading.Barrier(20), []

    def press(n):
        together.wait()
        for k in range(5):
            person = people[(n + k) % 10]
            try:
                ledger.admit(store, NewRun(
                    profile="sandbox", person=person, endpoint="images.generations", model="m",
                    params={}, nonce=f"{me} {n} {k}", quote=usd, reserved=usd,
                ))
                admitted.append(person)
            except OverCap:
                pass

    threads = [threading.Thread(target=press, args=(n,)) for n in range(20)]
    print(json.dumps("ready"), flush=True)
    sys.stdin.readline()
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(json.dumps({each: admitted.count(each) for each in people}), flush=True)
"""


def test_two_hundred_orders_at_once_by_two_servers_are_admitted_as_far_as_each_has_room(
    url: str, tmp_path: Path
) -> None:
    """Each of ten people has room for ten of their twenty, and the team for all of it. The two
    servers also make the tables, both at once."""
    servers = [server(url, tmp_path / f"{n}", n) for n in range(2)]
    try:
        for each in servers:
            said(each, 1)
        store = Store(tmp_path / "here", BERLIN, url=url)
        people = [f"person {n}" for n in range(10)]
        for person in people:
            caps.put(store, "sandbox", person, Caps(day=Decimal(1)))
        for each in servers:
            each.tell("go")
        counts = [json.loads(said(each, 2)) for each in servers]
    finally:
        for each in servers:
            each.kill()
    assert {who: sum(each[who] for each in counts) for who in people} == dict.fromkeys(people, 10)
    assert len(runs.open_runs(store)) == 100
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")
    store.close()


def test_the_teams_cap_stops_everybody(store: Store, new: Making) -> None:
    caps.put(store, "sandbox", TEAM, Caps(month=Decimal(1)))
    order(store, new, "0.6")
    with pytest.raises(OverCap):
        order(store, new, "0.6", person="bob")
    order(store, new, "0.4", person="bob")


def server(url: str, folder: Path, number: int) -> Process:
    folder.mkdir()
    command = [sys.executable, "-c", textwrap.dedent(SERVER), url, str(folder), str(number)]
    return Process(command, log=folder / "log", cwd=TOP, env=environment())


def said(process: Process, lines: int) -> str:
    """The line of this number, once it was said."""

    def line() -> str | None:
        found = process.output.splitlines()
        assert process.running or len(found) >= lines, process.output
        return found[lines - 1] if len(found) >= lines else None

    return eventually(line, timeout=60)


def test_two_servers_send_each_cell_of_an_experiment_once_and_never_beyond_a_cap(
    store: Store, url: str, tmp_path: Path, clock: Clock
) -> None:
    caps.put(store, "sandbox", "ada", Caps(day=Decimal(15)))
    cells = [
        NewCell(
            input=n,
            variant=0,
            endpoint="images.generations",
            model="paint-1",
            params={"prompt": f"fox {n}"},
            quote=Decimal(1),
            reserved=Decimal(1),
        )
        for n in range(20)
    ]
    begun = experiments.begin(
        store,
        NewExperiment(
            profile="sandbox", person="ada", nonce="press", title="Foxes", plan={}, cells=cells
        ),
    )
    assert begun.held == 15
    other = Store(tmp_path, BERLIN, now=clock, url=url)
    together, refused = threading.Barrier(4), list[Exception]()

    def send(which: Store) -> None:
        together.wait()
        for n in range(20):
            try:
                experiments.send(which, begun.id, n, Decimal(1), Decimal(1))
            except OverCap as error:
                refused.append(error)

    threads = [threading.Thread(target=send, args=(each,)) for each in (store, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(runs.open_runs(store)) == 15
    assert len(refused) == 4 * 5
    spent = ledger.spent(store, "sandbox", "ada")
    assert (spent.day_held, spent.day_posted) == (15, 0)
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")
    now = experiments.get(store, begun.id)
    assert now is not None
    assert now.held == 0


def test_a_prompt_that_several_keep_at_once_is_there_once_with_all_their_tags(
    store: Store,
) -> None:
    def keep(n: int) -> None:
        favourites.keep(
            store,
            NewFavourite(
                person="ada",
                text="a fox\x00 " * 2500,
                endpoint="images.generations",
                tags=(f"tag {n}",),
            ),
        )

    threads = [threading.Thread(target=keep, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [found] = favourites.page(store, tag="tag 3")
    assert sorted(found.tags) == [f"tag {n}" for n in range(8)]
    assert favourites.page(store) == [found]
    assert favourites.remove(store, found.id, "ada", False) == found
    favourites.restore(store, found)
    assert favourites.tags(store) == [(f"tag {n}", 1) for n in range(8)]
