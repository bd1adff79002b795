"""The bell: it says what finished or waits while one was elsewhere, once, and leads to it."""

from datetime import timedelta
from typing import Any

import pytest

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.people.who import LOCAL
from lib.store import bells, experiments, recipes, runs
from lib.store.experiments import Experiment, NewCell, NewExperiment
from lib.ui import sidebar, snapshot
from lib.ui.plain import label
from lib.ui.words import BATCH, COMPARE, LAB, RECIPES
from tests.pages.test_recipes_page import PRICE, begun, kept, ran, sent
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


def test_another_window_begins_with_what_nobody_has_looked_at(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    place.done(pictures, model, "from before the first visit")
    first = Page(HISTORY)
    assert seen(first).kept == []
    run = place.done(pictures, model, "a fox")
    failed = place.accepted(pictures, model, "a hare")
    given(runs.settle_error(place.store, failed, None, {"kind": "JobError", "message": ""}))
    recipe = kept(place, "Cut-outs")
    _, steps = ran(place, recipe, "press")
    goes_on = place.accepted(pictures, model, "later")
    second = Page(HISTORY)
    news = [
        ("Recipe ready", "Cut-outs", {"recipe": recipe.id}),
        ("A run failed", "a hare", {"run": failed.id}),
        ("Picture ready", "a fox", {"run": run.id}),
    ]
    assert told(second) == news
    assert seen(second).unread == 3
    assert not seen(second).fresh  # the tab's title tells of what ends while one is here
    ends(place, goes_on.id)
    second.run()
    assert told(second)[0][:2] == ("Picture ready", "later")
    assert len(told(second)) == 4
    assert all(step.id not in str(told(second)) for step in steps)


def test_what_was_looked_at_in_one_window_is_no_news_in_another(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    profile = place.engine.profiles[0]
    Page(HISTORY)
    first_visit = bells.opened(place.store, profile, LOCAL)
    place.done(pictures, model, "a fox")
    page = Page(HISTORY)
    assert "1 new" in page.popovers
    page.run()
    assert bells.opened(place.store, profile, LOCAL) == first_visit
    page.state["bell"] = True
    page.run()
    assert label("Picture ready: a fox") in page.links
    opened = bells.opened(place.store, profile, LOCAL)
    assert opened != first_visit
    page.run()
    assert bells.opened(place.store, profile, LOCAL) == opened
    assert seen(Page(HISTORY)).kept == []


def test_a_new_window_tells_of_the_last_twenty_and_of_the_last_week(
    place: Playing, pictures: Endpoint, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    Page(HISTORY)
    for n in range(21):
        place.done(pictures, model, f"fox {n}")
    page = Page(HISTORY)
    assert [about for _, about, _ in told(page)] == [f"fox {n}" for n in range(20, 0, -1)]
    monkeypatch.setattr(snapshot, "RECENT", timedelta(0))
    assert told(Page(HISTORY)) == []


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


def planned(place: Playing, view: str = "") -> Experiment:
    """An experiment of one cell that no engine goes on with."""
    cell = NewCell(
        input=0,
        variant=0,
        endpoint="images.generations",
        model="none",
        params={},
        quote=PRICE,
        reserved=PRICE,
    )
    return experiments.begin(
        place.store,
        NewExperiment(
            profile=place.engine.profiles[0],
            person=LOCAL,
            nonce=f"press {view}",
            title="Foxes",
            plan={"view": view, "inputs": [], "variants": []},
            cells=[cell],
        ),
    )


def test_an_experiment_that_its_person_pauses_or_stops_is_no_news(place: Playing) -> None:
    begun = planned(place)
    page = Page(HISTORY)
    experiments.pause(place.store, begun.id)
    page.run()
    experiments.resume(place.store, begun.id)
    page.run()
    experiments.stop(place.store, begun.id)
    page.run()
    assert told(page) == []


@pytest.mark.parametrize("view", ["", "compare", "batch"])
def test_an_experiment_that_needs_an_answer_says_so_and_leads_to_its_own_page(
    place: Playing, view: str
) -> None:
    begun = planned(place, view)
    page = Page(HISTORY)
    experiments.pause(place.store, begun.id, "A cell costs more now.")
    page.run()
    assert told(page) == [("Experiment waits for you", "Foxes", {"experiment": begun.id})]
    pages = {"": LAB, "compare": COMPARE, "batch": BATCH}
    assert seen(page).kept[0].page == pages[view].page


def test_what_came_to_need_an_answer_meanwhile_is_told_in_a_new_window(place: Playing) -> None:
    Page(HISTORY)  # a first visit
    begun_, recipe = planned(place), kept(place, "Cut-outs")
    going = begun(place, recipe, "press")
    experiments.pause(place.store, begun_.id, "A cell costs more now.")
    recipes.ask(place.store, going.id, 0, 2 * PRICE)
    said = {each for each, _, _ in told(Page(HISTORY))}
    assert said == {"Experiment waits for you", "Recipe waits for you"}
    experiments.stop(place.store, begun_.id)
    recipes.stop(place.store, going.id)
    assert told(Page(HISTORY)) == []


def test_steps_of_a_recipe_are_no_news_but_its_end_is(place: Playing) -> None:
    recipe = kept(place, "Cut-outs")
    going = begun(place, recipe, "press")
    page = Page(HISTORY)
    assert sidebar.ticks(page.client.snapshot())
    run = sent(place, going, 0)
    page.run()
    ends(place, run.id)
    page.run()
    assert told(page) == []
    assert recipes.finish(place.store, going.id)
    page.run()
    assert told(page) == [("Recipe ready", "Cut-outs", {"recipe": recipe.id})]
    assert seen(page).kept[0].page == RECIPES.page
    assert not sidebar.ticks(page.client.snapshot())


def test_a_recipe_that_needs_an_answer_says_so(place: Playing) -> None:
    recipe = kept(place, "Cut-outs")
    dearer, lost, stopped = (begun(place, recipe, nonce) for nonce in ("1", "2", "3"))
    page = Page(HISTORY)
    recipes.ask(place.store, dearer.id, 0, 2 * PRICE)
    page.run()
    waits = ("Recipe waits for you", "Cut-outs", {"recipe": recipe.id})
    assert told(page) == [waits]
    run = sent(place, lost, 0, taken=False)
    page.run()
    given(runs.lose(place.store, run, {"kind": "NoAnswer", "message": ""}))
    page.run()
    assert told(page) == [waits, waits]
    recipes.stop(place.store, stopped.id)
    page.run()
    assert told(page) == [waits, waits]
