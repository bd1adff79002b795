"""Usage: what was spent, whose it was, and how it went; nobody sees another's but an admin."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.people import who
from lib.store import TEAM, Caps, Role, Run, caps, passwords, runs, sessions, users
from lib.store.usage import Period, Slice
from lib.ui import session, words
from lib.ui.usage import figures, period
from tests.support.pages import Page, Playing, given, playing
from tests.support.sandbox import Sandbox

USAGE = "pages/usage.py"
SECRET = "four green kettles"
USD = Decimal
HOSTILE = '<img src=x onerror=alert(1)> **"bold"** :red[x] =1+1'


def spend(place: Playing, at: Endpoint, model: Model, usd: str, *, person: str = "local") -> Run:
    """A run quoted at 0.0020 that has cost `usd`."""
    run = place.accepted(at, model, "A fox", "0.0020", person=person)
    run = given(runs.settle_done(place.store, run, USD(usd), took=4.0))
    return given(runs.keep(place.store, run, [], thumb=False))


@pytest.fixture
def sign_in(place: Playing, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Page]:
    """Adelheid is an admin, Bob a member."""
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    monkeypatch.setattr(session, "ASKED_SECONDS", -1.0)
    users.add(place.store, "adelheid", SECRET, Role.ADMIN)
    users.add(place.store, "bob", SECRET, Role.MEMBER)

    def signed_in(name: str) -> Page:
        token = sessions.begin(place.store, name, "198.51.100.7", "Firefox/140")
        monkeypatch.setattr(session, "_cookies", lambda: {who.COOKIE: token})
        return Page(USAGE)

    return signed_in


def totals(page: Page) -> str:
    [line] = [each for each in page.html.splitlines() if "pg-totals" in each]
    return line


def test_without_any_run_it_says_what_to_do(place: Playing) -> None:
    page = Page(USAGE)
    assert "Nothing to add up yet" in page.html
    assert not page.keys
    assert "Go to Images" in page.links


def test_it_adds_up_what_was_spent_and_how_it_went(
    place: Playing, pictures: Endpoint, upscales: Endpoint, model: Model
) -> None:
    spend(place, pictures, model, "0.0020")
    spend(place, pictures, model, "0.0030")
    spend(place, upscales, place.models(upscales)[0], "0.0010")
    failed = place.accepted(pictures, model, "A fox", "0.0020")
    runs.settle_error(place.store, failed, None, {"kind": "JobFailed", "message": ""})
    page = Page(USAGE)
    assert "Play money" not in page.html
    for name, value in (("Spent", "$0.006"), ("Runs", "4"), ("Went well", "75%")):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in totals(page)
    spent, by_day, prices, times, success = page.tables
    assert [*spent.iloc[0]] == ["Images", 0.006, 3]
    assert len(by_day) == 1
    assert "Paid exactly what was quoted. The dearest run came out at 1.50 times" in page.html
    assert [*prices.iloc[0]][1:6] == [0.25, 0.004, 0.005, 1.25, 1.5]
    assert [*times.iloc[0]][:3] == [model.name, 4.0, 4.0]
    assert [*success.iloc[0]][1:5] == [pytest.approx(2 / 3), 3, 2, 1]
    assert len(page.charts) == 2


def test_it_is_split_up_by_what_one_chooses(
    place: Playing, pictures: Endpoint, model: Model, other: Model
) -> None:
    spend(place, pictures, model, "0.0020")
    spend(place, pictures, other, "0.0030")
    page = Page(USAGE).put("button_group", "usage:split:own", "model")
    assert [*page.tables[0]["Model"]] == [other.name, model.name]
    page.put("button_group", "usage:split:own", "endpoint")
    assert [*page.tables[0]["What"]] == [words.endpoint(pictures.id).title]


def test_what_was_before_the_time_chosen_is_not_in_it(
    place: Playing, pictures: Endpoint, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place.store, "now", lambda: datetime(2026, 3, 15, 12, tzinfo=UTC))
    spend(place, pictures, model, "0.0020")
    monkeypatch.setattr(place.store, "now", lambda: datetime(2026, 5, 3, 12, tzinfo=UTC))
    page = Page(USAGE)
    assert "Nothing in this time" in page.html
    page.put("button_group", "usage:time", period.YEAR)
    assert "<dt>Spent</dt><dd>$0.002</dd>" in totals(page)
    page.put("button_group", "usage:time", period.OWN)
    assert "Nothing in this time" in page.html
    page.put("date_input", "usage:dates", (date(2026, 3, 15), date(2026, 3, 15)))
    assert "<dt>Spent</dt><dd>$0.002</dd>" in totals(page)


def test_a_near_limit_is_a_line_and_a_far_one_is_told(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    spend(place, pictures, model, "0.0020")
    caps.put(place.store, "live", TEAM, Caps(day=USD("0.005")))
    page = Page(USAGE)
    assert "Limit $0.005" in page.charts[0]
    assert "far above" not in page.html
    assert "<dt>Team, today</dt>" in totals(page)
    caps.put(place.store, "live", TEAM, Caps(day=USD(5)))
    page.run()
    assert "Limit $" not in page.charts[0]
    assert "The limit of $5.00 a day is far above" in page.html


def test_a_member_sees_their_own_numbers_alone(
    place: Playing, pictures: Endpoint, model: Model, sign_in: Callable[[str], Page]
) -> None:
    spend(place, pictures, model, "0.0500", person="adelheid")
    assert "Nothing to add up yet" in sign_in("bob").html
    spend(place, pictures, model, "0.0020", person="bob")
    page = sign_in("bob")
    assert "<dt>Spent</dt><dd>$0.002</dd>" in totals(page)
    assert "<dt>Runs</dt><dd>1</dd>" in totals(page)
    assert "usage:whose" not in page.keys
    assert "adelheid" not in page.html + "".join(map(str, page.tables)) + "".join(page.charts)
    asked, today = page.client.usage, place.store.today()
    whole = Period(first=today, last=today)
    for whose in (None, "adelheid"):
        assert sum(each.spent for each in asked.spending(whose, whole, "person")) == USD("0.002")
        assert [each.count for each in asked.records(whose, whole)] == [1]
        assert asked.projected(whose) == asked.projected("bob") < USD("0.1")
        assert asked.caps(whose) == asked.caps("bob")


def test_an_admin_sees_everybody_s_their_own_and_a_person_s(
    place: Playing, pictures: Endpoint, model: Model, sign_in: Callable[[str], Page]
) -> None:
    spend(place, pictures, model, "0.0500", person="adelheid")
    spend(place, pictures, model, "0.0020", person="bob")
    page = sign_in("adelheid")
    assert "<dt>Spent</dt><dd>$0.052</dd>" in totals(page)
    page.put("button_group", "usage:split", "person")
    assert [*page.tables[0]["Person"]] == ["adelheid", "bob"]
    for name, usd in (("bob", "0.002"), ("adelheid", "0.05")):
        page.put("selectbox", "usage:whose", name)
        assert f"<dt>Spent</dt><dd>${usd}</dd>" in totals(page)


def test_who_is_no_admin_any_more_sees_nobody_else_s(
    place: Playing, pictures: Endpoint, model: Model, sign_in: Callable[[str], Page]
) -> None:
    spend(place, pictures, model, "0.0500", person="bob")
    page = sign_in("adelheid")
    assert "$0.05" in totals(page)
    users.add(place.store, "cleo", SECRET, Role.ADMIN)
    users.set_role(place.store, "adelheid", Role.MEMBER)
    assert "Nothing to add up yet" in page.run().html


def test_hostile_names_are_text_and_no_formula(
    place: Playing, pictures: Endpoint, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}
    draw = st.download_button

    def overheard(label: str, data: Any, **told: Any) -> bool:
        offered[told["key"]] = data
        return draw(label, data, **told)

    monkeypatch.setattr(st, "download_button", overheard)
    for name in (HOSTILE, "=1+1", "Model", "Spent (USD)", "Day"):
        new = place.waiting(pictures, model, "A fox", "0.0020")
        with place.store.write() as connection:
            connection.exec_driver_sql("UPDATE runs SET model = ? WHERE id = ?", (name, new.id))
        run = given(
            runs.accept(
                place.store, given(runs.claim(place.store, new.id, new.owner or "x")), new.id
            )
        )
        run = given(runs.settle_done(place.store, run, USD("0.0020"), took=2.0))
        given(runs.keep(place.store, run, [], thumb=False))
    page = Page(USAGE).put("button_group", "usage:split:own", "model")
    assert HOSTILE in {*page.tables[0]["Model"]}
    assert "<img" not in page.html
    rows = list(csv.reader(offered["usage:csv:spent-by-model"]().decode("utf-8-sig").splitlines()))
    assert rows[0] == ["Day", "Model", "Spent (USD)", "Runs"]
    assert [place.store.today().isoformat(), "'=1+1", "0.002000000", "1"] in rows


def test_on_the_sandbox_it_says_that_it_is_play_money(
    tmp_path: Path, live: Sandbox, pictures: Endpoint
) -> None:
    with playing(tmp_path / "rehearsing", live, PLAYGROUND_SANDBOX="on") as rehearsing:
        spend(rehearsing, pictures, rehearsing.models(pictures)[0], "0.0020")
        page = Page(USAGE)
        assert "Play money: nothing of this was paid." in page.html
        assert "<dt>Spent</dt><dd>$0.002</dd>" in totals(page)


# --- without a page ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "first"),
    [
        (period.WEEK, "2026-11-18"),
        (period.DAYS, "2026-10-26"),
        (period.MONTH, "2026-11-01"),
        (period.YEAR, "2025-12-01"),
    ],
)
def test_every_choice_of_time_ends_today(choice: str, first: str) -> None:
    today = date(2026, 11, 24)
    assert period.chosen(choice, today) == Period(first=date.fromisoformat(first), last=today)


@pytest.mark.parametrize("day", [date(2028, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_twelve_months_are_twelve(day: date) -> None:
    assert len(period.steps(period.chosen(period.YEAR, day), day)) == 12


def test_what_is_to_come_lies_on_the_days_of_this_month_that_are_left() -> None:
    today = date(2026, 11, 28)
    coming = figures.to_come(USD(3), period.chosen(period.MONTH, today), today)
    assert coming == {date(2026, 11, 29): USD("1.5"), date(2026, 11, 30): USD("1.5")}
    assert figures.to_come(USD(3), period.chosen(period.YEAR, today), today) == {
        date(2026, 11, 1): USD(3)
    }
    for choice in (period.WEEK, period.DAYS):
        assert figures.to_come(USD(3), period.chosen(choice, today), today) == {}
    last = date(2026, 11, 30)
    assert figures.to_come(USD(0), period.chosen(period.MONTH, last), last) == {}


def test_more_than_there_are_colours_go_together_and_nothing_is_lost() -> None:
    day = date(2026, 11, 24)
    slices = [Slice(day, f"m{n}", USD(n), 1) for n in range(1, 12)]
    parts = figures.named(slices, "model", {"m11": "Twin", "m10": "Twin"})
    names, drawn = figures.portions(parts, Period(first=day, last=day))
    assert names == ["Twin (m11)", "Twin (m10)", "m9", "m8", "m7", "m6", figures.OTHERS]
    assert sum(each.spent for each in drawn) == sum(range(12))


@pytest.mark.parametrize(
    ("paid", "told"),
    [
        ("1", "exactly what was quoted"),
        ("0.997", "0.3% less than quoted"),
        ("1.25", "25.0% more than quoted"),
        ("1.00001", "under 0.1% more than quoted"),
    ],
)
def test_the_difference_to_the_quote_in_words(paid: str, told: str) -> None:
    assert figures.difference(USD(1), USD(paid)) == told
