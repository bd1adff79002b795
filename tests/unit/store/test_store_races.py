"""Several servers that do the same thing at the same moment: threads over two stores, which share
one PostgreSQL and nothing else. SQLite's one writer is tested beside its database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from lib.deapi.media import inspect
from lib.store import (
    LOCAL,
    TEAM,
    Caps,
    Denied,
    NewRun,
    OverCap,
    Purpose,
    Role,
    State,
    Store,
    Winner,
    balances,
    bells,
    caps,
    catalogues,
    deliveries,
    drafts,
    experiments,
    files,
    inherit,
    ledger,
    looks,
    passwords,
    recipes,
    runs,
    tokens,
    users,
    votes,
)
from lib.store.attempts import MOST, TooManyAttempts
from lib.store.experiments import NewCell, NewExperiment
from lib.store.recipes import NewRecipeRun, Planned, Step
from lib.store.users import NameTaken
from tests.support.postgres import PostgreSQL
from tests.support.waiting import eventually
from tests.unit.store.making import BERLIN, Clock, Making
from tests.unit.store.test_store_votes import study

USD = Decimal
GOOD = "four green kettles"
ROUNDS = 5
"""How often a race is run: the first to come is another one each time."""


@pytest.fixture
def url(postgres: PostgreSQL) -> Iterator[str]:
    with postgres.lent() as lent:
        yield lent


@pytest.fixture
def two(url: str, tmp_path: Path, clock: Clock) -> Iterator[tuple[Store, Store]]:
    """The stores of two servers."""
    with ExitStack() as ending:
        opened = [Store(tmp_path / each, BERLIN, now=clock, url=url) for each in ("one", "two")]
        for each in opened:
            ending.callback(each.close)
        yield opened[0], opened[1]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    passwords.nobody.cache_clear()


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each of these returned or raised, all begun at the same moment."""
    together = threading.Barrier(len(acts))
    came: list[Any] = [None] * len(acts)

    def do(n: int) -> None:
        together.wait()
        try:
            came[n] = acts[n]()
        except Exception as error:  # noqa: BLE001 - each thread's own, for the test to look at
            came[n] = error

    threads = [threading.Thread(target=do, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def eight(two: tuple[Store, Store], act: Callable[[Store, int], Any]) -> list[Any]:
    """What came of eight threads, four on each store, that do this at once."""
    return at_once([partial(act, two[n % 2], n) for n in range(8)])


def agree(store: Store) -> None:
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")


# --- people ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["name", "address"])
def test_no_more_wrong_passwords_are_looked_at_than_one_after_the_other(
    two: tuple[Store, Store], key: str
) -> None:
    def tries(store: Store, n: int) -> Any:
        who = ("ada", f"192.0.2.{n}") if key == "name" else (f"name{n}", "192.0.2.1")
        return users.verify(store, who[0], "wrong, and at once", who[1])

    for n in range(MOST[key] - 2):
        tries(two[0], 100 + n)
    came = eight(two, tries)
    assert came.count(None) == 2
    assert len([each for each in came if isinstance(each, TooManyAttempts)]) == 6


@pytest.mark.parametrize("change", [users.disable, partial(users.set_role, role=Role.MEMBER)])
def test_two_admins_who_take_it_from_each_other_leave_one(
    two: tuple[Store, Store], change: Callable[[Store, str], None]
) -> None:
    for n in range(ROUNDS):
        pair = [f"admin{n}a", f"admin{n}b"]
        for name in pair:
            users.add(two[0], name, GOOD, Role.ADMIN)
        for each in users.everybody(two[0]):
            if each.name not in pair and each.is_admin and not each.disabled:
                change(two[0], each.name)
        came = at_once([partial(change, two[k], pair[k]) for k in (0, 1)])
        assert came.count(None) == 1
        assert [each for each in came if isinstance(each, Denied)]
        left = [each for each in users.everybody(two[0]) if each.is_admin and not each.disabled]
        assert len(left) == 1


def test_a_name_is_taken_once_and_all_others_are_told(two: tuple[Store, Store]) -> None:
    came = eight(two, lambda store, n: users.add(store, "ada", f"{GOOD} {n}", Role.MEMBER))
    assert len([each for each in came if isinstance(each, NameTaken)]) == 7


def test_of_the_tokens_for_a_password_that_were_given_at_once_one_is_good(
    two: tuple[Store, Store],
) -> None:
    users.add(two[0], "ada", GOOD, Role.MEMBER)
    given = eight(two, lambda store, _: tokens.give(store, "ada", Purpose.PASSWORD))
    good = [tokens.whose(two[0], each, Purpose.PASSWORD) for each in given]
    assert sorted(good, key=str) == [None] * 7 + ["ada"]


# --- first writes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class First:
    """Something that many may write first; what is there then."""

    write: Callable[[Store, int, int], Any]
    there: Callable[[Store, int], Any]


FIRSTS = {
    "caps": First(
        lambda store, turn, n: caps.put(store, "sandbox", f"{turn}", Caps(day=USD(n))),
        lambda store, turn: caps.of(store, "sandbox", f"{turn}").day,
    ),
    "catalogue": First(
        lambda store, turn, n: catalogues.save(store, f"{turn}", [{"n": n}], store.now()),
        lambda store, turn: catalogues.load(store, f"{turn}"),
    ),
    "draft": First(
        lambda store, turn, n: drafts.save(store, f"{turn}", "e", "m", {"n": n}),
        lambda store, turn: drafts.load(store, f"{turn}", "e"),
    ),
    "bell": First(
        lambda store, turn, _: bells.open_at(store, "sandbox", f"{turn}", store.now()),
        lambda store, turn: bells.opened(store, "sandbox", f"{turn}"),
    ),
    "look": First(
        lambda store, turn, n: looks.save(store, "sandbox", f"{turn}", {"m": f"{n}"}),
        lambda store, turn: looks.load(store, "sandbox", f"{turn}"),
    ),
}


@pytest.mark.parametrize("first", FIRSTS.values(), ids=FIRSTS)
def test_of_first_writes_at_once_none_fails(two: tuple[Store, Store], first: First) -> None:
    for turn in range(ROUNDS):
        # Bound now: the threads of a turn end with it.
        write = partial(lambda store, n, turn: first.write(store, turn, n + 1), turn=turn)
        assert eight(two, write) == [None] * 8
        assert first.there(two[0], turn) is not None


def test_a_delivery_that_comes_to_two_servers_is_new_to_one(
    two: tuple[Store, Store], new: Making
) -> None:
    run = ledger.admit(two[0], new())
    facts = {"request_id": "job", "event": "done", "body": {}}
    record = partial(deliveries.record, profile="sandbox", run_id=run.id, **facts)
    for turn in range(ROUNDS):
        came = eight(two, lambda store, _, turn=turn: record(store, delivery_id=f"{turn}"))
        assert sorted(came) == [False] * 7 + [True]


def test_an_upload_that_is_given_twice_at_once_is_there_once(
    two: tuple[Store, Store], tmp_path: Path
) -> None:
    Image.new("RGB", (32, 32)).save(tmp_path / "fox.png")
    given = inspect(tmp_path / "fox.png", "fox.png")
    for turn in range(ROUNDS):
        came = eight(two, lambda store, _, turn=turn: files.save_upload(store, f"{turn}", given))
        assert {each.name for each in came} == {"fox.png"}


def test_of_two_votes_of_a_person_at_once_one_counts(two: tuple[Store, Store]) -> None:
    voting = study(two[0])
    came = eight(two, lambda store, _: votes.cast(store, voting.id, "ada", 0, 0, 1, Winner.A))
    assert sorted(came) == [False] * 7 + [True]
    assert len(votes.of(two[0], voting.id)) == 1


def test_what_two_saw_of_a_balance_at_once_is_one_look(two: tuple[Store, Store]) -> None:
    at = two[0].now()
    beside = balances.Books(held=USD(0), posted=USD(0))

    def note(store: Store, n: int) -> None:
        balances.note(store, "live", USD(5), beside, at + timedelta(seconds=n), at)

    assert eight(two, note) == [None] * 8
    [seen] = balances.last(two[0], "live", 9)
    assert seen.last_at == at + timedelta(seconds=7)


# --- money ----------------------------------------------------------------------------------------


def test_caps_admit_what_fits_and_nothing_more(two: tuple[Store, Store], new: Making) -> None:
    caps.put(two[0], "sandbox", "ada", Caps(day=USD(3)))
    caps.put(two[0], "sandbox", TEAM, Caps(month=USD(5)))
    orders = [new(reserved=USD(1), quote=USD(1), person=who) for who in ("ada", "bob") * 4]
    came = eight(two, lambda store, n: ledger.admit(store, orders[n]))
    refused = [each for each in came if isinstance(each, OverCap)]
    admitted = [each for each in came if not isinstance(each, Exception)]
    assert (len(refused), len(admitted)) == (3, 5)
    assert len([each for each in admitted if each.person == "ada"]) <= 3
    agree(two[0])


def experiment(nonce: str, cells: int, person: str = "ada") -> NewExperiment:
    planned = [
        NewCell(
            input=n,
            variant=0,
            endpoint="images.generations",
            model="paint-1",
            params={},
            quote=USD(1),
            reserved=USD(1),
        )
        for n in range(cells)
    ]
    return NewExperiment(
        profile="sandbox", person=person, nonce=nonce, title="Foxes", plan={}, cells=planned
    )


def test_a_press_that_two_servers_are_told_of_begins_one_experiment(
    two: tuple[Store, Store],
) -> None:
    for turn in range(ROUNDS):
        begun = eight(
            two, lambda store, _, turn=turn: experiments.begin(store, experiment(f"{turn}", 2))
        )
        assert len({each.id for each in begun}) == 1
    assert ledger.spent(two[0], "sandbox", "ada").day_held == 2 * ROUNDS
    agree(two[0])


@pytest.mark.parametrize("end", [experiments.pause, experiments.stop])
def test_nothing_waits_after_a_pause_or_a_stop_that_others_send_at(
    two: tuple[Store, Store], end: Callable[[Store, str], Any]
) -> None:
    """Some are claimed at that moment, some come back from a 429, and some are only sent."""
    for turn in range(ROUNDS):
        begun = experiments.begin(two[0], experiment(f"{turn}", 8))
        there = [experiments.send(two[0], begun.id, n, USD(1), USD(1)) for n in range(6)]
        sent = [each for each in there if each]
        on_the_way = [runs.claim(two[0], each.id, "test") for each in sent[:3]]
        acts: list[Callable[[], Any]] = [partial(end, two[0], begun.id)]
        for n, each in enumerate(on_the_way):
            assert each
            acts.append(partial(runs.unsend, two[n % 2], each, None, {"kind": "RateLimited"}))
        acts += [
            partial(runs.claim, two[n % 2], each.id, "test") for n, each in enumerate(sent[3:])
        ]
        acts += [partial(experiments.send, two[1], begun.id, n, USD(1), USD(1)) for n in (6, 7)]
        came = at_once(acts)
        assert not [each for each in came if isinstance(each, Exception)]
        assert State.WAITING not in {each.state for each in runs.open_runs(two[0])}
        agree(two[0])
        experiments.stop(two[0], begun.id)
        agree(two[0])


def test_a_press_that_two_servers_are_told_of_begins_one_run_of_a_recipe(
    two: tuple[Store, Store],
) -> None:
    step = Planned(step=Step(endpoint="e", model="m", params={}), price=USD(1), exact=True)
    facts = {"recipe_id": "recipe", "title": "Foxes", "profile": "sandbox", "person": "ada"}
    for turn in range(ROUNDS):
        told = NewRecipeRun(**facts, nonce=f"{turn}", steps=[step, step])
        begun = eight(two, lambda store, _, told=told: recipes.begin(store, told))
        assert len({each.id for each in begun}) == 1
        assert len(recipes.stages(two[0], begun[0].id)) == 2


def test_a_hold_goes_to_another_day_while_others_are_admitted(
    two: tuple[Store, Store], clock: Clock, new: Making
) -> None:
    """Neither waits for a row that the other one has: the team's month comes before any day."""
    today = two[0].today()
    ledger.admit(two[0], new())
    clock.move(days=1)
    admitting = threading.Thread(target=ledger.admit, args=(two[1], new(person="bob")))
    with two[0].write() as connection:
        ledger.shift(connection, "sandbox", "ada", today)
        admitting.start()
        eventually(lambda: somebody_waits(two[0]))
        ledger.shift(connection, "sandbox", "ada", two[0].today())
    admitting.join()
    assert {each.person for each in runs.open_runs(two[0])} == {"ada", "bob"}


def somebody_waits(store: Store) -> bool:
    with store.read() as connection:
        return connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) > 0


def test_who_takes_over_what_nobody_had_takes_all_that_is_admitted_meanwhile(
    two: tuple[Store, Store], new: Making
) -> None:
    ledger.admit(two[0], new(person=LOCAL))
    orders = [new(person=LOCAL) for _ in range(20)]

    def go_on(store: Store, some: list[NewRun]) -> None:
        for each in some:
            ledger.admit(store, each)

    going_on = [partial(go_on, two[0], orders[:10]), partial(go_on, two[1], orders[10:])]
    came = at_once([*going_on, *(partial(inherit.take, each, "ada") for each in two)])
    assert not [each for each in came if isinstance(each, Exception)]
    assert len(runs.open_runs(two[0])) == 21
    agree(two[0])
