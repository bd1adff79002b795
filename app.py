"""Starts everything. Run as `python app.py`; Streamlit then reads this file in two more ways.

As a module it finds `app`, the ASGI application with our routes; as the script of a browser's
session it draws the frame around the page that was chosen.
"""

import contextlib
import errno
import gc
import importlib
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
import streamlit.logger
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.watcher import polling_path_watcher

from lib import logs, playground, settings
from lib.store import Store, users
from lib.ui import frame, gate, session
from lib.web import files, health, metrics, signin, webhooks
from lib.web.guard import Guard

log = logging.getLogger("lib.app")


@contextlib.asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    json = False
    try:
        json = _begin_logs()
        await run_in_threadpool(playground.current)
    except playground.CANNOT_START as error:
        # Raised any further, its one sentence would be lost in a traceback of the server's.
        why = _cannot_start(error)
        log.critical(why) if json else print(why, file=sys.stderr, flush=True)
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
    host, port = st.get_option("server.address"), st.get_option("server.port")
    ready = f"deAPI Playground is ready: http://{_plain(host)}:{port}"
    log.info(ready) if json else print(ready, flush=True)
    try:
        yield
    finally:
        await run_in_threadpool(playground.stop)


def _begin_logs() -> bool:
    """Have every line be written in the style of the settings; whether that is JSON."""
    style = settings.load().playground_log
    logs.begin(style)
    # Streamlit gives each of its loggers, and uvicorn's, a handler of its own: those that it has by
    # now, and in the same way those to come.
    streamlit.logger.setup_formatter = logs.hand_on
    streamlit.logger.update_formatter()
    return style == "json"


def _cannot_start(why: Exception) -> str:
    setting = isinstance(why, settings.SettingsError)
    return f"A setting can't be used: {why}" if setting else str(why)


def _store() -> Store:
    return playground.current().store


def _plain(host: str) -> str:
    """As it stands in an address that somebody can open."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host


def start() -> None:
    """Check what can be checked with one clear sentence, then become Streamlit's server."""
    try:
        told = settings.load()
        host, port = told.playground_host, told.playground_port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except settings.SettingsError as error:
        sys.exit(_cannot_start(error))
    except socket.gaierror:
        sys.exit(f"PLAYGROUND_HOST: {host} is no address of this machine. Try 0.0.0.0 for all.")
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            sys.exit(f"PLAYGROUND_HOST: {host} is no address of this machine. Try 0.0.0.0 for all.")
        sys.exit(
            f"Port {port} is taken, perhaps by a playground that already runs: open "
            f"http://{_plain(host)}:{port}, stop it, or choose another port with PLAYGROUND_PORT."
        )
    here = [str(Path(__file__).resolve()), f"--server.address={host}", f"--server.port={port}"]
    if told.shows_it_to_others:
        here.append("--server.allowedHosts=*")  # lib/web/guard.py knows better which they are
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", *here])  # noqa: S606


if get_script_run_ctx(suppress_warning=True) is not None:
    held = playground.current()
    if not gate.has_link() and session.begin(held.engine, held.sandbox):
        frame.draw()
    else:
        gate.draw(held.store)
elif __name__ == "__main__":
    start()
else:
    windows = metrics.Windows()

    def _watched() -> metrics.Watched:
        held = playground.current()
        return metrics.Watched(held.store, held.engine, windows)

    app = st.App(
        __file__,
        lifespan=_lifespan,
        routes=[
            *health.routes(_store),
            *metrics.routes(lambda: playground.current().metrics_token, _watched),
            *files.routes(_store),
            *signin.routes(_store),
            *webhooks.routes(lambda: playground.current().receiver),
        ],
        middleware=[
            Middleware(
                Guard,
                has_accounts=lambda: users.are_there(_store()),
                names=lambda: playground.current().names,
            ),
            Middleware(metrics.Counting, windows=windows),
        ],
    )
