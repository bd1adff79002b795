"""Sends the cells of experiments that go on, as fast as the limits allow and never faster.

It keeps a few runs waiting before the governor, which spaces them and takes turns between people;
the others stay cells, and a pause or a stop makes cells of those that still wait, so that it is one
at once. It sleeps until a run has moved.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from lib.deapi.contract import endpoint
from lib.deapi.errors import DeapiError
from lib.runs.going import AGAIN, FOR_GOOD, LOOK, OVER, Going, room_again
from lib.runs.params import restored
from lib.store import OverCap, Run, Status, experiments, final, ledger
from lib.store.experiments import Cell, Experiment, OverItsLimit

WAITING = 12
"""So many runs of an experiment wait to be sent at each endpoint, which have limits of their own:
enough that none of a minute's places stays free while more are admitted."""


class Conductor(Going):
    """The experiments of one profile. Lives on the loop."""

    kind = "experiment"

    def _left(self) -> list[str]:
        return [
            each.id for each in experiments.going_on(self._store, self._profile.name, self._server)
        ]

    def _of(self, run: Run) -> str:
        return experiments.of_nonce(run.nonce)

    async def _step(self, it: str) -> datetime | None:
        experiment = await self._loop.thread(experiments.get, self._store, it)
        if experiment is None or experiment.status is not Status.RUNNING:
            return OVER
        if (experiment.profile, experiment.owner) != (self._profile.name, self._server):
            return OVER  # it goes on elsewhere
        leaving = await self._loop.thread(experiments.leaving, self._store, it)
        waiting = Counter(each.endpoint for each in leaving)
        cells = await self._loop.thread(experiments.unsent, self._store, it, WAITING)
        for cell in cells:
            if waiting[cell.endpoint] >= WAITING:
                continue
            until = await self._send(experiment, cell)
            if until is not None:
                return until
            waiting[cell.endpoint] += 1
        if cells or leaving:
            return None
        ended = await self._loop.thread(experiments.finish, self._store, it)
        return OVER if ended else None

    async def _send(self, experiment: Experiment, cell: Cell) -> datetime | None:
        """Have one cell become a run; until when the others have to wait, if they do."""
        try:
            price = await self._price(cell)
        except FOR_GOOD as error:
            await self._note(experiments.give_up, experiment, cell.n, str(error))
            return None
        except DeapiError as error:
            await self._note(experiments.wait, experiment, str(error))
            return self._loop.clock.later(AGAIN)
        if final(price) > cell.quote:
            told = f"A cell costs ${price} now, and was planned at ${cell.quote}."
            await self._note(experiments.reprice, experiment, cell.n, price, told)
            return self._loop.clock.now()
        return await self._admit(experiment, cell, price)

    async def _admit(self, experiment: Experiment, cell: Cell, price: Decimal) -> datetime | None:
        try:
            run = await self._loop.thread(self._sent, experiment, cell, price)
        except OverItsLimit as error:
            if await self._loop.thread(experiments.leaving, self._store, experiment.id):
                # These are within it, and a pause would take them back.
                return self._loop.clock.later(LOOK.total_seconds())
            await self._note(experiments.pause, experiment, str(error))
            return self._loop.clock.now()
        except OverCap as error:
            await self._note(experiments.wait, experiment, str(error))
            return room_again(self._loop, self._store)
        if run is not None:
            self._follow(run)
        if experiment.problem is not None:
            await self._note(experiments.wait, experiment, None)
        return None

    def _sent(self, experiment: Experiment, cell: Cell, price: Decimal) -> Run | None:
        factor = ledger.overrun(self._store, experiment.profile, cell.endpoint, cell.model)
        return experiments.send(self._store, experiment.id, cell.n, price, factor)

    async def _price(self, cell: Cell) -> Decimal:
        at = endpoint(cell.endpoint)
        params = restored(cell.params, self._store)
        return (await self._profile.quotes.ask(at, params)).price

    async def _note(
        self, how: Callable[..., object], experiment: Experiment, *told: object
    ) -> None:
        await self._loop.thread(how, self._store, experiment.id, *told)
