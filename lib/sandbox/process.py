"""Starting a sandbox as a process of one's own, changing how it behaves, and ending it."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from lib.sandbox.config import APP_KEY, CLIENT_ID, Engines, Role, Tier

CALL_SECONDS = 5.0
"""How long a sandbox, which is on this machine, may take to answer."""

_ROOT = Path(__file__).resolve().parents[2]


class DidNotStart(RuntimeError):
    """The sandbox ended or said nothing in time; the message says why, as far as is known."""


class NotChanged(ConnectionError):
    """The sandbox didn't answer, or refused; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox. One that we have started has a `process`; it ends with `stop`, or by
    itself when this process ends. Another one goes on.

    Each call to it waits at most `CALL_SECONDS` and raises `NotChanged` when it fails.
    """

    url: str
    key: str
    process: subprocess.Popen[bytes] | None = None
    client_id: str = CLIENT_ID
    app_key: str = APP_KEY

    @property
    def push_url(self) -> str:
        """Where it pushes news of jobs."""
        return self.url.replace("http://", "ws://", 1)

    @property
    def alive(self) -> bool:
        return self.process is None or self.process.poll() is None

    def balance(self) -> Decimal:
        """What is left, in USD."""
        return Decimal(self._call("GET", "balance")["balance"])

    def set_balance(self, usd: Decimal) -> None:
        """Have `usd` be all there is: 0 to 1,000,000."""
        self._call("PUT", "balance", str(usd))

    def tier(self) -> Tier:
        """Whose limits apply."""
        return self._call("GET", "tier")["tier"]

    def set_tier(self, tier: Tier) -> None:
        """Go by the limits of `tier`; every window begins anew."""
        self._call("PUT", "tier", tier)

    def faults(self) -> list[dict[str, Any]]:
        """Those that were asked for, each with how often it has struck."""
        return self._call("GET", "faults")

    def add_faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Ask for these too (`lib.sandbox.faults`)."""
        self._call("POST", "faults", list(faults))

    def end_faults(self, name: str | None = None) -> None:
        """Take away those of this name, or all of them."""
        query = "" if name is None else f"?{urlencode({'name': name})}"
        self._call("DELETE", f"faults{query}")

    def _call(self, method: str, name: str, value: object = None) -> Any:
        # Not urllib's opener: it would go by the environment's proxies.
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=CALL_SECONDS)
        body = None if value is None else json.dumps(value)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        with contextlib.closing(connection):
            try:
                connection.request(method, f"/sandbox/{name}", body, headers)
                answer = connection.getresponse()
                said = json.loads(answer.read())
            except (OSError, HTTPException, ValueError) as error:
                raise NotChanged(
                    "The sandbox does not answer. Start the playground again to bring it back."
                ) from error
        if answer.status != 200:
            raise NotChanged(f"The sandbox refused this: {said.get('message', answer.reason)}")
        return said

    def stop(self, timeout: float = 5.0) -> None:
        """End it; after `timeout` seconds, by force. Unfinished jobs stay in its data folder."""
        process = self.process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close(process)


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
        # It has no business with the live key.
        env={name: value for name, value in os.environ.items() if not name.startswith("DEAPI_")},
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
