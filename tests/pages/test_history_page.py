"""History: everything that was run is found again, with what it cost."""

import csv
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.store import Run
from lib.ui import session, words
from tests.support.pages import HISTORY, IMAGES, Page, Playing


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


@pytest.mark.usefixtures("past")
def test_of_a_long_history_the_newest_are_added_up_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "COUNTED", 2)
    page = Page().go(HISTORY)
    told = "<b>More than 2 runs</b> · $0.01 spent by the newest 2 · $0.004 held"
    assert told in page.html


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
