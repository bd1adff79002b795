"""How soon the end of a job is known, and how often it was asked about.

Four contenders order the same jobs of four kinds at the same moments from one sandbox, at deAPI's
own speed: our engine with push, our engine by polls after it has seen such jobs, the `poll_job` of
the specification (deapi.md, Polling), and what client libraries do, a wait of 1 s that grows by a
half up to 10 s. The sandbox says when a job ended; ours know it when it is written down. The rate
limit is out of the way, for everybody. Takes about four minutes.
"""

import asyncio
import json
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from benchmarks.report import Measure, end
from lib.deapi import fields
from lib.deapi.contract import JOB, endpoint
from lib.deapi.models import Model
from lib.store import State
from tests.support.engine import Playground, engines
from tests.support.sandbox import Sandbox, sandboxes

TOP = Path(__file__).resolve().parents[1]
JOBS = 20
"""Of each kind, for each contender."""
WITHIN = 30.0
"""Seconds over which they are ordered."""
WARM = 12
"""Jobs of each kind that ours by polls has seen before; others than those that are measured."""
MINUTE = 0.5
"""Seconds that a minute of the rate limit lasts here: none is ever refused or held back."""
PUSH_AIM_MS = 100.0

MODELS = ("Flux1schnell", "Kokoro", "ACE-Step-v1.5-turbo", "Ltx2_19B_Dist_FP8")
"""One a kind, so that everybody orders the same."""


@dataclass(frozen=True, slots=True)
class Order:
    """Something to order `at` so many seconds from the start."""

    at: float
    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """That a job of this kind had ended was known at this moment, in seconds since 1970."""

    kind: str
    request_id: str
    at: float


def _image(chance: random.Random) -> dict[str, Any]:
    size = {name: chance.choice([512, 640, 768, 896, 1024]) for name in ("width", "height")}
    return {"endpoint": "images.generations", "prompt": "a fox", **size} | {
        "steps": chance.randint(2, 6)
    }


def _speech(chance: random.Random) -> dict[str, Any]:
    return {"endpoint": "audio.speech", "text": "a" * chance.randint(60, 140)}


def _music(chance: random.Random) -> dict[str, Any]:
    return {
        "endpoint": "audio.music",
        "caption": "a quiet evening",
        "duration": chance.randint(120, 220),
    }


def _video(chance: random.Random) -> dict[str, Any]:
    size = {"width": 768, "height": 768, "frames": chance.randint(110, 240)}
    return {"endpoint": "videos.generations", "prompt": "waves on a beach", **size}


KINDS: Mapping[str, Callable[[random.Random], dict[str, Any]]] = {
    "image": _image,  # 2.7 to 5.1 seconds
    "speech": _speech,  # 2.6 to 3.4
    "music": _music,  # 20 to 30
    "video": _video,  # 48 to 71
}


