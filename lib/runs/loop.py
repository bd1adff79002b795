"""One asyncio loop on one background thread, started once and stopped cleanly."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_DATABASE_THREADS = 4
_FILE_THREADS = 8


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is (aware, UTC), and waiting. Tests put one in which waiting takes no time."""

    now: Callable[[], datetime] = _utc_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def later(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)

    def age(self, moment: datetime) -> timedelta:
        return self.now() - moment

    async def until(self, moment: datetime | None, sooner: asyncio.Event | None = None) -> None:
        """Sleep until `moment`, or until `sooner` is set; not at all when it is past or None."""
        if moment is None:
            return
        seconds = max(0.0, (moment - self.now()).total_seconds())
        await (self.sleep(seconds) if sooner is None else self.sleep_or(seconds, sooner))

    async def sleep_or(self, seconds: float, sooner: asyncio.Event) -> None:
        """Sleep, but no longer than until `sooner` is set."""
        time_is_up = asyncio.ensure_future(self.sleep(seconds))
        came = asyncio.ensure_future(sooner.wait())
        try:
            await asyncio.wait([time_is_up, came], return_when=asyncio.FIRST_COMPLETED)
            if time_is_up.done():
                time_is_up.result()
        finally:
            time_is_up.cancel()
            came.cancel()


class Loop:
    """Where everything that waits on deAPI runs, apart from the threads that draw pages."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="runs", daemon=True)
        self._threads = ThreadPoolExecutor(_DATABASE_THREADS, thread_name_prefix="runs-db")
        self._file_threads = ThreadPoolExecutor(_FILE_THREADS, thread_name_prefix="runs-files")
        self._tasks: set[asyncio.Task[None]] = set()
        self._whole: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, grace: float, last: Callable[[], Awaitable[None]]) -> None:
        """End every task, waiting up to `grace` seconds for what must be `finished`, and then
        await `last`."""
        if not self._thread.is_alive():
            return
        self.submit(self._end_tasks(grace, last)).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._threads.shutdown()
        self._file_threads.shutdown()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run `work` on the loop from any thread; the future carries its answer or its error."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, function: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have the loop call `function` soon, from any thread."""
        self._loop.call_soon_threadsafe(partial(function, *args, **kwargs))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work` from the loop itself and keep it until it ends or the loop stops."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await a short blocking call, in one of a few threads."""
        return await self._loop.run_in_executor(self._threads, partial(work, *args, **kwargs))

    async def slow(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what may last as long as a network or a film does: in threads of its own, so
        that none of it stands in the way of the database."""
        return await self._loop.run_in_executor(self._file_threads, partial(work, *args, **kwargs))

    async def finished(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work` to its end even when the one who waits is cancelled meanwhile.

        For a paid call and the commit of its answer: half of that would be money lost from sight.
        """
        task = self._loop.create_task(work)
        self._whole.add(task)
        task.add_done_callback(self._whole.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _end_tasks(self, grace: float, last: Callable[[], Awaitable[None]]) -> None:
        for task in self._tasks:
            task.cancel()
        if self._whole:
            await asyncio.wait(self._whole, timeout=grace)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(rest, timeout=1.0)
        await last()
