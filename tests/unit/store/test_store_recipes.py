"""Recipes are read back as they were; their runs are begun, sent and resumed once."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from lib.store import LOCAL, NewRun, Run, State, Status, Store, inherit, ledger, recipes, runs
from lib.store.recipes import NewRecipeRun, Planned, Recipe, RecipeRun, Stage, Step, Take
from tests.unit.store.making import Clock, Making

PRICE = Decimal("0.002")
FIRST = Step(
    endpoint="images.generations", model="paint-1", params={"prompt": "a fox"}, inputs=("prompt",)
)
SECOND = Step(
    endpoint="images.upscales",
    model="paint-1",
    params={"image": {"upload": "abc", "name": "fox.png"}},
    takes=(Take(param="image", step=0, what="result"),),
)


def kept(store: Store, title: str = "Large foxes", **values: Any) -> Recipe:
    return recipes.save(store, values.pop("person", "ada"), title, [FIRST, SECOND], **values)


def begun(store: Store, nonce: str = "press") -> RecipeRun:
    steps = [Planned(step=each, price=PRICE, exact=not each.takes) for each in (FIRST, SECOND)]
    return recipes.begin(
        store,
        NewRecipeRun(
            recipe_id="recipe",
            title="Large foxes",
            profile="sandbox",
            person="ada",
            nonce=nonce,
            steps=steps,
        ),
    )


def sent(store: Store, going: RecipeRun, new: Making, n: int = 0) -> Run | None:
    stage = recipes.stages(store, going.id)[n]
    return recipes.send(store, going, stage, run_of(going, stage, new))


def run_of(going: RecipeRun, stage: Stage, new: Making) -> NewRun:
    return new(nonce=recipes.nonce_of(going, stage), quote=PRICE, reserved=PRICE)


def failed(store: Store, run: Run) -> None:
    claimed = runs.claim(store, run.id, "test")
    assert claimed
    assert runs.refuse(store, claimed, {"kind": "Invalid", "message": ""})


def test_a_recipe_is_read_back_as_it_was_saved(store: Store) -> None:
    recipe = kept(store)
    assert recipes.get(store, recipe.id) == recipe
    assert recipe.steps == (FIRST, SECOND)


def test_one_sees_ones_own_and_what_is_shared(store: Store, clock: Clock) -> None:
    mine = kept(store)
    clock.move(seconds=1)
    theirs = kept(store, person="bob")
    assert recipes.page(store, "ada") == [mine]
    recipes.change(store, theirs.id, shared=True)
    assert [each.id for each in recipes.page(store, "ada")] == [theirs.id, mine.id]


def test_what_is_deleted_comes_back_as_it_was_and_its_runs_stay(store: Store) -> None:
    recipe = kept(store, shared=True)
    going = begun(store)
    assert recipes.remove(store, recipe.id) == recipe
    assert recipes.get(store, recipe.id) is None
    assert recipes.remove(store, recipe.id) is None
    assert recipes.run(store, going.id) == going
    recipes.restore(store, recipe)
    recipes.restore(store, recipe)
    assert recipes.page(store, "ada") == [recipe]


@pytest.mark.parametrize("title", ["", "  ", "\0", "\n\t"])
def test_a_recipe_without_a_name_is_not_saved(store: Store, title: str) -> None:
    with pytest.raises(ValueError, match="name"):
        kept(store, title)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(some.text(min_size=1).map(lambda text: f"fox {text}"))
def test_any_name_is_kept_on_every_database(store: Store, title: str) -> None:
    recipe = kept(store, title)
    assert recipes.get(store, recipe.id) == recipe
    assert recipe.title.startswith("fox")
    assert len(recipe.title) <= recipes.LONGEST_TITLE


def test_the_same_press_begins_one_run(store: Store) -> None:
    assert begun(store) == begun(store)
    assert len(recipes.runs_of(store, "recipe", "sandbox", "ada")) == 1


def test_a_step_is_sent_once_however_often_it_is_tried(store: Store, new: Making) -> None:
    going = begun(store)
    first = sent(store, going, new)
    assert first
    assert sent(store, going, new) is None
    assert ledger.spent(store, "sandbox", "ada").day_held == PRICE
    [stage, _] = recipes.stages(store, going.id)
    assert stage.run == first


def test_nothing_is_sent_after_a_pause_or_a_stop(store: Store, new: Making) -> None:
    going = begun(store)
    recipes.pause(store, going.id, "Something is wrong.")
    assert sent(store, going, new) is None
    assert recipes.resume(store, going.id, PRICE)
    assert recipes.stop(store, going.id)
    assert sent(store, going, new) is None
    assert recipes.resume(store, going.id, PRICE) is None
    assert recipes.finish(store, going.id) is None
    assert ledger.spent(store, "sandbox", "ada").day_held == 0


def test_a_stop_takes_back_what_still_waits(store: Store, new: Making) -> None:
    going = begun(store)
    run = sent(store, going, new)
    assert run
    assert recipes.stop(store, going.id)
    [stage, _] = recipes.stages(store, going.id)
    assert stage.run
    assert stage.run.state is State.CANCELLED
    assert ledger.spent(store, "sandbox", "ada").day_held == 0


def test_what_was_on_its_way_at_a_stop_and_comes_back_is_not_sent(
    store: Store, new: Making
) -> None:
    going = begun(store)
    run = sent(store, going, new)
    assert run
    claimed = runs.claim(store, run.id, "test")
    assert claimed
    assert recipes.stop(store, going.id)
    came_back = runs.unsend(store, claimed, None, {"kind": "RateLimited"})
    assert came_back
    assert came_back.state is State.CANCELLED
    assert runs.claim(store, run.id, "test") is None
    assert ledger.spent(store, "sandbox", "ada").day_held == 0


def test_going_on_needs_the_price_that_it_asks_for(store: Store, new: Making) -> None:
    going = begun(store)
    recipes.ask(store, going.id, 0, 2 * PRICE)
    assert recipes.resume(store, going.id, PRICE) is None
    assert recipes.resume(store, going.id, 2 * PRICE)
    [stage, _] = recipes.stages(store, going.id)
    assert (stage.planned, stage.asks, stage.exact) == (2 * PRICE, None, True)
    assert recipes.resume(store, going.id, 2 * PRICE) is None  # it goes on already


def test_a_failed_step_gets_another_run_and_any_other_keeps_its_own(
    store: Store, new: Making
) -> None:
    going = begun(store)
    first = sent(store, going, new)
    assert first
    recipes.pause(store, going.id, "")
    assert recipes.resume(store, going.id, PRICE)
    assert recipes.stages(store, going.id)[0].run == first  # it was still on its way
    failed(store, first)
    recipes.pause(store, going.id, "It failed.")
    assert recipes.resume(store, going.id, PRICE)
    again = sent(store, going, new)
    assert again
    assert again.id != first.id
    assert again.nonce != first.nonce


def test_what_goes_on_is_found_after_a_start(store: Store, clock: Clock) -> None:
    first = begun(store, "a")
    clock.move(seconds=1)
    second = begun(store, "b")
    assert [each.id for each in recipes.going_on(store, "sandbox", "here")] == [first.id, second.id]
    recipes.stop(store, first.id)
    assert [each.id for each in recipes.going_on(store, "sandbox", "here")] == [second.id]
    assert recipes.going_on(store, "live", "here") == []
    assert recipes.finish(store, second.id)
    found = recipes.run(store, second.id)
    assert found
    assert found.status is Status.DONE


def test_the_next_step_is_the_first_that_is_not_done(store: Store, new: Making) -> None:
    going = begun(store)
    first = sent(store, going, new)
    assert first
    now = recipes.following(recipes.stages(store, going.id))
    assert now
    assert now.n == 0
    claimed = runs.claim(store, first.id, "test")
    assert claimed
    inline = runs.settle_inline(store, claimed, "done")
    assert inline
    assert runs.keep(store, inline, [], thumb=False)
    now = recipes.following(recipes.stages(store, going.id))
    assert now
    assert (now.n, now.run) == (1, None)
    assert recipes.stages(store, going.id)[0].run == runs.get(store, first.id)
    assert first.state is State.WAITING


def test_the_first_admin_takes_over_recipes_too(store: Store) -> None:
    recipe = kept(store, person=LOCAL)
    inherit.take(store, "ada")
    assert [each.id for each in recipes.page(store, "ada")] == [recipe.id]
