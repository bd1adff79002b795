"""Sends the cells of experiments that go on, as fast as the limits allow and never faster.

It keeps a few runs waiting before the governor, which spaces them and takes turns between people;
the others stay cells, and a pause or a stop makes cells of those that still wait, so that it is one
at once. It sleeps until a run has moved.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from lib.deapi.contract import endpoint
from lib.deapi.errors import DeapiError
from lib.runs.going import AGAIN, FOR_GOOD, LOOK, OVER, Going, room_again
from lib.runs.params import restored
from lib.store import OverCap, Run, Status, experiments, final, ledger
from lib.store.experiments import Cell, Experiment, OverItsLimit, cell_of

WAITING = 12
"""So many runs of an experiment wait to be sent at each endpoint, which have limits of their own:
enough that none of a minute's places stays free while more are admitted."""
ASKED_AT_ONCE = 10
"""So many prices are asked for between two looks whether a person has let it go on."""

Rise = tuple[Decimal, Decimal]
"""What a cell was planned at, and what it costs now, in USD."""


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
        for run in leaving:
            if (price := _risen_to(run)) is not None:
                return await self._ask(experiment, cell_of(run.nonce), run.quote, price)
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
            return await self._ask(experiment, cell.n, cell.quote, price)
        return await self._admit(experiment, cell, price)

    async def _ask(
        self, experiment: Experiment, n: int, planned: Decimal, price: Decimal
    ) -> datetime:
        """The cell `n` costs more than was planned: pause, and see what the others that were not
        sent cost now, so that a person is asked once for all of them."""
        risen = {n: (planned, price)}
        now = await self._reprice(experiment, risen, risen)
        others = await self._loop.thread(experiments.unsent, self._store, experiment.id)
        others = [each for each in others if each.n != n]
        while others and now is not None and now.status is Status.PAUSED:
            some, others = others[:ASKED_AT_ONCE], others[ASKED_AT_ONCE:]
            prices = await asyncio.gather(*map(self._price_if_any, some))
            more = {
                cell.n: (cell.quote, price)
                for cell, price in zip(some, prices, strict=True)
                if price is not None and final(price) > cell.quote
            }
            risen |= more
            if more:
                now = await self._reprice(experiment, more, risen)
            else:
                now = await self._loop.thread(experiments.get, self._store, experiment.id)
        return self._loop.clock.now()

    async def _reprice(
        self, experiment: Experiment, new: Mapping[int, Rise], risen: Mapping[int, Rise]
    ) -> Experiment | None:
        prices = {n: price for n, (_, price) in new.items()}
        return await self._loop.thread(
            experiments.reprice, self._store, experiment.id, prices, _told([*risen.values()])
        )

    async def _price_if_any(self, cell: Cell) -> Decimal | None:
        """What it costs now, where that can be had: else it is asked before it is sent."""
        try:
            return await self._price(cell)
        except DeapiError:
            return None

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


def _risen_to(run: Run) -> Decimal | None:
    """What a run that waits would cost now, where that keeps it from being sent (journey)."""
    told = run.error or {}
    return Decimal(told["price"]) if told.get("kind") == "PriceRose" else None


def _told(risen: Sequence[Rise]) -> str:
    before, now = (_usd(sum(each, Decimal(0))) for each in zip(*risen, strict=True))
    if len(risen) == 1:
        return f"A cell costs {now} now, and was planned at {before}."
    return f"{len(risen):,} cells cost more now than was planned: {now} instead of {before}."


def _usd(amount: Decimal) -> str:
    return f"${amount.normalize():f}"
