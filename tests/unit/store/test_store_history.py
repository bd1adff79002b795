from decimal import Decimal

import pytest

from lib.store import Filters, Run, State, Store, history, ledger, runs
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
def test_a_text_is_found_as_it_is_written_whatever_its_case(
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
