"""Starting a sandbox as a process of one's own, and ending it."""

import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lib.sandbox.config import Engines, Role, Tier

_ROOT = Path(__file__).resolve().parents[2]


class DidNotStart(RuntimeError):
    """The sandbox ended or said nothing in time; the message says why, as far as is known."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox. It ends with `stop`, or by itself when this process ends."""

    url: str
    key: str
    process: subprocess.Popen[bytes]

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, timeout: float = 5.0) -> None:
        """End it; after `timeout` seconds, by force. Unfinished jobs stay in its data folder."""
        self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _close(self.process)


def start(
    data: Path,
    key: str,
    *,
    port: int = 0,
    tier: Tier = "premium",
    role: Role = "admin",
    balance: Decimal | str = "5",
    speed: float = 1.0,
    engines: Engines = "real",
    timeout: float = 30.0,
) -> Sandbox:
    """Start a sandbox on `data` and wait until it answers, at most `timeout` seconds.

    Raises `DidNotStart`.
    """
    options = {
        "--port": port,
        "--key": key,
        "--tier": tier,
        "--role": role,
        "--balance": balance,
        "--speed": speed,
        "--data": data.resolve(),
        "--engines": engines,
    }
    # A pipe as its input tells it of our end, even by SIGKILL; a session of its own keeps a
    # terminal's Ctrl-C from reaching it before us.
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "lib.sandbox",
            "--with-parent",
            *(f"{name}={value}" for name, value in options.items()),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        start_new_session=True,
    )
    try:
        word, _, url = _first_line(process, timeout).partition(" ")
        if word != "ready" or not url:
            raise DidNotStart(_why(process))
    except BaseException:
        process.kill()
        process.wait()
        _close(process)
        raise
    return Sandbox(url, key, process)


def _first_line(process: subprocess.Popen[bytes], timeout: float) -> str:
    """What it says first; empty when it ended. Raises `DidNotStart` when time is up."""
    assert process.stdout is not None  # a pipe was asked for
    pipe = process.stdout.fileno()
    deadline = time.monotonic() + timeout
    said = b""
    while b"\n" not in said:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise DidNotStart(f"The sandbox didn't answer within {timeout:g} seconds.")
        chunk = os.read(pipe, 256)
        if not chunk:
            return ""
        said += chunk
    return said.partition(b"\n")[0].decode(errors="replace").strip()


def _why(process: subprocess.Popen[bytes]) -> str:
    return f"The sandbox ended at once (exit {process.wait()}); its message is above."


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
