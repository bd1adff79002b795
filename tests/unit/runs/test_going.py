"""Things that go on by themselves, beside a look around every few seconds."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, cast

import pytest

from lib.runs.going import Going
from lib.runs.loop import Clock, Loop
from lib.store import Run, Store
from tests.support.waiting import eventually


class Put(Going):
    """One thing, whose steps name a far moment or none."""

    kind: ClassVar[str] = "thing"

    def __init__(self, loop: Loop, moment: float | None) -> None:
        """`moment`: so many seconds away is what each step names."""
        nothing: Any = None
        super().__init__(loop, cast(Store, nothing), nothing, "server", lambda _: None)
        self._moment = moment
        self.steps = 0

    def _left(self) -> list[str]:
        return ["it"]

    def _of(self, run: Run) -> str:
        return run.id

    async def _step(self, it: str) -> datetime | None:
        self.steps += 1
        return None if self._moment is None else self._loop.clock.later(self._moment)

    @property
    def is_put_off(self) -> bool:
        return "it" in self._put_off


@pytest.fixture
def loop() -> Iterator[Loop]:
    async def nothing() -> None: ...

    started = Loop(Clock())
    started.start()
    yield started
    started.stop(grace=1.0, last=nothing)


def look_around(loop: Loop, put: Put) -> None:
    loop.submit(put.resume()).result(timeout=10)


def test_what_waits_for_a_moment_is_let_alone_until_then_or_until_a_person_wants_it(
    loop: Loop,
) -> None:
    put = Put(loop, 3600.0)
    look_around(loop, put)
    assert eventually(lambda: put.is_put_off)
    look_around(loop, put)
    look_around(loop, put)
    assert put.steps == 1
    loop.call(put.take, "it")
    assert eventually(lambda: put.steps == 2)


def test_what_waits_for_its_runs_is_looked_at_each_time(loop: Loop) -> None:
    put = Put(loop, None)
    for count in (1, 2, 3):
        look_around(loop, put)
        assert eventually(lambda count=count: put.steps == count)
