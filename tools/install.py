"""Make `.venv` and install exactly what `requirements.txt` pins.

With `--engines`, what `requirements-engines.txt` pins as well; once there, it stays.
Runs on the system's Python before anything is installed, so: standard library only.
Does nothing, and at once, when the last install still fits.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
VENV = TOP / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = TOP / "requirements.txt"
ENGINES = TOP / "requirements-engines.txt"
STAMP = VENV / ".installed"
WITH_ENGINES = VENV / ".with-engines"
LOG = TOP / ".install.log"


class InstallFailed(Exception):
    """The install can't go on; the message is one sentence for the person at the terminal."""


def main() -> int:
    try:
        with one_at_a_time():
            locks = [LOCK, ENGINES] if wants_engines() else [LOCK]
            if is_current(locks):
                return 0
            print("Installing into .venv …", flush=True)
            install(locks)
    except InstallFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def wants_engines() -> bool:
    return "--engines" in sys.argv[1:] or WITH_ENGINES.exists()


def install(locks: list[Path]) -> None:
    """Everything from nothing to a stamped `.venv`. Raises InstallFailed."""
    LOG.write_text("")
    STAMP.unlink(missing_ok=True)
    if not venv_fits():
        make_venv()
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--retries", "2"]
    run([*pip, pinned("uv")])
    try:
        run([PYTHON, "-m", "uv", "pip", "sync", "--python", PYTHON, *locks])
    except InstallFailed:
        # pip just reached its index; uv doesn't read pip's own mirrors and certificates. The locks
        # are complete, and leave out on purpose what some packages ask for.
        run([*pip, "--no-deps", *(f"--requirement={lock}" for lock in locks)])
    if ENGINES in locks:
        WITH_ENGINES.touch()
    STAMP.write_text(fingerprint(locks))


def make_venv() -> None:
    """A fresh `.venv` of the running Python, in place of whatever was there."""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise InstallFailed(
            "This Python can't make a virtual environment: install its venv module first "
            f"(on Debian or Ubuntu: sudo apt-get install python{version}-venv), then try again."
        )
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV])


def venv_fits() -> bool:
    """Whether `.venv` runs, has pip, and is of the running Python's version."""
    probe = "import sys, pip; print(sys.version)"
    try:
        answer = subprocess.run([PYTHON, "-c", probe], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == sys.version.strip()


def is_current(locks: list[Path]) -> bool:
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint(locks)


def fingerprint(locks: list[Path]) -> str:
    """What the install depends on: the locks, the Python, and the folder (scripts name it)."""
    parts = (*(lock.read_bytes() for lock in locks), sys.version.encode(), os.fsencode(VENV))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def pinned(package: str) -> str:
    """The lock's own line for a package, e.g. `uv==0.13.9`."""
    line = re.search(rf"^{re.escape(package)}==\S+", LOCK.read_text(), re.MULTILINE)
    if line is None:
        raise InstallFailed(f"requirements.txt doesn't pin {package}: run `make lock`.")
    return line.group()


def run(command: list[str | Path]) -> None:
    """Run a step with its output in the log. Raises InstallFailed when it fails."""
    with LOG.open("a") as log:
        print("$", *command, file=log, flush=True)
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=TOP, check=False
        )
    if done.returncode != 0:
        raise InstallFailed(
            "The install failed (is the network there, and is the disk not full?): "
            f"{LOG.name} has the details; when it is mended, run the same command again."
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the folder's own lock: two `make` at once must not install into each other."""
    folder = os.open(TOP, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


if __name__ == "__main__":
    sys.exit(main())
