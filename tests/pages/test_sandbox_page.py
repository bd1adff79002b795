"""The sandbox's page: play money and limits, changed from where one rehearses."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from lib import playground
from lib.deapi.contract import Endpoint
from lib.store import State
from lib.ui import errors, profile
from lib.ui.rehearsals import REHEARSALS
from tests.support.pages import HISTORY, Page, Playing, playing
from tests.support.sandbox import Sandbox

SANDBOX = "pages/sandbox.py"
TIER = "sandbox:tier"


@pytest.fixture
def place(tmp_path: Path, live: Sandbox) -> Iterator[Playing]:
    """A playground with a sandbox of its own before the live profile."""
    with playing(tmp_path / "data", live, PLAYGROUND_SANDBOX="on") as held:
        yield held


@pytest.mark.usefixtures("place")
def test_its_buttons_change_the_balance_here_and_in_the_sidebar() -> None:
    page = Page().go(SANDBOX)
    assert page.title == "Sandbox"
    for label, left, shown in (
        ("Empty the purse", "0.2", "$0.20"),
        ("Add $5", "5.2", "$5.20"),
        ("Set it to $5", "5", "$5.00"),
    ):
        page.press(label)
        assert held().balance() == Decimal(left)
        assert f"<b>{shown}</b> left" in page.html
        page.until(lambda shown=shown: f"<dt>Balance</dt><dd>{shown}</dd>" in page.beside)
    assert not page.problems


@pytest.mark.usefixtures("place")
def test_limits_are_those_of_the_tier_that_was_chosen() -> None:
    page = Page().go(SANDBOX)
    assert page.state[TIER] == "premium"
    page.put("button_group", TIER, "basic")
    assert held().tier() == page.state[TIER] == "basic"
    page.put("button_group", TIER, "premium")
    assert held().tier() == page.state[TIER] == "premium"


@pytest.mark.usefixtures("place")
def test_each_switch_asks_for_its_faults_and_takes_them_away() -> None:
    page = Page().go(SANDBOX)
    for each in REHEARSALS:
        key = f"sandbox:fault:{each.id}"
        assert not page.state[key]
        page.put("toggle", key, True)
        asked = held().faults()
        assert [one["fault"] for one in asked] == [one["fault"] for one in each.faults], each.id
        assert {one["times"] for one in asked} == {None}
        assert f"Now on: {each.label}." in page.html
        assert page.state[key]
        page.put("toggle", key, False)
        assert held().faults() == []
        assert "Now on:" not in page.html
    assert not page.problems


@pytest.mark.usefixtures("place")
def test_no_faults_ends_all_of_them_those_asked_for_elsewhere_too() -> None:
    held().add_faults([{"fault": "html", "path": "/nowhere"}])
    page = Page().go(SANDBOX)
    page.put("toggle", "sandbox:fault:failing", True)
    page.put("toggle", "sandbox:fault:silent", True)
    assert "Now on: Jobs fail; No news comes by push; 1 asked for over HTTP." in page.html
    page.put("toggle", "sandbox:fault:failing", False)
    assert [each["fault"] for each in held().faults()] == ["html", "push_lost"]
    page.press("No faults")
    assert held().faults() == []
    assert not page.state["sandbox:fault:silent"]
    assert page.button("No faults").disabled


@pytest.mark.usefixtures("place")
def test_a_switch_that_could_not_be_thrown_is_said_so_and_stays() -> None:
    page = Page().go(SANDBOX)
    held().stop()
    page.put("toggle", "sandbox:fault:failing", True)
    [problem] = page.problems
    assert "The sandbox does not answer." in problem


def test_jobs_fail_when_they_are_switched_to(place: Playing, pictures: Endpoint) -> None:
    model = place.models(pictures)[0]
    page = Page().go(SANDBOX).put("toggle", "sandbox:fault:failing", True)
    page.put("toggle", "sandbox:fault:silent", True)  # so that it is asked about often
    page.go("pages/images.py")
    page.choose(pictures, model).write(pictures, model, "A red fox")
    page.until(lambda: page.price)
    page.press("Run")
    page.until(place.runs)
    ended = place.reaches(place.runs()[0].id, State.FAILED)
    assert (ended.error or {})["code"] == "PROCESSING_ERROR"


@pytest.mark.usefixtures("place")
def test_a_sandbox_that_has_gone_is_said_so() -> None:
    page = Page().go(SANDBOX)
    held().stop()
    page.press("Empty the purse")
    [problem] = page.problems
    assert "The sandbox does not answer." in problem


@pytest.mark.usefixtures("place")
def test_it_is_there_only_where_runs_go_to_the_sandbox() -> None:
    page = Page().go(SANDBOX)
    assert "Sandbox" in page.links
    page.put("button_group", profile.KEY, "live")
    assert page.title == "What do you want to make?"
    assert "Sandbox" not in page.links
    assert "Sandbox" not in page.go(HISTORY).links


def test_the_purse_is_too_empty_for_a_run_which_leads_here(
    place: Playing, pictures: Endpoint
) -> None:
    model = place.models(pictures)[0]
    page = Page().go(SANDBOX).press("Empty the purse").go("pages/images.py")
    page.choose(pictures, model).write(pictures, model, "A red fox")
    page.until(lambda: page.price)
    page.press("Run")
    page.until(lambda: errors.NO_PLAY_MONEY.sentence in page.html)
    assert 'href="./sandbox"' in page.html


def held() -> playground.sandbox.Sandbox:
    found = playground.current().sandbox
    assert found is not None
    return found
