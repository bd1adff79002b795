import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from lib.store import (
    Filters,
    Run,
    State,
    Store,
    deletion,
    experiments,
    history,
    ledger,
    runs,
)
from lib.store.experiments import NewCell, NewExperiment
from tests.support.databases import ONLY_SQLITE
from tests.unit.store.making import Clock, Making

SANDBOX = Filters(profile="sandbox")


@pytest.fixture
def admit(store: Store, new: Making, clock: Clock):
    """Admits a run a second after the last one."""

    def admitted(**values: object) -> Run:
        clock.move(seconds=1)
        return ledger.admit(store, new(**values))

    return admitted


def finished(store: Store, clock: Clock, run: Run, seconds: float, price: str) -> Run:
    sending = runs.claim(store, run.id, "engine")
    assert sending
    accepted = runs.accept(store, sending, f"request {run.id}")
    assert accepted
    clock.move(seconds=seconds)
    ended = runs.settle_done(store, accepted, Decimal(price))
    assert ended
    return ended


def test_pages_are_newest_first_and_rows_added_meanwhile_shift_nothing(store: Store, admit) -> None:
    made = [admit() for _ in range(7)]
    first = history.page(store, SANDBOX, limit=3)
    admit()
    second = history.page(store, SANDBOX, before=first[-1].id, limit=3)
    admit()
    third = history.page(store, SANDBOX, before=second[-1].id, limit=3)
    assert first + second + third == made[::-1]
    assert history.page(store, SANDBOX, before=third[-1].id) == []


def test_a_list_shows_one_profile_and_one_person_or_all(store: Store, admit) -> None:
    ada, bob = admit(person="ada"), admit(person="bob")
    admit(profile="live")
    assert history.page(store, SANDBOX) == [bob, ada]
    assert history.page(store, Filters(profile="sandbox", person="bob")) == [bob]


def test_the_latest_of_several_endpoints_are_so_many_of_each(store: Store, admit) -> None:
    pictures = [admit() for _ in range(3)]
    large = admit(endpoint="images.upscales")
    admit(endpoint="images.ocr")
    admit(profile="live")
    wanted = [large.endpoint, pictures[0].endpoint, "images.background-removals"]
    assert history.latest(store, SANDBOX, wanted, 2) == [large, *pictures[:0:-1]]


def test_filters_narrow_the_list_and_its_total_alike(store: Store, admit, clock: Clock) -> None:
    done = finished(store, clock, admit(model="paint-2", reserved=Decimal(5)), 4, "0.5")
    waiting = admit(model="paint-2", reserved=Decimal(2))
    other = admit(endpoint="images.upscales", reserved=Decimal(1))

    def shown(**filters: object) -> tuple[list[Run], int, Decimal, Decimal]:
        chosen = Filters(profile="sandbox", **filters)  # pyright: ignore[reportArgumentType]
        total = history.total(store, chosen)
        return history.page(store, chosen), total.count, total.spent, total.held

    half = Decimal("0.5")
    assert shown() == ([other, waiting, done], 3, half, 3)
    assert shown(model="paint-2") == ([waiting, done], 2, half, 2)
    assert shown(endpoint="images.upscales") == ([other], 1, 0, 1)
    assert shown(states=frozenset({State.KEEPING, State.DONE})) == ([done], 1, half, 0)
    assert shown(model="no such model") == ([], 0, 0, 0)


def test_a_total_of_the_newest_says_whether_there_are_more(
    store: Store, admit, clock: Clock
) -> None:
    def total(newest: int) -> tuple[int, Decimal, Decimal, bool]:
        found = history.total(store, SANDBOX, newest=newest)
        return found.count, found.spent, found.held, found.more

    assert total(2) == (0, 0, 0, False)
    finished(store, clock, admit(), 1, "0.5")
    finished(store, clock, admit(), 1, "0.25")
    admit(reserved=Decimal(2))
    assert total(2) == (2, Decimal("0.25"), 2, True)
    assert total(3) == (3, Decimal("0.75"), 2, False)
    assert total(4) == (3, Decimal("0.75"), 2, False)


def test_experiments_to_filter_by_are_those_that_a_persons_runs_are_in(
    store: Store, clock: Clock
) -> None:
    def begin(title: str, person: str = "ada", profile: str = "sandbox", sent: int = 1) -> str:
        clock.move(seconds=1)
        cells = [cell(n) for n in range(3)]
        told = NewExperiment(
            profile=profile, person=person, nonce=title, title=title, plan={}, cells=cells
        )
        begun = experiments.begin(store, told)
        for n in range(sent):
            assert experiments.send(store, begun.id, n, Decimal(1), Decimal(1))
        return begun.id

    def found(person: str | None, limit: int = 300) -> list[str]:
        listed = experiments.with_runs(store, "sandbox", person, limit=limit)
        return [each.title for each in listed]

    first = begin("first", sent=3)
    begin("nothing sent", sent=0)
    begin("of bob", person="bob")
    begin("live", profile="live")
    begin("last", sent=2)
    assert found("ada") == ["last", "first"]
    assert found("ada", limit=1) == ["last"]
    [last] = experiments.with_runs(store, "sandbox", "ada", limit=1)
    assert last.created_at == clock.at
    assert found("bob") == ["of bob"]
    assert found("eve") == []
    assert found(None) == ["last", "of bob", "first"]
    mine = replace(SANDBOX, person="ada", experiment=first)
    for run in history.page(store, mine):
        assert runs.cancel(store, run.id, "ada")
        assert deletion.delete(store, run.id, "ada")
    assert history.page(store, mine) == []
    assert found("ada") == ["last"]


