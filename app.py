"""Starts everything. Run as `python app.py`; Streamlit then reads this file in two more ways.

As a module it finds `app`, the ASGI application with our routes; as the script of a browser's
session it draws the frame around the page that was chosen.
"""

import contextlib
import gc
import importlib
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib import settings
from lib.runs.engine import Engine
from lib.runs.profiles import LIVE, SANDBOX, Address
from lib.sandbox import process as sandbox
from lib.store import Lock, Store, hold
from lib.ui import frame, session
from lib.web import files, health
from lib.web.guard import LoopbackOnly

HOST = "127.0.0.1"


class Playground:
    """What one server process holds: the data folder, the sandbox and the engine.

    Raises `SettingsError`, `StoreError` or `sandbox.DidNotStart`, each with a sentence that says
    what to do, and then holds nothing.
    """

    def __init__(self) -> None:
        told = settings.load()
        with contextlib.ExitStack() as undo:
            self.lock: Lock = undo.enter_context(hold(told.playground_data_dir))
            self.store = Store(told.playground_data_dir, told.timezone)
            undo.callback(self.store.close)
            addresses: list[Address] = []
            if told.playground_sandbox == "on":
                local = sandbox.start(
                    told.playground_data_dir / "sandbox", _sandbox_key(told.playground_data_dir)
                )
                undo.callback(local.stop)
                addresses.append(Address(SANDBOX, local.url, local.key))
            if told.deapi_api_key is not None:
                key = told.deapi_api_key.get_secret_value()
                addresses.append(Address(LIVE, str(told.deapi_base_url).rstrip("/"), key))
            self.engine = Engine(self.store, addresses)
            self.engine.start()
            undo.callback(self.engine.stop)
            self._undo = undo.pop_all()

    def stop(self) -> None:
        """Let go of everything, the engine first, so that paid calls get their answers."""
        self._undo.close()


@st.cache_resource(on_release=Playground.stop, show_spinner=False)
def playground() -> Playground:
    """The one of this process, shared by every session and route."""
    return Playground()


def _sandbox_key(data_dir: Path) -> str:
    """The data folder's own key for its sandbox, drawn once."""
    path = data_dir / "sandbox.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()


@contextlib.asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    held = await run_in_threadpool(playground)
    # Streamlit collects garbage after every run of a script. Nothing that is loaded by now ever
    # becomes garbage, and leaving it out makes a run three times as quick.
    for name in ("pandas", "pyarrow", "PIL.Image", "altair"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    print(f"deAPI Playground is ready: http://{HOST}:{st.get_option('server.port')}", flush=True)
    try:
        yield
    finally:
        await run_in_threadpool(held.stop)


def start() -> None:
    """Check what can be checked with one clear sentence, then become Streamlit's server."""
    try:
        port = settings.load().playground_port
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
    except settings.SettingsError as error:
        sys.exit(f"A setting can't be used: {error}")
    except OSError:
        sys.exit(
            f"Port {port} is taken, perhaps by a playground that already runs: open "
            f"http://{HOST}:{port}, stop it, or choose another port with PLAYGROUND_PORT."
        )
    here = [str(Path(__file__).resolve()), f"--server.address={HOST}", f"--server.port={port}"]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", *here])  # noqa: S606


if get_script_run_ctx(suppress_warning=True) is not None:
    session.begin(playground().engine)
    frame.draw()
elif __name__ == "__main__":
    start()
else:
    app = st.App(
        __file__,
        lifespan=_lifespan,
        routes=[
            *health.routes(lambda: playground().store),
            *files.routes(lambda: playground().store),
        ],
        middleware=[Middleware(LoopbackOnly)],
    )
