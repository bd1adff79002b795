"""A network that fails on order: a TCP proxy in front of a sandbox.

It reads each request whole, does what the first fault that fits says, and else hands on the
request and its answer. One request a connection, so that nothing is left of a fault.
"""

import contextlib
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit


class Way(Enum):
    """How an exchange fails."""

    RESET_BEFORE = "the connection is reset, the request never reached deAPI"
    RESET_AFTER = "deAPI processed it, its answer is lost in a reset"
    CUT_SHORT = "deAPI processed it, half of its answer comes and then a reset"
    SILENCE = "deAPI processed it, and the answer never comes"
    INSTEAD = "the request never reached deAPI, and the proxy answers"
    AFTERWARDS = "deAPI processed it, and the proxy answers something else"
    GATE = "the request is handed on when the gate is opened"
    LATE = "the request is handed on after `seconds`"


@dataclass(slots=True)
class Fault:
    """What befalls the next `times` requests whose first line begins with `line`."""

    line: str
    way: Way
    answer: bytes = b""
    times: int = 1
    seconds: float = 60
    """How long a gate stays shut at most."""
    open: threading.Event = field(default_factory=threading.Event)
    """The gate, and the end of the silence."""
    met: threading.Event = field(default_factory=threading.Event)
    """A request has met it."""


class Proxy:
    """Listens at `url` for what goes to `target`, an `http://host:port`."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self.lines: list[str] = []
        """The first line of every request that came, e.g. "POST /api/v2/… HTTP/1.1"."""
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    proxy._handle(self.request)

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def fail(
        self, line: str, way: Way, answer: bytes = b"", times: int = 1, seconds: float = 60
    ) -> Fault:
        """Have the next requests that begin with `line` (`POST /api`) fail this way."""
        fault = Fault(line, way, answer, times, seconds)
        with self._lock:
            self._faults.append(fault)
        return fault

    def count(self, line: str) -> int:
        """How many requests came that begin with `line`."""
        return sum(each.startswith(line) for each in self.lines)

    def heal(self) -> None:
        """No more faults; whoever waits goes on."""
        with self._lock:
            for fault in self._faults:
                fault.open.set()
            self._faults.clear()

    def close(self) -> None:
        self.heal()
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, client: socket.socket) -> None:
        request = _read_request(client)
        if not request:
            return
        line = request.split(b"\r\n", 1)[0].decode("latin-1")
        self.lines.append(line)
        fault = self._fault(line)
        way = fault.way if fault else None
        if fault and way in (Way.GATE, Way.LATE):
            fault.open.wait(fault.seconds)
        if fault and way is Way.INSTEAD:
            client.sendall(fault.answer)
        elif way is Way.RESET_BEFORE:
            _reset(client)
        else:
            self._hand_on(client, request, fault)

    def _hand_on(self, client: socket.socket, request: bytes, fault: Fault | None) -> None:
        answer = self._ask(request)
        match fault and fault.way:
            case Way.RESET_AFTER:
                _reset(client)
            case Way.CUT_SHORT:
                client.sendall(answer[: len(answer) - 5])
                _reset(client)
            case Way.SILENCE if fault:
                fault.open.wait(60)
            case Way.AFTERWARDS if fault:
                client.sendall(fault.answer)
            case _:
                client.sendall(answer)

    def _fault(self, line: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and line.startswith(fault.line):
                    fault.times -= 1
                    fault.met.set()
                    return fault
        return None

    def _ask(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head) + b"\r\nConnection: close"
        with socket.create_connection(self._target, timeout=30) as sandbox:
            sandbox.sendall(head + b"\r\n\r\n" + body)
            parts = list(iter(lambda: sandbox.recv(65536), b""))
        return b"".join(parts)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False


def http(status: int, body: str, media_type: str = "application/json", **headers: str) -> bytes:
    """A whole answer; `retry_after="3"` is the header Retry-After."""
    content = body.encode()
    named = {
        "Content-Type": media_type,
        "Content-Length": str(len(content)),
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"HTTP/1.1 {status} x", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """A proxy in front of `target`, closed at the end."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()


def _read_request(client: socket.socket) -> bytes:
    """One request with all of its body, which names its length."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = client.recv(65536)
        if not more:
            return b""
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    missing = int(found.group(1)) - len(body) if found else 0
    while missing > 0:
        more = client.recv(min(missing, 65536))
        if not more:
            return b""
        read += more
        missing -= len(more)
    return read


def _reset(client: socket.socket) -> None:
    """Close so that the other side sees a reset and not an end."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
