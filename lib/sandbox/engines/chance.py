"""Chance that follows from facts: the same facts, the same draw, on any machine."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def number(*facts: object) -> int:
    """64 bits."""
    text = "\0".join(map(str, facts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])


def pick(things: Sequence[Thing], *facts: object) -> Thing:
    return things[number(*facts) % len(things)]
