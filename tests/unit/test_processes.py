"""No process that a test started outlives the tests, whichever way they end."""

import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import Process, environment
from tests.support.waiting import eventually

# A test run in small. It starts a process that is deaf to all but SIGKILL and holds a lock on
# its log for as long as it lives, and waits.
TESTS = """
import sys, time
from pathlib import Path
from tests.support.processes import Process, environment
deaf = '''
import fcntl, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
fcntl.flock(1, fcntl.LOCK_EX)
print("up", flush=True)
time.sleep(600)
'''
folder = Path(sys.argv[1])
Process([sys.executable, "-c", deaf], log=folder / "log", cwd=folder, env=environment())
(folder / "started").touch()
time.sleep(600)
"""


def test_a_process_ends_when_its_tests_are_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", TESTS, str(tmp_path)], env=environment()) as tests:
        eventually(lambda: (tmp_path / "started").exists() and "up" in log.read_text())
        assert locked(log)
        tests.send_signal(signal.SIGKILL)
    eventually(lambda: not locked(log))


def test_stop_ends_what_ignores_being_asked(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); input()"
    process = Process(
        [sys.executable, "-c", deaf], log=tmp_path / "log", cwd=tmp_path, env=environment()
    )
    eventually(lambda: "up" in process.output)
    process.stop(patience=0.1)
    assert not process.running
    assert process.wait() == -signal.SIGKILL


def test_the_developers_own_key_never_reaches_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEAPI_API_KEY", "theirs")
    assert "DEAPI_API_KEY" not in environment()
    assert environment(DEAPI_API_KEY="ours")["DEAPI_API_KEY"] == "ours"


def locked(path: Path) -> bool:
    """Whether a living process holds a lock on the file."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
