"""Recipes in the app: saved from a result, priced as a whole, run again, shared and taken away."""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from lib.deapi.contract import Endpoint, endpoint
from lib.people.who import LOCAL, Person
from lib.runs.params import stored
from lib.store import (
    Denied,
    NewRun,
    Role,
    Run,
    State,
    Status,
    deletion,
    recipes,
    runs,
)
from lib.store.recipes import NewRecipeRun, Planned, Recipe, RecipeRun, Step, Take
from lib.ui.plain import label
from lib.ui.recipes.desk import Recipes
from tests.pages.test_lineage import CUTS, improved, pressed
from tests.support.pages import IMAGES, Page, Playing, given
from tests.support.sandbox import Sandbox, sandboxes

RECIPES = "pages/recipes.py"
ENHANCER = endpoint("prompts.enhancements")
TEXT = "a harbour in the morning"
PRICE = Decimal("0.001")
EVIL = "<script>alert(1)</script> :red[x] [y](http://z)"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One with its real engine: each picture and each text has to be one of its own."""
    with sandboxes(tmp_path_factory.mktemp("live")) as start:
        yield start(tier="premium", speed=100, balance=1000)


def saved(place: Playing, page: Page, run: Run, title: str) -> Recipe:
    """The recipe that was saved on the card of `run`."""
    page.state[f"recipe:{run.id}"] = True
    page.run()
    page.widget("text_input", f"recipe_title:{run.id}").set_value(title)
    page.press_key(f"recipe_save:{run.id}")
    [recipe] = recipes.page(place.store, LOCAL)
    return recipe


def cut_out(place: Playing, pictures: Endpoint) -> tuple[Page, Run]:
    """The page with a cut-out whose picture was made from improved words."""
    page, _ = improved(place, pictures)
    page, picture = pressed(place, page)
    page.press_key(f"take:{CUTS.id}:image:{picture.id}")
    return pressed(place, page)


def done(place: Playing, page: Page) -> RecipeRun:
    """The run of the one recipe, once it is done and the page shows it."""
    [recipe] = recipes.page(place.store, LOCAL)

    def there() -> RecipeRun | None:
        found = recipes.runs_of(place.store, recipe.id, place.engine.profiles[0], LOCAL)
        return next((each for each in found if each.status is Status.DONE), None)

    found: RecipeRun = page.until(there)
    page.until(lambda: "<b>Done</b>" in page.html)
    return found


def test_a_chain_is_saved_from_its_result_and_run_with_other_words(
    place: Playing, pictures: Endpoint
) -> None:
    page, cut = cut_out(place, pictures)
    recipe = saved(place, page, cut, "Cut-outs")
    words, picture, last = recipe.steps
    assert [each.endpoint for each in recipe.steps] == [ENHANCER.id, pictures.id, CUTS.id]
    assert words.inputs == ("prompt",)
    assert Take(param="prompt", step=0, what="prompt") in picture.takes
    assert last.takes == (Take(param="image", step=1, what="result"),)
    page.press("Open the recipe")
    assert page.title == "Recipes"
    page.go(RECIPES)  # AppTest does not go along; the address stays
    page.put("text_area", f"recipes:input:{recipe.id}:0:prompt", "an old lighthouse")
    page.until(lambda: "$" in page.button("Run").label)
    before = len(place.runs())
    page.press("Run · ")
    going = done(place, page)
    stages = recipes.stages(place.store, going.id)
    assert [each.run and each.run.state for each in stages] == [State.DONE] * 3
    assert len(place.runs()) == before + 3
    first, second, third = (each.run for each in stages)
    assert first
    assert second
    assert third
    assert first.params["prompt"] == "an old lighthouse"
    assert second.params["prompt"] not in ("an old lighthouse", picture.params["prompt"])
    assert third.params["image"]["upload"] != last.params["image"]["upload"]
    assert f"/files/{third.id}/download" in page.html


def test_a_price_stands_for_each_step_and_for_all_before_anything_is_sent(
    place: Playing, pictures: Endpoint
) -> None:
    page, cut = cut_out(place, pictures)
    saved(place, page, cut, "Cut-outs")
    page.press("Open the recipe")
    page.go(RECIPES)
    page.until(lambda: "$" in page.button("Run").label)
    [table] = [line for line in page.html.splitlines() if "In all" in line]
    assert table.count("about $") == 3  # two steps that take from others, and the sum
    assert table.count("$") == 4
    assert len(place.runs()) == 3
    page.put("text_area", f"recipes:input:{recipes.page(place.store, LOCAL)[0].id}:0:prompt", "")
    assert page.problems
    assert not [each for each in page.pressable if each.startswith("recipes:run:")]


def test_a_picture_made_from_nothing_but_words_offers_no_recipe(
    place: Playing, pictures: Endpoint
) -> None:
    page = Page(IMAGES).write(pictures, place.models(pictures)[0], TEXT)
    page, picture = pressed(place, page)
    page.state[f"recipe:{picture.id}"] = True
    page.run()
    assert f"recipe_save:{picture.id}" not in page.button_keys


def kept(place: Playing, title: str, *, person: str = LOCAL, shared: bool = False) -> Recipe:
    at = endpoint("images.generations")
    model = place.models(at)[0].slug
    params = {"prompt": EVIL, "model": model, "width": 512, "height": 512, "steps": 4, "seed": 1}
    step = Step(endpoint=at.id, model=model, params=params, inputs=("prompt",))
    return recipes.save(place.store, person, title, [step], shared=shared)


def combined(place: Playing, *names: str) -> Recipe:
    """A recipe that begins with these pictures, for a model that takes three."""
    at = endpoint("images.edits")
    model = next(each for each in place.models(at) if each.limit("max_input_images") == 3)
    client = Page(RECIPES).client
    given = [client.upload(picture(name), name) for name in names]
    params = {"prompt": TEXT, "model": model.slug, "images[]": given, "seed": 1}
    step = Step(endpoint=at.id, model=model.slug, params=stored(params), inputs=("images[]",))
    return recipes.save(place.store, LOCAL, "Combined", [step], shared=False)


def picture(name: str) -> BytesIO:
    """One like no other name's."""
    target = BytesIO()
    Image.new("RGB", (512, 512), f"#{name.encode().hex():0<6.6}").save(target, "PNG")
    return BytesIO(target.getvalue())


