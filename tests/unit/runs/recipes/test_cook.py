"""A recipe runs step by step, each once, through everything that may come between."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from lib.deapi.contract import endpoint
from lib.runs.engine import Engine
from lib.runs.orders import Order
from lib.runs.profiles import SANDBOX
from lib.runs.recipes import given, planned
from lib.runs.recipes.saved import steps_of
from lib.store import (
    Caps,
    Run,
    State,
    Status,
    Store,
    caps,
    catalogues,
    history,
    ledger,
    recipes,
    runs,
)
from lib.store.recipes import NewRecipeRun, Planned, RecipeRun, Step
from tests.support.databases import database
from tests.support.waiting import eventually
from tests.unit.runs.scripted import (
    GENERATE,
    PRICE,
    UPSCALE,
    Deapi,
    Starting,
    Time,
    accepted,
    price,
    reply,
)

__all__ = ["database"]

RAW = {"slug": "paint-1", "name": "Paint", "inference_types": ["txt2img", "img_upscale"]}
FOX, HARBOUR = "a red fox", "a harbour"


@pytest.fixture(autouse=True)
def known_models(store: Store, time: Time) -> None:
    time.most = 100_000
    catalogues.save(store, SANDBOX, [RAW], time.now())


@pytest.fixture
def chain(start: Starting, store: Store, deapi: Deapi) -> tuple[Step, ...]:
    """The steps of a picture that was drawn and then enlarged, before this test."""
    engine = start()
    picture = done(store, order(engine, GENERATE.id, {"prompt": FOX}, "picture"))
    image = given.as_upload(store, "ada", picture, "image")
    large = done(store, order(engine, UPSCALE.id, {"image": image}, "large"))
    engine.stop()
    return tuple(steps_of(store, large))


def sent(deapi: Deapi) -> int:
    """How many paid calls came since the chain was made."""
    return deapi.sent - 2


def order(engine: Engine, at: str, values: dict[str, Any], nonce: str) -> Run:
    model = engine.listing(SANDBOX).models[0]
    whole = {"width": 512, "height": 512, "guidance": 1, "steps": 4, "seed": 7, **values}
    return engine.submit(
        Order(
            profile=SANDBOX,
            person="ada",
            endpoint=endpoint(at),
            model=model,
            values=whole,
            nonce=nonce,
            shown=PRICE,
        )
    )


def done(store: Store, run: Run) -> Run:
    def there() -> Run | None:
        now = runs.get(store, run.id)
        return now if now and now.state is State.DONE else None

    return eventually(there)


def new(of: Sequence[Step], **values: Any) -> NewRecipeRun:
    """A run of the recipe with another prompt, its second step at about the price of the first."""
    filled = planned.filled(of, {(0, "prompt"): HARBOUR})
    defaults: dict[str, Any] = {
        "recipe_id": "recipe",
        "title": "Large pictures",
        "profile": SANDBOX,
        "person": "ada",
        "nonce": "press",
        "steps": [Planned(step=each, price=PRICE, exact=not each.takes) for each in filled],
    }
    return NewRecipeRun(**(defaults | values))


def now(store: Store, going: RecipeRun) -> RecipeRun:
    found = recipes.run(store, going.id)
    assert found
    return found


def becomes(store: Store, going: RecipeRun, status: Status) -> RecipeRun:
    eventually(lambda: now(store, going).status is status, timeout=20)
    return now(store, going)


def runs_of(store: Store, going: RecipeRun) -> list[Run | None]:
    return [each.run for each in recipes.stages(store, going.id)]


def states(store: Store, going: RecipeRun) -> list[State | None]:
    return [run and run.state for run in runs_of(store, going)]


def books(store: Store) -> tuple[Decimal, Decimal]:
    """USD posted and held by everybody; entries and totals say the same."""
    totals = ledger.sums(store, SANDBOX)
    assert totals == ledger.books(store, SANDBOX)
    days = [each for (who, when), each in totals.items() if when[:4] == "day:" and not who]
    return sum((day.posted for day in days), Decimal(0)), sum(
        (day.held for day in days), Decimal(0)
    )


def test_the_chain_of_a_result_becomes_steps_that_take_from_each_other(
    chain: tuple[Step, ...],
) -> None:
    picture, large = chain
    assert (picture.endpoint, picture.takes, picture.inputs) == (GENERATE.id, (), ("prompt",))
    assert (large.endpoint, large.inputs) == (UPSCALE.id, ())
    [take] = large.takes
    assert (take.param, take.step, take.what) == ("image", 0, "result")


def test_each_step_is_sent_once_when_the_one_before_it_is_done(
    chain: tuple[Step, ...], start: Starting, store: Store, deapi: Deapi
) -> None:
    before, _ = books(store)
    engine = start()
    going = engine.run_recipe(new(chain))
    assert engine.run_recipe(new(chain)) == going  # the second click of two
    becomes(store, going, Status.DONE)
    assert sent(deapi) == 2
    picture, large = runs_of(store, going)
    assert picture
    assert large
    assert picture.params["prompt"] == HARBOUR
    made = recipes_upload(store, picture)
    assert large.params["image"]["upload"] == made
    assert books(store) == (before + 2 * PRICE, 0)


def recipes_upload(store: Store, run: Run) -> str:
    """The hash of what a run made."""
    return history.results_of(store, [run.id])[run.id][0].sha256


def test_it_goes_on_after_a_start_in_between_without_sending_anything_twice(
    chain: tuple[Step, ...], start: Starting, store: Store, deapi: Deapi
) -> None:
    async def never(_: object) -> Any:
        await asyncio.Event().wait()

    ended, asked = deapi.jobs, deapi.asked
    deapi.jobs = [never]
    first = start()
    going = first.run_recipe(new(chain))
    eventually(lambda: deapi.asked > asked)
    first.stop()
    assert states(store, going) == [State.ACCEPTED, None]
    deapi.jobs = ended
    start()
    becomes(store, going, Status.DONE)
    assert sent(deapi) == 2


def test_a_step_that_fails_stops_it_and_is_tried_again_only_when_its_person_says_so(
    chain: tuple[Step, ...], start: Starting, store: Store, deapi: Deapi
) -> None:
    before, _ = books(store)
    deapi.submits = [accepted("job-a"), reply({"message": "Not this."}, 422), accepted("job-b")]
    engine = start()
    going = engine.run_recipe(new(chain))
    paused = becomes(store, going, Status.PAUSED)
    assert "Step 2 failed" in (paused.problem or "")
    assert sent(deapi) == 2
    assert books(store) == (before + PRICE, 0)
    assert not engine.resume_recipe(going, PRICE / 2)  # not what it costs
    assert engine.resume_recipe(going, PRICE)
    assert not engine.resume_recipe(going, PRICE)  # the second click of two
    becomes(store, going, Status.DONE)
    assert sent(deapi) == 3
    assert books(store) == (before + 2 * PRICE, 0)


def test_what_nobody_knows_stops_it_until_somebody_does(
    chain: tuple[Step, ...], start: Starting, store: Store, deapi: Deapi
) -> None:
    async def silent(_: object) -> Any:
        raise ConnectionResetError

    deapi.submits = [silent, accepted("job-b"), accepted("job-c")]
    first = start()
    going = first.run_recipe(new(chain))
    eventually(lambda: "needs your answer" in (now(store, going).problem or ""))
    first.stop()
    engine = start()  # which sends it no more than the first one did
    assert states(store, going) == [State.UNKNOWN, None]
    [lost, _] = runs_of(store, going)
    assert lost
    assert engine.settle_unknown(lost.id, "ada", paid=False)
    becomes(store, going, Status.PAUSED)
    assert sent(deapi) == 1
    assert engine.resume_recipe(going, PRICE)
    becomes(store, going, Status.DONE)
    assert sent(deapi) == 3


@pytest.mark.parametrize(
    ("step", "cost", "asks"),
    [
        (0, PRICE, False),
        (0, PRICE + Decimal("1e-9"), True),  # said exactly, and kept exactly
        (1, PRICE * Decimal("1.1"), False),  # said to be about that
        (1, PRICE * Decimal("1.1") + Decimal("1e-9"), True),
    ],
)
def test_a_step_that_became_dearer_than_was_said_asks_first(
    chain: tuple[Step, ...],
    start: Starting,
    store: Store,
    deapi: Deapi,
    step: int,
    cost: Decimal,
    asks: bool,
) -> None:
    before, _ = books(store)
    deapi.prices = [*(price(PRICE) for _ in range(step)), price(cost)]
    with_one_dearer = [PRICE, PRICE]
    with_one_dearer[step] = cost
    plan = new(chain)
    engine = start()
    steps = list(plan.steps)
    if step == 0:  # the second step costs as much as the first does now
        steps[1] = Planned(step=steps[1].step, price=cost, exact=False)
        with_one_dearer[1] = cost
    going = engine.run_recipe(new(chain, steps=steps))
    if asks:
        paused = becomes(store, going, Status.PAUSED)
        stage = recipes.stages(store, paused.id)[step]
        assert (stage.planned, stage.asks, stage.run) == (PRICE, cost, None)
        assert sent(deapi) == step
        assert not engine.resume_recipe(going, PRICE)  # what stood there before
        assert engine.resume_recipe(going, cost)
    becomes(store, going, Status.DONE)
    assert books(store)[1] == 0
    assert [run and run.quote for run in runs_of(store, going)] == with_one_dearer
    assert sent(deapi) == 2
    assert before < books(store)[0]


def test_a_stop_lets_nothing_more_leave(
    chain: tuple[Step, ...], start: Starting, store: Store, deapi: Deapi
) -> None:
    deapi.prices = [price(PRICE), price(2 * PRICE)]
    engine = start()
    going = engine.run_recipe(new(chain))
    becomes(store, going, Status.PAUSED)
    engine.stop_recipe(going)
    assert not engine.resume_recipe(going, 2 * PRICE)
    assert now(store, going).status is Status.STOPPED
    assert sent(deapi) == 1
    assert books(store)[1] == 0


def test_a_cap_holds_for_each_step_and_the_rest_goes_on_tomorrow(
    chain: tuple[Step, ...], start: Starting, store: Store, deapi: Deapi, time: Time
) -> None:
    spent, _ = books(store)
    caps.put(store, SANDBOX, "ada", Caps(day=spent + PRICE))
    before = time.now().date()
    going = start().run_recipe(new(chain))
    becomes(store, going, Status.DONE)
    assert (time.now().date() - before).days == 1
    assert sent(deapi) == 2


def test_a_model_that_has_gone_stops_it_with_a_sentence(
    chain: tuple[Step, ...], start: Starting, store: Store, deapi: Deapi, time: Time
) -> None:
    catalogues.save(store, SANDBOX, [{**RAW, "slug": "another"}], time.now())
    going = start().run_recipe(new(chain))
    assert "not offered" in (becomes(store, going, Status.PAUSED).problem or "")
    assert sent(deapi) == 0


def test_a_file_that_is_somebody_elses_is_not_sent(
    chain: tuple[Step, ...], store: Store, start: Starting
) -> None:
    engine = start()
    models = engine.listing(SANDBOX).models
    large = Step(endpoint=UPSCALE.id, model="paint-1", params=chain[1].params, inputs=("image",))
    [mine] = planned.cells(store, "ada", [large], [large], models)
    [theirs] = planned.cells(store, "bob", [large], [large], models)
    assert mine.params
    assert not mine.problems
    assert theirs.problems
    assert not theirs.params