def cell(n: int) -> NewCell:
    return NewCell(
        input=n,
        variant=0,
        endpoint="images.generations",
        model="paint-1",
        params={"prompt": f"fox {n}"},
        quote=Decimal(1),
        reserved=Decimal(1),
    )


MINE: dict[str, Any] = {"profile": "sandbox", "person": "ada"}
GOING_ON = frozenset({State.WAITING, State.SENDING, State.WORKING})


@pytest.mark.parametrize(
    "filters",
    [
        Filters(**MINE),
        Filters(**MINE, endpoint="images.generations"),
        Filters(**MINE, model="paint-1"),
        Filters(**MINE, states=frozenset({State.FAILED})),
        Filters(**MINE, states=GOING_ON),
        Filters(profile="sandbox"),
    ],
    ids=["mine", "endpoint", "model", "failed", "going on", "everybody"],
)
@ONLY_SQLITE
def test_no_look_at_a_long_history_walks_through_all_of_it(store: Store, filters: Filters) -> None:
    """Not a list, nor its total, nor what there is to filter by, nor what goes on: each finds in
    an index what it shows. A benchmark says what that is worth (`benchmarks.history`)."""
    asked: list[tuple[str, Any]] = []

    def before(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(store._engine, "before_cursor_execute", before)
    history.page(store, filters)
    history.total(store, filters, newest=1000)
    history.choices(store, "sandbox", filters.person)
    runs.running(store, "sandbox", filters.person)
    event.remove(store._engine, "before_cursor_execute", before)
    plans: list[str] = []
    with closing(sqlite3.connect(store.data_dir / "playground.db")) as database:
        for statement, values in asked:
            plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            plans += [told for *_, told in plan]
    assert len(plans) >= 7
    assert not [each for each in plans if each.startswith("SCAN runs")]
    sorts = [each for each in plans if "TEMP B-TREE" in each]
    assert not sorts


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("100%", ["100% cotton"]),
        ("snake_case", ["a snake_case"]),
        ("%", ["100% cotton"]),
        ("_", ["a snake_case"]),
        ("/", ["and/or"]),
        ("\\", ["back\\slash"]),
        ("'; DROP TABLE runs; --", []),
        ("ÜBER", ["Straßen über Köln"]),
        ("strassen", ["Straßen über Köln"]),
        ("", ["100% cotton", "a snake_case", "and/or", "back\\slash", "Straßen über Köln"]),
    ],
)
def test_signs_are_letters_and_case_is_nothing(
    store: Store, admit, text: str, wanted: list[str]
) -> None:
    for prompt in ["100% cotton", "a snake_case", "and/or", "back\\slash", "Straßen über Köln"]:
        admit(text=prompt)
    found = history.page(store, Filters(profile="sandbox", text=text))
    assert [run.text for run in reversed(found)] == wanted


def test_the_choices_are_what_the_person_has_runs_of(store: Store, admit) -> None:
    admit(model="paint-2")
    admit(model="paint-1", person="bob", endpoint="images.upscales")
    admit(model="paint-3", profile="live")
    everybody = history.choices(store, "sandbox")
    assert everybody.endpoints == ["images.generations", "images.upscales"]
    assert everybody.models == ["paint-1", "paint-2"]
    assert history.choices(store, "sandbox", "ada").models == ["paint-2"]


def test_durations_are_those_of_the_last_jobs_that_ended_well(
    store: Store, admit, clock: Clock
) -> None:
    for seconds in (9, 2.5, 4):
        finished(store, clock, admit(), seconds, "0.1")
    finished(store, clock, admit(model="paint-2"), 60, "0.1")
    admit()
    place = (store, "sandbox", "images.generations", "paint-1")
    assert history.durations(*place) == [4, 2.5, 9]
    assert history.durations(*place, last=2) == [4, 2.5]


def test_neighbours_are_the_other_runs_sent_within_a_minute(
    store: Store, admit, clock: Clock
) -> None:
    def sent(**values: object) -> Run:
        run = runs.claim(store, admit(**values).id, "engine")
        assert run
        return run

    sent()
    clock.move(seconds=90)
    before = sent(person="bob")
    clock.move(seconds=30)
    run = sent()
    after = sent()
    sent(profile="live")
    admit()
    clock.move(seconds=90)
    sent()
    assert history.neighbours(store, run) == [before, after]
    assert history.neighbours(store, admit()) == []
