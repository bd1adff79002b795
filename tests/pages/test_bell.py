"""The bell: it says what finished while its person was elsewhere, once, and leads to it."""

from typing import Any

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.store import experiments, runs
from lib.ui.words import LAB
from tests.support.pages import HISTORY, Page, Playing, given


def seen(page: Page) -> Any:
    """What the session has noted."""
    return page.state[f"news:{page.client.profile}"]


def told(page: Page) -> list[tuple[str, str, dict[str, str]]]:
    return [(each.said, each.about, each.params) for each in seen(page).kept]


def ends(place: Playing, run_id: str) -> None:
    run = place.run(run_id)
    run = given(runs.settle_done(place.store, run, run.quote))
    given(runs.keep(place.store, run, [], thumb=False))


def test_what_ends_on_another_page_is_told_once_and_leads_to_its_run(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    run = place.accepted(pictures, model, "a fox *with* marks")
    page = Page(HISTORY)
    assert seen(page).unread == 0
    ends(place, run.id)
    page.run()
    assert seen(page).unread == 1
    assert told(page) == [("Picture ready", "a fox *with* marks", {"run": run.id})]
    page.run()
    assert seen(page).unread == 1
    assert len(told(page)) == 1
    assert seen(Page(HISTORY)).unread == 0  # another session begins with nothing new


def test_runs_of_an_experiment_are_no_news_but_its_end_is(
    place: Playing, pictures: Endpoint
) -> None:
    page = Page(LAB.page)
    page.put("text_area", "lab:text", "a fox\na hare")
    page.put("button_group", f"lab:wordings:{pictures.id}", ["written"])
    page.until(lambda: any(each == "lab:run" for each in page.pressable))
    page.press_key("lab:run")
    profile = place.engine.profiles[0]
    [begun] = experiments.page(place.store, profile, "local")
    page.until(lambda: not experiments.running(place.store, profile, "local"))
    page.run()
    assert told(page) == [("Experiment ready", begun.title, {"experiment": begun.id})]
