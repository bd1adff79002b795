"""One engine a data folder: an operating-system lock, which dies with its process.

The lock itself is the file `lock`; beside it `lock.json` says who holds it, for the message that
a second start gets. Only the lock decides: a `lock.json` left by a killed process means nothing.
"""

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from lib.store.errors import AlreadyHeld


class Lock:
    """The held lock of a data folder; released by `release`, at the end of a `with`, or by the
    end of the process."""

    def __init__(self, lock: FileLock, note: Path) -> None:
        self._lock = lock
        self._note = note

    def release(self) -> None:
        """Lets the next engine in. Doing it twice does no harm."""
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


def hold(data_dir: Path) -> Lock:
    """Takes the folder for this process, or raises `AlreadyHeld` at once with who has it."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = data_dir / "lock.json"
    # Not per thread: the thread that stops the engine need not be the one that started it.
    lock = FileLock(data_dir / "lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise AlreadyHeld(
            f"Another playground is already using {data_dir} ({_holder(note)}): stop it first, "
            "or choose another folder with PLAYGROUND_DATA_DIR."
        ) from None
    me = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps(me))
    fresh.replace(note)
    return Lock(lock, note)


def _holder(note: Path) -> str:
    try:
        who = json.loads(note.read_text())
        return f"process {who['pid']} on {who['host']}, since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said which process it is"
