"""Ending when the parent does, however it ends.

A parent gives the sandbox a pipe as its standard input and holds the other end. The pipe closes
with the parent even when that is killed, which no signal and no exit handler would tell.
"""

import os
import select
import signal
import stat
import threading

_INPUT = 0


def follow(*, strict: bool) -> None:
    """Send this process SIGTERM once standard input ends.

    `strict` is for a parent that promises such a pipe. Without it, only a pipe that somebody holds
    open now counts: run from a terminal, or with its input already closed, the sandbox stays.
    """
    if strict or _is_held_pipe(_INPUT):
        threading.Thread(target=_wait, args=[_INPUT], name="parent", daemon=True).start()


def _is_held_pipe(descriptor: int) -> bool:
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return False
    except OSError:  # no standard input at all
        return False
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return not any(event & select.POLLHUP for _, event in poll.poll(0))


def _wait(descriptor: int) -> None:
    # Not through `sys.stdin`: Python can't end while a thread holds that object's lock.
    while os.read(descriptor, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
