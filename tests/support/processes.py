"""Processes that a test starts, each with its whole group, none of which outlives the tests."""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]

# Reads "+PID" and "-PID" lines; when the tests are gone, however they went, ends what is left.
_REAPER = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""
_reaper: "subprocess.Popen[str] | None" = None


class Process:
    """A running command in a group of its own, its output in a log file."""

    def __init__(
        self, command: Sequence[str], *, log: Path, cwd: Path, env: Mapping[str, str]
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command,
                # A pipe that closes when we are gone: the sandbox ends by it.
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=cwd,
                env=env,
                start_new_session=True,
            )
        self._ended = False
        _tell_reaper(f"+{self.pid}")

    @property
    def pid(self) -> int:
        """The process's id, and its group's."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self._popen.stdin is not None
        self._popen.stdin.write(f"{line}\n".encode())
        self._popen.stdin.flush()

    def close_input(self) -> None:
        """End its standard input."""
        assert self._popen.stdin is not None
        self._popen.stdin.close()

    def wait(self, timeout: float = 10) -> int:
        """The exit code, within `timeout` seconds. Raises subprocess.TimeoutExpired."""
        return self._popen.wait(timeout)

    def stop(self, patience: float = 10) -> None:
        """Ask it to end (SIGTERM), and after `patience` seconds end it."""
        if self.running:
            self._popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(patience)
        self.kill()

    def freeze(self) -> None:
        """Have it and its group stand still, as on a machine that hangs, until `thaw`."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once with everything in its group (SIGKILL): what a crash looks like."""
        if self._ended:
            return  # its number may be somebody else's by now
        self._ended = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        if self._popen.stdin is not None:
            self._popen.stdin.close()
        _tell_reaper(f"-{self.pid}")


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without the developer's own settings, with these ones; bytecode
    is kept, or every start compiles all that it imports.

    Started away from the top folder, nothing reads a developer's `.env` either; so the top folder
    is on the Python path.
    """
    without = ("DEAPI_", "PLAYGROUND_", "STREAMLIT_", "PYTHONDONTWRITEBYTECODE")
    rest = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    return {**rest, "PYTHONPATH": str(TOP), "PYTHONUNBUFFERED": "1", **settings}


def _tell_reaper(line: str) -> None:
    global _reaper  # noqa: PLW0603  one for the whole test process
    if _reaper is None:
        _reaper = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", _REAPER],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        atexit.register(_reaper.communicate)
    assert _reaper.stdin is not None
    print(line, file=_reaper.stdin, flush=True)
