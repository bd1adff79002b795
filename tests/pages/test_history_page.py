"""History: everything that was run is found again, with what it cost."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.people import who
from lib.people.who import Person
from lib.store import LOCAL, Mark, Role, Run, experiments, ledger, marks, runs
from lib.store.experiments import Experiment, NewCell, NewExperiment
from lib.ui import session, words
from lib.ui.experiment import cell as one
from lib.ui.experiment import grid
from tests.support.pages import HISTORY, IMAGES, Page, Playing

LATER = datetime.now(UTC).date() + timedelta(days=2)


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


# --- what people say of runs, and the filters behind the button -----------------------------------


@pytest.mark.parametrize(
    ("kind", "key", "value", "found"),
    [
        ("text_input", "least", "$0.003", ["larger", "formula"]),
        ("text_input", "most", "0.002", ["open", "fox"]),
        ("selectbox", "tag", "poster", ["fox"]),
        ("toggle", "starred", True, ["larger"]),
        ("text_input", "text", "newslet", ["formula"]),
        ("date_input", "since", LATER, []),
        ("date_input", "until", LATER, ["open", "larger", "formula", "fox"]),
    ],
)
def test_further_filters_are_counted_and_leave_what_fits(
    place: Playing, past: dict[str, Run], kind: str, key: str, value: Any, found: list[str]
) -> None:
    marks.retag(place.store, past["fox"].id, LOCAL, ["Poster"])
    marks.star(place.store, past["larger"].id, LOCAL, True)
    marks.note(place.store, past["formula"].id, LOCAL, "for the Newsletter")
    page = Page().go(HISTORY).put(kind, f"history:{key}", value)
    assert page.rows == [past[each].id for each in found]
    told = "More filters" if key == "text" else "More filters · 1"
    assert page.popovers[0] == told
    if not found:
        page.press("Clear the filters")
        assert len(page.rows) == len(past)


@pytest.mark.usefixtures("past")
def test_what_is_no_amount_limits_nothing_and_says_so(place: Playing) -> None:
    page = Page().go(HISTORY).put("text_input", "history:most", "a lot")
    assert len(page.rows) == 4
    [problem] = page.problems
    assert "Write an amount in USD" in problem


def test_the_gallery_shows_the_same_and_links_to_each(place: Playing, past: dict[str, Run]) -> None:
    marks.star(place.store, past["fox"].id, LOCAL, True)
    page = Page().go(HISTORY).put("text_input", "history:text", "fox")
    page.put("button_group", "history:view", "Gallery")
    assert page.rows == []
    links = re.findall(r'<a class="pg-shot" href="\?run=([^"]+)"', page.html)
    assert links == [past["open"].id, past["fox"].id]
    assert page.html.count("★") == 1
    assert "<b>2 runs</b>" in page.html


# --- a run on a page of its own -------------------------------------------------------------------


def test_a_run_has_an_address_with_all_that_is_known_of_it(
    place: Playing, past: dict[str, Run]
) -> None:
    run = past["fox"]
    page = Page().at(HISTORY, run=run.id)
    assert page.title == words.endpoint(run.endpoint).title
    for told in ("A red fox", "Quoted", "Paid", "Waited", "Worked", "Saved in", "In all", "Steps"):
        assert told in page.html
    page.press("All of the history")
    assert page.title == words.HISTORY.title


def test_a_run_is_marked_and_what_is_hostile_stays_text(
    place: Playing, past: dict[str, Run]
) -> None:
    run, text = past["fox"], '<img src=x onerror="alert(1)">'
    page = Page().at(HISTORY, run=run.id)
    page.press("☆ Star")
    page.put("text_area", f"note:{run.id}", text)
    page.put("multiselect", f"tags:{run.id}", ["Poster", text])
    assert marks.of(place.store, [run.id])[run.id] == Mark(
        starred=True, note=text, tags=("poster", text.lower())
    )
    assert page.has_button("★ Starred")
    page.press("All of the history")
    assert "<img src=x" not in page.html
    assert "&lt;img src=x" in page.html
    assert page.html.count("pg-star") == 1


def test_it_is_run_again_with_another_seed(
    place: Playing, past: dict[str, Run], pictures: Endpoint
) -> None:
    run = past["fox"]
    page = Page().at(HISTORY, run=run.id)
    page.press("Run again with a new seed")
    assert page.title == words.FAMILIES["images"].title
    values = page.values(pictures)
    assert values["prompt"] == run.text
    assert values["seed"] not in (None, -1, run.params["seed"])


def test_it_is_deleted_and_its_price_stays_spent(place: Playing, past: dict[str, Run]) -> None:
    run = past["fox"]
    before = ledger.spent(place.store, run.profile, LOCAL)
    page = Page().at(HISTORY, run=run.id)
    page.press("Delete it for good")
    assert page.title == words.HISTORY.title
    assert run.id not in page.rows
    assert len(page.rows) == 3
    assert ledger.spent(place.store, run.profile, LOCAL) == before
    assert "Not here" in Page().at(HISTORY, run=run.id).html


def test_what_needs_an_answer_can_not_be_deleted(place: Playing, past: dict[str, Run]) -> None:
    page = Page().at(HISTORY, run=past["open"].id)
    assert page.has_button("Count as paid")
    assert not page.has_button("Delete")


@pytest.mark.parametrize("theirs", [True, False])
def test_of_anothers_run_a_stranger_learns_as_much_as_of_none(
    place: Playing,
    pictures: Endpoint,
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    theirs: bool,
) -> None:
    run = place.sending(pictures, model, "A secret fox", person="bob")
    me = Person("ada", Role.MEMBER)
    monkeypatch.setattr(who, "of_cookies", lambda *_: me)
    asked = run.id if theirs else "0193a1b2-0000-7000-8000-000000000000"
    page = Page().at(HISTORY, run=asked)
    assert "Not here" in page.html
    assert "secret" not in page.everything
    with pytest.raises(KeyError):
        page.client.marks.star(asked, True)
    with pytest.raises(KeyError):
        page.client.marks.delete(asked)
    assert runs.get(place.store, run.id) == run


def test_every_experiment_that_runs_are_in_is_offered_and_each_can_be_chosen(
    place: Playing, past: dict[str, Run]
) -> None:
    oldest = of_cell(place, past["fox"], "Foxes")
    for number in range(55):
        of_cell(place, past["formula"], f"Foxes {number % 3}")
    page = Page().go(HISTORY)
    box = page.widget("selectbox", "history:experiment")
    assert len({*box.options}) == 57
    page.put("selectbox", "history:experiment", oldest.id)
    assert shown(page, place) == ["A red fox"]


def of_cell(place: Playing, run: Run, title: str, person: str = LOCAL) -> Experiment:
    """An experiment whose only cell has this run."""
    cell = NewCell(
        input=0,
        variant=0,
        endpoint=run.endpoint,
        model=run.model,
        params=run.params,
        quote=run.quote,
        reserved=run.quote,
        run_id=run.id,
    )
    names = {"inputs": [{"name": "fox"}], "variants": [{"name": "one"}]}
    return experiments.begin(
        place.store,
        NewExperiment(
            profile=run.profile,
            person=person,
            nonce=str(uuid4()),
            title=title,
            plan=names,
            cells=[cell],
        ),
    )


def test_a_cell_of_an_experiment_says_that_its_run_is_deleted(
    place: Playing, past: dict[str, Run]
) -> None:
    run = past["fox"]
    experiment = of_cell(place, run, "Foxes *and* more")
    page = Page().at(HISTORY, run=run.id)
    assert [each for each in page.links if "Foxes" in each]
    page.press("Delete it for good")
    [deleted] = experiments.table(place.store, experiment.id)
    assert "Deleted" in one.html(page.client, deleted, (), "one")
    assert grid.done([deleted]) == []
