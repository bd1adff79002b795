"""History: everything that was run is found again, with what it cost."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.errors import Forbidden
from lib.deapi.models import Model
from lib.runs import reconcile
from lib.runs.balance import Balance
from lib.runs.engine import Engine
from lib.store import Run, Settlement, State, ledger
from lib.ui import words
from tests.support.pages import HISTORY, IMAGES, Page, Playing
from tests.support.sandbox import Sandbox
from tests.support.waiting import eventually


@pytest.fixture
def past(
    place: Playing, pictures: Endpoint, upscales: Endpoint, model: Model, other: Model
) -> dict[str, Run]:
    """Four runs: two models of pictures, an upscale, and one that needs an answer."""
    large = place.models(upscales)[0]
    return {
        "fox": place.done(pictures, model, "A red fox", "0.0020"),
        "formula": place.done(pictures, other, '=HYPERLINK("http://x")', "0.0030"),
        "larger": place.done(upscales, large, "", "0.0100"),
        "open": place.unknown(pictures, model, "A grey fox", "0.0040"),
    }


def test_without_any_run_it_says_what_to_do(place: Playing) -> None:
    page = Page().go(HISTORY)
    assert "Nothing here yet" in page.html
    assert not page.keys
    assert "Go to Images" in page.links


@pytest.mark.usefixtures("past")
def test_newest_first_and_the_sum_of_what_was_paid(place: Playing) -> None:
    page = Page().go(HISTORY)
    assert shown(page, place) == ["A grey fox", "", '=HYPERLINK("http://x")', "A red fox"]
    assert "<b>4 runs</b> · $0.015 spent · $0.004 held" in page.html


@pytest.mark.parametrize(
    ("kind", "key", "choose", "found", "spent"),
    [
        ("selectbox", "endpoint", lambda past: past["larger"].endpoint, ["larger"], "$0.01"),
        (
            "selectbox",
            "endpoint",
            lambda past: past["fox"].endpoint,
            ["open", "formula", "fox"],
            "$0.005",
        ),
        ("selectbox", "model", lambda past: past["fox"].model, ["open", "fox"], "$0.002"),
        ("selectbox", "status", lambda _: "Done", ["larger", "formula", "fox"], "$0.015"),
        ("selectbox", "status", lambda _: "Needs a look", ["open"], "$0.00"),
        ("text_input", "text", lambda _: "FOX", ["open", "fox"], "$0.002"),
        ("text_input", "text", lambda _: "red fox", ["fox"], "$0.002"),
    ],
)
def test_a_filter_leaves_what_fits_and_its_sum(
    place: Playing,
    past: dict[str, Run],
    kind: str,
    key: str,
    choose: Callable[[dict[str, Run]], str],
    found: list[str],
    spent: str,
) -> None:
    page = Page().go(HISTORY).put(kind, f"history:{key}", choose(past))
    assert shown(page, place) == [past[each].text for each in found]
    assert f"· {spent} spent" in page.html


def test_filters_that_nothing_fits_can_be_cleared(place: Playing, past: dict[str, Run]) -> None:
    page = Page().go(HISTORY).put("text_input", "history:text", "no such words")
    assert "Nothing fits these filters" in page.html
    page.press("Clear the filters")
    assert len(shown(page, place)) == len(past)


def test_filters_stay_while_another_page_is_shown(place: Playing, past: dict[str, Run]) -> None:
    page = Page().go(HISTORY).put("text_input", "history:text", "red")
    page.go(IMAGES).go(HISTORY)
    assert shown(page, place) == [past["fox"].text]


def test_more_is_shown_on_demand(place: Playing, pictures: Endpoint, model: Model) -> None:
    for number in range(27):
        place.done(pictures, model, f"Picture {number}")
    page = Page().go(HISTORY)
    assert len(shown(page, place)) == 25
    page.press("Show more")
    assert len(shown(page, place)) == 27
    assert not page.has_button("Show more")


@pytest.mark.usefixtures("past")
def test_the_csv_has_what_is_shown_and_no_formula(
    place: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[Callable[[], bytes]] = []
    draw = st.download_button

    def overheard(label: str, data: Any, **told: Any) -> bool:
        offered.append(data)
        return draw(label, data, **told)

    monkeypatch.setattr(st, "download_button", overheard)
    page = Page().go(HISTORY)
    everything = table(offered[-1]())
    assert [row["text"] for row in everything] == [
        "A grey fox",
        "",
        '\'=HYPERLINK("http://x")',
        "A red fox",
    ]
    assert [row["paid_usd"].rstrip("0") for row in everything] == ["", "0.01", "0.003", "0.002"]
    page.put("text_input", "history:text", "red")
    assert [row["text"] for row in table(offered[-1]())] == ["A red fox"]


def test_a_run_opens_and_its_settings_are_used_again(
    place: Playing, past: dict[str, Run], pictures: Endpoint
) -> None:
    page = Page().go(HISTORY)
    page.put("text_input", "history:text", "red")
    page.press("Show")
    page.press("Use these settings again")
    assert page.title == words.FAMILIES["images"].title
    assert page.values(pictures)["prompt"] == past["fox"].text


def shown(page: Page, place: Playing) -> list[str]:
    """The texts of the rows, from the top."""
    return [place.run(key).text for key in page.rows]


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


# --- runs of which nobody knows whether they were paid for ---------------------------------------


@pytest.fixture
def lost(place: Playing, pictures: Endpoint, model: Model) -> list[Run]:
    return [place.unknown(pictures, model, text, "0.0040") for text in ("One", "Two", "Three")]


def test_several_unknown_runs_are_settled_at_once_and_only_those_ticked(
    place: Playing, lost: list[Run]
) -> None:
    page = Page().go(HISTORY)
    assert "Nobody knows whether 3 runs were paid for" in page.html
    assert "settle:paid" not in page.pressable
    for run in lost[:2]:
        page.put("checkbox", f"settle:{run.id}", True)
    page.press("Count as paid · $0.008")
    assert [place.run(run.id).price for run in lost] == [Decimal("0.004")] * 2 + [None]
    assert [place.run(run.id).state for run in lost] == [State.FAILED] * 2 + [State.UNKNOWN]
    page.press("Tick all").press("Not charged")
    assert place.run(lost[2].id).settled is Settlement.FREE
    assert "Nobody knows whether" not in page.html
    assert ledger.standing(place.store, lost[0].profile).posted == Decimal("0.008")


def test_the_card_tells_what_is_known_and_leads_to_where_several_are_settled(
    place: Playing, lost: list[Run]
) -> None:
    page = Page()
    assert page.html.count("The balance does not tell") == len(lost)
    assert "\u201cTwo\u201d (not taken, as far as we know)" in page.html
    assert page.links.count("Settle 3 such runs at once") == len(lost)


# --- the books beside the balance ----------------------------------------------------------------


def test_the_books_say_that_they_agree_with_the_balance(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, "A red fox")
    page.until(lambda: page.price)
    page.press("Run")
    eventually(lambda: [run.state for run in place.runs()] == [State.DONE], timeout=30)
    look(place)
    assert "Agrees with the account&#x27;s balance since" in page.go(HISTORY).html


@pytest.mark.parametrize(
    ("spent", "told"),
    [("4", "$4.00 more than they explain"), ("0", "the account has $0.50 more left")],
)
def test_a_drift_is_shown_until_it_is_said_to_be_explained(
    place: Playing,
    live: Sandbox,
    pictures: Endpoint,
    model: Model,
    spent: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first by another program on the same key, the second by a run that nobody charged."""
    monkeypatch.setattr(reconcile, "APART", timedelta(0))
    before = look(place)
    if Decimal(spent):
        place.done(pictures, model, "A red fox", "0")
        live.control("PUT", "balance", float(before - Decimal(spent)))
    else:
        place.done(pictures, model, "A red fox", "0.5")
    look(place)
    page = Page().go(HISTORY)
    assert told not in page.html  # one look alone may be wrong
    look(place)
    assert told in page.run().html
    page.press("That's explained")
    assert told not in page.html


def test_a_key_that_may_not_see_the_balance_is_said_to_check_nothing(
    place: Playing, past: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert past
    hidden = Balance(None, datetime.now(UTC), Forbidden("No", status=403))
    monkeypatch.setattr(Engine, "balance", lambda *_: hidden)
    assert "This key may not see the balance, so nothing checks" in Page().go(HISTORY).html


def look(place: Playing) -> Decimal:
    """Have the balance seen once more."""
    profile = place.engine.profiles[0]
    place.engine.look(profile, wait=20)
    seen = place.engine.balance(profile)
    assert seen is not None
    assert seen.amount is not None
    return seen.amount
