"""Waiting for something to become true, instead of for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SOONEST, LATEST = 0.01, 0.25
"""Seconds between two looks, at least and at most …"""
SHARE = 0.1
"""… and in between this share of what was waited so far: what is quick is seen at once, and what
takes long is not slowed down by looking."""


def eventually(probe: Callable[[], T | None], timeout: float = 10) -> T:
    """The first truthy answer of `probe`, asked again and again for `timeout` seconds.

    An AssertionError of the probe counts as "not yet". At the deadline the test fails: with the
    probe's last AssertionError if it raised one, else saying what was last answered.
    """
    begun = time.monotonic()
    while True:
        waited = time.monotonic() - begun
        late = waited >= timeout
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
        time.sleep(min(max(SOONEST, SHARE * waited), LATEST))
