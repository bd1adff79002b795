"""A world of runs for each test: a store, a loop, and a deAPI that does what it is told."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from lib.deapi.client import Client
from lib.deapi.limits import Governor
from lib.runs import keep, preview, profiles
from lib.runs.engine import Engine
from lib.runs.journey import Journey
from lib.runs.loop import Loop
from lib.runs.params import at_hand
from lib.runs.profiles import Address, Profile
from lib.store import Run, Store
from tests.unit.runs.scripted import ADDRESS, Deapi, Downloads, Starting, Time, World, reply
from tests.unit.store.conftest import migrated, not_flushed

__all__ = ["migrated"]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def deapi(monkeypatch: pytest.MonkeyPatch, time: Time) -> Deapi:
    """In the place of the network, for every profile that is made during the test."""
    fake = Deapi()

    def client(url: str, key: str, **_: object) -> Client:
        governor = Governor(clock=time.seconds, sleep=time.sleep)
        return Client(
            url, key, governor=governor, transport=httpx.MockTransport(fake), sleep=time.sleep
        )

    monkeypatch.setattr(profiles, "Client", client)
    return fake


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> Downloads:
    """In the place of `fetch`, for results."""
    fake = Downloads()
    monkeypatch.setattr(keep, "fetch", fake.fetch)
    return fake


@pytest.fixture
def previews(monkeypatch: pytest.MonkeyPatch) -> Downloads:
    """In the place of `fetch`, for previews."""
    fake = Downloads()
    monkeypatch.setattr(preview, "fetch", fake.fetch)
    return fake


@pytest.fixture
def store(migrated: Path, tmp_path: Path, time: Time, media_url: str | None) -> Iterator[Store]:
    shutil.copy(migrated, tmp_path / "playground.db")
    opened = Store(tmp_path, ZoneInfo("UTC"), now=time.now, media_url=media_url)
    not_flushed(opened)
    yield opened
    opened.close()


@pytest.fixture
def loop(time: Time) -> Iterator[Loop]:
    started = Loop(time.clock)
    started.start()

    async def nothing() -> None:
        pass

    yield started
    started.stop(grace=1, last=nothing)


@pytest.fixture
def world(store: Store, loop: Loop, time: Time, deapi: Deapi, downloads: Downloads) -> World:
    async def made(make: Callable[[], Any]) -> Any:
        return make()

    async def have(params: Mapping[str, Any]) -> None:
        await loop.slow(at_hand, params, store)

    make = partial(Profile, ADDRESS, time.clock, None, lambda _: None, have)
    profile: Profile = loop.submit(made(make)).result()
    followed: list[Run] = []
    journey = Journey(loop, store, profile, "this engine", followed.append)
    return World(store, loop, time, deapi, downloads, profile, journey, followed)


@pytest.fixture
def start(store: Store, time: Time, deapi: Deapi, downloads: Downloads) -> Iterator[Starting]:
    """Starts engines over the one store, and stops them at the end."""
    started: list[Engine] = []

    def starting(*addresses: Address) -> Engine:
        deapi.balances = [reply({"data": {"balance": 5}})]
        engine = Engine(store, addresses or [ADDRESS], clock=time.clock)
        engine.start()
        started.append(engine)
        return engine

    yield starting
    for engine in started:
        engine.stop()
