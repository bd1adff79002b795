"""What one server process holds: the data folder, the sandbox and the engine.

A module of its own, because app.py is read anew for every session and a second engine must never
come of that.
"""

import contextlib
import secrets
import threading
from collections.abc import Generator
from pathlib import Path

from lib import settings
from lib.runs.engine import Engine
from lib.runs.profiles import LIVE, SANDBOX, Address
from lib.sandbox import process as sandbox
from lib.settings import Settings, SettingsError
from lib.store import Store, StoreError, hold

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
            self.store = Store(folder, told.timezone)
            undo.callback(self.store.close)
            addresses: list[Address] = []
            if told.playground_sandbox == "on":
                local = sandbox.start(folder / "sandbox", _sandbox_key(folder))
                undo.callback(local.stop)
                addresses.append(Address(SANDBOX, local.url, local.key))
            if told.deapi_api_key is not None:
                key = told.deapi_api_key.get_secret_value()
                addresses.append(Address(LIVE, str(told.deapi_base_url).rstrip("/"), key))
            self.engine = Engine(self.store, addresses)
            try:
                self.engine.start()
            except ValueError as error:
                raise SettingsError(f"{error}.") from error
            undo.callback(self.engine.stop)
            self._undo = undo.pop_all()

    def stop(self) -> None:
        """Let go of everything, the engine first, so that paid calls get their answers."""
        self._undo.close()


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


def _sandbox_key(data_dir: Path) -> str:
    """The data folder's own key for its sandbox, drawn once."""
    path = data_dir / "sandbox.key"
    if not path.exists():
        # It appears whole: half a key would keep every later start from working.
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32))
        fresh.replace(path)
    return path.read_text()
