"""Jobs and the money that goes with them, without HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from lib.sandbox.account import Account, NotEnough
from lib.sandbox.database import Database
from lib.sandbox.engines import engines
from lib.sandbox.engines.base import CannotRender, Engine, Outputs
from lib.sandbox.jobs import Jobs, Snapshot
from lib.sandbox.money import nanos
from lib.sandbox.order import Order
from lib.sandbox.prices import price
from tests.unit.sandbox.orders import UPSCALES, generation, model, png, upload


class World:
    """A data folder with its account and jobs, opened as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1_000_000.0
        self.database = Database(folder / "sandbox.db")
        self.account = Account(self.database, nanos("5"), lambda: self.now)

    def jobs(self, render: Callable[[Order, Path], Outputs] | None = None) -> Jobs:
        kinds = engines("none")
        if render:
            kinds = {name: Engine(render, engine.seconds) for name, engine in kinds.items()}
        return Jobs(self.folder, self.database, self.account, kinds, 1, lambda: self.now)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.database.close()


async def until(probe: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not probe():  # noqa: ASYNC110  what is waited for tells nobody
            await asyncio.sleep(0.005)


async def ended(jobs: Jobs, request_id: str) -> Snapshot:
    found: list[Snapshot] = []

    def look() -> bool:
        snapshot = jobs.find(request_id)
        assert snapshot is not None
        found.append(snapshot)
        return snapshot.status in ("done", "error")

    await until(look)
    return found[-1]


def run(body: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(body())  # pyright: ignore[reportArgumentType]


def fails(_: Order, __: Path) -> Outputs:
    raise CannotRender("There is no more blue.")


def breaks(_: Order, __: Path) -> Outputs:
    raise ZeroDivisionError


def test_a_job_waits_works_and_is_done_as_time_goes_by(world: World) -> None:
    async def body() -> None:
        jobs = world.jobs()
        order = generation(width=768, height=768)
        request_id = await jobs.accept(order, {})
        await until(lambda: bool(list(jobs.files.glob("*/result.png"))))
        seen: list[tuple[str, float]] = []
        for after in (0.1, 1.3, 2.2, 3.1):
            world.now = 1_000_000 + after
            snapshot = jobs.find(request_id)
            assert snapshot is not None
            assert (snapshot.result, snapshot.price) == (None, None)
            seen.append((snapshot.status, snapshot.progress))
        assert [status for status, _ in seen] == ["pending"] + ["processing"] * 3
        assert [progress for _, progress in seen] == sorted(progress for _, progress in seen)
        await jobs.close()

        world.now += 10
        jobs = world.jobs()
        jobs.resume()
        done = await ended(jobs, request_id)
        assert (done.status, done.progress, done.price) == ("done", 100.0, price(order))
        assert done.result is not None
        assert (jobs.files / done.result).is_file()
        await jobs.close()

    run(body)


def test_previews_appear_in_their_order_once_they_are_made(world: World) -> None:
    def render(_: Order, folder: Path) -> Outputs:
        return Outputs("result.png", previews=("one.jpg", "two.jpg", "three.jpg", "four.jpg"))

    async def body() -> None:
        jobs = world.jobs(render)
        request_id = await jobs.accept(generation(width=768, height=768), {})
        world.now += 3.9
        await until(lambda: (s := jobs.find(request_id)) is not None and s.preview is not None)
        names: list[str | None] = []
        for after in (0.5, 1.5, 2.3, 3.2, 3.9):
            world.now = 1_000_000 + after
            snapshot = jobs.find(request_id)
            assert snapshot is not None
            names.append(snapshot.preview and snapshot.preview.rpartition("/")[2])
        assert names == [None, "one.jpg", "two.jpg", "three.jpg", "three.jpg"]
        await jobs.close()

    run(body)


@pytest.mark.parametrize(
    ("render", "code", "message"),
    [
        (fails, "cannot_render", "There is no more blue."),
        (breaks, "internal_error", "The sandbox failed to make this."),
    ],
)
def test_a_job_that_fails_gives_its_money_back(
    world: World, render: Callable[[Order, Path], Outputs], code: str, message: str
) -> None:
    async def body() -> None:
        jobs = world.jobs(render)
        request_id = await jobs.accept(generation(), {})
        assert world.account.balance == nanos("5") - price(generation())
        snapshot = await ended(jobs, request_id)
        assert (snapshot.status, snapshot.price) == ("error", 0)
        assert (snapshot.error_code, snapshot.error_message) == (code, message)
        assert world.account.balance == nanos("5")
        assert [charge.amount for charge in world.account.charges()] == [0]
        await jobs.close()

    run(body)


def test_balance_and_charges_always_add_up(world: World) -> None:
    async def body() -> None:
        good, bad = world.jobs(), world.jobs(fails)
        ids = [(good, await good.accept(generation(seed=each), {})) for each in range(5)]
        ids += [(bad, await bad.accept(generation(seed=each), {})) for each in range(5)]
        charged = sum(charge.amount for charge in world.account.charges())
        assert world.account.balance + charged == nanos("5")
        world.now += 100
        for jobs, request_id in ids[5:]:
            await ended(jobs, request_id)
        charged = sum(charge.amount for charge in world.account.charges())
        assert charged == 5 * price(generation())
        assert world.account.balance + charged == nanos("5")
        await good.close()
        await bad.close()

    run(body)


@pytest.mark.parametrize("balance", ["0.489999999", "0"])
def test_below_the_minimum_balance_nothing_is_accepted_or_kept(world: World, balance: str) -> None:
    async def body() -> None:
        world.account.put(nanos(balance))
        jobs = world.jobs()
        order = Order(UPSCALES, model("img_upscale"), {}, {})
        with pytest.raises(NotEnough, match=r"0\.49"):
            await jobs.accept(order, {"image": (upload(png()),)})
        assert world.account.balance == nanos(balance)
        assert world.account.charges() == []
        assert list((world.folder / "uploads").iterdir()) == []
        await jobs.close()

    async def body_with_size() -> None:
        await body()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.sandbox.jobs.price", lambda _: 1)  # the order has no size
        run(body_with_size)


def test_a_job_that_costs_more_than_there_is_is_refused(world: World) -> None:
    async def body() -> None:
        world.account.put(nanos("0.49"))
        jobs = world.jobs()
        with pytest.raises(NotEnough, match="Insufficient"):
            await jobs.accept(generation(width=2048, height=2048, steps=500), {})
        assert world.account.charges() == []
        await jobs.close()

    run(body)


def test_uploads_that_belong_to_no_open_job_are_swept_at_the_start(world: World) -> None:
    async def body() -> None:
        stray = world.folder / "uploads" / "of-a-call-that-was-killed"
        stray.mkdir(parents=True)
        jobs = world.jobs()
        jobs.resume()
        assert not stray.exists()
        await jobs.close()

    run(body)


def test_the_opening_balance_counts_for_a_new_folder_only(world: World) -> None:
    world.account.put(nanos("1.25"))
    assert Account(world.database, nanos("5"), lambda: 0.0).balance == nanos("1.25")
