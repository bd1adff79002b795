"""The HTTP server: one port for everything."""

import socket
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.sandbox import control, errors, files, push, v1, v2
from lib.sandbox.config import Config
from lib.sandbox.faulty import Faulty, Protocol
from lib.sandbox.state import Call, State, opened


def app(config: Config) -> Starlette:
    """The whole sandbox as one ASGI application; its state lives from startup to shutdown."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[dict[str, Any]]:
        async with opened(config) as state:
            yield {"sandbox": state}

    return Starlette(
        routes=[*v2.routes(), *v1.routes(), *control.routes(), *files.routes(), *push.routes()],
        middleware=[Middleware(Recorder), Middleware(Faulty)],
        exception_handlers={
            errors.Refused: errors.answer_refused,
            HTTPException: errors.answer_http,
            Exception: errors.answer_bug,
        },
        lifespan=lifespan,
    )


class Recorder:
    """Notes each call and its answer's status for `GET /sandbox/requests`."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/sandbox/"):
            await self._inner(scope, receive, send)
            return
        status = 0  # none at all

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        at = time.time()
        try:
            await self._inner(scope, receive, noting)
        except Exception:
            status = 500  # what a bug answers, outside of here
            raise
        finally:
            state: State = scope["state"]["sandbox"]
            state.calls.append(Call(scope["method"], scope["path"], status, at))


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises `OSError`, e.g. when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the protocol is named, and with it every
    # answer on a kept connection waits 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def serve(config: Config, listening: socket.socket) -> None:
    """Answer on `listening` until SIGTERM or Ctrl-C; says on standard output when it does."""
    host, port = listening.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{port}"
    server = _Server(
        uvicorn.Config(
            app(replace(config, address=address)),
            log_config=None,  # its lines are written as ours
            access_log=False,
            server_header=False,
            http=Protocol,
            ws="websockets-sansio",
            ws_ping_interval=None,  # Pusher has pings of its own
            timeout_graceful_shutdown=2,
        ),
        ready=f"ready {address}",
    )
    server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """Prints a line once it answers."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._ready, flush=True)
