"""A deAPI that answers what a test tells it, a clock in which waiting takes no time, and the world
of one profile's runs around them."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from lib.deapi.contract import endpoint
from lib.deapi.errors import Expired
from lib.deapi.files import Fetched
from lib.deapi.media import Upload
from lib.runs.engine import Engine
from lib.runs.journey import Journey
from lib.runs.loop import Clock, Loop
from lib.runs.params import stored
from lib.runs.profiles import SANDBOX, Address, Profile
from lib.store import NewRun, Run, Store, ledger, runs

GENERATE = endpoint("images.generations")
UPSCALE = endpoint("images.upscales")
ADDRESS = Address(SANDBOX, "http://127.0.0.1:9", "a-key-of-these-tests")
PRICE = Decimal("0.002")
RESULT = "http://127.0.0.1:9/files/fox.png"


Starting = Callable[..., Engine]
"""Starts an engine of these addresses, or of `ADDRESS` alone."""


class StillGoing(BaseException):
    """A run that should have come to an end waits and waits. Not an Exception: nobody catches
    it."""


@dataclass
class Time:
    """The time, which only sleeping moves. `noticed` is called with each sleep's seconds."""

    at: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    noticed: Callable[[float], None] = lambda _: None
    most: int = 500

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def move(self, **delta: float) -> None:
        self.at += timedelta(**delta)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) > self.most:
            raise StillGoing(self.slept[-5:])
        self.noticed(seconds)
        self.move(seconds=seconds)
        await asyncio.sleep(0)

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)


Answer = httpx.Response | Exception | Callable[[httpx.Request], Awaitable[httpx.Response]]


class Deapi:
    """Scripts of answers: `submits`, `jobs` and `prices` are used up one by one, the last one of
    each for ever. An exception is raised, a coroutine function awaited."""

    def __init__(self) -> None:
        self.submits: list[Answer] = [self._accept]
        self.jobs: list[Answer] = [job("done", result_url=RESULT, price={"amount": 0.002})]
        self.prices: list[Answer] = [price()]
        self.balances: list[Answer] = [reply({"data": {"balance": 5}})]
        self.calls: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.headers: dict[str, str] = {}
        """Of what `_accept` answers."""

    def count(self, path: str) -> int:
        """How often the path was called."""
        return sum(called == path for _, called in self.calls)

    @property
    def sent(self) -> int:
        """How many paid calls came."""
        return self.count(GENERATE.path) + self.count(UPSCALE.path)

    @property
    def asked(self) -> int:
        """How often it was asked about a job."""
        return sum(path.startswith("/api/v2/jobs/") for _, path in self.calls)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append((request.method, request.url.path))
        self.bodies.append(await request.aread())
        script = self._script(request.url.path)
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # A fresh one: an answer can be read once.
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.read())
        return await answer(request)

    async def _accept(self, _: httpx.Request) -> httpx.Response:
        return accepted(f"job-{self.sent}", **self.headers)

    def _script(self, path: str) -> list[Answer]:
        if path.endswith("/price"):
            return self.prices
        if path in (GENERATE.path, UPSCALE.path):
            return self.submits
        if path.startswith("/api/v2/jobs/"):
            return self.jobs
        return self.balances


def reply(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    """`daily_remaining="0"` is the header X-RateLimit-Daily-Remaining."""
    named = {f"x-ratelimit-{name.replace('_', '-')}": value for name, value in headers.items()}
    if retry := named.pop("x-ratelimit-retry-after", None):
        named["retry-after"] = retry
    return httpx.Response(status, headers=named, content=json.dumps(body).encode())


def accepted(request_id: str = "job-1", **headers: str) -> httpx.Response:
    return reply({"data": {"request_id": request_id}}, 200, **headers)


def price(usd: Decimal | str = PRICE) -> httpx.Response:
    return httpx.Response(200, content=f'{{"data": {{"price": {usd}}}}}'.encode())


def job(state: str, **facts: Any) -> httpx.Response:
    return reply({"data": {"status": state, **facts}})


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (32, 24), "tomato").save(out, "PNG")
    return out.getvalue()


class Downloads:
    """What `fetch` brings, one after the other, the last one for ever: bytes, or an exception."""

    def __init__(self) -> None:
        self.results: list[bytes | Exception] = [picture()]
        self.urls: list[str] = []
        self.media_type = "image/png"

    async def fetch(self, url: str, target: Path, **_: object) -> Fetched:
        self.urls.append(url)
        content = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        if isinstance(content, Exception):
            raise content
        await asyncio.to_thread(_write, target, content)
        return Fetched(self.media_type, len(content), hashlib.sha256(content).hexdigest())


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


GONE = Expired("HTTP 404 instead of the result.", status=404)


@dataclass
class World:
    """One profile's runs over a store, taken by a journey from order to end."""

    store: Store
    loop: Loop
    time: Time
    deapi: Deapi
    downloads: Downloads
    profile: Profile
    journey: Journey
    followed: list[Run]
    """The runs that stand in for others, which an engine would take to their ends."""
    numbers: Iterator[int] = field(default_factory=count)

    def order(
        self,
        at: str = GENERATE.id,
        params: Mapping[str, Any] | None = None,
        *,
        quote: Decimal = PRICE,
    ) -> Run:
        """Admit a run as `orders` would."""
        values = params or {"prompt": "a red fox", "model": "paint-1", "steps": 4}
        return ledger.admit(
            self.store,
            NewRun(
                profile=SANDBOX,
                person="ada",
                endpoint=at,
                model="paint-1",
                params=stored(values),
                nonce=f"nonce {next(self.numbers)}",
                quote=quote,
                reserved=quote,
            ),
        )

    def upload(self, path: Path) -> dict[str, Any]:
        """The parameters of an upscale of the file at `path`."""
        digest = hashlib.sha256(str(path).encode()).hexdigest()
        image = Upload(
            path=path,
            name="fox.png",
            sha256=digest,
            size=1,
            format="PNG",
            media_type="image/png",
            width=1,
            height=1,
        )
        return {"image": image, "model": "paint-1"}

    def go(self, run: Run) -> Run:
        """Take a run as far as it goes by itself."""
        self.loop.submit(self.journey.go(run)).result(timeout=20)
        return self.read(run)

    def accept(self, run: Run) -> Run:
        """As if the run had been sent by this engine."""
        claimed = runs.claim(self.store, run.id, "this engine")
        assert claimed is not None
        on_its_way = runs.accept(self.store, claimed, f"job of {run.id}")
        assert on_its_way is not None
        return on_its_way

    def read(self, run: Run) -> Run:
        now = runs.get(self.store, run.id)
        assert now is not None
        return now

    def watch(self, run: Run) -> list[tuple[str, str | None]]:
        """State and kind of error of `run` whenever something sleeps, without repeats."""
        seen: list[tuple[str, str | None]] = []

        def look(_: float) -> None:
            now = self.read(run)
            facts = (now.state.value, (now.error or {}).get("kind"))
            if seen[-1:] != [facts]:
                seen.append(facts)

        self.time.noticed = look
        return seen

    @property
    def held(self) -> Decimal:
        return self.books[1]

    @property
    def spent(self) -> Decimal:
        return self.books[0]

    @property
    def books(self) -> tuple[Decimal, Decimal]:
        """USD spent and held, on every day; entries and totals say the same, whatever happened."""
        totals = ledger.sums(self.store, SANDBOX)
        assert totals == ledger.books(self.store, SANDBOX)
        days = [each for (who, when), each in totals.items() if when[:4] == "day:" and not who]
        return sum((day.posted for day in days), Decimal(0)), sum(
            (day.held for day in days), Decimal(0)
        )
