"""The peer's server: Streamlit alone, with `benchmarks/bare.py`; and what a server costs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.playground import free_port
from tests.support.processes import TOP, Process, environment
from tests.support.waiting import eventually


@dataclass(frozen=True, slots=True)
class Bare:
    """Where it is, and the process that it is."""

    url: str
    pid: int


@contextmanager
def bare_server(folder: Path) -> Iterator[Bare]:
    """The running peer, its log in `folder`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    script = TOP / "benchmarks" / "bare.py"
    server = Process(
        [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"],
        log=folder / "bare.log",
        cwd=TOP,
        env=environment(),
    )
    try:
        eventually(lambda: _answers(f"{url}/_stcore/health"), timeout=60)
        yield Bare(url, server.pid)
    finally:
        server.kill()


def cpu_seconds(pid: int) -> float:
    """What a process has had of the CPU since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """MB of memory that a process has of its own."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kilobytes = {line.split()[0]: line.split()[1] for line in told.splitlines()[1:]}
    return (int(kilobytes["Private_Clean:"]) + int(kilobytes["Private_Dirty:"])) / 1000


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False
