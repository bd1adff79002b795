import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from lib.store import Run, State, Store, StoreError, ledger, runs
from lib.store.ledger import Balance
from lib.store.money import ZERO
from lib.store.tables import Kind, entries
from tests.unit.store.making import Clock, Making

USD = Decimal


def paid(store: Store, run: Run, price: str | None) -> Run:
    """Takes an admitted run to the end of its job."""
    sending = runs.claim(store, run.id, "engine")
    assert sending
    accepted = runs.accept(store, sending, f"request {run.id}")
    assert accepted
    ended = runs.settle_done(store, accepted, None if price is None else USD(price))
    assert ended
    return ended


def test_an_admitted_run_waits_and_holds_its_reservation(store: Store, new: Making) -> None:
    run = ledger.admit(store, new(quote=USD("0.002"), reserved=USD("0.0030000001")))
    assert (run.state, run.fence, run.price) == (State.WAITING, 0, None)
    assert run.reserved == USD("0.003000001")
    spent = ledger.spent(store, "sandbox", "ada")
    assert (spent.day_held, spent.day_posted) == (run.reserved, ZERO)
    assert (spent.month_held, spent.month_posted) == (run.reserved, ZERO)
    assert ledger.spent(store, "sandbox") == spent


def test_the_same_nonce_returns_its_run_and_changes_nothing(store: Store, new: Making) -> None:
    first = ledger.admit(store, new(nonce="one press", quote=USD(1), reserved=USD(1)))
    again = ledger.admit(store, new(nonce="one press", quote=USD(9), reserved=USD(9)))
    assert again == first
    assert runs.of_nonce(store, "one press") == first
    assert runs.of_nonce(store, "another press") is None
    assert ledger.spent(store, "sandbox").day_held == 1


def test_eight_threads_with_one_nonce_make_one_run(store: Store, new: Making) -> None:
    order = new(nonce="pressed eight times")
    together = threading.Barrier(8)
    made: list[Run] = []

    def press() -> None:
        together.wait()
        made.append(ledger.admit(store, order))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len({run.id for run in made}) == 1
    assert len(runs.open_runs(store)) == 1
    assert ledger.spent(store, "sandbox").day_held == order.reserved


def test_the_posted_price_replaces_the_hold_even_above_it(store: Store, new: Making) -> None:
    paid(store, ledger.admit(store, new(quote=USD("0.002"), reserved=USD("0.003"))), "0.0051")
    spent = ledger.spent(store, "sandbox", "ada")
    assert (spent.day_held, spent.day_posted) == (ZERO, USD("0.0051"))


def test_without_a_price_of_its_own_the_job_costs_its_quote(store: Store, new: Making) -> None:
    run = paid(store, ledger.admit(store, new(quote=USD("0.002"))), None)
    assert run.price == run.quote == USD("0.002")


def test_profiles_and_people_have_books_of_their_own(store: Store, new: Making) -> None:
    ledger.admit(store, new(profile="sandbox", person="ada", reserved=USD(1)))
    ledger.admit(store, new(profile="live", person="ada", reserved=USD(2)))
    ledger.admit(store, new(profile="live", person="bob", reserved=USD(4)))
    held = {
        (profile, person): ledger.spent(store, profile, person).day_held
        for profile in ("sandbox", "live")
        for person in ("ada", "bob", None)
    }
    assert held == {
        ("sandbox", "ada"): 1,
        ("sandbox", "bob"): 0,
        ("sandbox", None): 1,
        ("live", "ada"): 2,
        ("live", "bob"): 4,
        ("live", None): 6,
    }


def test_an_entry_counts_in_the_day_of_its_admission_in_the_teams_timezone(
    store: Store, new: Making, clock: Clock
) -> None:
    # In Berlin it is December already, and the run ends a day later.
    clock.at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    run = ledger.admit(store, new(reserved=USD(3)))
    assert ledger.sums(store, "sandbox").keys() == {
        (person, period) for person in ("", "ada") for period in ("day:2026-12-01", "month:2026-12")
    }
    clock.move(days=1)
    paid(store, run, "2")
    assert ledger.sums(store, "sandbox")["ada", "day:2026-12-01"] == Balance(
        held=ZERO, posted=USD(2)
    )
    today = ledger.spent(store, "sandbox", "ada")
    assert (today.day_posted, today.month_posted) == (ZERO, USD(2))


def test_midnight_begins_a_new_day_and_keeps_the_month(
    store: Store, new: Making, clock: Clock
) -> None:
    clock.at = datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC)
    paid(store, ledger.admit(store, new()), "1")
    assert ledger.spent(store, "sandbox").day_posted == 1
    clock.move(seconds=1)
    paid(store, ledger.admit(store, new()), "2")
    spent = ledger.spent(store, "sandbox")
    assert (spent.day_posted, spent.month_posted) == (2, 3)
    yesterday = ledger.spent(store, "sandbox", now=clock.at - timedelta(seconds=1))
    assert (yesterday.day_posted, yesterday.month_posted) == (1, 3)


def test_a_correction_moves_the_posted_price_once(store: Store, new: Making, clock: Clock) -> None:
    run = paid(store, ledger.admit(store, new()), "2")
    clock.move(days=3)
    for _ in range(2):
        corrected = ledger.correct(store, run.id, USD("1.5"))
        assert corrected
        assert corrected.price == USD("1.5")
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")
    assert ledger.books(store, "sandbox")["ada", "day:2026-11-24"].posted == USD("1.5")


def test_what_was_never_posted_can_not_be_corrected(store: Store, new: Making) -> None:
    run = ledger.admit(store, new())
    assert ledger.correct(store, run.id, USD(1)) is None
    assert ledger.correct(store, "no such run", USD(1)) is None


@pytest.mark.parametrize("kind", [Kind.PENDING, Kind.POSTED, Kind.VOIDED])
def test_a_run_is_held_once_and_ends_once(store: Store, new: Making, kind: Kind) -> None:
    run = paid(store, ledger.admit(store, new()), "1")

    def enter() -> None:
        with store.write() as connection:
            connection.execute(
                insert(entries).values(
                    run_id=run.id,
                    profile=run.profile,
                    person=run.person,
                    kind=kind,
                    amount=USD(1),
                    day=store.today(),
                    at=store.now(),
                )
            )

    with pytest.raises(StoreError):
        enter()


def test_the_overrun_is_the_highest_of_the_last_prices_of_that_model(
    store: Store, new: Making, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ledger.OVERRUN_RUNS == 50
    monkeypatch.setattr(ledger, "OVERRUN_RUNS", 3)

    def overrun(model: str = "paint-1") -> Decimal:
        return ledger.overrun(store, "sandbox", "images.generations", model)

    assert overrun() == 1
    paid(store, ledger.admit(store, new(quote=USD(2))), "5")
    assert overrun() == USD("2.5")
    assert overrun("paint-2") == 1
    for _ in range(2):
        clock.move(seconds=1)
        paid(store, ledger.admit(store, new(quote=USD(2))), "1")
    assert overrun() == USD("2.5")
    clock.move(seconds=1)
    paid(store, ledger.admit(store, new(quote=USD(2))), "3")
    assert overrun() == USD("1.5")


def test_a_free_quote_says_nothing_about_overruns(store: Store, new: Making) -> None:
    paid(store, ledger.admit(store, new(quote=ZERO, reserved=ZERO)), "1")
    assert ledger.overrun(store, "sandbox", "images.generations", "paint-1") == 1
