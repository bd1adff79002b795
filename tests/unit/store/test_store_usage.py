"""Usage: whatever way it is split up, it adds up to the ledger, day by day; and how models did."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.store import Run, Store, ledger, runs, usage
from lib.store.usage import By, Period, Record
from tests.unit.store.making import Clock, Making, OpenStore

USD = Decimal
BYS: tuple[By, ...] = ("endpoint", "model", "person")
FIRST = datetime(2026, 10, 24, 0, 30, tzinfo=UTC)  # Berlin's clocks go back the night after
ALWAYS = Period(first=date(2026, 1, 1), last=date(2027, 12, 31))


def accept(store: Store, run: Run) -> Run:
    claimed = runs.claim(store, run.id, "engine")
    assert claimed
    accepted = runs.accept(store, claimed, claimed.id)
    assert accepted
    return accepted


def spend(store: Store, new: Making, usd: str, took: float | None = None, **values: str) -> Run:
    """A run that has cost `usd`."""
    settled = runs.settle_done(
        store, accept(store, ledger.admit(store, new(**values))), USD(usd), took=took
    )
    assert settled
    done = runs.keep(store, settled, [], thumb=False)
    assert done
    return done


def fail(store: Store, new: Making) -> None:
    error = {"kind": "JobFailed", "message": ""}
    assert runs.settle_error(store, accept(store, ledger.admit(store, new())), None, error)


def day(text: str) -> Period:
    return Period(first=date.fromisoformat(text), last=date.fromisoformat(text))


made = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 40),  # minutes after FIRST
        st.sampled_from(["ada", "bob"]),
        st.sampled_from(["images.generations", "audio.speech"]),
        st.sampled_from(["paint-1", "paint-2"]),
        st.integers(0, 10**10),  # nano-dollars
        st.none() | st.integers(0, 10**10),  # what it cost after all
    ),
    max_size=8,
)


@given(made=made)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_split_adds_up_to_the_ledger_s_days_and_months(
    open_store: OpenStore,
    made: list[tuple[int, str, str, str, int, int | None]],
) -> None:
    clock, new = Clock(), Making()
    with open_store(clock) as store:
        for minutes, person, endpoint, model, nano, corrected in made:
            clock.at = FIRST + timedelta(minutes=minutes)
            run = spend(
                store, new, str(USD(nano) / 10**9), person=person, endpoint=endpoint, model=model
            )
            clock.move(days=3)  # a correction counts in the day of what it corrects
            if corrected is not None:
                ledger.correct(store, run.id, USD(corrected) / 10**9)
        totals = ledger.sums(store, "sandbox")
        for by in BYS:
            for whose in ("", "ada", "bob"):
                found = usage.spending(store, "sandbox", whose or None, ALWAYS, by)
                sums: dict[str, Decimal] = {}
                for each in found:
                    for period in (f"day:{each.day}", f"month:{each.day:%Y-%m}"):
                        sums[period] = sums.get(period, USD(0)) + each.spent
                kept = {when: held.posted for (who, when), held in totals.items() if who == whose}
                assert sums == kept
                mine = [each for each in made if each[1] == whose or not whose]
                assert sum(each.count for each in found) == len(mine)
        told = usage.records(store, "sandbox", None, ALWAYS)
        months = [held.posted for (who, when), held in totals.items() if not who and when[0] == "m"]
        assert sum(each.paid for each in told) == sum(months)


def test_a_day_begins_and_ends_at_midnight_of_the_time_zone(
    store: Store, clock: Clock, new: Making
) -> None:
    """In Berlin this night is an hour behind UTC."""
    for at, usd in (("2026-11-23T22:59", "1"), ("2026-11-23T23:00", "2"), ("2026-11-24T23:00", 4)):
        clock.at = datetime.fromisoformat(f"{at}+00:00")
        spend(store, new, str(usd))
    for text, usd in (("2026-11-23", "1"), ("2026-11-24", "2"), ("2026-11-25", "4")):
        [slice_] = usage.spending(store, "sandbox", None, day(text), "model")
        assert (slice_.day, slice_.spent) == (date.fromisoformat(text), USD(usd))
        [record] = usage.records(store, "sandbox", None, day(text))
        assert record.paid == USD(usd)


def test_a_correction_counts_in_the_day_of_its_run_and_makes_no_second_run(
    store: Store, clock: Clock, new: Making
) -> None:
    run = spend(store, new, "0.5")
    clock.move(days=2)
    ledger.correct(store, run.id, USD("0.75"))
    [found] = usage.spending(store, "sandbox", "ada", ALWAYS, "endpoint")
    assert (found.day, found.name) == (date(2026, 11, 24), "images.generations")
    assert (found.spent, found.count) == (USD("0.75"), 1)


def test_others_and_the_other_books_are_left_out(store: Store, new: Making) -> None:
    spend(store, new, "1", person="bob")
    spend(store, new, "2", profile="live")
    for by in BYS:
        assert usage.spending(store, "sandbox", "ada", ALWAYS, by) == []
    assert usage.records(store, "sandbox", "ada", ALWAYS) == []


def test_a_record_says_how_often_it_went_well_how_long_it_took_and_what_it_cost(
    store: Store, clock: Clock, new: Making
) -> None:
    """Quoted at 0.002 each."""
    for took, usd in ((2.0, "0.002"), (9.0, "0.001"), (4.0, "0.006")):
        spend(store, new, usd, took)
    fail(store, new)
    cancelled = ledger.admit(store, new())
    assert runs.cancel(store, cancelled.id, "ada")
    ledger.admit(store, new())
    [found] = usage.records(store, "sandbox", "ada", ALWAYS)
    assert found == Record(
        endpoint="images.generations",
        model="paint-1",
        count=6,
        done=3,
        failed=1,
        quoted=USD("0.006"),
        paid=USD("0.009"),
        ratio=1.5,
        worst=3.0,
        median=4.0,
        p95=9.0,
    )
    assert found.success == 0.75


def test_without_a_better_word_a_run_took_until_its_end_was_heard(
    store: Store, clock: Clock, new: Making
) -> None:
    accepted = accept(store, ledger.admit(store, new()))
    clock.move(seconds=7)
    settled = runs.settle_done(store, accepted, USD(1))
    assert settled
    clock.move(seconds=60)  # saving the file is not deAPI's time
    assert runs.keep(store, settled, [], thumb=False)
    [found] = usage.records(store, "sandbox", "ada", ALWAYS)
    assert found.median == 7.0


def test_the_slowest_of_twenty_is_beyond_the_p95_and_only_the_newest_are_timed(
    store: Store, clock: Clock, new: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    for took in range(1, 22):
        clock.move(seconds=1)
        spend(store, new, "1", float(22 - took))
    monkeypatch.setattr(usage, "TIMED", 20)
    [found] = usage.records(store, "sandbox", "ada", ALWAYS)
    assert (found.count, found.median, found.p95) == (21, 10.5, 19.0)


def test_what_nobody_was_told_the_price_of_says_nothing_about_quotes(
    store: Store, new: Making
) -> None:
    claimed = runs.claim(store, ledger.admit(store, new()).id, "engine")
    assert claimed
    assert runs.lose(store, claimed, {"kind": "NoAnswer", "message": ""})
    assert runs.settle_unknown(store, claimed.id, "ada", paid=True)
    [found] = usage.records(store, "sandbox", "ada", ALWAYS)
    assert (found.quoted, found.ratio, found.failed) == (USD(0), None, 1)
    [spent] = usage.spending(store, "sandbox", "ada", ALWAYS, "model")
    assert spent.spent == USD("0.002")
