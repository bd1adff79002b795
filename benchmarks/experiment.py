"""An experiment of 200 cells at 300 calls a minute, beside the least time that they can take.

A real engine with push and a real sandbox. The peer sends the same 200 bodies without any books,
as fast as the same limit allows, and follows each job by itself, at a sandbox of its own.
"""

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from benchmarks.report import Measure, end
from lib.deapi.contract import endpoint
from lib.store import experiments
from tests.support.engine import Playground, engines
from tests.support.sandbox import Sandbox, StartSandbox, sandboxes

PROMPTS = [f"A fox number {n} in the snow" for n in range(100)]
STEPS = (2, 4)
CELLS = len(PROMPTS) * len(STEPS)
MINUTE = 12.0
"""Seconds that a minute lasts here: 200 cells at 300 a minute and their prices take some."""
AT_ONCE = 12
"""Calls that the peer has under way."""


def main() -> None:
    """Measure, print and exit."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        start = stack.enter_context(sandboxes(Path(folder)))
        least = asyncio.run(_least(_sandbox(start)))
        sandbox = _sandbox(start)
        playground = stack.enter_context(engines(Path(folder)))(
            sandbox.url, sandbox.key, minute=MINUTE, push=True
        )
        took = _ours(playground)
        refused = [each["path"] for each in sandbox.requests() if each["status"] == 429]
    print(f"{CELLS} cells: {took:.2f} s beside {least:.2f} s; refused: {refused or 'none'}")
    end(
        Measure(
            name=f"an experiment of {CELLS} cells, over the least possible",
            ours=took,
            peer=least,
            unit="s",
            aim=1.1,
        )
    )


def _sandbox(start: StartSandbox) -> Sandbox:
    sandbox = start(engines="none", speed=1, balance=1000)
    limits = {"tier": "premium", "minute": 300, "window": MINUTE}
    sandbox.control("PUT", "tier", limits)
    return sandbox


def _ours(playground: Playground) -> float:
    """Seconds from the press to the last result, as the books have it."""
    experiment, _ = playground.experiment(PROMPTS, STEPS)
    begun = playground.finishes(experiment, timeout=300)
    runs = [each.run for each in experiments.table(playground.store, experiment)]
    ended = [each.ended_at for each in runs if each and each.ended_at]
    assert len(ended) == CELLS
    return (max(ended) - begun.created_at).total_seconds()


async def _least(sandbox: Sandbox) -> float:
    """The same without books: submit, follow, and no more."""
    at = endpoint("images.generations")
    async with httpx.AsyncClient(
        base_url=sandbox.url, headers={"Authorization": f"Bearer {sandbox.key}"}, timeout=30
    ) as client:
        models = (await client.get("/api/v2/models")).json()["data"]
        slug = next(each["slug"] for each in models if "txt2img" in each["inference_types"])
        body = {"model": slug, "width": 768, "height": 768, "guidance": 1, "seed": 7}
        places = asyncio.Semaphore(AT_ONCE)
        start = time.monotonic()

        async def one(prompt: str, steps: int) -> None:
            async with places:
                answer = await _sent(client, at.path, body | {"prompt": prompt, "steps": steps})
            job = answer["data"]["request_id"]
            await asyncio.sleep(0.5)
            while await _state(client, job) not in ("done", "error"):  # noqa: ASYNC110 - it polls
                await asyncio.sleep(0.5)

        await asyncio.gather(*(one(prompt, steps) for prompt in PROMPTS for steps in STEPS))
        return time.monotonic() - start


async def _sent(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    while (answer := await client.post(path, json=body)).status_code == 429:  # noqa: ASYNC110 - as told
        await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
    answer.raise_for_status()
    return answer.json()


async def _state(client: httpx.AsyncClient, job: str) -> str:
    answer = await client.get(f"/api/v2/jobs/{job}")
    return answer.json()["data"]["status"] if answer.is_success else "limited"


if __name__ == "__main__":
    main()