def pictures_of(page: Page, recipe: Recipe) -> list[str]:
    return [each.name for each in page.state[f"recipes:input:{recipe.id}:0:images[]"]]


def test_of_several_pictures_each_is_taken_away_and_others_given_as_long_as_more_fit(
    place: Playing,
) -> None:
    recipe = combined(place, "one.png", "two.png")
    where = f"recipes:input:{recipe.id}:0:images[]"
    page = Page(RECIPES).press("Open")
    assert "one.png" in page.html
    assert "two.png" in page.html
    assert not page.has_button("Choose another")
    page.drop("three.png", picture("three.png").getvalue())
    assert pictures_of(page, recipe) == ["one.png", "two.png", "three.png"]
    assert not page._app.file_uploader
    page.press_key(f"{where}:0:remove")
    page.press_key(f"{where}:1:remove")
    assert pictures_of(page, recipe) == ["two.png"]
    page.drop("four.png", picture("four.png").getvalue())
    assert pictures_of(page, recipe) == ["two.png", "four.png"]
    page.until(lambda: "$" in page.button("Run").label)
    page.press("Run · ")
    going = done(place, page)
    [stage] = recipes.stages(place.store, going.id)
    assert stage.run
    assert [each["name"] for each in stage.run.params["images[]"]] == ["two.png", "four.png"]


def test_a_bad_file_leaves_the_pictures_that_are_there(place: Playing) -> None:
    recipe = combined(place, "one.png", "two.png")
    page = Page(RECIPES).press("Open").drop("notes.txt", b"no picture")
    assert pictures_of(page, recipe) == ["one.png", "two.png"]
    assert any("notes.txt: " in each for each in page.problems)


def test_a_recipe_is_renamed_shared_deleted_and_brought_back(place: Playing) -> None:
    recipe = kept(place, "First name")
    page = Page(RECIPES).press("Open")
    page.put("text_input", f"recipes:title:{recipe.id}", "Second name")
    page.press("Save the name")
    page.press("Share with the team")
    now = recipes.get(place.store, recipe.id)
    assert now
    assert (now.title, now.shared) == ("Second name", True)
    page.press("Delete")
    assert recipes.get(place.store, recipe.id) is None
    assert "Your recipes will be here" in page.html
    page.press("Undo")
    assert recipes.get(place.store, recipe.id) == now
    assert "Second name" in page.html


def test_hostile_words_are_shown_letter_by_letter(place: Playing) -> None:
    kept(place, EVIL)
    page = Page(RECIPES)
    assert "<script>" not in page.html
    page.press("Open")
    assert "<script>" not in page.html
    assert page._app.subheader[0].value == label(EVIL)


def test_an_address_of_nothing_says_so(place: Playing) -> None:
    recipe = kept(place, "Mine")
    page = Page(RECIPES).press("Open")
    recipes.remove(place.store, recipe.id)
    page.run()
    assert "This recipe is not here" in page.html


def test_a_failed_step_says_so_and_is_tried_again_at_its_price(
    place: Playing, live: Sandbox
) -> None:
    kept(place, "Pictures")
    page = Page(RECIPES).press("Open")
    page.until(lambda: "$" in page.button("Run").label)
    live.control("POST", "faults", [{"fault": "job_error"}])
    page.press("Run · ")
    page.until(lambda: "Step 1 failed" in page.html)
    page.press("Try step 1 again · ")
    going = done(place, page)
    [stage] = recipes.stages(place.store, going.id)
    assert (stage.tries, len(place.runs())) == (1, 2)


