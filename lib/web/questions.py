"""Questions to a database or a bucket that may hang, asked for anybody who wants to know."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")

_THREADS = 4
"""How many answers of one question may hang: one that hangs must not keep the next from finding
that all is well again."""


class Question(Generic[T]):
    """One question, asked once for all who want to know meanwhile, on threads of its own: however
    many wait for it, it takes nothing away from others."""

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        """`ask` is given up after so many seconds; its thread ends when its call does."""
        self._ask = ask
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(_THREADS)
        self._asking: asyncio.Task[T] | None = None

    async def answer(self) -> T:
        """Raises what `ask` does, and `TimeoutError`."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._in_time())
        # Who goes away doesn't take the answer from the others.
        return await asyncio.shield(self._asking)

    async def _in_time(self) -> T:
        answer = asyncio.get_running_loop().run_in_executor(self._threads, self._ask)
        return await asyncio.wait_for(answer, self._seconds)
