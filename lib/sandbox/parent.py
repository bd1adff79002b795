"""Ending when the parent does, however it ends.

A parent gives the sandbox a pipe as its standard input and holds the other end. The pipe closes
with the parent even when that is killed, which no signal and no exit handler would tell.
"""

import os
import select
import signal
import stat
import sys
import threading


def follow(*, strict: bool) -> None:
    """Send this process SIGTERM once standard input ends.

    `strict` is for a parent that promises such a pipe. Without it, only a pipe that somebody holds
    open now counts: run from a terminal, or with its input already closed, the sandbox stays.
    """
    if strict or _is_held_pipe(sys.stdin.fileno()):
        threading.Thread(target=_wait, name="parent", daemon=True).start()


def _is_held_pipe(descriptor: int) -> bool:
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return False
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return not any(event & select.POLLHUP for _, event in poll.poll(0))


def _wait() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
