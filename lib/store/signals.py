"""What one server tells the others at once, so that they need not wait until they look again.

Nothing depends on a signal: whoever misses one finds the same in the database, a few seconds later.
With SQLite there are no others, and nothing is told.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import func, select

from lib.store.database import Store

_CHANNEL = "playground"

Kind = Literal["run", "experiment", "recipe", "left"]
"""A run that was moved by a person or by news, an experiment or a recipe that is to go on, or a
server that has ended."""


@dataclass(frozen=True, slots=True)
class Signal:
    """It is about the one of this kind with the id `of`."""

    kind: Kind
    of: str


def send(store: Store, kind: Kind, of: str) -> None:
    """Tell the other servers. Raises `StoreError`."""
    if store.is_shared:
        with store.write() as connection:
            told = f"{kind}:{of}:{store.server}"
            connection.execute(select(func.pg_notify(_CHANNEL, told)))


@contextmanager
def listening(store: Store) -> Generator[Callable[[float], list[Signal]]]:
    """Hear signals of a shared store, on one thread: what is given waits so many seconds at most
    for the first, and returns those that have come. Raises `StoreError`, also while listening."""
    with store.line() as connection:
        connection.execute(f"LISTEN {_CHANNEL}")

        def heard(seconds: float) -> list[Signal]:
            came = [*connection.notifies(timeout=seconds, stop_after=1)]
            came += connection.notifies(timeout=0)
            return [told for each in came if (told := _parsed(each.payload, store.server))]

        yield heard


def _parsed(payload: str, server: str | None) -> Signal | None:
    """What was told; None for what a newer server tells, and this one doesn't know, and for what it
    has told itself: but its own end wakes it."""
    kind, _, rest = payload.partition(":")
    of, _, sender = rest.partition(":")
    if sender == server and kind != "left":
        return None
    return next((Signal(each, of) for each in get_args(Kind) if each == kind), None)
