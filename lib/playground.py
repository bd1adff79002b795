"""What one server process holds: the data folder, the sandbox and the engine.

A module of its own, because app.py is read anew for every session and a second engine must never
come of that.
"""

import contextlib
import secrets
import threading
from collections.abc import Generator
from pathlib import Path

from pydantic import SecretStr

from lib import settings
from lib.deapi.push import PushAddress
from lib.runs.callbacks import Callbacks
from lib.runs.engine import Engine
from lib.runs.profiles import LIVE, SANDBOX, Address
from lib.sandbox import process as sandbox
from lib.settings import Settings, SettingsError
from lib.store import MediaDown, MediaRefused, Store, StoreError, hold, opening, users
from lib.web import webhooks

CANNOT_START = (SettingsError, StoreError, sandbox.DidNotStart)
"""Why there may be no playground; each has a sentence that says what to do."""


class Playground:
    """The store and the engine over it, with the sandbox beside them when it is wanted.

    Raises one of `CANNOT_START`, and then holds nothing.
    """

    def __init__(self, told: Settings) -> None:
        folder = told.playground_data_dir
        with contextlib.ExitStack() as undo, _usable(folder):
            undo.enter_context(hold(folder))
            self.store = opening.opened(told)
            undo.callback(self.store.close)
            _not_for_strangers(told, self.store)
            _has_its_files(self.store)
            addresses: list[Address] = []
            self.sandbox = undo.enter_context(_sandbox(told))
            if self.sandbox is not None:
                addresses.append(_rehearsal(self.sandbox))
            if told.deapi_api_key is not None:
                addresses.append(_live(told, told.deapi_api_key))
            self.engine = Engine(
                self.store,
                addresses,
                home=drawn(folder / "server.id"),
                own_sandbox=told.playground_sandbox == "on",
            )
            try:
                self.engine.start()
            except ValueError as error:
                raise SettingsError(f"{error}.") from error
            undo.callback(self.engine.stop)
            public = told.playground_public_url
            self._metrics_token = _plain(told.playground_metrics_token)
            self._names = (public.host.lower(),) if public and public.host else ()
            self._undo = undo.pop_all()

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts under which it may be reached, besides addresses."""
        return self._names

    @property
    def metrics_token(self) -> str | None:
        """Who sends it may read `/metrics`; None where nobody may."""
        return self._metrics_token

    @property
    def receiver(self) -> webhooks.Receiver | None:
        """Who takes in what deAPI sends to our webhooks; None where it was told no address."""
        callbacks = self.engine.callbacks(LIVE)
        return callbacks and Receiver(self.engine, callbacks)

    def stop(self) -> None:
        """Let go of everything, the engine first, so that paid calls get their answers."""
        self._undo.close()


class Receiver:
    """Takes in what deAPI sends to our webhooks: tokens and secrets, and the engine behind."""

    def __init__(self, engine: Engine, callbacks: Callbacks) -> None:
        self.run_id = callbacks.run_id
        self.secrets = callbacks.secrets
        self.delivered = engine.delivered


_lock = threading.Lock()
_held: Playground | None = None


def current() -> Playground:
    """The one of this process, started when it is first asked for. Raises as `Playground` does."""
    global _held  # noqa: PLW0603 - one a process is the point
    with _lock:
        if _held is None:
            _held = Playground(settings.load())
        return _held


def stop() -> None:
    """Stop the one of this process, if there is one; `current` would start another."""
    global _held  # noqa: PLW0603
    with _lock:
        if _held is not None:
            _held.stop()
            _held = None


@contextlib.contextmanager
def _usable(folder: Path) -> Generator[None]:
    """Says which folder it is that the system refuses to make, read or write."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The data folder {folder} can't be used ({error.strerror}): make room in it, or "
            "choose another one with PLAYGROUND_DATA_DIR."
        ) from error


def _has_its_files(store: Store) -> None:
    """A bucket that can only be a mistake ends the start. One that says nothing may be back soon,
    and runs that were paid for go on meanwhile; the log and `/healthz` tell of it."""
    try:
        store.media.check()
    except MediaRefused:
        raise
    except MediaDown:
        pass


@contextlib.contextmanager
def _sandbox(told: Settings) -> Generator[sandbox.Sandbox | None]:
    """The sandbox that the settings want: one of our own, which ends with us, one that runs for
    several servers, or none."""
    wanted, folder = told.playground_sandbox, told.playground_data_dir
    if wanted == "off":
        yield None
    elif wanted == "on":
        key, style = drawn(folder / "sandbox.key"), told.playground_log
        own = sandbox.start(folder / "sandbox", key, log=style)
        try:
            yield own
        finally:
            own.stop()
    else:
        yield sandbox.Sandbox(str(wanted).rstrip("/"), _plain(told.playground_sandbox_key) or "")


def _rehearsal(there: sandbox.Sandbox) -> Address:
    push = PushAddress(there.push_url, there.app_key, there.client_id)
    return Address(SANDBOX, there.url, there.key, push)


def _not_for_strangers(told: Settings, store: Store) -> None:
    """Raises `SettingsError` when others could come in and nobody has to sign in."""
    setting = told.shows_it_to_others
    if setting is not None and not users.are_there(store):
        raise SettingsError(
            f"{setting} shows this playground to others, and it has no accounts yet. Make the "
            "first one, then start again: .venv/bin/python -m lib.store.users add NAME --admin."
        )


def _live(told: Settings, key: SecretStr) -> Address:
    push = callbacks = None
    if told.deapi_client_id is not None:
        url = str(told.deapi_push_url).rstrip("/")
        push = PushAddress(url, told.deapi_push_key, told.deapi_client_id)
    if told.playground_public_url is not None:
        callbacks = Callbacks(
            str(told.playground_public_url).rstrip("/"),
            _server_secret(told).encode(),
            _plain(told.deapi_webhook_secret),
        )
    base_url = str(told.deapi_base_url).rstrip("/")
    return Address(LIVE, base_url, key.get_secret_value(), push, callbacks)


def _server_secret(told: Settings) -> str:
    """What the secrets of this server's own making are derived from."""
    return _plain(told.playground_cookie_secret) or drawn(told.playground_data_dir / "secret.key")


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def drawn(path: Path) -> str:
    """A secret of the data folder's own, drawn once."""
    if not path.exists():
        # It appears whole: half a key would keep every later start from working.
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32))
        fresh.replace(path)
    return path.read_text()
