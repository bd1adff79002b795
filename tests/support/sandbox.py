"""A real sandbox process to test against."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.support.processes import Process, environment
from tests.support.waiting import eventually

PLAIN: dict[str, Any] = {"verify": False, "trust_env": False}
"""For httpx where nothing is encrypted: to read the certificates of the system for each of many
thousand calls would take a minute of the tests."""


class Sandbox:
    """A running `python -m lib.sandbox`: where it is, its key, and what it saw.

    Keyword arguments become its flags: `tier="basic"`, `balance=0.4`, `engines="none"`, …
    `folder` takes its log, and its data unless `data` names another place.
    """

    def __init__(self, folder: Path, **flags: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        options = {"port": 0, "key": "test-key", "data": folder / "data", **flags}
        self.key = str(options["key"])
        self.data = Path(str(options["data"]))
        arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        self.process = Process(
            [sys.executable, "-m", "lib.sandbox", *arguments],
            log=folder / "sandbox.log",
            cwd=folder,
            env=environment(),
        )
        try:
            self.url = eventually(self._ready, timeout=30)
        except BaseException:
            self.process.kill()
            raise

    @property
    def push_url(self) -> str:
        """Where it pushes."""
        return self.url.replace("http://", "ws://", 1)

    def charges(self) -> list[dict[str, Any]]:
        """What it accepted and charged, oldest first: request_id, endpoint, price, at."""
        return self.control("GET", "charges")

    def requests(self) -> list[dict[str, Any]]:
        """Every call it received: method, path, status, at."""
        return self.control("GET", "requests")

    def control(self, method: str, path: str, json: object = None) -> Any:
        """Call `/sandbox/{path}`; its JSON, None when the answer has no body."""
        answer = httpx.request(
            method,
            f"{self.url}/sandbox/{path}",
            json=json,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=10,
            **PLAIN,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _ready(self) -> str | None:
        if not self.process.running:
            raise RuntimeError(f"the sandbox ended at its start:\n{self.process.output}")
        line = re.search(r"^ready (http://\S+)$", self.process.output, re.MULTILINE)
        return line.group(1) if line else None


StartSandbox = Callable[..., Sandbox]


@contextmanager
def sandboxes(folder: Path) -> Iterator[StartSandbox]:
    """A starter of sandboxes under `folder`, all ended at the end."""
    with ExitStack() as ending:
        numbers = count(1)

        def start(**flags: object) -> Sandbox:
            started = Sandbox(folder / f"sandbox-{next(numbers)}", **flags)
            ending.callback(started.process.kill)
            return started

        yield start