def test_a_step_that_became_dearer_asks_with_both_prices_before_it_is_sent(
    place: Playing,
) -> None:
    recipe = kept(place, "Pictures")
    profile = place.engine.profiles[0]
    going = recipes.begin(
        place.store,
        NewRecipeRun(
            recipe_id=recipe.id,
            title=recipe.title,
            profile=profile,
            person=LOCAL,
            nonce="press",
            steps=[Planned(step=recipe.steps[0], price=Decimal("0.001"), exact=True)],
        ),
    )
    recipes.ask(place.store, going.id, 0, Decimal("0.02"))
    page = Page(RECIPES).press("Open")
    said = label("$0.02")
    assert f"costs {said} instead of {label('$0.001')}" in "".join(page.captions)
    assert not place.runs()
    page.press(f"Go on · {said}")
    done(place, page)
    assert len(place.runs()) == 1


def test_somebody_elses_recipe_is_not_mine_to_see_or_change(place: Playing) -> None:
    theirs = kept(place, "Theirs", person="ada")
    shared = kept(place, "Shared", person="ada", shared=True)
    bob = Recipes(place.engine, place.engine.profiles[0], Person("bob", Role.MEMBER), lambda: None)
    assert bob.get(theirs.id) is None
    assert [each.id for each in bob.page()] == [shared.id]
    assert not bob.is_mine(shared)
    with pytest.raises(Denied):
        bob.remove(shared.id)
    with pytest.raises(Denied):
        bob.change(shared.id, title="Mine")
    assert recipes.get(place.store, shared.id) == shared


def begun(place: Playing, recipe: Recipe, nonce: str, steps: int = 1) -> RecipeRun:
    """A run of its first step, so many times after each other, that no engine goes on with."""
    planned = Planned(step=recipe.steps[0], price=PRICE, exact=True)
    return recipes.begin(
        place.store,
        NewRecipeRun(
            recipe_id=recipe.id,
            title=recipe.title,
            profile=place.engine.profiles[0],
            person=LOCAL,
            nonce=nonce,
            steps=[planned] * steps,
        ),
    )


def sent(place: Playing, going: RecipeRun, n: int, *, taken: bool = True) -> Run:
    """The run of a step, which deAPI has taken, or is about to."""
    stage = recipes.stages(place.store, going.id)[n]
    new = NewRun(
        profile=going.profile,
        person=going.person,
        endpoint=stage.step.endpoint,
        model=stage.step.model,
        params=dict(stage.step.params),
        nonce=recipes.nonce_of(going, stage),
        quote=PRICE,
        reserved=PRICE,
        text=f"text {n} of {going.title}",
    )
    run = given(recipes.send(place.store, going, stage, new))
    run = given(runs.claim(place.store, run.id, run.owner or "test"))
    return given(runs.accept(place.store, run, f"job {run.id}")) if taken else run


def ran(place: Playing, recipe: Recipe, nonce: str) -> tuple[RecipeRun, list[Run]]:
    """One of two steps that is done, and its runs, without a file."""
    going = begun(place, recipe, nonce, steps=2)
    for n in range(2):
        run = given(runs.settle_done(place.store, sent(place, going, n), PRICE))
        given(runs.keep(place.store, run, [], thumb=False))
    assert recipes.finish(place.store, going.id)
    return going, [given(each.run) for each in recipes.stages(place.store, going.id)]


@pytest.mark.parametrize("deleted", [0, 1])
def test_a_step_whose_result_was_deleted_says_so_and_all_others_are_there(
    place: Playing, deleted: int
) -> None:
    recipe = kept(place, "Pictures")
    earlier, old = ran(place, recipe, "earlier")
    _, new = ran(place, recipe, "newest")
    page = Page(RECIPES).press("Open")
    page.state[f"recipes:between:{new[0].id}"] = True
    page.run()
    assert deletion.delete(place.store, new[deleted].id, LOCAL)
    page.run()
    assert f"Step {deleted + 1}: Make a picture. Its file is no longer here." in page.html
    assert page.html.count("Deleted · $0.001") == 1
    there = {key.rpartition("again:")[2] for key in page.button_keys if "again:" in key}
    assert there == {new[1 - deleted].id}
    page.state[f"recipes:earlier:{earlier.id}"] = True
    page.run()
    assert f"again:{old[1].id}" in page.button_keys


def test_a_failed_step_that_was_deleted_can_still_be_tried_again(place: Playing) -> None:
    recipe = kept(place, "Pictures")
    going = begun(place, recipe, "press")
    run = sent(place, going, 0)
    given(runs.settle_error(place.store, run, None, {"kind": "JobError", "message": ""}))
    recipes.pause(place.store, going.id, "Step 1 failed, so nothing more is sent.")
    assert deletion.delete(place.store, run.id, LOCAL)
    page = Page(RECIPES).press("Open")
    assert "Deleted" in page.html
    assert page.has_button("Try step 1 again · ")
