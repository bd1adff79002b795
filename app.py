"""Starts everything. Run as `python app.py`; Streamlit then reads this file in two more ways.

As a module it finds `app`, the ASGI application with our routes; as the script of a browser's
session it draws the frame around the page that was chosen.
"""

import contextlib
import gc
import importlib
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.watcher import polling_path_watcher

from lib import playground, settings
from lib.store import Store
from lib.ui import frame, session
from lib.web import files, health, signin, webhooks
from lib.web.guard import LoopbackOnly
from lib.web.origin import OurPagesOnly

HOST = "127.0.0.1"


@contextlib.asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    try:
        await run_in_threadpool(playground.current)
    except playground.CANNOT_START as error:
        # Raised any further, its one sentence would be lost in a traceback of the server's.
        print(_cannot_start(error), file=sys.stderr, flush=True)
        os._exit(1)
    # Streamlit collects garbage after every run of a script. Nothing that is loaded by now ever
    # becomes garbage, and leaving it out makes a run three times as quick.
    for name in ("pandas", "pyarrow", "PIL.Image", "altair"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    # Streamlit looks at its configuration files five times a second for ever, which is most of
    # what an idle playground costs. The name is private: without it, only that would come back.
    polling_path_watcher._POLLING_PERIOD_SECS = 2.0
    print(f"deAPI Playground is ready: http://{HOST}:{st.get_option('server.port')}", flush=True)
    try:
        yield
    finally:
        await run_in_threadpool(playground.stop)


def _cannot_start(why: Exception) -> str:
    setting = isinstance(why, settings.SettingsError)
    return f"A setting can't be used: {why}" if setting else str(why)


def _store() -> Store:
    return playground.current().store


def start() -> None:
    """Check what can be checked with one clear sentence, then become Streamlit's server."""
    try:
        port = settings.load().playground_port
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
    except settings.SettingsError as error:
        sys.exit(_cannot_start(error))
    except OSError:
        sys.exit(
            f"Port {port} is taken, perhaps by a playground that already runs: open "
            f"http://{HOST}:{port}, stop it, or choose another port with PLAYGROUND_PORT."
        )
    here = [str(Path(__file__).resolve()), f"--server.address={HOST}", f"--server.port={port}"]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", *here])  # noqa: S606


if get_script_run_ctx(suppress_warning=True) is not None:
    held = playground.current()
    session.begin(held.engine, held.sandbox)
    frame.draw()
elif __name__ == "__main__":
    start()
else:
    app = st.App(
        __file__,
        lifespan=_lifespan,
        routes=[
            *health.routes(_store),
            *files.routes(_store),
            *signin.routes(_store),
            *webhooks.routes(lambda: playground.current().receiver),
        ],
        middleware=[Middleware(LoopbackOnly), Middleware(OurPagesOnly)],
    )
