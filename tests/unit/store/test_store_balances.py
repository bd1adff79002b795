"""What was seen of an account, beside the books."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lib.store import Balance, Seen, Store, balances, ledger
from tests.unit.store.making import Clock, Making

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def see(store: Store, minute: int, amount: str, posted: str = "0", held: str = "0") -> None:
    books = Balance(held=Decimal(held), posted=Decimal(posted))
    at = START + timedelta(minutes=minute)
    balances.note(store, "live", Decimal(amount), books, at)


def amounts(store: Store) -> list[tuple[Decimal, int, int]]:
    """Newest first: what was left, and from which to which minute."""
    return [
        (each.amount, _minute(each.first_at), _minute(each.last_at))
        for each in balances.last(store, "live", 99)
    ]


def _minute(at: datetime) -> int:
    return int((at - START).total_seconds() // 60)


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
    assert balances.start(store, "sandbox") is None
    assert balances.before(store, "sandbox", START) is None


def test_the_comparison_starts_where_nothing_is_held(store: Store) -> None:
    see(store, 0, "5", held="1")
    assert balances.start(store, "live") is None
    see(store, 1, "4", posted="1")
    see(store, 2, "4", posted="1", held="1")
    assert amount(balances.start(store, "live")) == 4


def test_it_begins_anew_after_it_was_closed_even_if_nothing_changed(store: Store) -> None:
    see(store, 0, "5")
    see(store, 1, "9")
    balances.close(store, "live")
    assert balances.start(store, "live") is None
    see(store, 2, "9")
    assert amount(balances.start(store, "live")) == 9
    assert len(amounts(store)) == 3


def test_looks_before_and_after_a_moment_are_found(store: Store) -> None:
    for minute, left in [(0, "5"), (10, "4"), (20, "3"), (90, "2")]:
        see(store, minute, left)
    at = START + timedelta(minutes=12)
    hour = timedelta(hours=1)
    assert amount(balances.before(store, "live", at)) == 4
    assert between(store, at, at + 2 * hour) == [2, 3]
    assert between(store, at + timedelta(minutes=1), at + hour) == [3]
    late = START + timedelta(minutes=21)
    assert between(store, late, late + hour) == [2]
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
