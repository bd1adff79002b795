"""Many people who watch live runs: what one more costs, and how long a click waits beside them.

1, 10 and 50 sessions on the images page, each signed in and with a run of its own that goes on,
and their clocks running as in an open browser; one more session clicks. Beside it, in turns, as
many sessions of a bare Streamlit page with as many widgets and a clock that redraws one line.
Memory and CPU are the server process's own. The playground is there twice: on SQLite and on
PostgreSQL.
"""

import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock
from zoneinfo import ZoneInfo

from benchmarks.peer import Bare, bare_server, cpu_seconds, memory
from benchmarks.report import Measure, end
from benchmarks.watcher import Watcher
from lib.people.who import COOKIE
from lib.store import Role, Store, passwords, sessions, users
from tests.support.playground import Playground, playgrounds
from tests.support.postgres import postgresql
from tests.support.sandbox import sandboxes

PEOPLE = (1, 10, 50)
SECONDS = 20.0
"""Of watching, each time."""
CLICKS_APART = 0.5
EXAMPLES = ("Lighthouse at dusk", "Paper city")
CLICK_AIM, MEMORY_AIM, CORES_AIM = 2.0, 4.0, 4.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A server with so many sessions: MB of memory, cores, and the p95 of a click in ms."""

    memory: float
    cores: float
    click: float


@dataclass(frozen=True, slots=True)
class Server:
    """Something to watch: `come` opens a session of one more person, whose page is there and has
    something live on it; `clicks` are two buttons."""

    name: str
    pid: int
    come: Callable[[], Watcher]
    clicks: tuple[str, str]


def main() -> None:
    """Measure, print and exit."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        # So slow that runs stay live.
        deapi = stack.enter_context(sandboxes(folder))(engines="none", speed=0.001, balance=1000)
        start = stack.enter_context(playgrounds(folder))
        bare = stack.enter_context(bare_server(folder))
        peer = _grown(Server("bare", bare.pid, lambda: _bare(bare), ("one", "two")))
        database = stack.enter_context(postgresql(folder)).make()
        found: list[Measure] = []
        for name, url in (("SQLite", None), ("PostgreSQL", database)):
            playground = start(deapi, url, PLAYGROUND_SANDBOX="off")
            found += _measures(name, _grown(_server(name, playground)), peer)
            playground.stop()
    end(*found)


def _server(name: str, playground: Playground) -> Server:
    cookies = _people(playground, max(PEOPLE) + 1)
    return Server(
        f"ours on {name}",
        playground.process.pid,
        lambda: _ours(playground, next(cookies)),
        EXAMPLES,
    )


def _grown(server: Server) -> dict[int, Seen]:
    """The server as more and more people come to it, by their number; each stays."""
    seen: dict[int, Seen] = {}
    with ExitStack() as stack:
        clicker = stack.enter_context(server.come())
        watchers: list[Watcher] = []
        for count in (0, *PEOPLE):
            while len(watchers) < count:
                watchers.append(stack.enter_context(server.come()))
            seen[count] = now = _seen(server, clicker, watchers)
            print(
                f"{server.name} with {count} who watch: {now.memory:.0f} MB, {now.cores:.1%} of a"
                f" core, p95 of a click {now.click:.0f} ms"
            )
    return seen


def _seen(server: Server, clicker: Watcher, watchers: list[Watcher]) -> Seen:
    with ThreadPoolExecutor(max_workers=max(PEOPLE)) as threads:
        before, start = cpu_seconds(server.pid), time.monotonic()
        watching = [threads.submit(each.watch, SECONDS) for each in watchers]
        clicks: list[float] = []
        for label in itertools.cycle(server.clicks):
            clicks.append(clicker.press(label))
            clicker.watch(CLICKS_APART)
            if time.monotonic() - start >= SECONDS:
                break
        ticks = sum(each.result() for each in watching)
        cores = (cpu_seconds(server.pid) - before) / (time.monotonic() - start)
    if ticks < len(watchers) * SECONDS / 2:
        sys.exit(f"{server.name}: {ticks} ticks of {len(watchers)} people are too few.")
    return Seen(memory(server.pid), cores, statistics.quantiles(clicks, n=20)[-1])


def _measures(database: str, ours: Mapping[int, Seen], bare: Mapping[int, Seen]) -> list[Measure]:
    most = max(PEOPLE)

    def a_session(seen: Mapping[int, Seen], what: str) -> float:
        return (getattr(seen[most], what) - getattr(seen[0], what)) / most

    clicks = [
        Measure(
            name=f"p95 from click to page beside {count} who watch, {database}",
            ours=ours[count].click,
            peer=bare[count].click,
            unit="ms",
            aim=CLICK_AIM,
        )
        for count in PEOPLE
    ]
    costs = [
        Measure(
            name=f"{name} that one more session costs, {database}",
            ours=a_session(ours, what),
            peer=a_session(bare, what),
            unit=unit,
            aim=aim,
        )
        for name, what, unit, aim in (
            ("memory", "memory", "MB", MEMORY_AIM),
            ("CPU", "cores", "cores", CORES_AIM),
        )
    ]
    return [clicks[-1], *clicks[:-1], *costs]


def _people(playground: Playground, count: int) -> Iterator[str]:
    """The cookies of so many people who are signed in."""
    with (
        closing(Store(playground.data, ZoneInfo("UTC"), url=playground.database)) as store,
        mock.patch.object(passwords, "ROUNDS", 4),
    ):
        names = [f"person-{n}" for n in range(count)]
        for name in names:
            users.add(store, name, "four green kettles", Role.MEMBER)
        tokens = [sessions.begin(store, name, "127.0.0.1", "benchmark") for name in names]
    return (f"{COOKIE}={each}" for each in tokens)


def _ours(playground: Playground, cookies: str) -> Watcher:
    """Somebody with a run that goes on."""
    came = Watcher(playground.url, "images", cookies=cookies)
    came.load()
    came.press(EXAMPLES[0])
    for _ in range(50):
        if came.has_button("Run · $"):
            break
        came.watch(0.2)
        came.load()
    came.press("Run · $")
    came.load()
    return came


def _bare(bare: Bare) -> Watcher:
    came = Watcher(bare.url, query="form=watching")
    came.load()
    return came


if __name__ == "__main__":
    main()