def main() -> None:
    """Measure, print and exit."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        sandbox = stack.enter_context(sandboxes(Path(folder)))(engines="none", balance=100_000)
        models = [Model.parse(raw) for raw in json.loads(_shipped())]
        chosen = {each.slug: each for each in models if each.slug in MODELS}
        sandbox.control("PUT", "models", [each.raw for each in chosen.values()])
        sandbox.control("PUT", "tier", {"tier": "premium", "window": MINUTE})
        start = stack.enter_context(engines(Path(folder)))
        push = start(sandbox.url, sandbox.key, minute=MINUTE, push=True)
        poll = start(sandbox.url, sandbox.key, minute=MINUTE)
        asyncio.run(_ours(poll, _orders(random.Random(1), WARM, within=5.0)))
        # Its line stands for a minute after the last job.
        asyncio.run(_ours(push, [Order(0.0, "image", _image(random.Random(2)))]))
        found = asyncio.run(_all(sandbox, push, poll, list(chosen.values())))
        ends = {each["request_id"]: each["ended_at"] for each in sandbox.charges()}
        polls = Counter(
            each["path"].rpartition("/")[2]
            for each in sandbox.requests()
            if "/jobs/" in each["path"]
        )
    measures = _measures({name: _told(name, known, ends, polls) for name, known in found.items()})
    end(*measures)


def _shipped() -> str:
    return (TOP / "lib/sandbox/models.json").read_text()


def _orders(chance: random.Random, each: int, within: float) -> list[Order]:
    """So many of each kind, in the order of their moments."""
    made = [
        Order(chance.uniform(0, within), kind, values(chance))
        for kind, values in KINDS.items()
        for _ in range(each)
    ]
    return sorted(made, key=lambda order: order.at)


async def _all(
    sandbox: Sandbox, push: Playground, poll: Playground, models: Sequence[Model]
) -> dict[str, list[Known]]:
    orders = _orders(random.Random(3), JOBS, within=WITHIN)
    headers = {"Authorization": f"Bearer {sandbox.key}", "Accept": "application/json"}
    async with httpx.AsyncClient(
        base_url=sandbox.url, headers=headers, trust_env=False, timeout=30
    ) as http:
        found = await asyncio.gather(
            _ours(push, orders),
            _ours(poll, orders),
            _peer(http, models, orders, _poll_job),
            _peer(http, models, orders, _exponential),
        )
    names = ("ours by push", "ours by poll", "poll_job", "exponential")
    return dict(zip(names, found, strict=True))


# ── The contenders ────────────────────────────────────────────────────────────────────────────


async def _ours(playground: Playground, orders: Sequence[Order]) -> list[Known]:
    started = time.monotonic()
    ordered: list[tuple[str, str]] = []
    for each in orders:
        await asyncio.sleep(started + each.at - time.monotonic())
        run_id = await asyncio.to_thread(playground.order, **each.values)
        ordered.append((each.kind, run_id))
    known: list[Known] = []
    for kind, run_id in ordered:
        run = await asyncio.to_thread(playground.reaches, run_id, State.DONE, timeout=180)
        assert run.request_id is not None
        assert run.ended_at is not None
        known.append(Known(kind, run.request_id, run.ended_at.timestamp()))
    return known


Look = Callable[[], Awaitable[Mapping[str, Any]]]
Waiter = Callable[[Look], Awaitable[None]]


async def _peer(
    http: httpx.AsyncClient, models: Sequence[Model], orders: Sequence[Order], wait: Waiter
) -> list[Known]:
    started = time.monotonic()

    async def one(order: Order) -> Known:
        await asyncio.sleep(started + order.at - time.monotonic())
        at = endpoint(order.values["endpoint"])
        model = next(each for each in models if each.inference_types & set(at.inference_types))
        asked = {name: value for name, value in order.values.items() if name != "endpoint"}
        body = fields.request(at, model, fields.adapt(fields.fields(at, model), asked))
        answer = await http.post(at.path, **_encoded(at.encoding, body))
        request_id = answer.raise_for_status().json()["data"]["request_id"]

        async def look() -> Mapping[str, Any]:
            found = await http.get(JOB.path.format(request_id=request_id))
            return found.raise_for_status().json()["data"]

        await wait(look)
        return Known(order.kind, request_id, time.time())

    return list(await asyncio.gather(*(one(order) for order in orders)))


def _encoded(encoding: str, body: Mapping[str, Any]) -> dict[str, Any]:
    if encoding == "json":
        return {"json": body}
    return {"files": [(name, (None, str(value).encode())) for name, value in body.items()]}


async def _poll_job(look: Look) -> None:
    """As the specification has it, its `interval` 2 seconds."""
    while (data := await look())["status"] != "done":  # noqa: ASYNC110 - polling is its point
        await asyncio.sleep(2 if data.get("progress", 0) > 50 else 4)


async def _exponential(look: Look) -> None:
    """Without a poll at the very start, which could bring nothing."""
    wait = 1.0
    await asyncio.sleep(wait)
    while (await look())["status"] != "done":
        wait = min(1.5 * wait, 10.0)
        await asyncio.sleep(wait)


# ── What came of it ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Told:
    """By kind: milliseconds from the end to knowing of it, and polls, of each job."""

    delays: Mapping[str, list[float]]
    polls: Mapping[str, list[int]]


def _told(
    name: str, known: Sequence[Known], ends: Mapping[str, str], polls: Mapping[str, int]
) -> Told:
    delays: dict[str, list[float]] = defaultdict(list)
    asked: dict[str, list[int]] = defaultdict(list)
    for each in known:
        ended = datetime.fromisoformat(ends[each.request_id]).timestamp()
        delays[each.kind].append((each.at - ended) * 1000)
        asked[each.kind].append(polls[each.request_id])
    for kind, times in delays.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"{name:13} {kind:7} mean {statistics.mean(times):7.0f} ms, p95 {p95:7.0f} ms,"
            f" {statistics.mean(asked[kind]):5.2f} polls a job"
        )
    return Told(delays, asked)


def _measures(told: Mapping[str, Told]) -> list[Measure]:
    push, poll, peer = told["ours by push"], told["ours by poll"], told["exponential"]
    made = [
        Measure(
            name="push: from the end of a job to knowing it, mean",
            ours=statistics.mean(each for times in push.delays.values() for each in times),
            peer=PUSH_AIM_MS,
            unit="ms",
            aim=1.0,
        ),
        Measure(
            name="push: most polls of any job",
            ours=max(each for counts in push.polls.values() for each in counts),
            peer=1,
            unit="polls",
            aim=1.0,
        ),
    ]
    for kind in KINDS:
        for what, mine, theirs, unit, aim in (
            ("the same", poll.delays[kind], peer.delays[kind], "ms", 0.4),
            ("polls a job", poll.polls[kind], peer.polls[kind], "polls", 1.0),
        ):
            made.append(
                Measure(
                    name=f"poll: {what} for {kind}, beside the exponential wait",
                    ours=statistics.mean(mine),
                    peer=statistics.mean(theirs),
                    unit=unit,
                    aim=aim,
                )
            )
    return made


if __name__ == "__main__":
    main()
