"""Runs recipes: each step when the one before it is done, at a price that its person agreed to.

It sends nothing where a step failed or nobody knows what became of it: a person decides then.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from lib.deapi.contract import endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.models import NO_MODEL, Model
from lib.runs import orders
from lib.runs.going import AGAIN, FOR_GOOD, OVER, Going, room_again
from lib.runs.orders import FieldProblems, Order, PriceRose
from lib.runs.quotes import Quote
from lib.runs.recipes import given
from lib.runs.recipes.given import NothingThere
from lib.store import ASKING, DiskFull, MediaDown, OverCap, Run, State, Status, recipes
from lib.store.recipes import RecipeRun, Stage, following

LEEWAY = Decimal("1.1")
"""What was only said about is agreed to up to this much of it: its person has read that it may
differ. What was said exactly is agreed to as it is."""


class Cook(Going):
    """The recipes of one profile that are being run. Lives on the loop."""

    kind = "recipe"

    def _left(self) -> list[str]:
        return [each.id for each in recipes.going_on(self._store, self._profile.name, self._server)]

    def _of(self, run: Run) -> str:
        return recipes.of_nonce(run.nonce)

    async def _step(self, it: str) -> datetime | None:
        going = await self._loop.thread(recipes.run, self._store, it)
        if going is None or going.status is not Status.RUNNING:
            return OVER
        if (going.profile, going.owner) != (self._profile.name, self._server):
            return OVER  # it goes on elsewhere
        stages = await self._loop.thread(recipes.stages, self._store, it)
        stage = following(stages)
        if stage is None:
            await self._loop.thread(recipes.finish, self._store, it)
            return OVER
        if stage.run is None:
            return await self._send(going, stages, stage)
        return await self._wait(going, stage, stage.run)

    async def _wait(self, going: RecipeRun, stage: Stage, run: Run) -> datetime | None:
        """For the run of a step to move."""
        if run.state in (State.FAILED, State.CANCELLED):
            how = "failed" if run.state is State.FAILED else "was cancelled"
            return await self._pause(going, f"Step {stage.n + 1} {how}, so nothing more is sent.")
        asks = f"Step {stage.n + 1} needs your answer before it can go on."
        await self._note(going, asks if run.state in ASKING else None)
        return None

    async def _send(
        self, going: RecipeRun, stages: Sequence[Stage], stage: Stage
    ) -> datetime | None:
        """Have a step become a run; until when to wait, if it can't yet."""
        try:
            order = await self._order(going, stages, stage)
            quote = await self._profile.quotes.ask(order.endpoint, order.params)
            run = await self._loop.thread(self._admit, going, stage, order, quote)
        except PriceRose as rose:
            await self._loop.thread(recipes.ask, self._store, going.id, stage.n, rose.quote.price)
            return OVER
        except (NothingThere, FieldProblems, *FOR_GOOD) as error:
            return await self._pause(going, f"Step {stage.n + 1} can't be sent: {error}")
        except OverCap as error:
            await self._note(going, str(error))
            return room_again(self._loop, self._store)
        except (DeapiError, DiskFull, MediaDown) as error:
            await self._note(going, str(error))
            return self._loop.clock.later(AGAIN)
        if run is None:
            return self._loop.clock.now()  # a person was quicker: look at it anew
        self._follow(run)
        return None

    async def _order(self, going: RecipeRun, stages: Sequence[Stage], stage: Stage) -> Order:
        """What to send. Raises `NothingThere`, `FieldProblems`, and `DeapiError`."""
        model = await self._model(stage)
        before = [each.run for each in stages[: stage.n] if each.run]
        values = await self._loop.slow(given.values, self._store, stage.step, before)
        order = Order(
            profile=going.profile,
            person=going.person,
            endpoint=endpoint(stage.step.endpoint),
            model=model,
            values=values,
            nonce=recipes.nonce_of(going, stage),
            shown=stage.planned if stage.exact else stage.planned * LEEWAY,
        )
        orders.check(order)
        return order

    async def _model(self, stage: Stage) -> Model:
        at = endpoint(stage.step.endpoint)
        if at.model_param is None:
            return NO_MODEL
        listing = await self._profile.catalogue.get()
        for each in listing.models:
            if each.slug == stage.step.model:
                return each
        raise NothingThere("its model is not offered any more.")

    def _admit(self, going: RecipeRun, stage: Stage, order: Order, quote: Quote) -> Run | None:
        new = orders.new_run(self._store, order, quote)
        return recipes.send(self._store, going, stage, new)

    async def _pause(self, going: RecipeRun, problem: str) -> datetime:
        await self._loop.thread(recipes.pause, self._store, going.id, problem)
        return OVER

    async def _note(self, going: RecipeRun, problem: str | None) -> None:
        if going.problem != problem:
            await self._loop.thread(recipes.note, self._store, going.id, problem)
