"""What a call of our client costs beside the same call of bare httpx.

One call in turns with the other, on a kept connection each, to one sandbox: how a job stands, which
is what the playground asks most. Ours waits for its turn, takes in the limits, bounds the answer
and reads it into a `Job`; the peer reads JSON.
"""

import asyncio
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.report import Measure, end
from lib.deapi.client import Client
from lib.deapi.contract import JOB, endpoint
from tests.support.sandbox import Sandbox, sandboxes

ROUNDS = 12
PAIRS = 140
"""Calls of each in a round: both together stay under the 300 a minute that deAPI allows."""
WARM = 20
"""Pairs of a round that are not counted."""
SUBMIT = endpoint("images.generations")
FOX = {"prompt": "a red fox", "model": "Flux1schnell", "width": 512, "height": 512, "seed": 1}


def main() -> None:
    """Measure, print and exit."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        # So slow that the job goes on.
        sandbox = stack.enter_context(sandboxes(Path(folder)))(engines="none", speed=0.001)
        ours, peer = asyncio.run(_times(sandbox))
    print(f"client: ours {_told(ours)}; bare httpx {_told(peer)}")
    end(
        Measure(
            name="one call of the client, beside bare httpx",
            ours=statistics.median(ours),
            peer=statistics.median(peer),
            unit="ms",
            aim=1.1,
        )
    )


async def _times(sandbox: Sandbox) -> tuple[list[float], list[float]]:
    """Milliseconds of each call of ours, and of the peer's."""
    headers = {"Authorization": f"Bearer {sandbox.key}", "Accept": "application/json"}
    client = Client(sandbox.url, sandbox.key)
    ours: list[float] = []
    theirs: list[float] = []
    async with httpx.AsyncClient(base_url=sandbox.url, headers=headers, trust_env=False) as peer:
        answer = await peer.post(SUBMIT.path, json=FOX | {"steps": 4, "guidance": 1})
        request_id = answer.raise_for_status().json()["data"]["request_id"]
        path = JOB.path.format(request_id=request_id)
        for _ in range(ROUNDS):
            # A new minute on both sides.
            await asyncio.to_thread(sandbox.control, "PUT", "tier", "premium")
            client.governor.forget()
            for n in range(PAIRS):
                one = time.perf_counter()
                await client.job(request_id)
                two = time.perf_counter()
                answer = await peer.get(path)
                answer.raise_for_status().json()
                three = time.perf_counter()
                if n >= WARM:
                    ours.append((two - one) * 1000)
                    theirs.append((three - two) * 1000)
    await client.aclose()
    return ours, theirs


def _told(times: list[float]) -> str:
    p95 = statistics.quantiles(times, n=20)[-1]
    return f"median {statistics.median(times):.2f} ms, p95 {p95:.2f} ms"


if __name__ == "__main__":
    main()
