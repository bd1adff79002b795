"""What was seen of an account, beside the books."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lib.store import Balance, Books, Seen, Store, balances, ledger, runs
from tests.unit.store.making import Clock, Making

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def see(
    store: Store, minute: float, amount: str, posted: str = "0", held: str = "0", estimates: int = 0
) -> None:
    """A look that was asked for a second before `minute`."""
    books = Books(held=Decimal(held), posted=Decimal(posted), estimates=estimates)
    told = at(minute)
    balances.note(store, "live", Decimal(amount), books, told - timedelta(seconds=1), told)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def amounts(store: Store) -> list[tuple[Decimal, int, int]]:
    """Newest first: what was left, and from which to which minute."""
    return [
        (each.amount, _minute(each.first_at), _minute(each.last_at))
        for each in balances.last(store, "live", 99)
    ]


def _minute(at: datetime) -> int:
    return round((at - START).total_seconds() / 60)


def test_looks_that_see_the_same_are_one_and_older_ones_add_nothing(store: Store) -> None:
    for minute, amount in [(0, "5"), (1, "5"), (2, "4.9"), (1, "4.8"), (3, "4.9")]:
        see(store, minute, amount)
    assert amounts(store) == [(Decimal("4.9"), 2, 3), (Decimal(5), 0, 1)]


def test_a_change_of_the_books_alone_is_something_new(store: Store) -> None:
    see(store, 0, "5")
    see(store, 1, "5", held="0.1")
    see(store, 2, "5", posted="0.1")
    assert len(amounts(store)) == 3


def test_each_profile_has_its_own(store: Store) -> None:
    see(store, 0, "5")
    assert balances.last(store, "sandbox", 9) == []
    assert balances.firm(store, "sandbox", 9) == []
    assert balances.before(store, "sandbox", START) is None


def test_a_look_is_told_after_it_was_asked_for(store: Store) -> None:
    see(store, 1, "5")
    [one] = balances.last(store, "live", 9)
    assert (one.first_at, one.last_at) == (at(1), at(1) - timedelta(seconds=1))


def test_firm_are_the_looks_at_which_nothing_is_held_and_nothing_estimated(store: Store) -> None:
    see(store, 0, "5", held="1")
    see(store, 1, "4", posted="1", estimates=1)
    assert balances.firm(store, "live", 9) == []
    see(store, 2, "3", posted="2")
    see(store, 3, "3", posted="2", held="1")
    see(store, 4, "2", posted="3")
    assert [each.amount for each in balances.firm(store, "live", 9)] == [3, 2]


def test_it_begins_anew_even_if_nothing_changed(store: Store, clock: Clock) -> None:
    see(store, 0, "5")
    see(store, 1, "9")
    clock.at = at(2)
    balances.begin_anew(store, "live")
    assert balances.firm(store, "live", 9) == []
    see(store, 3, "9")
    assert [each.amount for each in balances.firm(store, "live", 9)] == [9]
    assert len(amounts(store)) == 3


def test_a_look_from_before_it_began_anew_adds_nothing_after(store: Store, clock: Clock) -> None:
    """It was asked for, then somebody put money on the account, then the answer came."""
    clock.at = at(2) - timedelta(milliseconds=500)
    balances.begin_anew(store, "live")
    see(store, 2, "5")
    assert amounts(store) == []


def test_whether_it_began_anew_between_two_times_is_known(store: Store, clock: Clock) -> None:
    clock.at = at(5)
    balances.begin_anew(store, "live")
    assert balances.began_between(store, "live", at(4), at(6))
    assert not balances.began_between(store, "live", at(6), at(9))
    assert not balances.began_between(store, "sandbox", at(4), at(6))


def test_the_books_count_estimates_that_may_still_change(
    store: Store, clock: Clock, new: Making
) -> None:
    run = ledger.admit(store, new())
    claimed = runs.claim(store, run.id, "engine")
    assert claimed is not None
    accepted = runs.accept(store, claimed, "job")
    assert accepted is not None
    assert runs.settle_done(store, accepted, Decimal("0.002"), estimated=True) is not None
    ended = clock.at
    known = balances.books(store, run.profile, ended - timedelta(hours=1))
    assert known == Books(held=Decimal(0), posted=Decimal("0.002"), estimates=1)
    assert balances.books(store, run.profile, ended + timedelta(hours=1)).estimates == 0


def test_looks_before_and_after_a_moment_are_found(store: Store) -> None:
    for minute, left in [(0, "5"), (10, "4"), (20, "3"), (90, "2")]:
        see(store, minute, left)
    hour = timedelta(hours=1)
    assert amount(balances.before(store, "live", at(12))) == 4
    assert between(store, at(12), at(12) + 2 * hour) == [2, 3]
    assert between(store, at(13), at(13) + hour) == [3]
    assert between(store, at(21), at(21) + hour) == [2]
    assert between(store, START + 9 * hour, START + 10 * hour) == []
    assert balances.before(store, "live", START - hour) is None


def test_the_standing_is_that_of_the_team_since_ever(
    store: Store, clock: Clock, new: Making
) -> None:
    for person in ("ada", "bob"):
        ledger.admit(store, new(person=person))
        clock.move(days=40)
    ledger.admit(store, new(profile="live"))
    standing = ledger.standing(store, "sandbox")
    assert (standing.held, standing.posted) == (2 * Decimal("0.003"), 0)
    assert ledger.standing(store, "nowhere") == Balance(held=Decimal(0), posted=Decimal(0))


def between(store: Store, since: datetime, until: datetime) -> list[Decimal]:
    return [each.amount for each in balances.between(store, "live", since, until, 9)]


def amount(seen: Seen | None) -> Decimal | None:
    return seen and seen.amount
