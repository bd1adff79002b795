"""Waiting for something to become true, instead of for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T | None], timeout: float = 10, every: float = 0.05) -> T:
    """The first truthy answer of `probe`, asked every `every` seconds for `timeout` seconds.

    An AssertionError of the probe counts as "not yet". At the deadline the test fails: with the
    probe's last AssertionError if it raised one, else saying what was last answered.
    """
    deadline = time.monotonic() + timeout
    while True:
        late = time.monotonic() >= deadline
        try:
            answer = probe()
        except AssertionError:
            if late:
                raise
        else:
            if answer:
                return answer
            if late:
                raise AssertionError(f"still {answer!r} after {timeout} seconds")
        time.sleep(every)
